"""Charts as pictures, drawn in a child process and kept.

The renderer holds the interpreter for the whole of its work, and fetches addresses that stand in a
chart unless told not to. So it runs as a child that knows no address, no setting and no secret,
with a time limit; one that hangs or dies is replaced. The same chart is drawn once: pictures are
kept in memory and in the state folder, named by the hash of what is drawn and of how.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self
from uuid import uuid4

from forecaster.errors import ForecasterError
from forecaster.web.studio import frames

SECONDS = 60.0
IN_MEMORY = 400  # pictures of some 20 kB each
Format = Literal["svg", "png"]
WEB = Path(__file__).parents[1]
# The child looks for modules where its parent does, whatever folder it starts in.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "from forecaster.web.studio.worker import main; main()"
)


class RenderingFailed(ForecasterError):
    """The charts could not be drawn."""


class Drawing(NamedTuple):
    """What is to be drawn: the chart's name in ``charts.CHARTS`` and its plain data."""

    chart: str
    given: Mapping[str, Any]


class Studio:
    """Draws charts. Threads may share it; ``close`` ends the child for good.

    ``folder`` keeps pictures over restarts; None keeps them in memory only.
    """

    def __init__(self, folder: Path | None = None, seconds: float = SECONDS) -> None:
        self._folder = folder
        self._seconds = seconds
        self._memory: OrderedDict[str, str] = OrderedDict()
        self._shelf = threading.Lock()
        self._desk = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def svgs(self, drawings: Mapping[str, Drawing]) -> dict[str, str]:
        """SVG elements by name, ready to stand inside HTML: a ``viewBox`` and no size of its own.

        Raises
        ------
        RenderingFailed
            If a chart is not valid or asks for an address, or drawing takes too long.
        """
        return {name: frames.inside_html(self._draw(one, "svg")) for name, one in drawings.items()}

    def svg(self, drawing: Drawing) -> str:
        """A file of its own: size, name space, and colours in place of their names."""
        return frames.file_of_its_own(self._draw(drawing, "svg"))

    def png(self, drawing: Drawing) -> bytes:
        """The same as a PNG, twice as wide as the page shows it."""
        return base64.b64decode(self._draw(drawing, "png"))

    def close(self) -> None:
        """End the child. Nothing is drawn any more, also by a thread that is in between charts."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()  # whoever waits for a picture is told at once, and we do not wait for them
        with self._desk:
            self._end()

    def _draw(self, drawing: Drawing, form: Format) -> str:
        asked = json.dumps(
            {"chart": drawing.chart, "given": drawing.given, "format": form}, sort_keys=True
        )
        key = hashlib.sha256(f"{style()}{asked}".encode()).hexdigest()
        kept = self._kept(key)
        if kept is None:
            with self._desk:
                kept = self._kept(key) or self._keep(key, self._ask(asked))
        return kept

    def _kept(self, key: str) -> str | None:
        with self._shelf:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
        if self._folder is None:
            return None
        try:
            text = self._place(self._folder, key).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        digest, _, picture = text.partition("\n")
        # A file that was cut short or changed is drawn again.
        if hashlib.sha256(picture.encode()).hexdigest() != digest:
            return None
        return self._remember(key, picture)

    def _keep(self, key: str, picture: str) -> str:
        if self._folder is not None:
            place = self._place(self._folder, key)
            part = place.with_name(f".{key}.{uuid4().hex}.part")
            # What cannot be kept is drawn again next time; the page does not suffer.
            with suppress(OSError):
                place.parent.mkdir(parents=True, exist_ok=True)
                digest = hashlib.sha256(picture.encode()).hexdigest()
                part.write_text(f"{digest}\n{picture}", encoding="utf-8")
                part.replace(place)
        return self._remember(key, picture)

    def _remember(self, key: str, picture: str) -> str:
        with self._shelf:
            self._memory[key] = picture
            self._memory.move_to_end(key)
            while len(self._memory) > IN_MEMORY:
                self._memory.popitem(last=False)
        return picture

    @staticmethod
    def _place(folder: Path, key: str) -> Path:
        return folder / key[:2] / key

    def _ask(self, asked: str) -> str:
        child = self._started()
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("the child has pipes")
        try:
            child.stdin.write(f"{asked}\n".encode())
            child.stdin.flush()
            line = self._line(child)
        except OSError as error:
            self._end()
            raise RenderingFailed(
                f"the process that draws went away ({error}); try again"
            ) from None
        except BaseException:
            self._end()  # its answer would be taken for that of the next question
            raise
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise RenderingFailed(f"a chart could not be drawn: {answer['error']}")
        return answer["picture"]

    def _started(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise RenderingFailed("the charts are not drawn any more: this process is ending")
        if self._child is None or self._child.poll() is not None:
            self._end()
            path = json.dumps([entry or str(Path.cwd()) for entry in sys.path])
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
                [sys.executable, "-P", "-c", _BOOT, path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"PATH": os.defpath},
            )
        return self._child

    def _line(self, child: subprocess.Popen[bytes]) -> bytes:
        """One line of the child's answer, within the time limit."""
        deadline = time.monotonic() + self._seconds
        pipe = child.stdout.fileno() if child.stdout is not None else -1
        pieces: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while not pieces or not pieces[-1].endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise RenderingFailed(
                        f"drawing a chart took longer than {self._seconds:g} s and was stopped; "
                        "try again"
                    )
                piece = os.read(pipe, 1 << 16)
                if not piece:
                    raise BrokenPipeError("it ended without an answer")
                pieces.append(piece)
        return b"".join(pieces)

    def _end(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._child = None


@cache
def style() -> str:
    """The hash of everything that decides how a chart looks: our code and the renderer."""
    seen = hashlib.sha256(metadata.version("vl-convert-python").encode())
    seen.update(metadata.version("altair").encode())
    files = [*(WEB / "charts").glob("*.py"), *(WEB / name for name in ("palette.py", "order.py"))]
    for file in sorted([*files, *Path(__file__).parent.glob("*.py")]):
        seen.update(file.read_bytes())
    return seen.hexdigest()
