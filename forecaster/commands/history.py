"""``forecaster history``: every published forecast."""

from __future__ import annotations

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.posterior import words


def history(as_json: bool = options.Json) -> None:
    """Show every published forecast, oldest first."""
    from forecaster import documents
    from forecaster.wiring import open_desk

    found = documents.history(open_desk(settings.load()))
    if as_json:
        speak.document(found)
        return
    if not found["forecasts"]:
        speak.say("no forecast has been published yet; run `forecaster update`")
        return
    rows = []
    for one in found["forecasts"]:
        headline, change = one["headline"], one["change"]
        rows.append(
            (
                words.moment(one["as_of"]),
                words.percent(headline["mean"]),
                f"({words.interval(headline['lower'], headline['upper'])})",
                "" if change is None else words.points(change),
                words.day(headline["date"]),
                one["status"],
                one["forecast_id"],
            )
        )
    header = ("as known", "alliance", "", "change", "by", "status", "forecast")
    speak.table(header, rows, right=(1,))
