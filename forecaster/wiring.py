"""The desk: settings, database, catalogue, priors and clock, put together in one place.

Commands, jobs and pages are handed a desk and make nothing themselves. Files are read when they
are first needed; what is wrong in them is told as ``InvalidFiles``, all at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel

from forecaster import validation
from forecaster.errors import InvalidFiles, UnknownName
from forecaster.settings import Settings
from forecaster.store.engine import open_engine
from forecaster.store.handle import Engine
from forecaster.store.migrate import require_current
from forecaster.store.records import NewReading
from indicators import CatalogueError, Indicator, catalogue

if TYPE_CHECKING:
    from priors import Priors


def utc_now() -> datetime:
    """The clock of a real desk."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """What everything else works with; ``clock`` gives an aware moment in UTC."""

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime] = utc_now

    @cached_property
    def catalogue(self) -> dict[str, Indicator]:
        """All indicators by id."""
        try:
            return catalogue()
        except CatalogueError as error:
            raise InvalidFiles(validation.lines(error, "indicators", [Indicator])) from error

    @cached_property
    def priors(self) -> Priors:
        """The priors with the chosen set."""
        # Most commands never need the priors, which bring NumPy with them.
        from priors import PriorsError, files, load, spec, what_if

        shapes: list[type[BaseModel]] = [
            files.ScenariosFile,
            files.DriversFile,
            files.ConstraintsFile,
            files.ShocksFile,
            files.NoiseFile,
            what_if.WhatIfFile,
            files.ClaimsFile,
            spec.PriorSet,
        ]
        try:
            return load(self.settings.prior_set)
        except PriorsError as error:
            raise InvalidFiles(validation.lines(error, "priors", shapes)) from error

    def indicator(self, name: str) -> Indicator:
        """One indicator.

        Raises
        ------
        UnknownName
            With the nearest ids.
        """
        if name not in self.catalogue:
            raise UnknownName("indicator", name, self.catalogue)
        return self.catalogue[name]

    def embedded(self) -> list[NewReading]:
        """The readings that ship with the project, in the shape of the store.

        Raises
        ------
        InvalidFiles
            Naming file and line of every row that cannot be read.
        """
        found: list[NewReading] = []
        problems: list[str] = []
        for name, indicator in self.catalogue.items():
            try:
                found += [
                    NewReading(
                        indicator=name,
                        period=one.period,
                        value=one.value,
                        published_at=one.published_at,
                        known_at=indicator.known_at(one.period, one.published_at),
                        source=one.source,
                        origin="embedded",
                        note=one.note,
                    )
                    for one in indicator.history
                ]
            except (OSError, ValueError) as error:
                problems += validation.of_history(name, error)
        if problems:
            raise InvalidFiles(problems)
        return found


def open_desk(
    settings: Settings, clock: Callable[[], datetime] = utc_now, *, kept: int = 0
) -> Desk:
    """A desk over a state that is ready for use; ``kept`` as for ``open_engine``.

    Raises
    ------
    StoreError
        If ``forecaster init`` has to run first, or the database cannot be read.
    """
    engine = open_engine(settings.database_url, kept=kept)
    require_current(engine)
    return Desk(settings, engine, clock)
