"""The public sources, by name. Each module knows one publisher and exports it as ``SOURCE``."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from indicators.source import Source

NAMES = (
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

SOURCES: dict[str, Source] = {
    name: import_module(f"indicators.sources.{name}").SOURCE
    for name in NAMES
    if find_spec(f"indicators.sources.{name}") is not None
}
