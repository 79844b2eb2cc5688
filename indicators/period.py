"""The stretch of time that a reading speaks of: a year, a month or a day.

``2014`` covers January to December 2014, ``2014-05`` one month, ``2014-05-20`` one day. A period
is not the time at which its value became known: trade of ``2014`` was published in January 2015.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_PATTERN = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A closed interval of days, written as it was stated.

    Attributes
    ----------
    start, end : date
        First and last day, both included.
    text : str
        The canonical form: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
    """

    start: date
    end: date
    text: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026``, ``2026-10`` or ``2026-10-17``.

        Raises
        ------
        ValueError
            If the text is none of these or names a day that does not exist.
        """
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a period; write 2026, 2026-10 or 2026-10-17")
        year = int(match["year"])
        month, day = (int(part) if part else None for part in match.group("month", "day"))
        try:
            if month is None:
                return cls(date(year, 1, 1), date(year, 12, 31), f"{year:04d}")
            if day is None:
                last = monthrange(year, month)[1] if 1 <= month <= 12 else 0
                return cls(date(year, month, 1), date(year, month, last), f"{year:04d}-{month:02d}")
            the_day = date(year, month, day)
        except ValueError as error:
            raise ValueError(f"{text!r} is not a date of the calendar: {error}") from None
        return cls(the_day, the_day, the_day.isoformat())

    @property
    def kind(self) -> str:
        """``year``, ``month`` or ``day``."""
        return {4: "year", 7: "month", 10: "day"}[len(self.text)]

    @property
    def n_months(self) -> int:
        """Calendar months touched: 12 for a year, else 1."""
        return 12 if self.kind == "year" else 1

    def __str__(self) -> str:
        return self.text
