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

#: Hours between two visits, a little less than the rhythm, so that a daily round finds each due.
EVERY: dict[str, int] = {
    "gacc": 20,
    "ofac": 20,
    "federal_register": 20,
    "kremlin": 5,
    "gdelt_events": 20,
    "sipri": 164,
    "worldbank": 164,
    "comtrade": 164,
    "imf": 164,
    "dataverse": 164,
}

SOURCES: dict[str, Source] = {
    name: import_module(f"indicators.sources.{name}").SOURCE
    for name in NAMES
    if find_spec(f"indicators.sources.{name}") is not None
}
