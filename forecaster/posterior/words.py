"""Numbers and judgements as people say them; the one place where they are put into words.

Likelihood follows the seven terms of ICD 203 (Analytic Standards, US Director of National
Intelligence, 2015). Confidence is a separate statement, and the two never share a sentence.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime

from forecaster.belief import Headline, Words

#: Upper edge (not included) and term.
LIKELIHOOD = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
)
CERTAIN = "almost certain"
TITLES = {
    "retreat": "Retreat",
    "alliance": "Alliance",
    "balancing": "Balancing",
    "rupture": "Rupture",
    "ru_west": "Russia against the West",
    "cn_us": "China against the United States",
    "alignment": "Russia with China",
    "asymmetry": "Asymmetry of power",
    "western_reaction": "Western reaction",
    "regional_reaction": "Regional reaction",
    "trade_dependence": "Trade dependence",
    "non_alignment": "Non-alignment",
    "kappa_bar": "All together",
    "c_R": "Push from Russia against the West",
    "c_C": "Push from China against the United States",
    "b_A": "Rate into alliance, in the state of 2022-24",
    "b_T": "Gain of the rate by threat",
    "b_al": "Gain of the rate by alignment",
}
_MONTHS = "January February March April May June July August September October November December"
MONTHS = tuple(_MONTHS.split())

# Confidence: how much of the watch list speaks, and how far the readings moved the answer.
ENOUGH_COVERAGE, GOOD_COVERAGE = 0.5, 0.8
ENOUGH_CONTRACTION, GOOD_CONTRACTION = 0.25, 0.6


def likelihood(probability: float) -> str:
    """The ICD 203 term for a probability.

    Raises
    ------
    ValueError
        If the number is not between 0 and 1.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability!r} is not a probability; expected 0 to 1")
    return next((term for edge, term in LIKELIHOOD if probability < edge), CERTAIN)


def confidence(*, current: int, expected: int, contraction: float) -> tuple[str, str]:
    """Low, moderate or high, and the one reason that decides it.

    ``current`` of ``expected`` indicators have a reading that is up to date. ``contraction`` is
    1 - var(posterior) / var(prior) of the headline or of the parameters behind it: the part of the
    spread that readings took away. The weaker of the two sets the level.
    """
    if not 0 <= current <= expected:
        raise ValueError(f"{current} of {expected} indicators are up to date; expected 0 to all")
    coverage = current / expected if expected else 0.0
    data = _grade(contraction, ENOUGH_CONTRACTION, GOOD_CONTRACTION)
    watch = _grade(coverage, ENOUGH_COVERAGE, GOOD_COVERAGE)
    level = ("low", "moderate", "high")[min(data, watch)]
    if watch < data:
        return level, f"{current} of {count(expected, 'indicator')} are up to date"
    kept = percent(1 - max(contraction, 0.0))
    if data == 2:
        return level, f"readings leave only {kept} of the spread that the priors had"
    return level, f"readings leave {kept} of the spread that the priors had"


def _grade(value: float, enough: float, good: float) -> int:
    return (value >= enough) + (value >= good)


def words(probability: float, *, current: int, expected: int, contraction: float) -> Words:
    """The ``words`` of a forecast document."""
    level, reason = confidence(current=current, expected=expected, contraction=contraction)
    return {
        "likelihood": likelihood(probability),
        "confidence": level,
        "confidence_reason": reason,
    }


def headline_sentence(headline: Headline, said: Words) -> str:
    """Say how likely: ``An alliance by the end of November 2036 is very unlikely``."""
    by = by_date(headline["date"])
    term = said["likelihood"]
    if term == "almost no chance":
        return f"There is almost no chance of an alliance {by}."
    if term == "roughly even chance":
        return f"There is a roughly even chance of an alliance {by}."
    return f"An alliance {by} is {term}."


def confidence_sentence(said: Words) -> str:
    """Say how sure, and why: ``Confidence is low: 4 of 27 indicators are up to date``."""
    return f"Confidence is {said['confidence']}: {said['confidence_reason']}."


def percent(probability: float) -> str:
    """``13 %``; below one in a hundred ``under 1 %``; above ninety-nine ``over 99 %``."""
    return f"{share(probability)} %"


def interval(lower: float, upper: float) -> str:
    """``1 to 44``, in per cent; one number where both ends read the same."""
    low, high = share(lower), share(upper)
    return low if low == high else f"{low} to {high}"


