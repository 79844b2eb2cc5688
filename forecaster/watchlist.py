"""What to watch as a document: which reading may move the forecast next, and what it then says."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Landing(TypedDict):
    """A value that a reading may take, and the headline after it.

    ``reliable`` is false where the draws do not carry that far; ``mcse`` is of the headline.
    """

    value: float
    headline: float
    mcse: float
    reliable: bool


class ToWatch(TypedDict):
    """The next reading of one indicator, before it comes.

    ``period`` follows ``after``, the last one that was read; ``when`` is the day by which it should
    be out, null where no rhythm is stated. ``expected_move`` is the expected absolute change of the
    headline, ``mcse`` its Monte Carlo error, in percentage points; ``told`` is false where the two
    cannot be told apart. ``low``, ``expected`` and ``high`` are the 10, 50 and 90 % quantiles of
    what the forecast expects to be read.
    """

    indicator: str
    title: str
    unit: str
    period: str
    after: str
    when: str | None
    overdue: bool
    expected_move: float
    mcse: float
    told: bool
    low: Landing
    expected: Landing
    high: Landing


class Came(TypedDict):
    """A reading that came after it was registered what would follow from which value.

    ``lies`` is where it fell: below ``low``, above ``high``, or between.
    """

    indicator: str
    title: str
    unit: str
    period: str
    value: float
    known_at: str
    registered_by: str
    low: Landing
    expected: Landing
    high: Landing
    lies: Literal["below", "between", "above"]


class Watchlist(TypedDict):
    """What to watch, as worked out from the draws of one published forecast.

    ``headline`` is that forecast's, for ``date``; ``untold`` says of which indicators nothing could
    be told, and why. ``registered_at`` is when this was worked out; lists of earlier versions do
    not say it.
    """

    quantity: str
    date: str
    as_of: str
    headline: float
    indicators: list[ToWatch]
    untold: dict[str, str]
    registered_at: NotRequired[str]
