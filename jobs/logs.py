"""Logs: one JSON object a line on stderr, or plain text where a person watches; no secrets.

Libraries that log the standard way (the scheduler, the HTTP client) end in the same lines, and so
pass the same filter.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor, WrappedLogger

HIDDEN = "***"
_SENSITIVE = (
    r"(?:[\w-]*(?:passw(?:or)?d|secret|token|credential|signature)[\w-]*"
    r"|(?:[\w-]*[_-])?(?:key|auth|sig)|api-?key|apikey|authorization)"
)
_NAMED = re.compile(rf"\A{_SENSITIVE}\Z", re.IGNORECASE)
_PATTERNS = (
    (re.compile(r"(?<=://)([^\s:/@]*):[^\s@/]*@"), rf"\1:{HIDDEN}@"),
    (re.compile(rf"([?&;]{_SENSITIVE}=)[^\s&;#\"']*", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\bwhsec_[\w+/=-]+"), HIDDEN),
    (re.compile(r"\bfct_\w{7,}"), HIDDEN),  # a token; its first six characters may be shown
)


def set_up(stream: TextIO | None = None, **context: Any) -> None:
    """Send the logs of this process to a stream (stderr), each line with what ``context`` holds."""
    out = sys.stderr if stream is None else stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    render: Processor = (
        structlog.dev.ConsoleRenderer(timestamp_key="time")
        if out.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    formatter = ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[ProcessorFormatter.remove_processors_meta, redact, render],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("forecaster").setLevel(logging.INFO)
    structlog.configure(
        processors=[*shared, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**context)


def get() -> structlog.stdlib.BoundLogger:
    """The logger of the service."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("forecaster")
    return found


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide passwords in addresses, keys in queries, tokens, and whatever is named like a secret."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if _NAMED.match(name) and value is not None:
        return HIDDEN
    match value:
        case str():
            return without_secrets(value)
        case Mapping():
            return {str(key): _hidden(str(key), one) for key, one in value.items()}
        case list() | tuple() | set():
            return [_hidden("", one) for one in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return without_secrets(str(value))


def without_secrets(text: str) -> str:
    """A text as it may be written down."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text
