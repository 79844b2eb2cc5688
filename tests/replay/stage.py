"""Every source with a recorded corpus, each on a port of its own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from indicators.sources import SOURCES
from tests.replay.publisher import Publisher
from tests.replay.route import CORPUS, load


class Replay:
    """Publishers by source name, and the settings that send the sources to them."""

    def __init__(self, corpus: Path = CORPUS, publishers: Mapping[str, str] | None = None) -> None:
        addresses = publishers or {name: one.base_url for name, one in SOURCES.items()}
        self._base_paths = {name: urlsplit(url).path for name, url in addresses.items()}
        self._publishers = {
            name: Publisher(load(corpus / name) if (corpus / name).is_dir() else ())
            for name in addresses
        }
        self._open = ExitStack()

    def __getitem__(self, name: str) -> Publisher:
        return self._publishers[name]

    @property
    def environment(self) -> dict[str, str]:
        """The settings, as environment variables."""
        return {
            f"FORECASTER_SOURCES__{name.upper()}__BASE_URL": one.address + self._base_paths[name]
            for name, one in self._publishers.items()
        }

    def __enter__(self) -> Self:
        for one in self._publishers.values():
            self._open.enter_context(one)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
