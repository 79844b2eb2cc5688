"""The settings of one installation, each with the place it came from.

A setting is looked for in the environment (``FORECASTER_DRAWS``), then in one TOML file (named by
``FORECASTER_CONFIG``, else ``forecaster.toml`` in the state folder), then has its default. Dots in
a name are tables of the file and double underscores of the variable: ``sources.gacc.base_url`` is
``FORECASTER_SOURCES__GACC__BASE_URL``. This is plain Python, without pydantic: every command reads
the settings first, and ``show`` is fast.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forecaster import settings_parse as parse
from forecaster.errors import InvalidFiles, nearest

PREFIX = "FORECASTER_"
CONFIG = "FORECASTER_CONFIG"
FILE_NAME = "forecaster.toml"
DATABASE_NAME = "forecaster.sqlite"
DEFAULT = "default"
_PASSWORD = re.compile(r"(?<=://)([^:/@]*):[^@]*@")


@dataclass(frozen=True, slots=True)
class Setting:
    """What one setting means and which values it takes; a ``secret`` is never printed."""

    help: str
    parse: Callable[[object], Any]
    secret: bool = False


#: The public sources; a test compares them with those of the room of indicators.
SOURCES = (
    "gacc",
    "ofac",
    "federal_register",
    "kremlin",
    "gdelt_events",
    "sipri",
    "worldbank",
    "comtrade",
    "imf",
    "dataverse",
)
KEYED = ("comtrade", "imf")
#: What a token or a proxy may open.
SCOPES = ("read", "record", "operate")
#: How a mail server may be talked to.
SECURITY = ("starttls", "tls", "none")


#: Every setting there is; the defaults stand in ``Settings``.
TABLE: dict[str, Setting] = {
    "home": Setting("the state folder", parse.path),
    "database_url": Setting("the database; SQLite in the state folder unless stated", parse.url),
    "prior_set": Setting("the prior set that a fit uses", parse.text),
    "random_seed": Setting("the seed of a fit", parse.whole(0, 2**32 - 1)),
    "draws": Setting("draws kept per chain", parse.whole(50, 100_000)),
    "tune": Setting("draws per chain spent on tuning", parse.whole(50, 100_000)),
    "chains": Setting("chains; the gate compares them, so two or more", parse.whole(2, 64)),
    "cores": Setting("chains that run at the same time", parse.whole(1, 256)),
    "stale_after_hours": Setting(
        "hours after the last good run before a forecast is called stale", parse.whole(1, 8760)
    ),
    "contact": Setting(
        "who asks: an address that publishers can write to; needed to collect", parse.contact
    ),
    **{
        f"sources.{name}.base_url": Setting(
            f"a mirror that is asked instead of {name}'s publisher", parse.base_url
        )
        for name in SOURCES
    },
    **{
        f"sources.{name}.api_key": Setting(f"a key of one's own for {name}", parse.key, secret=True)
        for name in KEYED
    },
    "schedule": Setting("the timetable of the jobs; jobs/schedule.toml unless stated", parse.path),
    "alerts": Setting(
        "the rules of what is told; forecaster/alerts/alerts.toml unless stated", parse.path
    ),
    "desk_url": Setting("where people find the desk, for the links in alerts", parse.base_url),
    "jobs_at_once": Setting("jobs that run at the same time", parse.whole(1, 64)),
    "fit_seconds": Setting("seconds after which a fit is ended", parse.whole(1, 604_800)),
    "fit_memory_mb": Setting(
        "memory in MB at which a fit, or any other job, is ended", parse.whole(64, 4_194_304)
    ),
    "lease_seconds": Setting(
        "seconds until another process takes the jobs over from one that died", parse.whole(2, 3600)
    ),
    "heartbeat_url": Setting(
        "address that is called after each job that succeeded", parse.web, secret=True
    ),
    "backup_folder": Setting(
        "where the job `backup` writes; `backups` in the state folder unless stated", parse.path
    ),
    "backups_kept": Setting("backups that the job `backup` keeps", parse.whole(1, 10_000)),
    "disk_floor_mb": Setting(
        "free space in MB below which the service says that it is not ready",
        parse.whole(0, 1_000_000_000),
    ),
    "proxy_header": Setting(
        "the header in which a trusted proxy says who asks; X-Forwarded-User for one", parse.header
    ),
    "proxy_addresses": Setting(
        "addresses or ranges whose proxy_header is believed, with commas between", parse.networks
    ),
    "proxy_scopes": Setting(
        f"what those may whom a proxy vouches for: some of {', '.join(SCOPES)}",
        parse.some_of(SCOPES),
    ),
    "hosts": Setting(
        "names that the pages answer to besides this machine's own, with commas between",
        parse.hosts,
    ),
    "web_requests_per_second": Setting(
        "requests a second of one address or identity, on average over ten seconds",
        parse.whole(1, 1_000_000),
    ),
    "web_burst": Setting(
        "requests of one address or identity within one second", parse.whole(1, 1_000_000)
    ),
    "webhook_allow_cidrs": Setting(
        "ranges of the own network that webhooks may go to, with commas between", parse.ranges
    ),
    "webhook_key": Setting("the key that seals webhook secrets", parse.sealing_key, secret=True),
    "deliveries_kept_days": Setting(
        "days after which the job `tidy` forgets what was delivered or given up",
        parse.whole(30, 36_500),
    ),
    "webhook_ca_file": Setting(
        "certificates in PEM that webhooks and mail believe besides the usual ones", parse.path
    ),
    "smtp_host": Setting("the mail server that sends alerts", parse.host),
    "smtp_port": Setting("its port", parse.whole(1, 65_535)),
    "smtp_security": Setting(
        "how it is talked to: starttls, tls, or none on this machine", parse.one_of(SECURITY)
    ),
    "smtp_user": Setting("the name we sign in with there", parse.key),
    "smtp_password": Setting("the password for it", parse.key, secret=True),
    "smtp_from": Setting("the address that mail comes from", parse.mailbox),
}


@dataclass(frozen=True)
class Settings:
    """The settings in force; ``origin`` says where each came from."""

    home: Path
    database_url: str
    prior_set: str = "reference"
    random_seed: int = 1
    draws: int = 1000
    tune: int = 500
    chains: int = 4
    cores: int = 2
    stale_after_hours: int = 48
    contact: str | None = None
    schedule: Path | None = None
    alerts: Path | None = None
    desk_url: str | None = None
    jobs_at_once: int = 2
    fit_seconds: int = 1800
    fit_memory_mb: int = 4096
    lease_seconds: int = 30
    heartbeat_url: str | None = None
    backup_folder: Path | None = None
    backups_kept: int = 14
    disk_floor_mb: int = 500
    proxy_header: str | None = None
    proxy_addresses: tuple[str, ...] = ()
    proxy_scopes: tuple[str, ...] = ("read",)
    hosts: tuple[str, ...] = ()
    web_requests_per_second: int = 300
    web_burst: int = 600
    webhook_allow_cidrs: tuple[str, ...] = ()
    webhook_key: str | None = field(default=None, repr=False)
    deliveries_kept_days: int = 90
    webhook_ca_file: Path | None = None
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_from: str | None = None
    #: Base addresses of mirrors and keys, by source, where they are stated.
    base_urls: Mapping[str, str] = field(default_factory=dict)
    api_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    origin: Mapping[str, str] = field(default_factory=dict, compare=False)

    def shown(self, name: str) -> str:
        """The value of one setting as it may be printed: secrets become ``***``."""
        value: Any
        match name.split("."):
            case ["sources", source, "base_url"]:
                value = self.base_urls.get(source)
            case ["sources", source, "api_key"]:
                value = self.api_keys.get(source)
            case _:
                value = getattr(self, name)
        if value is None:
            return ""
        if isinstance(value, tuple):
            return ", ".join(value)
        return "***" if TABLE[name].secret else _hidden(value)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper().replace(".", "__")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process.

    Raises
    ------
    InvalidFiles
        Naming every unknown key and every value that cannot be, with where it stands.
    """
    environ = os.environ if environ is None else environ
    sources = _Sources(environ)
    file = sources.named_file()
    stated: Path | None = sources.value("home", None)
    home = stated or _usual_home()
    if file is None:
        sources.file_in(home)
    values: dict[str, Any] = {"home": home}
    values["database_url"] = sources.value("database_url", f"sqlite:///{home / DATABASE_NAME}")
    for name in TABLE.keys() - values.keys():
        if "." not in name:
            values[name] = sources.value(name, getattr(Settings, name))
    values["base_urls"] = sources.of_each(SOURCES, "base_url")
    values["api_keys"] = sources.of_each(KEYED, "api_key")
    if sources.problems:
        raise InvalidFiles(sources.problems)
    return Settings(**values, origin=sources.origin)


