"""``forecaster jobs``: the timetable, a run by hand, what became of everything that was due."""

from __future__ import annotations

from typing import Any

import typer

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.errors import ForecasterError, InvalidFiles, UnknownName
from forecaster.posterior import words

app = typer.Typer(help="The jobs: list, run, status.", no_args_is_help=True)


def problems(chosen: settings.Settings) -> list[str]:
    """What is wrong in the timetable, for `forecaster check`."""
    from jobs import timetable

    try:
        timetable.read(chosen.schedule)
    except InvalidFiles as error:
        return error.problems
    return []


@app.command("list")
def listing(as_json: bool = options.Json) -> None:
    """List the jobs with their times, UTC."""
    from forecaster.wiring import utc_now
    from jobs import status, timetable

    found = status.listing(timetable.read(settings.load().schedule), utc_now())
    if as_json:
        speak.document(found)
        return
    rows = [
        (
            one["name"],
            one["when"] + (f", after {one['after']}" if one["after"] else ""),
            one["catch_up"],
            words.moment(one["next"]),
        )
        for one in found["jobs"]
    ]
    speak.table(("job", "when (UTC)", "catches up", "next"), rows)


@app.command("run")
def run(
    name: str = typer.Argument(metavar="NAME", help="The job, as `forecaster jobs list` shows it."),
    as_json: bool = options.Json,
) -> None:
    """Run one job now and wait for its end; the service need not run."""
    from forecaster.wiring import open_desk
    from jobs import by_hand, timetable, work

    if name not in work.WORK:
        raise UnknownName("job", name, work.WORK, see="forecaster jobs list")
    chosen = settings.load()
    outcome = by_hand.run(open_desk(chosen), timetable.read(chosen.schedule), name)
    if as_json:
        speak.document({"name": name, "status": outcome.status, "message": outcome.message})
    elif outcome.status == "succeeded":
        speak.say(outcome.message)
    if outcome.status == "failed":
        raise ForecasterError(f"{name} failed: {outcome.message}")


@app.command("status")
def state(as_json: bool = options.Json) -> None:
    """Show the last run and the next time of each job, and how many runs ended how."""
    from forecaster.wiring import open_desk
    from jobs import status, timetable

    chosen = settings.load()
    found = status.status(open_desk(chosen), timetable.read(chosen.schedule))
    if as_json:
        speak.document(found)
        return
    speak.table(
        ("job", "last", "status", "next", "what it said"), [_row(one) for one in found["jobs"]]
    )
    speak.say()
    counts = ", ".join(f"{count} {name}" for name, count in found["counts"].items())
    speak.say(f"{counts}, {found['waiting']} waiting")
    if found["runner"] is None:
        speak.say("nobody looks after the jobs now; `forecaster serve` does")
    else:
        speak.say(f"{found['runner']['holder']} looks after the jobs")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    last, following = one["last"], one["next"]
    coming = "not in the timetable" if following is None else words.moment(following)
    if last is None:
        return (one["name"], "never", "", coming, "")
    message = last["message"].splitlines()[0] if last["message"] else ""
    return (one["name"], words.moment(last["logical_time"]), last["status"], coming, message)
