"""The counts: what is a pair-year, what is one treaty, and that the forecast pair is left out."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from priors.reference import counting, table
from priors.reference.counting import ByHand, Pledge
from tests.priors.reference.tables import row, save

DATA = os.environ.get("FORECASTER_TEST_DATA")
NOTHING = ByHand(pledge=())
needs_data = pytest.mark.skipif(
    DATA is None, reason="FORECASTER_TEST_DATA names no folder of public dyad-year tables"
)


def count(folder: Path, by_hand: ByHand = NOTHING) -> table.Table:
    return counting.count(folder, by_hand)


def test_a_pair_year_is_one_at_risk_and_a_pledge_ends_it(tmp_path: Path) -> None:
    stages = {1900: 0, 1901: 1, 1902: 4, 1903: 4, 1904: 0}
    save(tmp_path, [row(200, 220, year, alliance_stage=stage) for year, stage in stages.items()])

    found = count(tmp_path)

    states = {one.cell.year: one.cell.state for one in found.exposure if one.cell.year <= 1904}
    assert states == {1901: 0, 1902: 1, 1903: 2, 1904: 2}
    assert [(one.cause, one.cell.year) for one in found.changes] == [
        ("pledge", 1902),
        ("pledge_end", 1904),
    ]
    later = {one.cell.year for one in found.exposure} - {1901, 1902, 1903, 1904}
    assert later == set(range(1905, 2026))  # carried on, as the last row


def test_pairs_that_share_a_member_form_one_treaty_and_others_do_not(tmp_path: Path) -> None:
    pairs = [(200, 220), (220, 325), (300, 365), (255, 740)]
    save(
        tmp_path,
        [
            row(*pair, year, alliance_stage=4 * (year == 1901 and pair != (255, 740)))
            for year in (1900, 1901)
            for pair in pairs
        ],
    )

    events = count(tmp_path).events("pledge")

    assert {name: [one.pair for one in members] for name, members in events.items()} == {
        "1901-1": ["S200-S220", "S220-S325"],
        "1901-2": ["S300-S365"],
    }


def test_what_is_known_of_a_pair_is_known_the_year_before(tmp_path: Path) -> None:
    save(
        tmp_path,
        [
            row(2, 365, 1950, common_major_rival=1, rivalry=0, cinc_ratio_minmax=0.6),
            row(2, 365, 1951, common_major_rival=0, rivalry=1, cinc_ratio_minmax=0.1),
        ],
    )

    one = next(one for one in count(tmp_path).exposure if one.cell.year == 1951)

    assert (one.cell.rival, one.cell.own_rivalry, one.cell.asymmetry) == (1, 0, 0)
    assert (one.pair_years, one.rival_after) == (1, 0)


@pytest.mark.parametrize(
    ("year", "one_side", "wartime"), [(1916, 0, 1), (1936, 0, 0), (1936, 1, 1), (1951, 1, 0)]
)
def test_wartime_is_general_war_or_a_coalition_before_1946(
    tmp_path: Path, year: int, one_side: int, wartime: int
) -> None:
    save(tmp_path, [row(2, 200, when, war_same_side=one_side) for when in (year - 1, year)])

    assert [one.cell.wartime for one in count(tmp_path).exposure if one.cell.year == year] == [
        wartime
    ]


def test_the_forecast_pair_is_nowhere_from_1992(tmp_path: Path) -> None:
    save(
        tmp_path,
        [row(365, 710, year, alliance_stage=4 * (year > 2000)) for year in range(1989, 2010)],
    )

    found = count(tmp_path)

    assert {one.cell.year for one in found.exposure} == {1990, 1991}
    assert found.changes == ()


def test_a_table_without_a_column_is_refused_by_name(tmp_path: Path) -> None:
    save(tmp_path, [row(2, 200, 1900)])
    path = tmp_path / counting.SOURCE
    path.write_text(path.read_text().replace("rivalry", "enmity"))

    with pytest.raises(ValueError, match=r"dyad_years\.csv lacks the columns .*rivalry"):
        count(tmp_path)


def pledge(**changes: object) -> Pledge:
    plain = {
        "year": 2020,
        "pairs": [(2, 200)],
        "title": "A treaty",
        "counted": True,
        "why": "It says so.",
        "source": ["Its text"],
    }
    return Pledge.model_validate(plain | changes)


def test_a_pledge_coded_by_hand_is_counted(tmp_path: Path) -> None:
    save(tmp_path, [row(2, 200, year) for year in range(2015, 2019)])

    found = count(tmp_path, ByHand(pledge=(pledge(),)))

    assert [(one.cause, one.pair, one.cell.year) for one in found.changes] == [
        ("pledge", "S2-S200", 2020)
    ]
    assert {one.cell.state for one in found.exposure if one.cell.year > 2020} == {2}


def test_a_pledge_of_an_unknown_pair_is_refused(tmp_path: Path) -> None:
    save(tmp_path, [row(2, 200, year) for year in range(2015, 2019)])

    with pytest.raises(ValueError, match=r"A treaty: .*no pair of powers without a pledge in 2019"):
        count(tmp_path, ByHand(pledge=(pledge(pairs=[(2, 220)]),)))


def test_every_row_coded_by_hand_has_a_source_and_a_reason() -> None:
    coded = counting.coded_by_hand()
    assert len(coded.pledge) >= 10
    said = [(one.why, one.source) for one in coded.pledge]
    for why, source in said + [(one.why, one.source) for one in coded.added]:
        assert all(text.strip() for text in source)
        assert len(why.strip()) > 10
    with pytest.raises(ValueError, match="source"):
        pledge(source=[])


def test_the_counts_that_ship_leave_the_forecast_pair_out() -> None:
    shipped = table.read()
    names = {one.pair for one in shipped.changes if one.cell.year >= 1992}
    assert "RUS-CHN" not in names
    assert "RUS-CHN" in {one.pair for one in shipped.changes}  # it quarrelled before


def test_the_counts_that_ship_are_whole() -> None:
    shipped = table.read()
    cells = [one.cell for one in shipped.exposure]
    assert len(set(cells)) == len(cells)
    known = set(cells)
    assert all(one.cell in known for one in shipped.changes)
    assert all(one.cell.at_risk(one.cause) for one in shipped.changes)
    assert all(0 <= one.rival_after <= one.pair_years for one in shipped.exposure)
    for cause in table.CAUSES:
        years = {one.cell.year for one in shipped.changes if one.cause == cause}
        assert max(years) <= table.LAST_YEAR[cause]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    shipped = table.read()
    table.write(shipped, tmp_path)
    assert table.read(tmp_path) == shipped
    assert table.digest(tmp_path) == table.digest()


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        (table.EXPOSURE, "pair_years", "pairs", "lacks the columns pair_years"),
        (table.CHANGES, "\npledge,", "\npromise,", "no cause is called 'promise'"),
    ],
)
def test_spoilt_counts_are_refused(
    tmp_path: Path, file: str, before: str, after: str, message: str
) -> None:
    table.write(table.read(), tmp_path)
    path = tmp_path / file
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(ValueError, match=message):
        table.read(tmp_path)


@needs_data
def test_the_counts_are_those_of_the_public_tables() -> None:
    assert counting.count(Path(DATA or "")) == table.read()


@needs_data
def test_nothing_of_the_pair_since_1992_reaches_the_counts(tmp_path: Path) -> None:
    with (Path(DATA or "") / counting.SOURCE).open(encoding="utf-8", newline="") as file:
        rows = [{name: one[name] for name in counting.COLUMNS} for one in csv.DictReader(file)]
    spoilt = 0
    for one in rows:
        if (one["ccode1"], one["ccode2"]) == ("365", "710") and int(one["year"]) >= 1992:
            one |= {"alliance_stage": "4", "rivalry": "1", "common_major_rival": "1"}
            spoilt += 1
    assert spoilt > 20
    assert counting.count(save(tmp_path, rows)) == table.read()
