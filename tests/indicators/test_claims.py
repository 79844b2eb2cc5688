"""A citation is not enough: the sign of an indicator must follow from the claim that it cites.

For each claim the table says in words what more of a reading means, for which factor, and in which
direction; every indicator that cites the claim stands in it, and no other. What the claims state in
figures is asked for in ``test_seed_figures.py``; what they say of priors in ``tests/priors``.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean
from typing import NamedTuple

import pytest

import priors
from indicators import Indicator, catalogue
from tests.priors import test_claims as of_priors

CATALOGUE = catalogue()
CLAIMS = priors.load().claims


class Means(NamedTuple):
    """More of any of these readings is more (+1) or less (-1) of the factor, because ``why``."""

    why: str
    factor: str
    sign: int
    names: str


TIES, WEST, EAST = "alignment", "ru_west", "cn_us"
GAP, DETER, REGION, TRADE = (
    *("asymmetry", "western_reaction", "regional_reaction", "trade_dependence"),
)
OF_NEIGHBOURS = (
    "australian_opinion_of_china indian_opinion_of_china indonesian_opinion_of_china "
    "japanese_affinity_china japanese_opinion_of_china korean_opinion_of_china"
)
STRENGTH = (
    "allied_cinc_ratio allied_spending_ratio allied_spending_ratio_sipri us_spending_ratio_sipri"
)
CODED = "gdelt_goldstein gdelt_material_cooperation gdelt_tone media_cooperation_share"
VOTES_APART = "un_distance_russia_china un_distance_russia_china_fp"
MOVED = "china_share_russia_trade china_share_russia_trade_cow china_share_russia_trade_imf"
RUSSIAN_LIKING = "russian_opinion_of_us russian_opinion_of_us_levada"
FOLLOWS: dict[str, list[Means]] = {
    "A3": [Means("warm words are words of friends", TIES, 1, "alliance_talk treaties_statements")],
    "A6": [
        Means(
            "who likes China fears it less", GAP, -1,
            "russian_opinion_of_china russian_opinion_of_china_pew russian_opinion_of_china_seed "
            "russian_view_of_relations",
        ),
        Means("fear of its army is suspicion", GAP, 1, "russian_fear_of_china_military"),
    ],
    "A7": [
        Means(
            "the farther ahead China is, the wider the gap", GAP, 1,
            "cinc_ratio gdp_ratio gdp_ratio_seed milex_ratio milex_ratio_seed milex_ratio_sipri",
        ),
    ],
    "A8": [Means("a wider gap makes second rank plainer", GAP, 1, "gdp_ratio")],
    "A9": [
        Means("disagreements loosen ties", TIES, -1, "friction"),
        Means(
            "China in Russia's place in Central Asia is a strain", GAP, 1,
            "central_asia_trade_ratio central_asia_trade_ratio_recent sco_friction",
        ),
    ],
    "A10": [
        Means(
            "China's money in Central Asia is a strain", GAP, 1,
            "belt_road_pledges central_asia_trade_ratio central_asia_trade_ratio_recent "
            "sco_friction",
        ),
    ],
    "A12": [
        Means(
            "blows, sanctions and dislike are antagonism", WEST, 1,
            "conflict_share_russia_us gdelt_conflict_russia_us ofac_russia_additions "
            "sanctions_on_russia us_opinion_of_russia",
        ),
        Means(
            "liking is the reverse", WEST, -1, f"{RUSSIAN_LIKING} us_opinion_of_russia_gallup"
        ),
        Means("co-operation is depth of ties", TIES, 1, CODED),
        Means("distance and quarrels are not", TIES, -1, f"friction {VOTES_APART}"),
    ],
    "A13": [
        Means(
            "blows and sanctions are antagonism", WEST, 1,
            "conflict_share_russia_us gdelt_conflict_russia_us sanction_cases_on_russia "
            "sanctions_on_russia",
        ),
    ],
    "A14": [
        Means(
            "who sells arms and fuel for decades trusts the buyer", TIES, 1,
            "arms_contract_values arms_deliveries arms_orders energy_deals",
        ),
    ],
    "A16": [
        Means(
            "acts against China are antagonism with it", EAST, 1,
            "entity_list_china entity_list_rules ofac_china_additions sanction_cases_on_china "
            "sanctions_on_china tariff_and_control_acts us_orders_on_china us_strategy_naming "
            "us_tariff_on_china",
        ),
        Means(
            "acts against Russia are antagonism with it", WEST, 1,
            "ofac_russia_additions sanction_cases_on_russia sanctions_on_russia "
            "us_orders_on_russia",
        ),
        Means("a threat not yet carried out deters", DETER, 1, "secondary_sanctions_threats"),
    ],
    "A17": [
        Means("a West that outweighs both deters", DETER, 1, STRENGTH),
        Means(
            "what can still be taken away deters", DETER, 1,
            "export_share_us secondary_sanctions_threats",
        ),
        Means("a sanction imposed deters no longer", DETER, -1, "secondary_designations_china"),
        Means("a coalition in the region holds back", REGION, 1, "counter_moves"),
    ],
    "A18": [
        Means(
            "sales to the West are what China would lose", DETER, 1,
            "export_share_us export_share_japan_korea",
        ),
        Means(
            "China's interests lie in rich markets", TRADE, 1,
            "us_share_china_exports west_share_china_exports",
        ),
        Means(
            "trade that has moved to China depends less on the West", TRADE, -1, MOVED,
        ),
    ],
    "A19": [
        Means(
            "customers that China's friend would lose hold Russia back", REGION, 1,
            "arms_to_india arms_to_indonesia arms_to_vietnam arms_deals_seed",
        ),
    ],
    "A20": [
        Means("a neighbour that likes China balances less", REGION, -1, OF_NEIGHBOURS),
        Means("moves against it are balancing", REGION, 1, "counter_moves"),
    ],
    "A21": [
        Means(
            "trade is depth of ties", TIES, 1,
            "trade_comtrade trade_imf trade_reported_cow trade_seed trade_total",
        ),
    ],
    "A22": [
        Means(
            "the larger the Western share, the more is at stake", TRADE, 1,
            "china_export_shares_seed us_share_china_exports us_share_china_exports_customs",
        ),
        Means("the same, as leverage of two allies", DETER, 1, "export_share_japan_korea"),
        Means(
            "the larger Russia's share, the less", TRADE, -1,
            f"russia_share_china_exports russia_share_china_exports_cow {MOVED}",
        ),
    ],
    "A23": [Means("raw material for machines binds neither", TRADE, 1, "fuels_share_exports")],
    "A24": [
        Means(
            "growth that rests on Western buyers restrains the Party", TRADE, 1,
            "china_exports_gdp west_share_china_exports",
        ),
        Means("and gives its largest buyer a hold", DETER, 1, "export_share_us"),
    ],
    "A27": [Means("affinity eases the strain", GAP, -1, "chinese_opinion_of_russia")],
    "A28": [
        Means(
            "drills, arms and trade are depth of ties", TIES, 1,
            "arms_contract_values joint_exercises trade_total",
        ),
        Means("votes apart are not", TIES, -1, VOTES_APART),
    ],
    "B6": [
        Means(
            "distance, blows and dislike are antagonism", EAST, 1,
            "conflict_share_china_us gdelt_conflict_china_us un_distance_china_us "
            "us_opinion_of_china",
        ),
        Means(
            "liking is the reverse", EAST, -1, "chinese_opinion_of_us us_opinion_of_china_gallup"
        ),
        Means(
            "the same between Russia and the West", WEST, 1,
            "un_distance_russia_us us_opinion_of_russia",
        ),
        Means("and its reverse", WEST, -1, f"{RUSSIAN_LIKING} us_opinion_of_russia_gallup"),
    ],
    "B7": [
        Means("an alliance that grows towards Russia", WEST, 1, "nato_accessions"),
        Means("warships at China's door", EAST, 1, "us_patrols_south_china_sea"),
    ],
    "B8": [Means("unlike orders threaten each other", WEST, 1, "democracy_gap_russia_us")],
    "B9": [Means("leaders who decide in person meet", TIES, 1, "leader_calls leader_meetings")],
    "B10": [
        Means(
            "frequent meetings show depth", TIES, 1,
            "fm_meetings gdelt_visits leader_calls leader_meetings pm_meetings",
        ),
    ],
    "B11": [
        Means("trade is depth of ties", TIES, 1, "trade_seed trade_total"),
        Means("trade with the other side is a stake in it", TRADE, 1, "us_russia_trade_seed"),
    ],
    "B12": [Means("drills together are trust", TIES, 1, "joint_exercises joint_patrols")],
    "B13": [Means("from aloofness to natural allies", TIES, 1, "alliance_talk")],
    "B14": [Means("calls for an alliance", TIES, 1, "alliance_talk")],
    "B18": [
        Means("goodwill is co-operation", TIES, 1, CODED),
        Means("an abstention is no vote against", TIES, -1, VOTES_APART),
    ],
    "B20": [
        Means("the gap grew", GAP, 1, "gdp_ratio"),
        Means(
            "while liking took suspicion away", GAP, -1,
            "russian_opinion_of_china russian_view_of_relations",
        ),
    ],
    "B22": [Means("frictions loosen ties", TIES, -1, "friction")],
    "B23": [Means("steps together are depth of ties", TIES, 1, "treaties_statements")],
    "B26": [Means("means that are left deter", DETER, 1, STRENGTH)],
}  # fmt: skip
UNDIRECTED = {"B7", "B8", "B26"}
"""Claims without a stated direction; their signs are asked for above all the same."""


def citing(claim: str) -> dict[str, Indicator]:
    return {name: one for name, one in CATALOGUE.items() if claim in one.informs.claims}


@pytest.mark.parametrize("claim", sorted(FOLLOWS))
def test_the_sign_follows_from_the_claim(claim: str) -> None:
    stated = {name: (row.factor, row.sign) for row in FOLLOWS[claim] for name in row.names.split()}
    found = {name: (one.informs.factor, one.informs.sign) for name, one in citing(claim).items()}
    assert found == stated, CLAIMS[claim].paraphrase


def test_every_claim_that_an_indicator_cites_is_tested() -> None:
    assert set(FOLLOWS) == {key for one in CATALOGUE.values() for key in one.informs.claims}


def test_every_claim_meant_for_this_room_is_cited_by_it() -> None:
    meant = {
        key for key, one in CLAIMS.items() if one.status == "now" and "indicators" in one.rooms
    }
    assert meant <= set(FOLLOWS)


def test_every_claim_of_the_papers_has_a_test_of_its_direction() -> None:
    """In this room or in that of the priors; the rest states none, or is for later."""
    tested = set(FOLLOWS) | set(of_priors.FOLLOWS)
    assert {key for key, one in CLAIMS.items() if one.direction} <= tested
    assert {key for key, one in CLAIMS.items() if one.status == "now" and not one.direction} == (
        UNDIRECTED
    )
    assert set(FOLLOWS) >= of_priors.READINGS


def test_what_is_only_said_counts_least() -> None:
    """A3, B13: statements have the noisiest class and a capped weight; deeds count in full."""
    said = {*citing("A3"), *citing("B13")}
    assert {CATALOGUE[name].informs.noise for name in said} == {"statement"}
    assert all(CATALOGUE[name].observation.weight < 0.5 for name in said)
    deeds = {*citing("B10"), *citing("B12"), *citing("A14"), *citing("A21")}
    assert {CATALOGUE[name].observation.weight for name in deeds} == {1.0}
    lowest = min(CATALOGUE.values(), key=lambda one: one.observation.weight)
    assert lowest.id in said


def test_suspicion_and_the_gap_are_parts_that_move_against_each_other() -> None:
    """A6, B20: they are told apart, so that one may fall while the other rises."""
    parts = defaultdict(set)
    for name in {*citing("A6"), *citing("A7")}:
        parts[CATALOGUE[name].informs.sub_constraint].add(CATALOGUE[name].informs.sign)
    assert parts == {"suspicion": {-1, 1}, "capability_gap": {1}}
    gap = {row.period.text: row.value for row in CATALOGUE["gdp_ratio"].history}
    friendly = {
        row.period.text: row.value for row in CATALOGUE["russian_view_of_relations"].history
    }
    assert gap["2024"] > gap["2005"]
    assert friendly["2024-05"] > friendly["2005"]


@pytest.mark.parametrize("name", ["gdp_ratio", "cinc_ratio", "milex_ratio"])
def test_the_gap_widens_as_the_paper_says(name: str) -> None:
    """A7, in the data that the paper could see: the 2010s against the 1990s."""
    rows = CATALOGUE[name].history
    early = fmean(row.value for row in rows if "1992" <= row.period.text <= "1999")
    late = fmean(row.value for row in rows if "2010" <= row.period.text <= "2018")
    assert late > early
