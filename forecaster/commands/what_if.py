"""``forecaster what-if``: the forecast had something been done to the future."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.posterior import what_if_words as say
from forecaster.posterior import words

NAME = "what-if"


def what_if(
    name: str | None = typer.Argument(
        None, metavar="[NAME]", help="One of them; all unless stated."
    ),
    file: Path | None = typer.Option(
        None, "--file", metavar="F.toml", help="Futures of your own instead of those that ship."
    ),
    as_json: bool = options.Json,
) -> None:
    """Say what the forecast would be under a condition."""
    from forecaster import worked_out
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    if file is not None:
        found = _own(desk, file)
    else:
        forecast = worked_out.published(desk)
        kept = worked_out.get(desk, NAME, forecast["forecast_id"])
        found = kept if kept is not None and worked_out.current(desk, kept) else _shipped(desk)
    if name is not None:
        found = _one(found, name)
    if as_json:
        speak.document(found)
    else:
        _tell(found, detailed=name is not None)


def _shipped(desk: Any) -> dict[str, Any]:
    # Draws have to be opened: a minute, and all that a fit imports.
    from forecaster import analysing, worked_out
    from forecaster.what_if import analysis

    return analysing.work_out(desk, (NAME, analysis), worked_out.published(desk))


def _own(desk: Any, file: Path) -> dict[str, Any]:
    from forecaster import asked, worked_out
    from forecaster import what_if as room
    from forecaster.errors import NothingKnown
    from forecaster.opened import Untold

    futures = asked.of_file(desk, file)
    forecast = worked_out.published(desk)
    try:
        return {**room.document(desk, forecast, futures), "forecast_id": forecast["forecast_id"]}
    except Untold as why:
        raise NothingKnown(str(why)) from why


def _one(found: dict[str, Any], name: str) -> dict[str, Any]:
    """The document with one of its futures.

    Raises
    ------
    UnknownName
        With the nearest that there are.
    """
    from forecaster.errors import UnknownName

    rows = [one for one in found["what_ifs"] if one["id"] == name]
    if not rows:
        known = [one["id"] for one in found["what_ifs"]]
        raise UnknownName("what-if", name, known, see="forecaster what-if")
    return {**found, "what_ifs": rows}


def _tell(found: dict[str, Any], *, detailed: bool) -> None:
    headline, date = found["headline"], found["date"]
    speak.paragraph(f"{found['forecast_id']}: {_level(headline)} {words.by_date(date)}.")
    speak.say()
    rows = [
        (
            one["id"],
            _level(one["headline"]),
            words.number(one["difference"]["mean"], 1),
            f"({say.span(one['difference'])})",
            words.number(one["difference"]["mcse"]),
            say.sign(one["difference"]),
        )
        for one in found["what_ifs"]
    ]
    speak.table(("what if", "headline", "points", "90 %", "error", ""), rows, right=(2, 4))
    speak.say()
    if detailed:
        for one in found["what_ifs"]:
            _detail(one, date)
    for text in (say.CONDITIONAL, say.ANSWERS, say.LEARNED, say.again(found)):
        speak.paragraph(text)


def _level(one: dict[str, Any]) -> str:
    return f"{words.percent(one['mean'])} ({words.interval(one['lower'], one['upper'])})"


def _detail(one: dict[str, Any], date: str) -> None:
    speak.paragraph(say.sentence(one, date))
    speak.paragraph(f"What is done: {say.done(one)}.")
    if one.get("reason"):
        speak.paragraph(f"Why so large: {one['reason']} ({'; '.join(one['source'])})")
    speak.say()
    rows = [
        (
            words.by_date(row["date"]).removeprefix("by "),
            f"{words.percent(row['alliance_by']['mean'])}",
            words.number(row["difference"]["mean"], 1),
            *(words.percent(row["scenarios"][name]["mean"]) for name in row["scenarios"]),
        )
        for row in one["horizons"]
    ]
    names = list(one["horizons"][0]["scenarios"])
    speak.table(("until", "alliance by", "points", *names), rows, right=tuple(range(1, 7)))
    speak.say()
