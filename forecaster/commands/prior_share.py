"""``forecaster prior-share``: how much is prior, and what other priors would say."""

from __future__ import annotations

from typing import Any

import typer

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.posterior import prior_words as say
from forecaster.posterior import words

NAME = "prior-share"


def prior_share(
    fit: str | None = typer.Option(
        None, "--fit", metavar="SET", help="Fit this prior set to the same readings; minutes."
    ),
    as_json: bool = options.Json,
) -> None:
    """Say how much is prior, and what other priors would say."""
    from forecaster import worked_out
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    forecast = worked_out.published(desk)
    found = worked_out.get(desk, NAME, forecast["forecast_id"])
    if fit is not None or found is None:
        # Draws have to be opened: seconds, and all that a fit imports.
        from forecaster import analysing, prior_fits
        from forecaster import prior_share as room

        if fit is not None:
            prior_fits.fit_set(desk, forecast, fit, speak.remark if speak.on_terminal() else None)
        found = analysing.work_out(desk, (NAME, room.analysis), forecast)
    if as_json:
        speak.document(found)
    else:
        _tell(found)


def _tell(found: dict[str, Any]) -> None:
    if found["warning"]:
        speak.paragraph(f"Warning: {found['warning']}")
        speak.say()
    speak.paragraph(say.share(found))
    speak.say()
    rows = [
        (
            one["name"],
            say.level(one),
            "" if one["points"] is None else words.number(one["points"], 1),
            say.reached(one),
        )
        for one in found["sets"]
    ]
    speak.table(("prior set", "headline", "points", ""), rows, right=(2,))
    speak.say()
    speak.paragraph(say.MEANING)
    speak.say()
    rows = [
        (
            say.quantity(one["quantity"]),
            say.scaled(one["prior"]),
            say.scaled(one["readings"]),
            say.speaks(one),
        )
        for one in found["sensitivity"]
    ]
    speak.table(("quantity", "priors (noise)", "readings (noise)", "follows"), rows)
    speak.say()
    speak.paragraph(say.SCALING)
    speak.say()
    rows = [
        (
            name,
            say.contraction(one["contraction"]),
            say.scaled(one["headline_follows"]),
            one["title"],
        )
        for name, one in found["parameters"].items()
    ]
    speak.table(("parameter", "contraction", "headline follows (noise)", ""), rows)
    speak.say()
    speak.paragraph(say.CONTRACTION)
