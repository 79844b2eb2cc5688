"""Nobody reads a secret who has the database alone."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from forecaster.alerts.vault import FILE_NAME, Vault
from forecaster.errors import StoreError
from tests.alerts.conftest import Installation, Make


def test_the_database_holds_neither_secret_nor_a_chat_s_address(make: Make) -> None:
    one = make()
    secret = one.add("http://127.0.0.1:9/services/T0/B0/word", kind="slack")
    content = Path(str(one.engine.url.database)).read_bytes()
    content += b"".join(
        Path(f"{one.engine.url.database}{end}").read_bytes()
        for end in ("-wal",)
        if Path(f"{one.engine.url.database}{end}").exists()
    )
    assert b"127.0.0.1:9/***" in content
    for hidden in (secret, secret.removeprefix("whsec_"), "T0/B0/word"):
        assert hidden.encode() not in content


def test_the_key_is_its_owner_s_alone(here: Installation) -> None:
    here.add("http://127.0.0.1:9/x")
    file = here.settings.home / FILE_NAME
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    file.chmod(0o640)
    with pytest.raises(StoreError, match=r"can be read by others; .*chmod 600"):
        Vault(here.settings).seal("x")


def test_many_at_once_make_one_key(here: Installation) -> None:
    with ThreadPoolExecutor(16) as threads:
        sealed = list(threads.map(lambda n: Vault(here.settings).seal(f"{n}"), range(32)))
    assert [f"{n}" for n in range(32)] == [Vault(here.settings).open(one) for one in sealed]
    assert [FILE_NAME] == [one.name for one in here.settings.home.glob("webhook*")]


def test_a_stated_key_stands_for_the_file(make: Make) -> None:
    key = Fernet.generate_key().decode()
    one = make(WEBHOOK_KEY=key)
    one.add("http://127.0.0.1:9/x")
    assert not (one.settings.home / FILE_NAME).exists()
    assert key not in repr(one.settings)
    assert "***" == one.settings.shown("webhook_key")
    other = replace(one.settings, webhook_key=Fernet.generate_key().decode())
    with pytest.raises(StoreError, match="does not open with the key of FORECASTER_WEBHOOK_KEY"):
        Vault(other).open(one.one().secret)


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff\xfe"])
def test_a_damaged_key_is_told(here: Installation, content: bytes) -> None:
    file = here.settings.home / FILE_NAME
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(StoreError, match=r"webhook\.key"):
        Vault(here.settings).seal("x")
