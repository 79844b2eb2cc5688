"""The figures of the two papers stand among the readings, and what came after can be held to them.

A and B are the papers as in ``priors/claims.toml``; each test names its claim.
"""

from __future__ import annotations

import pytest

from indicators import catalogue
from indicators.spec import Reading

CATALOGUE = catalogue()
SAID: dict[str, dict[str, dict[str, float]]] = {
    "A6": {
        "russian_opinion_of_china_seed": {"2014": 64},
        "russian_fear_of_china_military": {"2011": 74},
    },
    "A7": {
        "gdp_ratio_seed": {"2017": 12.23 / 1.57},
        "milex_ratio_seed": {"2017": 228 / 66},
    },
    "A9": {"sco_friction": {"2010": 2, "2014": 1, "2017": 1}},
    "A10": {"belt_road_pledges": {"2015": 150}},
    "A14": {
        "energy_deals": {"2013": 250, "2014": 400},
        "arms_contract_values": {"2015": 3},
    },
    "A16": {"us_strategy_naming": {"2018": 2}},
    "A19": {"arms_deals_seed": {"2018": 2.2 + 5.5}},
    "A21": {
        "trade_seed": {
            "2000": 8,
            "2008": 56.82,
            "2009": 38.78,
            "2014": 95.19,
            "2015": 67.95,
            "2016": 70.56,
            "2017": 80,
            "2018": 100,
        }
    },
    "A22": {
        "russia_share_china_exports": {"2016": 1.78},
        "us_share_china_exports_customs": {"2016": 18.39},
        "china_export_shares_seed": {"2016": 6.16 + 4.47 + 3.11 + 2.78 + 2.65},
    },
    "A23": {"fuels_share_exports": {"2017": 66.2}},
    "B11": {"trade_seed": {"2013": 87}, "us_russia_trade_seed": {"2013": 27.5}},
}


def rows(name: str) -> dict[str, Reading]:
    return {row.period.text: row for row in CATALOGUE[name].history}


def values(name: str) -> dict[str, float]:
    return {period: row.value for period, row in rows(name).items()}


def total(name: str, year: str) -> float:
    """The sum over the months of a year, all of which are there."""
    months = [value for period, value in values(name).items() if period.startswith(f"{year}-")]
    assert len(months) == 12
    return sum(months)


@pytest.mark.parametrize("claim", sorted(SAID))
def test_the_figures_of_a_claim_are_among_the_readings(claim: str) -> None:
    for name, figures in SAID[claim].items():
        assert claim in CATALOGUE[name].informs.claims
        found = values(name)
        for period, value in figures.items():
            assert found[period] == pytest.approx(value, rel=1e-3), f"{name} {period}"
            source = rows(name)[period].source.lower()
            assert "constraints paper (about 2019)" in source or "lukin 2015" in source


def test_a_paper_is_quoted_even_where_it_slipped_and_the_slip_is_flagged() -> None:
    """A19: the prices of missiles and frigates look swapped. A21: two figures for 2000."""
    assert "look swapped" in rows("arms_deals_seed")["2018"].note
    assert "7.5" in rows("trade_seed")["2000"].note
    assert all(one in rows("gdp_ratio_seed")["2017"].note for one in ("12.23", "1.57"))
    assert all(one in rows("milex_ratio_seed")["2017"].note for one in ("228", "66"))
    assert all(one in rows("fuels_share_exports")["2017"].note for one in ("27.43", "41.4"))
    shares = rows("china_export_shares_seed")["2016"].note
    assert all(one in shares for one in ("6.16", "4.47", "3.11", "2.78", "2.65"))


def test_what_only_repeats_or_only_one_paper_says_drives_nothing() -> None:
    """Else one fact would count twice: once as the paper has it, once as its publisher does."""
    seeds = {name for name in CATALOGUE if name.endswith("_seed")}
    assert seeds
    for name in {*seeds, "energy_deals", "arms_contract_values", "belt_road_pledges"}:
        assert CATALOGUE[name].role == "context", name


