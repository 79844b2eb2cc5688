"""Visit sources and store what they bring.

A fetched reading is known since its publisher says so, else since we first saw it, never earlier.
Each visit is stored whole or not at all; a failed one changes nothing but the note that it failed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from forecaster import __version__
from forecaster.documents import moment
from forecaster.errors import UsageError
from forecaster.store import readings, visits
from forecaster.store.archive import RawArchive
from forecaster.store.leads import NewLead
from forecaster.store.readings import NewReading
from forecaster.store.visits import Brought, Failure, Memory
from forecaster.store.withdrawals import TakenBack
from forecaster.wiring import Desk
from indicators import Reading
from indicators.client import Access, Client
from indicators.collect import Known, Visited, visit
from indicators.exchange import Patience
from indicators.source import CallFailed, Source, Visit
from indicators.sources import EVERY, SOURCES

ALL = 20  # hours between visits where nothing else is said


@dataclass(frozen=True)
class Collected:
    """What one visit changed; ``error`` is None unless it failed.

    ``revised`` are those of the added readings for a period that had a value before.
    """

    source: str
    indicators: tuple[str, ...]
    result: str
    readings_added: int = 0
    revised: int = 0
    quarantined: int = 0
    withdrawn: int = 0
    leads_added: int = 0
    warnings: tuple[str, ...] = ()
    error: str | None = None
    needs_attention: bool = False

    def document(self) -> dict[str, Any]:
        """The same for ``--json``."""
        return {
            "source": self.source,
            "indicators": list(self.indicators),
            "result": self.result,
            "readings_added": self.readings_added,
            "revised": self.revised,
            "quarantined": self.quarantined,
            "withdrawn": self.withdrawn,
            "leads_added": self.leads_added,
            "warnings": list(self.warnings),
            "error": self.error,
            "needs_attention": self.needs_attention,
        }


def due(desk: Desk, sources: Mapping[str, Source] = SOURCES) -> list[Source]:
    """The sources whose last good visit lies longer back than they are visited every."""
    now, remembered = desk.clock(), visits.remembered(desk.engine)
    return [
        one
        for name, one in sources.items()
        if (at := next_visit(name, remembered.get(name))) is None or at <= now
    ]


def next_visit(name: str, memory: Memory | None) -> datetime | None:
    """When a source is to be visited next; None for at once."""
    if memory is None:
        return None
    if memory.result == visits.FAILED or memory.succeeded_at is None:
        return memory.not_before
    return memory.succeeded_at + timedelta(hours=EVERY.get(name, ALL))


def serving(
    desk: Desk, ids: Iterable[str], sources: Mapping[str, Source] = SOURCES
) -> list[Source]:
    """The sources that fetch the named indicators.

    Raises
    ------
    UnknownName
        If there is no such indicator.
    UsageError
        If no source fetches it.
    """
    wanted = dict.fromkeys(desk.indicator(name).id for name in ids)
    for name in wanted:
        if not any(name in one.indicators for one in sources.values()):
            raise UsageError(
                f"no source fetches {name}; a person adds it with `forecaster record {name}`"
            )
    return [one for one in sources.values() if wanted.keys() & set(one.indicators)]


def collect(
    desk: Desk,
    chosen: Sequence[Source],
    *,
    patience: Patience | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[Collected]:
    """Visit the sources one after the other and store what each brings.

    Raises
    ------
    StoreError
        If the archive or the database cannot be written; what earlier sources brought is stored.
    """
    access = Access(
        program=f"forecaster/{__version__}",
        contact=desk.settings.contact,
        addresses=desk.settings.base_urls,
        keys=desk.settings.api_keys,
    )
    archive = RawArchive(desk.engine, desk.settings.home)
    done: list[Collected] = []
    with Client(archive, access, patience=patience, clock=desk.clock) as client:
        for source in chosen:
            if tell is not None:
                tell(f"asking {source.title}")
            done.append(_visit(desk, client, source))
    return done


def _visit(desk: Desk, client: Client, source: Source) -> Collected:
    memory = visits.remembered(desk.engine).get(source.name)
    now = desk.clock()
    if memory is not None and memory.not_before is not None and now < memory.not_before:
        return _untried(source, f"it asked not to be visited before {moment(memory.not_before)}")
    try:
        ask = client.ask_for(source)
    except CallFailed as error:
        return _untried(source, str(error))
    known = _known(desk, source, now)
    note = {} if memory is None else dict(memory.memory)
    found = visit(source, ask, desk.catalogue, Visit(now=now, known=known, memory=note))
    if found.error is not None:
        return _failed(desk, source, found)
    return _stored(desk, source, found, known)


def _untried(source: Source, why: str) -> Collected:
    """Nobody was asked, so nothing is noted about the source either."""
    error = f"{source.name}: {why}"
    return Collected(source.name, source.indicators, visits.FAILED, error=error)


def _known(desk: Desk, source: Source, now: datetime) -> Known:
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for name in source.indicators:
        for one in readings.as_known(desk.engine, now, indicator=name):
            found[name][one.period] = one.value
    return found


def _failed(desk: Desk, source: Source, found: Visited) -> Collected:
    now = desk.clock()
    away = None if found.wait is None else now + timedelta(seconds=found.wait)
    error = found.error or "no reason given"
    failure = Failure(source.name, source.indicators, error, not_before=away)
    visits.fail(desk.engine, failure, now=now)
    return Collected(
        source.name,
        source.indicators,
        visits.FAILED,
        error=error,
        needs_attention=found.needs_attention,
    )


def _stored(desk: Desk, source: Source, found: Visited, known: Known) -> Collected:
    # After the visit: nothing of it was seen before it ended.
    seen_at = desk.clock()
    withdrawn = {
        (one.indicator, one.period.text): TakenBack(
            one.indicator, one.period, seen_at, one.source, one.note
        )
        for one in found.withdrawn
        if one.period.text in known.get(one.indicator, {})
    }
    brought = Brought(
        source=source.name,
        indicators=source.indicators,
        result=found.result,
        memory=found.memory,
        readings=[_new(one, seen_at) for one in found.readings],
        doubts=[(_new(one.reading, seen_at), one.why) for one in found.doubts],
        leads=[
            NewLead(source.name, one.indicator, one.key, one.day, one.title, one.url, one.why)
            for one in found.leads
        ],
        withdrawn=list(withdrawn.values()),
        warnings=found.warnings,
    )
    stored = visits.store(desk.engine, brought, now=seen_at)
    return Collected(
        source=source.name,
        indicators=source.indicators,
        result=found.result,
        readings_added=stored.readings.added,
        revised=stored.readings.revised,
        quarantined=stored.quarantined,
        withdrawn=stored.withdrawn,
        leads_added=stored.leads,
        warnings=found.warnings,
    )


def _new(one: Reading, seen_at: datetime) -> NewReading:
    return NewReading(
        indicator=one.indicator,
        period=one.period,
        value=one.value,
        published_at=one.published_at,
        known_at=one.published_at or seen_at,
        source=one.source,
        origin="fetched",
        note=one.note,
    )