def _usual_home() -> Path:
    # Imported late: where FORECASTER_HOME is set, nobody waits for it.
    from platformdirs import user_data_path

    return user_data_path("forecaster")


class _Sources:
    """The places a setting may come from, and what was wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.content: dict[str, Any] = {}
        self.file: Path | None = None
        self.origin: dict[str, str] = {}
        self.problems: list[str] = []

    def named_file(self) -> Path | None:
        """Read the file that FORECASTER_CONFIG names, if it does."""
        if CONFIG not in self.environ:
            return None
        file = Path(self.environ[CONFIG]).expanduser()
        if file.is_file():
            self._read(file)
        else:
            self.problems.append(f"{CONFIG}: there is no file {file}")
        return file

    def file_in(self, home: Path) -> None:
        """Read the file in the state folder, if there is one."""
        file = home / FILE_NAME
        if not file.is_file():
            return
        self._read(file)
        if "home" in self.content:
            self.problems.append(
                f"{file}: home: a file inside the state folder cannot move it; set FORECASTER_HOME"
            )

    def value[T](self, name: str, default: T) -> T:
        """The value in force; a wrong one is noted, and the default stands in for it."""
        if variable(name) in self.environ:
            raw: Any = self.environ[variable(name)]
            place = where = variable(name)
        elif name in self.content:
            raw = self.content[name]
            place, where = str(self.file), f"{self.file}: {name}"
        else:
            self.origin[name] = DEFAULT
            return default
        self.origin[name] = place
        try:
            parsed: T = TABLE[name].parse(raw)
        except ValueError as error:
            shown = "***" if TABLE[name].secret else _hidden(raw)
            self.problems.append(f"{where}: {error}, not {shown!r}")
            return default
        return parsed

    def of_each(self, names: Iterable[str], last: str) -> dict[str, str]:
        """One setting of several sources, by source, where it is stated."""
        found = {name: self.value(f"sources.{name}.{last}", "") for name in names}
        return {name: value for name, value in found.items() if value}

    def _read(self, file: Path) -> None:
        self.file = file
        try:
            with file.open("rb") as opened:
                self.content = dict(_flat(tomllib.load(opened)))
        except (OSError, ValueError) as error:
            self.problems.append(f"{file}: {error}")
        for key in self.content.keys() - TABLE.keys():
            near = nearest(key, TABLE)
            hint = f"nearest: {', '.join(near)}" if near else f"known: {', '.join(TABLE)}"
            self.problems.append(f"{file}: {key}: no such setting; {hint}")


def _flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The keys of a file with those of its tables behind a dot."""
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def _hidden(value: object) -> str:
    """A value as it may be printed: a password in an address becomes ``***``."""
    return _PASSWORD.sub(r"\1:***@", str(value))


def unknown_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """``FORECASTER_*`` variables that nothing reads, told but not refused.

    A container platform sets variables of this form by itself for a service of our name, so
    refusing them would stop a correct installation.
    """
    environ = os.environ if environ is None else environ
    known = {variable(name) for name in TABLE} | {CONFIG}
    return sorted(
        name
        for name in environ
        if name.startswith(PREFIX) and name not in known and not name.startswith(PREFIX + "TEST_")
    )
