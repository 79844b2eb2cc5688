"""The one command, ``forecaster``: everything is mounted here, and every failure ends here."""

from __future__ import annotations

import errno
import os
import sys

from forecaster.errors import ForecasterError, Interrupted, WrongValue

DEBUG = "--debug"
# Matrices are small: threads of their own wait for each other, for seconds where cores are busy,
# and sums would depend on their number. Read when NumPy is imported, here and in every child.
ONE_THREAD = "OPENBLAS_NUM_THREADS"
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main() -> None:
    """Run the command line and leave with its exit status: 0 done, 1 failed, 2 wrong usage."""
    os.environ.setdefault(ONE_THREAD, "1")
    words = sys.argv[1:]
    debug = DEBUG in words
    try:
        run([word for word in words if word != DEBUG])
        sys.stdout.flush()
    except KeyboardInterrupt:
        fail(Interrupted("stopped by the user; nothing was published"), debug=debug)
    except BrokenPipeError:
        # The reader went away (`forecaster history | head`): that is no failure of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ForecasterError as error:
        fail(error, debug=debug)
    except Exception as error:  # noqa: BLE001 - a person gets one line; --debug tells the rest
        fail(ForecasterError(unforeseen(error)), debug=debug)


def run(words: list[str]) -> None:
    """Do what the words say; wrong ones end in ``SystemExit`` with status 2."""
    if not quick(words):
        # Half a second of imports, which is why the quick way is tried first.
        from jobs.mount import app

        try:
            app(words, prog_name="forecaster")
        except SystemExit as done:
            if done.code == Interrupted.exit_status:
                raise KeyboardInterrupt from done
            if done.code:
                raise


def quick(words: list[str]) -> bool:
    """Answer ``show`` in its plain forms without loading Typer; False for everything else."""
    as_of: str | None = None
    as_json = False
    match words:
        case ["show"]:
            pass
        case ["show", "--json"]:
            as_json = True
        case ["show", "--as-of", text]:
            as_of = text
        case ["show", "--as-of", text, "--json"] | ["show", "--json", "--as-of", text]:
            as_of, as_json = text, True
        case _:
            return False
    from forecaster.commands.answer import answer

    answer(as_of=as_of, as_json=as_json)
    return True


def unforeseen(error: Exception) -> str:
    """Say what no command has foreseen; a full disk may show wherever something is written."""
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        place = error.filename or "the output or a file"
        return f"{place} cannot be written ({error.strerror}); free some space and run it again"
    return f"unexpected {type(error).__name__}: {error}; run it again with --debug to see where"


def fail(error: ForecasterError, *, debug: bool) -> None:
    """Say on stderr what went wrong and leave."""
    if debug:
        import traceback

        traceback.print_exc()
    from forecaster.commands import speak

    option = "--" if isinstance(error, WrongValue) else ""
    speak.complain(f"forecaster: {option}{error}")
    sys.exit(error.exit_status)
