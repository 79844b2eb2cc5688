"""A desk with a past: the embedded record, a forecast a month for a year, one posterior file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from forecaster import settings
from forecaster.posterior import files
from forecaster.store import forecasts, readings
from forecaster.store.engine import open_engine, writing
from forecaster.store.migrate import upgrade
from forecaster.wiring import Desk
from tests import posteriors, synthetic

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
NEWEST = "synthetic-0"
POSTERIOR = "posteriors/synthetic.nc"
# Days before now, and the headline of the forecast of that day: it rose, fell back, rose again.
PAST = (
    (420, 0.085),
    (366, 0.090),
    (330, 0.102),
    (270, 0.097),
    (240, 0.118),
    (180, 0.126),
    (150, 0.121),
    (90, 0.117),
    (60, 0.124),
    (31, 0.119),
    (8, 0.126),
    (2, 0.129),
    (0, 0.131),
)


def desk(home: Path) -> Desk:
    """Fill an empty state folder; the desk's clock stands at ``NOW``."""
    chosen = settings.load({"FORECASTER_HOME": str(home)})
    found = Desk(chosen, open_engine(chosen.database_url), lambda: NOW)
    upgrade(found.engine)
    readings.add(found.engine, found.embedded(), now=NOW - timedelta(days=500))
    tree = posteriors.posterior()
    tree["summary"] = posteriors.summary_of(synthetic.series())
    sha256 = files.save(tree, home / POSTERIOR)
    with writing(found.engine) as connection:
        for days, mean in PAST:
            moment = NOW - timedelta(days=days, minutes=5)
            document = synthetic.document()
            document["forecast_id"] = f"synthetic-{days}"
            document["as_of"] = document["created_at"] = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
            document["data_hash"] = f"{days:064x}"
            headline, by = document["headline"], synthetic.interval(mean)
            headline["mean"], headline["lower"], headline["upper"] = mean, by["lower"], by["upper"]
            forecasts.insert(
                connection,
                document,
                kind="provisional" if days == 90 else "published",
                posterior_path=POSTERIOR,
                posterior_sha256=sha256,
            )
    return found
