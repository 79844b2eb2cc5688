"""The service: pages and answers in the main thread, the runner of the jobs in one of its own."""

from __future__ import annotations

import socket
from contextlib import closing

from forecaster.wiring import Desk
from jobs import address
from jobs.runner import Runner
from jobs.threads import Jobs, end_within, listening
from jobs.timetable import Timetable

#: From the signal to the end, whatever hangs. A runner takes up to 22 s, see ``runner.py``.
WITHIN_SECONDS = 28.0


def jobs_alone(runner: Runner) -> None:
    """The jobs, until told to end or they break."""
    jobs = Jobs(runner)
    with listening() as told:
        jobs.start()
        while not (told.yes or jobs.ended):
            jobs.wait(0.3)
        jobs.end()


def pages(
    desk: Desk, planned: Timetable, host: str, listener: socket.socket, *, with_jobs: bool
) -> None:
    """Pages and answers and, if wanted, the jobs, until told to end or the jobs break."""
    # Half a second of imports, which a process for the jobs alone does without.
    from forecaster.web import app, problems
    from forecaster.web.access import access
    from forecaster.web.studio import Studio
    from jobs import server
    from jobs.operations import OfTheJobs

    chosen = desk.settings
    jobs = Jobs(Runner(desk.engine, planned, chosen)) if with_jobs else None
    operations = OfTheJobs(desk, planned, None if jobs is None else jobs.runner)
    site = app.site(desk, Studio(chosen.home / "cache" / "charts"), operations)
    application = app.create_app(
        site, access.of(desk, host, problems.refuse), address.names(host, chosen.hosts)
    )
    with closing(listener), listening() as told:
        serving = server.Server(
            server.config(application), told, jobs, where=address.said(listener)
        )
        if jobs is not None:
            jobs.start()
        try:
            serving.run([listener])
        finally:
            end_within(WITHIN_SECONDS)
            if jobs is not None:
                jobs.end()