def share(probability: float) -> str:
    """``13``, ``under 1``, ``over 99``: per cent, where the unit is said elsewhere."""
    if probability < 0.01:
        return "under 1"
    if probability > 0.99:
        return "over 99"
    return f"{100 * probability:.0f}"


def rate(yearly: float) -> str:
    """A yearly hazard: ``1.9 % a year``, ``under 0.1 % a year``."""
    return f"{_rate(yearly)} % a year"


def rate_interval(lower: float, upper: float) -> str:
    """``0.2 to 5.8``, in per cent a year."""
    low, high = _rate(lower), _rate(upper)
    return low if low == high else f"{low} to {high}"


def _rate(yearly: float) -> str:
    return "under 0.1" if yearly < 0.001 else f"{100 * yearly:.1f}"


def points(change: float) -> str:
    """A change of a probability: ``▲ 0.4 points``, ``▼ 12 points``, ``unchanged``."""
    if change == 0:
        return "unchanged"
    arrow = "▲" if change > 0 else "▼"
    size = abs(100 * change)
    if size < 0.1:
        return f"{arrow} under 0.1 points"
    # 9.96 would be written 10.0: from where one decimal rounds to ten, none is kept.
    return f"{arrow} {size:.1f} points" if size < 9.95 else f"{arrow} {size:.0f} points"


def number(value: float, decimals: int = 2) -> str:
    """A plain figure with a true minus sign; never ``-0.00``."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        return text.lstrip("-")
    return text.replace("-", "\N{MINUS SIGN}")


def span(lower: float, upper: float, decimals: int = 2) -> str:
    """``−0.20 to 0.85``."""
    return f"{number(lower, decimals)} to {number(upper, decimals)}"


def amount(value: float) -> str:
    """A value in its own unit, as short as it can be told: ``245.2``, ``1,234``, ``0.03``."""
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


def exactly(value: float) -> str:
    """A value with every digit that was recorded, its thousands apart: ``1,234.56``."""
    return f"{value:,.12g}".replace("-", "\N{MINUS SIGN}")


def effect(sign: int) -> str:
    """What more of an indicator says about its factor: ``raises it``, ``lowers it``."""
    return "raises it" if sign > 0 else "lowers it"


def lateness(state: str, days: int | None) -> str:
    """How a source stands: ``fresh``, ``late, 1 day``, ``late, no reading yet``."""
    if state == "manual":
        return "added by hand"
    if state != "late":
        return state
    return "late, no reading yet" if days is None else f"late, {count(days, 'day')}"


def taken(contraction: float) -> str:
    """How much of a prior's spread readings took away: ``31 %``, ``none``, ``none; it grew``."""
    if contraction < 0:
        return "none; it grew" if contraction <= -0.01 else "none"
    return "none" if contraction == 0 else percent(contraction)


def without_indicators(silent: int, total: int) -> str:
    """Say how many constraints nobody watches: ``2 of 15 have no indicators.``."""
    if not silent:
        return f"All {total} have indicators."
    return f"{silent} of {total} {'has' if silent == 1 else 'have'} no indicators."


def strength_sentence(mean: float, p_positive: float) -> str:
    """Say which way the constraints act together, and how probable that is."""
    way = "hold the two apart" if mean > 0 else "do not hold the two apart"
    return (
        f"On balance the constraints {way}: their mean strength is {number(mean)}, "
        f"and it is above zero with a probability of {percent(p_positive)}."
    )


def count(amount: int, noun: str, plural: str | None = None) -> str:
    """``no readings``, ``1 reading``, ``1,200 readings``."""
    nouns = plural or f"{noun}s"
    if amount == 0:
        return f"no {nouns}"
    return f"{amount:,} {noun if amount == 1 else nouns}"


def size(amount: int) -> str:
    """Bytes: ``nothing``, ``under 1 kB``, ``640 kB``, ``1.6 MB``, ``23 GB``."""
    if amount == 0:
        return "nothing"
    if amount < 1000:
        return "under 1 kB"
    # The next unit begins where this one would be rounded up to a thousand.
    unit = next(at for at in (1, 2, 3, 4) if at == 4 or amount < 999.5 * 1000**at)
    scaled = amount / 1000**unit
    return f"{scaled:,.{1 if scaled < 9.95 else 0}f} {('kB', 'MB', 'GB', 'TB')[unit - 1]}"


