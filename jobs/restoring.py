"""Bring a backup back: everything is read and checked in a folder aside, then put in its place.

The database goes last, as one rename (or one transaction): until then the old state stands.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from forecaster.errors import Busy, NewerSchema, StoreError
from forecaster.posterior import words
from forecaster.settings import Settings
from forecaster.store import copies, lease
from forecaster.store.engine import open_engine
from forecaster.store.handle import Engine
from forecaster.store.lock import update_lock
from forecaster.store.schema import REVISIONS
from jobs import manifest, unpacking
from jobs.backups import WORKING
from jobs.manifest import Manifest


def restore(settings: Settings, file: Path, *, replace: bool = False) -> Manifest:
    """Put a backup in the place of the state, which must be empty unless ``replace`` is true.

    Raises
    ------
    StoreError
        If there is a state already, the service runs, or the backup is of another kind of
        database; then nothing was changed.
    DamagedFile
        If the backup is not whole; then nothing was changed.
    """
    engine = open_engine(settings.database_url)
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        with update_lock(home, "forecaster restore"):
            _require_room(engine, home, replace=replace)
            with tempfile.TemporaryDirectory(prefix=WORKING, dir=home) as working:
                listed = unpacking.unpack(file, Path(working))
                _require_fit(listed, engine, Path(working))
                _put(listed, engine, Path(working), home)
    except OSError as error:
        raise StoreError(f"{home} cannot be written ({error.strerror})") from error
    finally:
        engine.dispose()
    return listed


def said(listed: Manifest) -> str:
    """What was brought back, in one line, and what is left to do."""
    text = (
        f"brought back the state of {words.moment(listed.created_at.isoformat())}: "
        f"{words.count(listed.counts['readings'], 'reading')}, "
        f"{words.count(listed.counts['forecasts'], 'forecast')}"
    )
    if listed.left_out:
        text += f"; it never held {', '.join(listed.left_out)}"
    if listed.revision != REVISIONS[-1]:
        return f"{text}; run `forecaster init` to bring it up to this version"
    return f"{text}; run `forecaster verify` to see that it is whole"


def _require_room(engine: Engine, home: Path, *, replace: bool) -> None:
    files = (one for name in manifest.FOLDERS for one in (home / name).glob("*"))
    used = copies.in_use(engine) or any(files)
    if used and not replace:
        raise StoreError(
            f"there is a state in {home} already; give --replace to put the backup in its place"
        )
    try:
        found, free = lease.look(engine)
    except StoreError:
        return  # nothing there, or damaged, or older: what a backup is for
    if not free:
        raise Busy(f"the service runs ({found.holder}); stop it, then bring the backup back")


def _require_fit(listed: Manifest, engine: Engine, working: Path) -> None:
    if listed.database != engine.dialect.name:
        raise StoreError(
            f"the backup is of {listed.database}, and FORECASTER_DATABASE_URL names "
            f"{engine.dialect.name}; set it to a database of that kind"
        )
    if listed.revision not in REVISIONS:
        raise NewerSchema(
            f"the backup was made by a newer version of this program ({listed.version}); install "
            "that version first"
        )
    if listed.database == "sqlite":
        copies.check_file(working / manifest.DATABASES["sqlite"])


def _put(listed: Manifest, engine: Engine, working: Path, home: Path) -> None:
    """Files first: without its row a file is nothing, and is swept later."""
    database = manifest.DATABASES[listed.database]
    for name in sorted(listed.parts.keys() - {database}):
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (working / name).replace(target)
    copies.put(engine, working / database, listed.counts)
