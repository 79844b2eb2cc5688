"""What every page and every answer of the API is handed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any, Protocol, cast

from starlette.requests import Request

from forecaster import asked, documents
from forecaster.alerts import guard
from forecaster.alerts.past import Past
from forecaster.belief import Series
from forecaster.errors import ForecasterError
from forecaster.posterior import series
from forecaster.store.audit import Actor, Entry
from forecaster.web.lull import Lull
from forecaster.web.machine import Sizes
from forecaster.web.memo import Memo
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from priors.what_if import WhatIf

Document = dict[str, Any]
CURVES_KEPT = 8
AT_ONCE = "instant"  # the job that makes a provisional forecast
ANALYSE = "analyse"  # the one that answers what people ask of the draws


class Operations(Protocol):
    """What the jobs have to tell; the room above puts it in, for pages do not know the jobs."""

    def status(self) -> Document:
        """Every job with its last run and next time, as ``forecaster jobs status --json``."""
        ...

    @property
    def here(self) -> bool:
        """Whether this process looks after jobs; else another one does."""
        ...

    def runs(self, job: str | None, limit: int, status: str | None = None) -> Document:
        """The newest rows of the ledger: ``{"runs": [...]}``."""
        ...

    def ask(self, job: str, line: Entry | None = None) -> Document:
        """Enter a run of a job that is due now; the runner takes it up.

        ``line`` goes into the audit log with it.

        Raises
        ------
        UnknownName
            If there is no such job.
        Busy
            If it waits or runs already.
        """
        ...

    def problem(self) -> str | None:
        """Why the jobs of this process stand still; None while all is well."""
        ...


@dataclass
class Site:
    """One running desk: the state it shows, who draws its charts, what it keeps in memory.

    ``operations`` is None where nobody looks after jobs, as in tests of pages; ``look_up`` gives
    the addresses of a name that webhooks are to go to; ``past`` is what rules are tried on,
    ``lull`` says when nobody asks for anything.
    """

    desk: Desk
    studio: Studio
    memo: Memo
    operations: Operations | None = None
    look_up: guard.Resolver = guard.look_up
    past: Past = field(default_factory=Past)
    lull: Lull = field(default_factory=Lull)
    _curves: OrderedDict[tuple[str, bool], Series] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _watched: tuple[str, Document] | None = None

    @cached_property
    def sizes(self) -> Sizes:
        """How large the parts of the state folder are."""
        return Sizes(self.desk)

    def now(self) -> datetime:
        """The moment by the desk's clock, UTC."""
        return self.desk.clock()

    def indicators(self, at: datetime | None = None) -> Document:
        """The catalogue with the state of each source: ``documents.indicators``.

        Several pages show it, and to count all readings takes long, so that of today is kept.
        """
        if at is not None:
            return documents.indicators(self.desk, at)
        seen, kept = self.memo.seen, self._watched
        if kept is None or kept[0] != seen or not seen:
            # The mark was read before, so what is kept under it is never older than it.
            kept = self._watched = (seen, documents.indicators(self.desk))
        return kept[1]

    def forecast_soon(self) -> None:
        """Something was recorded: ask for a provisional forecast, unless that waits or runs."""
        self._soon(AT_ONCE)

    def question(self, what_ifs: Sequence[WhatIf], who: Actor) -> tuple[Document, bool]:
        """Ask the draws about futures, and, while that waits, for the job that opens them.

        ``asked.document`` of the question, and whether it is new; raises what ``asked.ask`` does.
        """
        found, new = asked.ask(self.desk, what_ifs, who)
        document = asked.document(self.desk, found)
        if document["state"] == "waiting":
            self._soon(ANALYSE)
        return document, new

    def _soon(self, job: str) -> None:
        if self.operations is not None:
            with suppress(ForecasterError):  # a timetable of one's own may lack the job
                self.operations.ask(job)

    def curves(self, forecast_id: str, *, fitted: bool = False) -> Series:
        """The time series behind a forecast; they never change, so the last few are kept.

        What it expected of each reading is as much again, and read only where it is wanted.

        Raises
        ------
        NothingKnown
            If the forecast was stored without its posterior.
        DamagedFile
            If the posterior is missing or not what was written.
        """
        with self._lock:
            if (forecast_id, fitted) in self._curves:
                self._curves.move_to_end((forecast_id, fitted))
                return self._curves[forecast_id, fitted]
        path, sha256 = documents.posterior_place(self.desk, forecast_id)
        found = series.load(self.desk.settings.home / path, sha256, fitted=fitted)
        with self._lock:
            self._curves[forecast_id, fitted] = found
            while len(self._curves) > CURVES_KEPT:
                self._curves.popitem(last=False)
        return found


def site_of(request: Request) -> Site:
    """The site that answers this request."""
    return cast("Site", request.app.state.site)
