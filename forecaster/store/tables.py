"""Every table there is: whoever needs them all takes ``metadata`` from here."""

from __future__ import annotations

from forecaster.store import (
    schema_access,
    schema_alerts,
    schema_delivery,
    schema_jobs,
    schema_questions,
    schema_scores,
)
from forecaster.store.schema import metadata

__all__ = [
    "metadata",
    "schema_access",
    "schema_alerts",
    "schema_delivery",
    "schema_jobs",
    "schema_questions",
    "schema_scores",
]
