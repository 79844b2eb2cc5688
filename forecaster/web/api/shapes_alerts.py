"""The documents about alerts, as the description of the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from forecaster.store.outbox import Status
from forecaster.web.api.shapes import Shape


class Alert(Shape):
    """One decision, and what it tells; `docs/reference/webhooks` has a schema for each type."""

    sequence: int = Field(description="Grows over all decisions of an installation.")
    type: str
    at: datetime
    deliver_at: datetime
    rule: str
    subject: str
    event: Literal["fired", "again", "resolved", "happened"]
    episode: int
    forecast_id: str | None
    webhook_id: str | None = Field(description="The message that took it along; the desk has none.")
    details: dict[str, Any]


class AlertPage(Shape):
    """Some decisions, newest first; ``next`` is the cursor of the rest, null at the end."""

    alerts: list[Alert]
    next: str | None


class Opened(Shape):
    """An alert that is open."""

    rule: str
    subject: str
    since: datetime | None


class OpenAlerts(Shape):
    """What is open at the desk, oldest first."""

    open: list[Opened]


class RuleAsWritten(Shape):
    """A rule as its file says it; `docs/reference/alerts.md` has every key."""

    model_config = ConfigDict(extra="allow")

    name: str
    title: str
    when: Literal["moved", "crossed", "stale", "failing", "rejected", "revised", "resolution"]


class Rule(RuleAsWritten):
    """The same with how it stands."""

    open: list[str] = Field(description="The subjects of what is open under it.")
    silenced_until: datetime | None


class Rules(Shape):
    """Every rule."""

    rules: list[Rule]


class Span(Shape):
    """The history that a rule was shown."""

    from_: datetime = Field(alias="from")
    to: datetime
    forecasts: dict[Literal["published", "provisional", "hindcast"], int]


class Moves(Shape):
    """How far the quantity moved from one forecast to the next."""

    measure: Literal["points", "bits", "units"]
    count: int
    median: float | None
    upper: float | None = Field(description="Nine in ten are no larger.")
    largest: float | None


class Counts(Shape):
    """How many messages of each kind."""

    fired: int
    again: int
    resolved: int


class Replayed(Shape):
    """What a rule would have told over the whole history."""

    rule: RuleAsWritten
    history: Span
    moves: Moves
    counts: Counts
    a_year: float | None = Field(
        description="Alerts in a year of that history; null where it is shorter than a month."
    )
    open: bool
    messages: list[dict[str, Any]]


class Silence(Shape):
    """Nothing is decided by a rule until then."""

    rule: str
    starts_at: datetime
    until: datetime
    reason: str
    who: str


class Silences(Shape):
    """Silences, with their end."""

    silences: list[Silence]


class Acknowledgement(Shape):
    """Somebody knows of a forecast; null means every rule, or every endpoint and the desk."""

    forecast_id: str
    rule: str | None
    endpoint: str | None
    at: datetime
    who: str


class Acknowledgements(Shape):
    """The last hundred, newest first."""

    acknowledgements: list[Acknowledgement]


class Endpoint(Shape):
    """Where alerts are sent, and how it does. Its secret is told when it is made, and never again.

    ``url`` is cut after the host for whoever may not operate.
    """

    name: str
    url: str
    format: str
    rules: list[str] = Field(description="None named means all.")
    state: Literal["live", "failing", "paused", "disabled"]
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str | None
    failing_since: datetime | None
    failures: int
    paused_until: datetime | None
    old_secret_until: datetime | None


class Endpoints(Shape):
    """Every endpoint that was not removed."""

    endpoints: list[Endpoint]


class WithSecret(Endpoint):
    """An endpoint and the secret that signs for it from now on.

    It is told this once: a request that is repeated with its Idempotency-Key is given null.
    """

    secret: str | None
    found: bool | None = Field(
        None, description="False: its name could not be looked up now; each sending tries anew."
    )


class Tested(Shape):
    """How a test message ended; ``good`` if the answer was 2xx."""

    name: str
    webhook_id: str
    good: bool
    status_code: int | None
    outcome: str
    milliseconds: int
    response: str


class Delivery(Shape):
    """One message to one endpoint."""

    webhook_id: str
    endpoint: str
    type: str
    status: Status
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    done_at: datetime | None


class DeliveryPage(Shape):
    """Some deliveries, newest first; ``next`` is the cursor of the rest, null at the end."""

    deliveries: list[Delivery]
    next: str | None


class Attempt(Shape):
    """One try; ``response`` is how the answer begins, null for whoever may not operate."""

    number: int
    at: datetime
    status_code: int | None
    milliseconds: int
    outcome: str
    response: str | None


class DeliveryWhole(Delivery):
    """One message with its bytes and every try, oldest first."""

    body: str
    tries: list[Attempt]


class Again(Shape):
    """How many deliveries are sent again."""

    replayed: int
