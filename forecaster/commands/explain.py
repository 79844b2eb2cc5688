"""``forecaster explain``: why the forecast moved."""

from __future__ import annotations

import typer

from forecaster import settings
from forecaster.belief import Explanation
from forecaster.commands import options, speak
from forecaster.posterior import news_words, words


def explain(
    since: str | None = typer.Option(
        None,
        metavar="FORECAST",
        help="From this forecast on: an id, or a day or moment at which it stood; from the last "
        "published one before unless stated.",
    ),
    to: str | None = typer.Option(
        None,
        metavar="FORECAST",
        help="Up to this forecast, named likewise; to the one that stands unless stated.",
    ),
    as_json: bool = options.Json,
) -> None:
    """Say why the forecast moved, part by part."""
    from forecaster import explained
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    found = explained.stored(desk, explained.ends(desk, since, to=to))
    if found is None:
        # Draws have to be opened: seconds, and all that a fit imports.
        from forecaster import explaining

        found = explaining.explain(desk, since, to)
    if as_json:
        speak.document(found)
    else:
        _tell(found, explained.titles(desk))


def _tell(found: Explanation, titles: dict[str, str]) -> None:
    speak.say(f"From {found['from']} to {found['to']}")
    speak.say()
    speak.say(f"{news_words.moved(found)}.")
    speak.say()
    rows = [
        (
            news_words.label(part, titles),
            words.number(part["points"]),
            f"({words.span(part['lower'], part['upper'])})",
            words.number(part["log_odds"], 4),
        )
        for part in found["parts"]
    ]
    speak.table(("part", "points", "90 %", "log-odds"), rows, right=(1, 3))
    speak.say()
    speak.paragraph(news_words.sum_sentence(found))
    speak.paragraph(news_words.noise_sentence(found))
    if said := news_words.steps_sentence(found):
        speak.paragraph(said)
    for text in found["missing"]:
        speak.paragraph(f"Missing: {text}.")
    for text in found["doubts"]:
        speak.paragraph(f"Not reliable: {text}.")
