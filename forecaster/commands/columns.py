"""Tables as lines of text: one line a row, or several where the terminal is narrow."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

GAP = "  "
BELOW = "    "  # before what is set below the line it belongs to
READABLE = 30  # characters that the last column needs to be read


def lines(
    cells: Sequence[Sequence[str]], right: Sequence[int] = (), wide: int | None = None
) -> Iterator[str]:
    """Columns two spaces apart; those in ``right`` are set to the right.

    Columns that do not fit into ``wide`` characters go below, so that a row takes two lines or
    more, and the last one is broken between words. Without a limit a row is always one line.
    """
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    longest = max(len(word) for row in cells for word in row[-1].split() or [""])
    stacked = _stacked([*widths[:-1], min(widths[-1], max(READABLE, longest))], wide)
    for row in cells:
        padded = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for columns in stacked:
            before = "".join(padded[i] + GAP for i in columns[:-1])
            head = (BELOW if columns[0] else "") + before
            last = padded[columns[-1]].rstrip()
            yield from (line.rstrip() for line in broken(head, last, wide))


def broken(head: str, text: str, wide: int | None) -> list[str]:
    """Text after a head, broken between words to hang below its first word.

    Addresses stay whole, so that they can be copied from the terminal.
    """
    if wide is None or not text or len(head) + len(text) <= wide:
        return [head + text]
    return textwrap.wrap(
        text,
        max(wide, len(head) + 1),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _stacked(needed: Sequence[int], wide: int | None) -> list[list[int]]:
    """The columns of each line of a row, by the characters that each column needs."""
    stacked, used = [[0]], needed[0]
    for i, width in enumerate(needed[1:], start=1):
        if wide is None or used + len(GAP) + width <= wide:
            stacked[-1].append(i)
            used += len(GAP) + width
        else:
            stacked.append([i])
            used = len(BELOW) + width
    return stacked
