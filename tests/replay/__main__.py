"""``python -m tests.replay``: serve the corpus, print the settings that send sources here."""

import signal
import sys
import threading

from tests.replay import Replay


def main() -> None:
    """Serve until told to stop."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with Replay() as replay:
        for variable, address in replay.environment.items():
            sys.stdout.write(f"{variable}={address}\n")
        sys.stdout.write("# ready; stop with Ctrl-C\n")
        sys.stdout.flush()
        stop.wait()


main()
