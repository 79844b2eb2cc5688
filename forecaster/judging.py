"""What a person decides: whether a lead is an event, and whether a strange value is right.

Errors speak in the words of whoever asks: a command, the API or a form (``wording``).

A decision, what follows from it and its line in the audit log are stored in one
transaction, and no decision is made twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, NamedTuple

from forecaster.errors import UsageError
from forecaster.store import judgements, leads, readings
from forecaster.store.audit import Entry
from forecaster.store.leads import Settled, StoredLead
from forecaster.store.quarantine import Judgement
from forecaster.store.readings import NewReading, Quarantined
from forecaster.store.records import Written
from forecaster.wiring import Desk
from forecaster.wording import COMMAND, Wording
from indicators import Indicator, Period
from indicators.collect import unusable


class Asked(NamedTuple):
    """How one is asked to judge: the line for the audit log, and the words of whoever asks."""

    entry: Entry | None = None
    say: Wording = COMMAND


BY_COMMAND = Asked()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person says about a lead that is an event.

    ``period`` is the month of the lead's day unless stated, ``value`` the value of the period with
    the event in it. ``counted``: it has the event in it already, and nothing is to be recorded.
    """

    period: str | None = None
    value: float | None = None
    counted: bool = False
    note: str = ""


class Confirmed(NamedTuple):
    """A lead that was confirmed, and the value that its period has now, if that was stated."""

    lead: StoredLead
    period: str | None = None
    value: float | None = None
    added: bool = False

    def document(self) -> dict[str, Any]:
        """The same as a JSON document."""
        return {
            "id": self.lead.id,
            "decision": "confirmed",
            "indicator": self.lead.indicator,
            "period": self.period,
            "value": self.value,
            "reading_added": self.added,
        }


def confirm(
    desk: Desk,
    number: int,
    stated: Confirmation,
    *,
    asked: Asked = BY_COMMAND,
) -> Confirmed:
    """Confirm a lead, and record what follows.

    A month's count goes up by one, as its next vintage. Where the month has no count yet or lies
    in no coverage window, and for everything that is no count, the value has to be given: nothing
    is guessed.

    Raises
    ------
    UsageError
        If there is no such lead, somebody has judged it, or the value cannot be told.
    """
    say = asked.say
    lead, now = _open_lead(desk, number, say), desk.clock()
    how = Settled("confirmed", stated.note)
    if stated.counted:
        if stated.period is not None or stated.value is not None:
            raise UsageError(
                f"{say.counted} records nothing; leave {say.period} and {say.value} out"
            )
        _settle(desk, lead, how, now=now, asked=asked)
        return Confirmed(lead)
    reading = _follows(desk, lead, stated, now, say)
    written = _settle(desk, lead, how, reading, now=now, asked=asked)
    return Confirmed(lead, reading.period.text, reading.value, added=bool(written.added))


def _follows(
    desk: Desk, lead: StoredLead, stated: Confirmation, now: datetime, say: Wording
) -> NewReading:
    """The reading that a confirmed lead leads to."""
    indicator = desk.indicator(lead.indicator)
    period = _covered(stated.period or lead.day.isoformat()[:7], indicator, now, say)
    known = readings.as_known(desk.engine, now, indicator=indicator.id)
    standing = {one.period: one.value for one in known}.get(period.text)
    value = stated.value
    if value is None:
        value = _one_more(indicator, period, standing, say)
    why = indicator.implausible(value) or unusable(value, period, indicator)
    if why is not None:
        raise UsageError(
            f"{indicator.id} {period}: {why}; if it is right, {say.record}, and confirm the lead "
            f"with {say.counted}"
        )
    # A first value may have been known for long; a second one is news of today.
    usual = indicator.known_at(period, None)
    return NewReading(
        indicator=indicator.id,
        period=period,
        value=value,
        published_at=None,
        known_at=min(usual, now) if standing is None else now,
        source=lead.url,
        origin="by_hand",
        note=stated.note or lead.title,
    )


def dismiss(
    desk: Desk,
    number: int,
    *,
    note: str = "",
    asked: Asked = BY_COMMAND,
) -> StoredLead:
    """Say that a lead is no event.

    Raises
    ------
    UsageError
        If there is no such lead, or somebody has judged it.
    """
    lead = _open_lead(desk, number, asked.say)
    _settle(desk, lead, Settled("dismissed", note), now=desk.clock(), asked=asked)
    return lead


