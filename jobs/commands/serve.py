"""``forecaster serve``: the service in one process, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING

import typer

from forecaster import settings
from forecaster.errors import ForecasterError

if TYPE_CHECKING:
    from jobs.runner import Runner


def serve(
    host: str = typer.Option("127.0.0.1", "--host", help="The address of the pages."),
    port: int = typer.Option(8000, "--port", min=1, max=65535, help="The port of the pages."),
    no_jobs: bool = typer.Option(False, "--no-jobs", help="Leave the jobs to another process."),
    no_pages: bool = typer.Option(False, "--no-pages", help="Look after the jobs only."),
) -> None:
    """Run the jobs by the timetable. Ctrl-C or SIGTERM ends it within half a minute."""
    if not no_pages:
        raise ForecasterError(
            f"this version has no pages to show on {host}:{port} yet; give --no-pages to look "
            "after the jobs, and `forecaster report` for a page"
        )
    if no_jobs:
        raise ForecasterError("with --no-pages and --no-jobs there is nothing left to serve")
    from forecaster.wiring import open_desk
    from jobs import delivering, logs, timetable
    from jobs.runner import Runner

    chosen = settings.load()
    planned = timetable.read(chosen.schedule)
    desk = open_desk(chosen)
    logs.set_up()
    with delivering.running(desk):
        until_told(Runner(desk.engine, planned, chosen))


def until_told(runner: Runner) -> None:
    """Run the jobs in a thread of their own until SIGTERM or SIGINT comes, or they break.

    The handlers only set a mark: a lock may not be taken in one.
    """
    told = False

    def tell(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True

    broken: list[Exception] = []

    def work() -> None:
        try:
            runner.run()
        except Exception as error:  # noqa: BLE001 - told below, by the thread that started us
            broken.append(error)

    before = {one: signal.signal(one, tell) for one in (signal.SIGTERM, signal.SIGINT)}
    thread = threading.Thread(target=work, name="jobs")
    thread.start()
    try:
        while thread.is_alive() and not told:
            thread.join(0.3)
        runner.stop()
        thread.join()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if broken:
        raise broken[0]
