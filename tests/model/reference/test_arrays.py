"""What the fit is given: every pair-year once, every treaty once, and no cell that is left out."""

from __future__ import annotations

import numpy as np
import pytest

from forecaster.model.reference.arrays import arrays, keeps
from priors.reference import stances, table
from priors.reference.table import CAUSES, Cell

STATED, TABLE = stances.load(), table.read()


def test_pair_years_and_treaties_are_all_there() -> None:
    found = arrays(TABLE, STATED, keeps("all"))
    cause = found["cause"][found["kind"]]
    for place, name in enumerate(CAUSES):
        assert found["exposure"][cause == place].sum() == TABLE.pair_years(name)
        assert (found["event_cause"] == place).sum() == len(TABLE.events(name))
    assert found["n_by_year"].sum() == len(found["extra"])
    shares = np.zeros(len(found["extra"]))
    np.add.at(shares, found["member_event"].astype(np.int64), found["share"])
    assert shares == pytest.approx(np.ones(len(shares)))  # a treaty counts once


def test_a_stance_without_wars_has_no_wartime() -> None:
    found = arrays(TABLE, STATED, keeps("without"))
    years = 1816 + found["year"] % (2026 - 1816)
    assert not set(range(1914, 1919)) & set(years.tolist())
    assert len(found["extra"]) < len(arrays(TABLE, STATED, keeps("all"))["extra"])


def test_what_is_left_out_is_not_learned_from() -> None:
    def quiet(cell: Cell) -> bool:
        return cell.fold != 0 and cell.year < 1990

    found = arrays(TABLE, STATED, quiet, ("pledge",))
    wanted = [
        one.pair_years for one in TABLE.exposure if quiet(one.cell) and one.cell.at_risk("pledge")
    ]
    assert found["exposure"].sum() == sum(wanted)
    assert set(found["cause"].tolist()) == {0}
    # A treaty with members inside and outside is kept with those inside, and counts as one.
    members = sum(quiet(one.cell) for group in TABLE.events("pledge").values() for one in group)
    assert len(found["share"]) == members
