"""``/metrics``: what a Prometheus reads. Counted here per process, the rest asked of the store.

Whatever a request says itself never becomes a label: only the pattern of the route does.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime

from fastapi import APIRouter
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import forecaster
from forecaster import standing
from forecaster.belief import Forecast
from forecaster.errors import ForecasterError
from forecaster.store import census
from forecaster.store.census import Census
from forecaster.web import machine
from forecaster.web.lull import Lull
from forecaster.web.site import Site

TYPE = "text/plain; version=0.0.4; charset=utf-8"
EDGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)  # seconds; 0.3 is what we promise
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The metrics of one site, in a registry of their own."""

    def __init__(self, site: Site) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # series that nobody reads
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "forecaster_http_requests",
            "Requests by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "forecaster_http_request_seconds",
            "From the request to the end of its answer.",
            ("route",),
            buckets=EDGES,
            registry=self.registry,
        )
        self.registry.register(_OfTheStore(site))

    def router(self) -> APIRouter:
        """The address where they are read; the door asks for the scope ``read``."""
        routes = APIRouter(include_in_schema=False)

        @routes.get("/metrics")
        async def metrics() -> Response:
            body = await run_in_threadpool(generate_latest, self.registry)
            return Response(body, headers={"cache-control": "no-store"}, media_type=TYPE)

        return routes


class Counting:
    """Counts what passes, however it ends."""

    def __init__(self, app: ASGIApp, metrics: Metrics, lull: Lull) -> None:
        self._app = app
        self._metrics = metrics
        self._lull = lull

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how long its answer took."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # of a request whose route broke

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.monotonic()
        try:
            with self._lull.request():
                await self._app(scope, receive, sending)
        finally:
            route = _route(scope)
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.monotonic() - began)


def _route(scope: Scope) -> str:
    """The pattern of the route that answered; ``none`` where none did."""
    if str(scope["path"]).startswith("/static/"):
        return "/static"
    return str(getattr(scope.get("route"), "path", "none"))


class _OfTheStore(Collector):
    """What the store knows, asked when somebody wants to know."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: to register is no reason to ask the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The metrics as they are now; of a database that is away only that it is."""
        info = InfoMetricFamily("forecaster_build", "The version that runs.")
        info.add_metric((), {"version": forecaster.__version__})
        yield info
        site, now = self._site, self._site.now()
        try:
            found = census.take(site.desk.engine)
        except ForecasterError:
            yield _gauge("forecaster_database_up", "Whether the database can be read.", 0)
            return
        yield _gauge("forecaster_database_up", "Whether the database can be read.", 1)
        yield from _counted(found, now)
        yield from _room(site)
        try:
            document = standing.forecast(site.desk.settings, now)
        except ForecasterError:
            return
        yield from _standing(document, now)


def _counted(found: Census, now: datetime) -> Iterable[Metric]:
    yield _gauge("forecaster_readings", "Readings stored, all vintages.", found.readings)
    kinds = GaugeMetricFamily("forecaster_forecasts", "Forecasts stored.", labels=("kind",))
    for kind, count in found.forecasts.items():
        kinds.add_metric((kind,), count)
    yield kinds
    runs = GaugeMetricFamily("forecaster_job_runs", "Rows of the ledger.", labels=("job", "status"))
    for labels, count in found.runs.items():
        runs.add_metric(labels, count)
    yield runs
    since = GaugeMetricFamily(
        "forecaster_job_since_success_seconds",
        "Since a job last succeeded.",
        labels=("job",),
        unit="seconds",
    )
    for job, at in found.succeeded_at.items():
        since.add_metric((job,), (now - at).total_seconds())
    yield since
    if found.fit is not None:
        seconds = GaugeMetricFamily(
            "forecaster_fit_seconds", "What the newest fit took.", labels=("status",)
        )
        seconds.add_metric((found.fit.status,), found.fit.seconds)
        yield seconds


def _standing(document: Forecast, now: datetime) -> Iterable[Metric]:
    age = (now - datetime.fromisoformat(document["as_of"])).total_seconds()
    yield _gauge("forecaster_forecast_age_seconds", "Since the standing forecast's as-of.", age)
    yield _gauge(
        "forecaster_forecast_stale", "Whether it is stale.", int(document["status"] == "stale")
    )
    yield _gauge(
        "forecaster_fit_divergences",
        "Divergences of the standing forecast.",
        document["diagnostics"]["divergences"],
    )
    behind = GaugeMetricFamily(
        "forecaster_indicators_behind", "Indicators late or failed.", labels=("state",)
    )
    behind.add_metric(("late",), len(document["sources"]["late"]))
    behind.add_metric(("failed",), len(document["sources"]["failed"]))
    yield behind


def _room(site: Site) -> Iterable[Metric]:
    try:
        room = machine.room(site.desk)
    except OSError:
        return
    yield _gauge("forecaster_disk_free_bytes", "Free where the state lies.", room.free)


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=value)
