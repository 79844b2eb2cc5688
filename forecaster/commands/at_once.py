"""What a command that recorded something does and says about the forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecaster.commands import speak

if TYPE_CHECKING:
    from forecaster.instant import Outcome
    from forecaster.wiring import Desk


def forecast(desk: Desk) -> Outcome:
    """A provisional forecast of what is known now, where it can be had at once."""
    from forecaster import instant

    return instant.run(desk)


def tell(outcome: Outcome) -> None:
    """Say what became of it; nothing where no forecast was ever published."""
    from forecaster import instant

    if outcome.result == "none":
        return
    text = instant.message(outcome)
    if outcome.result == "queued":
        text += "; `forecaster update` makes it at once, the service within the hour"
    speak.tell(text)
