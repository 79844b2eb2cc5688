"""The commands on the page about the API do what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from fastapi import FastAPI

from forecaster.wiring import Desk
from tests.web.api import told
from tests.web.api.conftest import Asker, MakeToken

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "api.md").read_text()
COMMANDS = re.findall(r"^curl .*$", PAGE, re.MULTILINE)
BASE = "http://127.0.0.1:8000"
SOMEWHERE = "93.184.215.14"  # what the example's host is said to be called by; nobody is dialled


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_on_the_page_works(
    ask: Asker, app: FastAPI, desk: Desk, token: MakeToken, command: str
) -> None:
    app.state.site.look_up = lambda _host, _port: [SOMEWHERE]
    if "/endpoints/desk" in command:
        told.book(desk).add(told.NOWHERE, "desk", "standard", told.WHO)
    secret = token("read", "record", "operate")
    name, *words = shlex.split(command.replace("$TOKEN", secret))
    assert name == "curl"
    method, headers, body, address, out = "GET", {}, None, "", ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            title, _, text = words.pop(0).partition(": ")
            headers[title] = text
        elif word == "-d":
            body = words.pop(0)
        elif word == "-o":
            out = words.pop(0)
        else:
            address = word
    assert address.startswith(BASE)
    answer = ask(method, address.removeprefix(BASE), headers=headers, content=body)
    assert answer.status_code in {200, 201, 202}, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind.endswith(
        {"csv": "csv", "nc": "netcdf", "parquet": "parquet"}.get(out.rpartition(".")[2], "json")
    )


def test_every_address_on_the_page_is_there(ask: Asker) -> None:
    for address in re.findall(r"`(?:GET )?(/(?:api|feeds)/[^`]*)`", PAGE):
        assert address == "/api/v1" or ask.get(address).status_code == 200, address
