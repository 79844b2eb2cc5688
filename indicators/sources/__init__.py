"""The public sources, by name. Each module knows one publisher and exports it as ``SOURCE``."""

from __future__ import annotations

from indicators.source import Source
from indicators.sources import (
    comtrade,
    dataverse,
    federal_register,
    gacc,
    gdelt_events,
    imf,
    kremlin,
    ofac,
    sipri,
    worldbank,
)

#: In the order in which they are visited.
SOURCES: dict[str, Source] = {
    one.SOURCE.name: one.SOURCE
    for one in (
        gacc,
        ofac,
        federal_register,
        kremlin,
        gdelt_events,
        sipri,
        worldbank,
        comtrade,
        imf,
        dataverse,
    )
}

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
