"""A forecast as text; nothing heavy is imported, Typer included, so that ``show`` is quick."""

from __future__ import annotations

from datetime import UTC, datetime

from forecaster import kept_files, parsing, settings, standing
from forecaster.belief import Forecast, Interval
from forecaster.commands import speak
from forecaster.posterior import words

COLUMNS = ("retreat", "alliance", "balancing", "rupture")
NAMED = 6  # sources that are named before the rest is counted


def answer(*, as_of: str | None = None, as_json: bool = False) -> None:
    """Print the standing forecast, or the one that stood at a time."""
    at = parsing.moment(as_of)
    chosen = settings.load()
    found = standing.forecast(chosen, datetime.now(UTC), at)
    if as_json:
        speak.document(found)
    else:
        tell(found, kept_files.prior_warning(chosen.home, found))


def tell(document: Forecast, warning: str | None = None) -> None:
    """The forecast as text, and what the analysis of its priors warns of."""
    headline, said = document["headline"], document["words"]
    speak.say(
        f"Sino-Russian alignment   as known {words.moment(document['as_of'])}"
        f"   {document['status']}"
    )
    speak.say()
    speak.say(words.headline_sentence(headline, said))
    speak.say(
        f"{words.percent(headline['mean'])}"
        f"  ({words.interval(headline['lower'], headline['upper'])}; 90 % interval)"
    )
    speak.paragraph(words.confidence_sentence(said))
    if warning is not None:
        speak.paragraph(f"{warning} See `forecaster prior-share`.")
    if document["status"] == "stale":
        speak.paragraph("Stale: no update has ended well for some time; run `forecaster update`.")
    speak.say()
    _horizons(document)
    speak.say()
    _rates(document)
    _sources(document)
    speak.paragraph(f"In force now: {document['in_force']}. {document['definition']}")


def _horizons(document: Forecast) -> None:
    speak.paragraph("In per cent: an alliance by then, and which scenario is in force then.")
    speak.say()
    by = [one["alliance_by"] for one in document["horizons"]]
    means = [words.share(one["mean"]) for one in by]
    wide = max(map(len, means))
    rows = [
        [
            words.day(row["date"]),
            f"{mean.rjust(wide)}  ({_span(row['alliance_by'])})",
            *(words.share(row["scenarios"][name]["mean"]) for name in COLUMNS),
        ]
        for row, mean in zip(document["horizons"], means, strict=True)
    ]
    speak.table(["at the end of", "alliance by then", *COLUMNS], rows, right=(2, 3, 4, 5))


def _span(one: Interval) -> str:
    return words.interval(one["lower"], one["upper"])


def _rates(document: Forecast) -> None:
    rates = ", ".join(
        f"{name} {words.rate(one['mean'])} ({words.rate_interval(one['lower'], one['upper'])})"
        for name, one in document["hazards"].items()
    )
    speak.paragraph(f"Rates now: {rates}.")


def _sources(document: Forecast) -> None:
    told = [
        f"{len(names) or 'none'} {state}{_named(names)}"
        for state, names in (
            ("late", document["sources"]["late"]),
            ("failed", document["sources"]["failed"]),
        )
    ]
    speak.paragraph(f"Sources: {', '.join(told)}.")


def _named(names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more; see `forecaster indicators`"
    return f" ({', '.join(names[:NAMED])}{more if len(names) > NAMED else ''})"
