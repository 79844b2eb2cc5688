"""The real command in a process of its own, with a made-up posterior where the fit would be.

Everything around the fit is real: lock, database, posterior file, messages. Arguments: the most
bytes that a file may have (0: no limit), a path to wait for, or ``-``, and the words of the
command. While it waits, the file ``<path>.ready`` says so.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from jobs.cli import main


def infer(*_: object, **__: object) -> object:
    """What a fit gives, after the file to wait for has come."""
    from tests import posteriors

    if WAIT_FOR != "-":
        Path(f"{WAIT_FOR}.ready").touch()
        deadline = time.monotonic() + 60
        while not Path(WAIT_FOR).exists() and time.monotonic() < deadline:
            time.sleep(0.02)
    return posteriors.posterior()


if __name__ == "__main__":
    LIMIT, WAIT_FOR = int(sys.argv[1]), sys.argv[2]
    if "update" in sys.argv:  # which takes seconds to import
        from forecaster import update

        vars(update)["infer"] = infer
    if LIMIT:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
    sys.argv = ["forecaster", *sys.argv[3:]]
    main()
