"""``forecaster serve``: the service in one process, until it is told to stop."""

from __future__ import annotations

from contextlib import closing, nullcontext

import typer

from forecaster import settings
from forecaster.errors import ForecasterError

CONNECTIONS = 4  # to the database that stay open: two makers of pages, documents, the outbox


def serve(
    host: str = typer.Option("127.0.0.1", "--host", help="The address of the pages."),
    port: int = typer.Option(
        8000, "--port", min=0, max=65535, help="The port of the pages; 0 takes any that is free."
    ),
    no_jobs: bool = typer.Option(False, "--no-jobs", help="Leave the jobs to another process."),
    no_pages: bool = typer.Option(False, "--no-pages", help="Look after the jobs only."),
) -> None:
    """Serve the pages and run the jobs. Ctrl-C or SIGTERM ends it within half a minute."""
    if no_pages and no_jobs:
        raise ForecasterError("with --no-pages and --no-jobs there is nothing left to serve")
    from forecaster.wiring import open_desk
    from jobs import address, delivering, logs, service, timetable
    from jobs.runner import Runner

    chosen = settings.load()
    planned = timetable.read(chosen.schedule)
    desk = open_desk(chosen, kept=CONNECTIONS)
    if no_pages:
        logs.set_up()
        with delivering.running(desk):
            service.jobs_alone(Runner(desk.engine, planned, chosen))
        return
    from forecaster.web.access.policy import require_guarded

    require_guarded(host, chosen, desk.engine)
    with closing(address.bound(host, port)) as listener:
        logs.set_up()
        with nullcontext() if no_jobs else delivering.running(desk):
            service.pages(desk, planned, host, listener, with_jobs=not no_jobs)
