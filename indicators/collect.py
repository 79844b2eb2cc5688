"""One visit to a source: ask, read, and part what may be recorded from what a person must see.

Nothing is stored here. A visit that fails brings nothing at all, however far it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite, nan

from indicators.checks import shrunk
from indicators.period import Period
from indicators.source import (
    Ask,
    CallFailed,
    Doubt,
    Harvest,
    Lead,
    Result,
    Source,
    SourceError,
    Unexpected,
    Visit,
    Withdrawal,
)
from indicators.spec import Indicator, Reading

AHEAD = timedelta(hours=1)  # how far a publisher's clock may run before ours
THOUSAND = (500.0, 2000.0)  # a change by a factor between these is one of units

Known = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Visited:
    """What became of one visit.

    ``error`` is None unless the visit failed; ``wait`` are the seconds that the server asked us to
    stay away. ``memory`` is what the source wants to remember if the rest is stored.
    """

    source: str
    result: Result
    memory: Mapping[str, str]
    readings: tuple[Reading, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    leads: tuple[Lead, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    needs_attention: bool = False
    wait: float | None = None


def visit(source: Source, ask: Ask, catalogue: Mapping[str, Indicator], visit: Visit) -> Visited:
    """Visit one source and check what it brought; a failure is told, not raised.

    What the archive raises goes through: without it nothing can be collected.
    """
    try:
        harvest = source.visit(ask, visit)
        return _checked(source, harvest, catalogue, visit)
    except CallFailed as error:
        return _failed(source, str(error), attention=error.needs_attention, wait=error.wait)
    except SourceError as error:
        return _failed(source, str(error), attention=True)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The reader stumbled over a shape that nobody thought of: one source is lost, not all.
        return _failed(source, f"{type(error).__name__} while reading: {error}", attention=True)


def _failed(source: Source, why: str, *, attention: bool, wait: float | None = None) -> Visited:
    named = why if why.startswith(source.name) else f"{source.name}: {why}"
    return Visited(source.name, "failed", {}, error=named, needs_attention=attention, wait=wait)


def _checked(
    source: Source, harvest: Harvest, catalogue: Mapping[str, Indicator], visit: Visit
) -> Visited:
    if harvest.result == "failed":
        raise Unexpected("the visit failed and did not say why")
    _refuse_unknown(source, harvest, catalogue)
    _refuse_unstorable(harvest)
    _refuse_many_withdrawn(harvest.withdrawn, visit.known)
    readings: list[Reading] = []
    doubts = list(harvest.doubts)
    for reading in harvest.readings:
        why = doubtful(reading, catalogue[reading.indicator], visit.known, visit.now)
        if why is None:
            readings.append(reading)
        else:
            doubts.append(Doubt(reading, why))
    return Visited(
        source=source.name,
        result=harvest.result,
        memory=dict(visit.memory),
        readings=tuple(readings),
        doubts=tuple(doubts),
        leads=harvest.leads,
        withdrawn=harvest.withdrawn,
        warnings=harvest.warnings,
    )


def _refuse_unknown(source: Source, harvest: Harvest, catalogue: Mapping[str, Indicator]) -> None:
    named = {
        *(one.indicator for one in harvest.readings),
        *(one.reading.indicator for one in harvest.doubts),
        *(one.indicator for one in harvest.leads),
        *(one.indicator for one in harvest.withdrawn),
    }
    strange = sorted(named - set(source.indicators)) or sorted(named - set(catalogue))
    if strange:
        raise Unexpected(
            f"it speaks of {', '.join(strange)}; expected {', '.join(source.indicators)}"
        )


def _refuse_unstorable(harvest: Harvest) -> None:
    readings = [*harvest.readings, *(one.reading for one in harvest.doubts)]
    told = [text for one in harvest.leads for text in (one.key, one.title, one.url, one.why)]
    if any("\0" in text for text in told) or any(
        "\0" in one.source + one.note or not one.source for one in readings
    ):
        raise Unexpected("a text holds a null character, or a reading names no source")


def _refuse_many_withdrawn(withdrawn: Iterable[Withdrawal], known: Known) -> None:
    """A list that loses a good part of its values is taken for a broken one."""
    gone: dict[str, int] = {}
    for one in withdrawn:
        gone[one.indicator] = gone.get(one.indicator, 0) + 1
    for name, count in gone.items():
        before = len(known.get(name, {}))
        why = shrunk(before, before - count, f"{name}")
        if why is not None and count > 1:
            raise Unexpected(why)


def doubtful(reading: Reading, indicator: Indicator, known: Known, now: datetime) -> str | None:
    """Why a reading must not be recorded unseen, or None.

    A value that stands already has been seen, by whatever way it came.
    """
    values = known.get(reading.indicator, {})
    if values.get(reading.period.text) == reading.value:
        return None
    return (
        indicator.implausible(reading.value)
        or unusable(reading.value, reading.period, indicator)
        or _untimely(reading, indicator, now)
        or _jump(reading, indicator, values)
    )


def unusable(value: float, period: Period, indicator: Indicator) -> str | None:
    """Why the model could make nothing of a value, or None."""
    if indicator.observation.likelihood == "negative_binomial":
        whole = value >= 0 and value == int(value)
        return None if whole else f"{value:g} is no count"
    try:
        image = indicator.observation.apply(value, period.n_months)
    except (ValueError, OverflowError):
        image = nan
    if not isfinite(image):
        return f"{value:g} has no {indicator.observation.transform}"
    return None


def _untimely(reading: Reading, indicator: Indicator, now: datetime) -> str | None:
    period, published = reading.period, reading.published_at
    if period.start > now.date():
        return f"{period} lies in the future"
    unfinished = indicator.observation.kind == "flow" and period.kind != "day"
    if unfinished and period.end >= now.date():
        return f"{period} has not ended yet"
    if published is not None and published > now + AHEAD:
        return f"it says that it was published at {published.isoformat()}, which is yet to come"
    if published is not None and published.date() < period.start:
        return f"it says that it was published on {published.date()}, before {period} began"
    return None


def _jump(reading: Reading, indicator: Indicator, values: Mapping[str, float]) -> str | None:
    before = _before(reading.period, values)
    if before is None:
        return None
    period, old = before
    new = reading.value
    change = f"from {old:g} ({period}) to {new:g} ({reading.period})"
    measured = indicator.observation.likelihood == "normal"
    if measured and old and not new and period == reading.period:
        return f"{change}: a missing value may have been written as zero"
    if old and new and measured:
        factor = max(abs(new / old), abs(old / new))
        if THOUSAND[0] <= factor <= THOUSAND[1]:
            return f"{change}: about a thousandfold, so the unit may have changed"
    jump = indicator.plausible.jump
    if jump is not None and abs(new - old) > jump:
        return f"{change}: a change by more than {jump:g}"
    return None


def _before(period: Period, values: Mapping[str, float]) -> tuple[Period, float] | None:
    """The value to compare with: that of the period itself, else of the nearest one before."""
    if period.text in values:
        return period, values[period.text]
    earlier = [
        (one, value)
        for text, value in values.items()
        if (one := Period.parse(text)).kind == period.kind and one.start < period.start
    ]
    return max(earlier, key=lambda pair: pair[0].start, default=None)
