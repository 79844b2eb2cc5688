"""The process of one job: does the work, answers with one JSON object, ends with its parent."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import asdict

from forecaster import settings
from forecaster.errors import ForecasterError, Interrupted
from jobs import logs, work
from jobs.work import Done

#: A fit takes minutes whatever happens; a reader of the pages must not wait for it.
NICE = 10
#: What people wait for goes before a fit that runs beside it.
LESS_NICE = {"instant": 5}


def main() -> None:
    """Do the job that the arguments name: job, number of the run, logical time."""
    job, number, moment = sys.argv[1:4]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # even where we began without
    os.nice(LESS_NICE.get(job, NICE))
    answer = _keep_answer_apart()
    _hold_the_leash()
    logs.set_up(job=job, run=int(number), logical_time=moment)
    status, done = perform(job)
    os.write(answer, json.dumps(asdict(done)).encode())
    sys.exit(status)


def perform(job: str) -> tuple[int, Done]:
    """Exit status, and what there is to say."""
    # Imported late: a command that only lists jobs needs no database.
    from forecaster.wiring import open_desk

    try:
        return 0, work.WORK[job](open_desk(settings.load()))
    except ForecasterError as error:
        return error.exit_status, Done(str(error))
    except KeyboardInterrupt:
        return Interrupted.exit_status, Done("interrupted")
    except Exception as error:  # noqa: BLE001 - whatever it is, the ledger has to say it
        logs.get().exception("the job broke")
        return 1, Done(f"{type(error).__name__}: {error}")


def _keep_answer_apart() -> int:
    """Standard output for the answer alone; whatever a library prints goes to standard error."""
    apart = os.dup(1)
    os.dup2(2, 1)
    return apart


def _hold_the_leash() -> None:
    """End with everything we started when the pipe from our parent closes."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()
