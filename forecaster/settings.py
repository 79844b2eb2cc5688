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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forecaster.errors import InvalidFiles, nearest
from forecaster.settings_table import KEYED, SCOPES, SOURCES, TABLE

__all__ = [
    "CONFIG",
    "DATABASE_NAME",
    "DEFAULT",
    "FILE_NAME",
    "KEYED",
    "PREFIX",
    "SCOPES",
    "SOURCES",
    "TABLE",
    "Settings",
    "load",
    "unknown_variables",
    "variable",
]

PREFIX = "FORECASTER_"
CONFIG = "FORECASTER_CONFIG"
FILE_NAME = "forecaster.toml"
DATABASE_NAME = "forecaster.sqlite"
DEFAULT = "default"
_PASSWORD = re.compile(r"(?<=://)([^:/@]*):[^@]*@")


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