def day(when: date | str) -> str:
    """``22 Nov 2026``."""
    if isinstance(when, str):
        when = date.fromisoformat(when[:10])
    return f"{when.day} {MONTHS[when.month - 1][:3]} {when.year}"


def moment(when: datetime | str) -> str:
    """``22 Nov 2026 06:10 UTC``."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    when = when.astimezone(UTC)
    return f"{day(when)} {when:%H:%M} UTC"


def title(name: str) -> str:
    """The words for an id: ``cn_us`` is ``China against the United States``."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


def by_date(when: date | str) -> str:
    """``by the end of 2026``, ``by the end of November 2036``, ``by 17 Oct 2036``."""
    if isinstance(when, str):
        when = date.fromisoformat(when[:10])
    if (when.month, when.day) == (12, 31):
        return f"by the end of {when.year}"
    if when.day == monthrange(when.year, when.month)[1]:
        return f"by the end of {MONTHS[when.month - 1]} {when.year}"
    return f"by {day(when)}"


KINDS = {
    "published": "Published",
    "provisional": "Provisional",
    "hindcast": "Hindcast: made later from what was known then",
    "rejected": "Rejected: it did not pass the gate and was never published",
}


def fine(probability: float) -> str:
    """``13.32``, ``under 0.01``, ``over 99.99``: per cent where every digit is wanted."""
    if probability < 0.0001:
        return "under 0.01"
    if probability > 0.9999:
        return "over 99.99"
    return f"{100 * probability:.2f}"


def fine_interval(lower: float, upper: float) -> str:
    """``1.21 to 44.05``, in per cent; one number where both ends read the same."""
    low, high = fine(lower), fine(upper)
    return low if low == high else f"{low} to {high}"


def error(mcse: float) -> str:
    """The Monte Carlo error of a probability: ``0.21 points``, ``none`` where nothing varies."""
    if mcse == 0:
        return "none"
    size = 100 * mcse
    return "under 0.01 points" if size < 0.01 else f"{size:.2f} points"


def moved_since(change: float, when: datetime | str) -> str:
    """``▲ 0.4 points since 22 Nov 2025``, ``Unchanged since 22 Nov 2025``."""
    moved = points(change)
    return f"{moved[0].upper()}{moved[1:]} since {day(when)}"


def line_begins(mean: float, lower: float, upper: float, when: datetime | str) -> str:
    """Say what the first forecast said, where one forecast is no line yet."""
    return (
        f"The line begins here: {percent(mean)} ({interval(lower, upper)}), "
        f"as known {moment(when)}. With the second forecast there will be something to draw."
    )


def said_so_far(published: int, provisional: int) -> str:
    """``12 forecasts, 3 of them provisional.``."""
    total = count(published + provisional, "forecast")
    text = f"{total[0].upper()}{total[1:]}"
    if provisional == 0:
        return f"{text}."
    if published == 0:
        return f"{text}, provisional." if provisional == 1 else f"{text}, all provisional."
    return f"{text}, {provisional:,} of them provisional."


def turned_away(fits: int) -> str:
    """Say how many fits failed the gate: they are counted and not drawn."""
    if fits == 0:
        return "No fit was turned away."
    if fits == 1:
        return "1 fit did not pass the gate; it was never published and is not drawn."
    return f"{fits:,} fits did not pass the gate; they were never published and are not drawn."


def made_later(hindcasts: int, listed: int) -> str:
    """Say what hindcasts are, and how many there are; empty where there is none."""
    if hindcasts == 0:
        return ""
    if hindcasts == 1:
        return "1 hindcast: made later from what was known then, and never said at the time."
    more = f" The newest {listed:,} are listed." if hindcasts > listed else ""
    return (
        f"{hindcasts:,} hindcasts: made later from what was known then, and never said at the "
        f"time.{more}"
    )


def thinned(drawn: int, total: int) -> str:
    """Say that not every forecast is drawn; empty where all are."""
    if drawn >= total:
        return ""
    return f"Of {total:,} forecasts {drawn:,} are drawn: the last of each stretch of time."


def ticks(amount: int, readings: int) -> str:
    """Say what the ticks under a chart are; empty where there are none."""
    if readings == 0:
        return ""
    if readings == 1:
        return "The tick is the one reading recorded in this time; it opens its indicator."
    if amount == readings:
        return f"Ticks: the {readings:,} readings recorded in this time; each opens its indicator."
    told = "the tick opens the last" if amount == 1 else "each tick opens the last of its stretch"
    return f"{readings:,} readings were recorded in this time; {told}."
