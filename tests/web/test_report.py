"""The report is one page that needs nothing else."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from forecaster.belief import Forecast
from forecaster.posterior import words
from forecaster.web import order, report
from forecaster.web.studio import Studio
from tests import synthetic

INDICATORS: list[dict[str, Any]] = [
    {
        "id": f"synthetic_{state}",
        "title": f"A made-up series that is {state} <b>&",
        "factor": "cn_us",
        "role": role,
        "state": state,
        "last_period": last,
        "n_readings": 3,
    }
    for state, role, last in (
        ("fresh", "evidence", "2026-10"),
        ("late", "evidence", "2024"),
        ("manual", "context", None),
    )
]


def page_of(page: report.Page) -> str:
    with Studio() as studio:
        return report.html(page, studio)


class Reader(HTMLParser):
    """Collects what a browser would act on."""

    void = frozenset({"meta", "link", "img", "br", "hr", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


def _read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def _text(reader: Reader) -> str:
    return re.sub(r"\s+", " ", " ".join(reader.text))


@pytest.fixture(scope="module")
def page() -> str:
    document = synthetic.document()
    previous = report.Previous(document["headline"]["mean"] - 0.004, "2026-11-21T06:10:00Z")
    return page_of(report.Page(document, synthetic.series(), INDICATORS, previous))


def test_the_page_needs_nothing_from_outside(page: str) -> None:
    reader = _read(page)

    assert len(page.encode()) < 2_000_000
    assert "http:" not in page
    assert "https:" not in page
    assert not {"script", "link", "img", "iframe", "object", "embed", "form"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert not [name for name, _ in reader.attributes if name in {"src", "href", "style"}]


def test_the_policy_allows_the_one_style_and_nothing_else(page: str) -> None:
    policy = dict(_read(page).attributes)["content"]
    policies = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)

    assert policy
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policies[0]


def test_the_page_leads_with_the_answer(page: str) -> None:
    text = _text(_read(page))
    document = synthetic.document()

    assert words.headline_sentence(document["headline"], document["words"]) in text
    assert words.confidence_sentence(document["words"]) in text
    assert "13 % (1 to 42)" in text
    assert "▲ 0.4 points since the forecast as known 21 Nov 2026 06:10 UTC." in text
    assert document["definition"] in text


def test_every_horizon_scenario_factor_and_constraint_is_there(page: str) -> None:
    text = _text(_read(page))

    for date, _ in synthetic.HORIZONS:
        assert words.day(date) in text
    for name in ("ru_west", "cn_us", "alignment", "asymmetry", "western_reaction", "rupture"):
        assert words.title(name) in text
    assert "Capability gap" in text
    assert "Non-alignment – none" in text


def test_provenance_is_complete(page: str) -> None:
    text = _text(_read(page))
    document = synthetic.document()

    for value in ("forecast_id", "data_hash", "priors_hash", "model_version"):
        assert str(document[value]) in text
    assert "R-hat, largest 1.006" in text


def test_names_from_files_are_text_not_markup(page: str) -> None:
    assert "A made-up series that is late &lt;b&gt;&amp;" in page


def test_sources_are_counted_in_words(page: str) -> None:
    assert "Sources: 1 fresh, 1 added by hand, 1 late, none failed" in _text(_read(page))


def test_bars_add_up() -> None:
    for _, years in synthetic.HORIZONS:
        shares = {name: {"mean": mean} for name, mean in synthetic.scenarios(years).items()}
        bar = order.bar(shares)
        last = bar[-1]
        assert last.start + last.length == pytest.approx(100, abs=0.05)


def test_the_first_forecast_has_nothing_to_compare_with() -> None:
    first: Forecast = deepcopy(synthetic.document())
    first["status"] = "provisional"
    page = page_of(report.Page(first, synthetic.series(), []))

    assert "since the forecast" not in page
    assert '<body class="provisional">' in page
    assert "Sources: none late, none failed" in _text(_read(page))


def test_a_prior_that_moves_the_headline_far_is_warned_of() -> None:
    told = "The choice of prior moves the headline by more than ten points: <i>."
    plain = report.Page(synthetic.document(), synthetic.series(), [])
    assert "choice of prior" not in page_of(plain)
    assert "more than ten points: &lt;i&gt;.</strong>" in page_of(replace(plain, warning=told))


def test_publishers_who_disagree_are_told_apart() -> None:
    told = ("trade_total gives 228.1 and trade_imf 221 for 2025: 3.1% apart <b>",)
    with_them = page_of(
        report.Page(synthetic.document(), synthetic.series(), INDICATORS, disagreements=told)
    )
    without = page_of(report.Page(synthetic.document(), synthetic.series(), INDICATORS))

    assert "Where two publishers disagree" in _text(_read(with_them))
    assert told[0] in _text(_read(with_them))
    assert "disagree" not in _text(_read(without))


def test_a_sub_constraint_without_indicators_has_the_name_of_the_priors() -> None:
    titles = {"western_reaction/non_alignment": "Neither joins a bloc"}
    made = report.Page(synthetic.document(), synthetic.series(), INDICATORS, titles=titles)

    assert "Neither joins a bloc" in _text(_read(page_of(made)))