def test_five_meetings_of_2013_by_the_counting_rule() -> None:
    """B10: margins of other summits included."""
    assert total("leader_meetings", "2013") == 5
    assert "five for 2013" in CATALOGUE["leader_meetings"].definition


def test_trade_as_customs_counts_it_agrees_with_the_papers() -> None:
    """A21: within three per cent wherever both give a year, but for what was said in advance."""
    customs, said = values("trade_total"), values("trade_seed")
    both = set(customs) & set(said) - {"2017", "2018"}
    assert both == {"2008", "2009", "2013", "2014", "2015", "2016"}
    for year in both:
        assert customs[year] == pytest.approx(said[year], rel=0.03), year


def test_trade_fell_when_the_paper_says_and_beat_what_it_expected() -> None:
    """A21: falls in 2009 and 2015; over 80 in 2017; 100 expected for 2018, 107 came."""
    customs = values("trade_total")
    assert customs["2009"] < customs["2008"]
    assert customs["2015"] < customs["2014"]
    assert customs["2017"] > 80
    assert customs["2018"] == pytest.approx(107.06)
    assert values("trade_seed")["2018"] < customs["2018"]


def test_trade_spans_the_years_of_the_seed() -> None:
    """1992 to 2018, by one reporter or the other; 2000 and 2012 from the importers' books."""
    known = {period for name in ("trade_total", "trade_reported_cow") for period in values(name)}
    assert {str(year) for year in range(1992, 2019)} <= known


def test_markets_of_china_are_as_unequal_as_the_paper_says() -> None:
    """A22: ten times as much to the United States as to Russia."""
    america = values("us_share_china_exports_customs")["2016"]
    russia = values("russia_share_china_exports")["2016"]
    assert america / russia == pytest.approx(18.39 / 1.78)


def test_the_poll_of_2014_is_the_one_that_the_paper_quotes() -> None:
    """A6: 63.7 in the microdata, about 64 in the paper."""
    assert round(values("russian_opinion_of_china_pew")["2014"]) == 64


def test_the_quarrels_that_the_papers_name_are_in_the_list() -> None:
    """B22, A9: Slavneft 2002, Angarsk 2003, Georgia 2008; the bank of the SCO 2010, 2017."""
    notes = {year: row.note for year, row in rows("friction").items() if row.value}
    for year, word in {
        "2002": "Slavneft",
        "2003": "Angarsk",
        "2008": "Georgia",
        "2010": "bank",
        "2017": "Pakistan",
    }.items():
        assert word in notes[year]


def test_the_steps_that_the_paper_names_are_in_the_list() -> None:
    """B23: declaration 1997, treaty 2001, border 2004."""
    steps = values("treaties_statements")
    assert min(steps[year] for year in ("1997", "2001", "2004")) >= 1
    assert "Treaty of Good-Neighborliness" in rows("treaties_statements")["2001"].note


def test_words_moved_from_aloofness_to_natural_allies() -> None:
    """B13: 2011 against 2014."""
    assert values("alliance_talk")["2011"] == 0
    assert values("alliance_talk")["2014"] == 2


def test_sanctions_came_when_the_papers_say() -> None:
    """A13: 2014. A16: tariffs on China from 2018."""
    assert total("sanctions_on_russia", "2014") > total("sanctions_on_russia", "2013")
    acts = values("tariff_and_control_acts")
    assert acts["2018"] > acts["2017"]
    tariff = values("us_tariff_on_china")
    assert tariff["2018-09-25"] > tariff["2018-01"]


def test_votes_apart_are_closer_than_those_with_america() -> None:
    """B18: in 2014 China stood nearer to Russia than America did."""
    assert values("un_distance_russia_china")["2014"] < values("un_distance_russia_us")["2014"]


def test_drills_of_the_years_that_the_paper_names() -> None:
    """A28, B12: with China at sea 2015 to 2017, and on land in Vostok-2018."""
    drills = values("joint_exercises")
    for year in ("2015", "2016", "2017", "2018"):
        assert sum(v for period, v in drills.items() if period.startswith(year)) >= 1
    assert drills["2018-09"] >= 1