def accept(
    desk: Desk,
    number: int,
    reason: str,
    by: str,
    *,
    asked: Asked = BY_COMMAND,
) -> Quarantined:
    """Record a quarantined value after all; it keeps the moment at which it became known.

    Raises
    ------
    UsageError
        If nothing lies there under that number, somebody has judged it, or it is no number.
    """
    one = _waiting(desk, number, asked.say)
    if not isfinite(one.value):
        raise UsageError(f"{one.indicator} {one.period} is no number; it can only be rejected")
    desk.indicator(one.indicator)
    reading = NewReading(
        indicator=one.indicator,
        period=Period.parse(one.period),
        value=one.value,
        published_at=one.published_at,
        known_at=one.known_at,
        source=one.source,
        origin=one.origin,
        note=one.note,
        reason=reason,
    )
    _judge(desk, one, Judgement("accepted", reason, by), reading, asked=asked)
    return one


def reject(
    desk: Desk,
    number: int,
    reason: str,
    by: str,
    *,
    asked: Asked = BY_COMMAND,
) -> Quarantined:
    """Say that a quarantined value is wrong; the same value is not asked about again.

    Raises
    ------
    UsageError
        If nothing lies there under that number, or somebody has judged it.
    """
    one = _waiting(desk, number, asked.say)
    _judge(desk, one, Judgement("rejected", reason, by), asked=asked)
    return one


def _open_lead(desk: Desk, number: int, say: Wording) -> StoredLead:
    lead = leads.one(desk.engine, number)
    if lead is None:
        raise UsageError(f"there is no lead {number}; {say.leads}")
    if lead.decision is not None:
        raise UsageError(f"lead {number} is {lead.decision} already")
    return lead


def _settle(
    desk: Desk,
    lead: StoredLead,
    how: Settled,
    *following: NewReading,
    now: datetime,
    asked: Asked,
) -> Written:
    written = judgements.settle_lead(
        desk.engine, lead.id, how, following, now=now, entry=asked.entry
    )
    if written is None:
        raise UsageError(f"somebody has just judged lead {lead.id}; {asked.say.judged_leads}")
    return written


def _covered(text: str, indicator: Indicator, now: datetime, say: Wording) -> Period:
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise UsageError(f"{say.period}: {error}") from None
    unfinished = indicator.observation.kind == "flow" and period.kind != "day"
    if period.start > now.date() or (unfinished and period.end >= now.date()):
        raise UsageError(
            f"{period} has not ended yet, and {indicator.id} counts the whole of it; confirm the "
            "lead when it has"
        )
    return period


def _one_more(indicator: Indicator, period: Period, standing: float | None, say: Wording) -> float:
    if indicator.observation.likelihood != "negative_binomial":
        raise UsageError(
            f"{indicator.id} is no count; say what it is with {say.period} and {say.value}"
        )
    if not indicator.covers(period):
        raise UsageError(
            f"{period} lies in no [[coverage]] window of indicators/{indicator.id}/indicator.toml, "
            "so it was not watched as a whole; extend the last window, or give the month's count "
            f"with {say.value}"
        )
    if standing is None:
        raise UsageError(
            f"{indicator.id} has no count for {period}, and missing is not zero; give the month's "
            f"count with {say.value}"
        )
    return standing + 1


def _waiting(desk: Desk, number: int, say: Wording) -> Quarantined:
    found = {one.id: one for one in readings.quarantined(desk.engine)}.get(number)
    if found is None:
        raise UsageError(f"nothing lies in quarantine as {number}; {say.aside}")
    if not found.waiting:
        raise UsageError(f"{number} is {found.decision or 'accepted'} already")
    return found


def _judge(
    desk: Desk,
    one: Quarantined,
    judgement: Judgement,
    *following: NewReading,
    asked: Asked,
) -> None:
    written = judgements.judge_quarantined(
        desk.engine, one.id, judgement, following, now=desk.clock(), entry=asked.entry
    )
    if written is None:
        raise UsageError(f"somebody has just judged {one.id}; {asked.say.judged_aside}")
