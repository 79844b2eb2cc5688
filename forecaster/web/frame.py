"""The templates, and how numbers and dates are written in them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forecaster.posterior import words

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


@cache
def environment() -> Environment:
    """The templates: escaping always on, and a name that does not exist is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=lambda value: tied(words.percent(value)),
        fine=words.fine,
        fine_span=lambda one: tied(words.fine_interval(one["lower"], one["upper"])),
        rate=lambda value: tied(words.rate(value)),
        span=lambda one: tied(words.interval(one["lower"], one["upper"])),
        rate_span=lambda one: tied(words.rate_interval(one["lower"], one["upper"])),
        plain=lambda one: words.number(one["mean"]),
        plain_span=lambda one: tied(words.span(one["lower"], one["upper"])),
        title_of=words.title,
        moment=lambda value: tied(words.moment(value)),
        day=lambda value: tied(words.day(value)),
        tied=tied,
    )
    return environment


def tied(text: str) -> str:
    """The same text, its spaces not to be broken at the end of a line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
