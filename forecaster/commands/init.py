"""``forecaster init``: make or migrate the state, load the embedded record."""

from __future__ import annotations

from forecaster import settings
from forecaster.commands import speak
from forecaster.errors import StoreError
from forecaster.posterior import words


def init() -> None:
    """Make or migrate the state, load the embedded record. Again: nothing."""
    from forecaster.store import readings
    from forecaster.store.engine import open_engine
    from forecaster.store.migrate import upgrade
    from forecaster.wiring import Desk

    chosen = settings.load()
    try:
        chosen.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the state folder {chosen.home} cannot be made ({error.strerror}); "
            "set FORECASTER_HOME to a folder that can be written"
        ) from error
    desk = Desk(chosen, open_engine(chosen.database_url))
    embedded = desk.embedded()  # before anything is written: a broken file leaves no half state
    applied = upgrade(desk.engine)
    added = readings.add(desk.engine, embedded, now=desk.clock())
    if applied:
        speak.say(f"{chosen.shown('database_url')}: {', '.join(applied)}")
    if added.added:
        indicators = words.count(len(desk.catalogue), "indicator")
        speak.say(f"loaded {words.count(added.added, 'reading')} of {indicators}")
    if not applied and not added.added:
        speak.say("nothing to do: the state is up to date and holds the whole embedded record")
