"""Blocks of the README that programs write: from one mark to the next, nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def fill(page: str, name: str, content: str) -> str:
    """The page with the content between ``<!-- name:begin -->`` and ``<!-- name:end -->``.

    Raises
    ------
    ValueError
        If the page has not exactly one such block.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    block = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if len(block.findall(page)) != 1:
        raise ValueError(f"expected one block from {begin} to {end}")
    return block.sub(lambda _: f"{begin}\n{content.strip()}\n{end}", page)


def write(name: str, content: str, page: Path = README) -> None:
    """Fill one block of a page on disk."""
    page.write_text(fill(page.read_text(encoding="utf-8"), name, content), encoding="utf-8")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
