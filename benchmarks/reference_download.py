"""Fetch the public data sets behind the reference class, each checked by its hash.

    python -m benchmarks.reference_download FOLDER [--pin] [--contact WHO] [--base ADDRESS]

A file whose hash is not stated in priors/reference/publishers.toml is refused unless --pin says to
take it; the hash is printed then. --base is the address of a mirror that has the same paths.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from indicators.wire import Broken, Late, Question, TooLarge, Unsendable, Wire
from priors.reference import publishers
from priors.reference.publishers import File, WrongFile

CAP = 64_000_000
SECONDS = 120.0


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pin", action="store_true", help="take files whose hash is not stated")
    parser.add_argument("--contact", default=os.environ.get("FORECASTER_CONTACT"))
    parser.add_argument("--base", help="a mirror with the same paths, as http://127.0.0.1:8000")
    asked = parser.parse_args(words)
    if asked.contact is None and asked.base is None:
        parser.error("publishers are told who asks: give --contact or set FORECASTER_CONTACT")
    agent = "forecaster" if asked.contact is None else f"forecaster (+{asked.contact})"
    failed = 0
    with Wire() as wire:
        fetching = Fetching(wire, agent, asked.base, asked.pin)
        for name, one in publishers.load().items():
            try:
                found = fetching.fetch(name, one, asked.folder)
            except WrongFile as error:
                failed += 1
                print(error, file=sys.stderr)
            except (OSError, Broken, Late, TooLarge, Unsendable) as error:
                failed += 1
                print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            else:
                print(f"{name}: {found}")
    return 1 if failed else 0


@dataclass(frozen=True)
class Fetching:
    """How files are fetched: who asks, from where, and what is taken."""

    wire: Wire
    agent: str
    base: str | None
    pin: bool

    def fetch(self, name: str, one: File, folder: Path) -> str:
        """One file, whole and as expected, or nothing; its hash."""
        parts = urlsplit(one.url)
        url = one.url if self.base is None else self.base.rstrip("/") + parts.path
        question = Question("GET", url, {"user-agent": self.agent, "accept": "*/*"})
        answer = self.wire.exchange(question, cap=CAP, ends_at=monotonic() + SECONDS)
        if answer.status != 200:
            raise WrongFile(f"{name}: answered with status {answer.status}; nothing was kept")
        found = publishers.check(name, one, answer.body, pin=self.pin)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / Path(parts.path).name
        part = target.with_name(f".{target.name}.part")
        part.write_bytes(answer.body)
        part.replace(target)
        return found


if __name__ == "__main__":
    sys.exit(main())
