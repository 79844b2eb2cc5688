"""What the pages and the API are told of the jobs, and how they ask for a run."""

from __future__ import annotations

from typing import Any

from forecaster.errors import UnknownName, WrongValue
from forecaster.store import ledger_requests, ledger_views
from forecaster.store.audit import Entry
from forecaster.store.ledger import STATUSES, Run
from forecaster.wiring import Desk
from jobs import status
from jobs.runner import Runner
from jobs.timetable import Timetable

Document = dict[str, Any]


class OfTheJobs:
    """The ``Operations`` of the desk; ``runner`` is None where another process has the jobs."""

    def __init__(self, desk: Desk, timetable: Timetable, runner: Runner | None) -> None:
        self._desk = desk
        self._timetable = timetable
        self._runner = runner

    @property
    def here(self) -> bool:
        """Whether this process looks after jobs."""
        return self._runner is not None

    def status(self) -> Document:
        """Every job with its last run and next time."""
        return status.status(self._desk, self._timetable)

    def runs(self, job: str | None, limit: int, status: str | None = None) -> Document:
        """The newest rows of the ledger.

        Raises
        ------
        WrongValue
            If there is no such status.
        """
        wanted = next((one for one in STATUSES if one == status), None)
        if status is not None and wanted is None:
            raise WrongValue("status", f"expected one of {', '.join(STATUSES)}, not {status!r}")
        found = ledger_views.runs(self._desk.engine, job, limit, wanted)
        return {"runs": [_row(one) for one in found]}

    def ask(self, job: str, line: Entry | None = None) -> Document:
        """Enter a run that is due now.

        Raises
        ------
        UnknownName
            If the timetable has no such job.
        Busy
            If it waits or runs already.
        """
        if job not in self._timetable:
            raise UnknownName("job", job, self._timetable, see="forecaster jobs list")
        who = "a person" if line is None else line.actor.name
        run = ledger_requests.request(self._desk.engine, job, f"asked for by {who}", line)
        if self._runner is not None:
            self._runner.look_soon()
        return _row(run)

    def problem(self) -> str | None:
        """Why the jobs of this process stand still."""
        return None if self._runner is None else self._runner.problem


def _row(run: Run) -> Document:
    return {"id": run.id, "job": run.job, **status.row(run)}
