"""What becomes of the times of one job that have come: due, skipped or missed, none forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, assert_never

from jobs.timetable import CatchUp

GRACE = timedelta(minutes=1)
SUPERSEDED = "a later time of this job stands for it (catch_up = latest)"
OVERTAKEN = "it still waited when the next time of this job came (catch_up = none)"
NOBODY = "nobody was there to run it at its time (catch_up = none)"


class Verdict(NamedTuple):
    """What the ledger is to say of one time."""

    logical_time: datetime
    status: Literal["due", "skipped", "missed"]
    message: str = ""


def decide(
    catch_up: CatchUp,
    new: Sequence[datetime],
    waiting: Sequence[datetime],
    now: datetime,
    *,
    more: bool = False,
) -> list[Verdict]:
    """Judge the times of one job.

    Parameters
    ----------
    catch_up : str
        The job's policy, from the timetable.
    new, waiting : sequence of datetime
        Times that have just come, and earlier ones that are due but were not begun; in order.
    now : datetime
        The database's time; nothing in ``new`` is later.
    more : bool
        Whether still later times have come too, which are judged next.
    """
    if not new:
        return []
    match catch_up:
        case "all":
            return [Verdict(one, "due") for one in new]
        case "latest":
            *earlier, newest = sorted((*waiting, *new))
            skipped = [Verdict(one, "skipped", SUPERSEDED) for one in earlier]
            if more:
                return [*skipped, Verdict(newest, "skipped", SUPERSEDED)]
            return [*skipped, Verdict(newest, "due")]
        case "none":
            *before, newest = new
            missed = [Verdict(one, "missed", NOBODY) for one in before]
            if more or now - newest > GRACE:
                return [*missed, Verdict(newest, "missed", NOBODY)]
            overtaken = [Verdict(one, "skipped", OVERTAKEN) for one in waiting]
            return [*overtaken, *missed, Verdict(newest, "due")]
    assert_never(catch_up)
