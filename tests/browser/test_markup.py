"""The pages as a parser reads them: valid, labelled, and leading only to what is there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import html5lib
import httpx
import pytest

from tests.browser import addresses

XHTML = "{http://www.w3.org/1999/xhtml}"
LABELLED = ("input", "select", "textarea")
MADE_BY_BUTTONS = {"hidden", "submit", "button"}


@pytest.fixture
def ask(served: str) -> Any:
    with httpx.Client(base_url=served, headers={"accept": "text/html"}, timeout=60) as client:
        yield client.get


def tree(page: str) -> Any:
    """The document; anything that the HTML standard calls a parse error is raised."""
    return html5lib.HTMLParser(strict=True).parse(page)


def problems(root: Any) -> list[str]:
    """What is wrong in a page that can be parsed."""
    every = list(root.iter())
    count = Counter(one.get("id") for one in every if one.get("id") is not None)
    found = [f"{number} times id {name}" for name, number in count.items() if number > 1]
    headings = sum(one.tag == f"{XHTML}h1" for one in every)
    if headings != 1:
        found.append(f"{headings} times h1")
    labelled = {one.get("for") for one in every if one.tag == f"{XHTML}label"}
    inside = {id(field) for one in every if one.tag == f"{XHTML}label" for field in one.iter()}
    for one in every:
        tag = str(one.tag).removeprefix(XHTML)
        if tag in LABELLED and one.get("type") not in MADE_BY_BUTTONS:
            named = one.get("id") in labelled or id(one) in inside or one.get("aria-label")
            if not named:
                found.append(f"no label for {tag} {one.get('name')}")
        if tag == "img" and one.get("alt") is None:
            found.append(f"no alt for {one.get('src')}")
        if one.get("style") or any(name.startswith("on") for name in one.attrib):
            found.append(f"style or script in an attribute of {tag}")
        for name in ("aria-labelledby", "aria-describedby"):
            found += [
                f"{name} names {other}, which is not there"
                for other in (one.get(name) or "").split()
                if other not in count
            ]
        target = one.get("href") or ""
        if target.startswith("#") and target[1:] not in count:
            found.append(f"a link to {target}, which is not there")
    return found


@pytest.mark.parametrize("address", addresses.ALL)
def test_a_page_is_valid(ask: Any, address: str) -> None:
    answer = ask(address)
    assert answer.status_code == (404 if address == "/nowhere" else 200)
    root = tree(answer.text)
    assert root.get("lang") == "en"
    assert problems(root) == []


def test_what_is_not_valid_is_seen() -> None:
    page = "<!doctype html><html><head><title>x</title></head><body>{}</body></html>"
    with pytest.raises(html5lib.html5parser.ParseError):
        tree(page.format("<p><table></p>"))
    bad = """<h1 id="a">x</h1><h1 id="a" style="color:red">y</h1><input name="b">
        <img src="c"><p aria-labelledby="d">z</p><a href="#e">z</a>"""
    told = "; ".join(problems(tree(page.format(bad))))
    wanted = (
        *("2 times id a", "2 times h1", "style or script", "no label for input b"),
        *("no alt for c", "names d", "link to #e"),
    )
    assert [one for one in wanted if one not in told] == []


def alike(address: str) -> str:
    """What addresses of one kind have in common: which one it is of, and which values, is left."""
    parts = urlsplit(address)
    path = re.sub(r"/(indicators|forecasts|rules|deliveries)/[^/.]+", r"/\1/*", parts.path)
    return f"{path}?{'&'.join(name for name, _ in parse_qsl(parts.query))}"


@addresses.whole
def test_every_link_leads_somewhere(ask: Any, served: str) -> None:
    """Two addresses of each kind that the pages name, pictures as PNG left out."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for address in addresses.ALL:
        for one in tree(ask(address).text).iter():
            for name in ("href", "src"):
                target = urljoin(f"{served}{address}", (one.get(name) or "").partition("#")[0])
                if target.startswith(served) and "format=png" not in target:
                    found[alike(target)].add(target)
    ours = [one for kind in found.values() for one in sorted(kind)[:2]]
    ours.remove(f"{served}/nowhere")
    assert len(found) > len(addresses.ALL)
    broken = [one.removeprefix(served) for one in ours if ask(one).status_code >= 400]
    assert broken == []
