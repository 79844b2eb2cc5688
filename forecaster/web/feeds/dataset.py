"""The data of the desk as a Dataset of schema.org, which search engines for data read."""

from __future__ import annotations

from typing import Any

from forecaster import documents
from forecaster.web.formats import forms
from forecaster.wiring import Desk

_API = "/api/v1"
_LICENCE = "https://spdx.org/licenses/MIT.html"


def document(desk: Desk, base: str) -> dict[str, Any]:
    """The forecasts, and under ``hasPart`` the readings of each indicator."""
    listed = documents.indicators(desk)
    history = documents.history(desk)["forecasts"]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{base}{_API}/dataset",
        "name": "Sino-Russian alignment: forecasts and readings",
        "description": "Probabilities of alliance, retreat, balancing and rupture between Russia "
        "and China, refitted when a reading arrives, with every reading behind them and when it "
        "was known.",
        "url": f"{base}/",
        "license": _LICENCE,
        "isAccessibleForFree": True,
        "dateModified": max((one["created_at"] for one in history), default=listed["as_of"]),
        "measurementTechnique": "Bayesian state-space model; posterior means with 90 % intervals",
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": "alliance_by",
                "description": "Probability that an alliance comes into force within ten years",
                "unitText": "probability",
                "minValue": 0,
                "maxValue": 1,
            }
        ],
        "distribution": [_download(f"{base}{_API}/history", "json", "Published forecasts")],
        "hasPart": [_readings(one, base) for one in listed["indicators"]],
    }


def _readings(one: dict[str, Any], base: str) -> dict[str, Any]:
    address = f"{base}{_API}/indicators/{one['id']}/readings"
    return {
        "@type": "Dataset",
        "@id": address,
        "name": one["title"],
        "description": f"{one['question']} ({one['unit']}, as published by {one['source']})",
        "isBasedOn": one["source_url"],
        "usageInfo": f"{base}{_API}/indicators/{one['id']}",
        "variableMeasured": {
            "@type": "PropertyValue",
            "name": one["id"],
            "unitText": one["unit"],
        },
        "distribution": [
            _download(address, "json", "JSON"),
            *(_download(f"{address}.{form}", form, form) for form in ("csv", "parquet", "nc")),
        ],
    }


def _download(address: str, form: Any, name: str) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": name,
        "contentUrl": address,
        "encodingFormat": forms.TYPES[form].partition(";")[0],
    }
