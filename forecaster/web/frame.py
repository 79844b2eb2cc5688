"""The templates, and how numbers and dates are written in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from forecaster.posterior import (
    news_words,
    phrases,
    scores_words,
    watch_words,
    watching,
    words,
)

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


class CompiledTemplates(FileSystemBytecodeCache):
    """Templates as they were compiled before, where Python keeps its own modules.

    Each takes up to 50 ms, which the first reader after a start would wait for. They are those of
    one version of Jinja and of the options below; where none can be kept, each start compiles.
    They are code, as those modules are: whoever may write there may change the program anyway.
    """

    def __init__(self, folder: Path) -> None:
        made = metadata.version("jinja2") + hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
        super().__init__(str(folder), f"templates-{made[:24]}-%s.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take one that was kept; of what is damaged nothing."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - a damaged file may raise what it likes
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one; it is no error if that fails."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def environment() -> Environment:
    """The templates: escaping always on, and a name that does not exist is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=CompiledTemplates(Path(util.cache_from_source(__file__)).parent),
    )
    environment.globals.update(
        words=words,
        phrases=phrases,
        watching=watching,
        news_words=news_words,
        scores_words=scores_words,
        watch_words=watch_words,
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
        size=lambda value: tied(words.size(value)),
        tied=tied,
        took=took,
        listed=listed,
    )
    return environment


def listed(value: object) -> str:
    """A value of a document as text; the members of a list with commas between."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def took(run: Mapping[str, Any]) -> str:
    """The seconds that a run took, where it has come to its end."""
    began, ended = run["started_at"], run["finished_at"]
    if began is None or ended is None:
        return "–"
    length = datetime.fromisoformat(ended) - datetime.fromisoformat(began)
    return f"{length.total_seconds():,.1f}"


def tied(text: str) -> str:
    """The same text, its spaces not to be broken at the end of a line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
