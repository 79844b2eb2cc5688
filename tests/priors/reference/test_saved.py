"""What was saved holds together: hashes, results, and the prior sets that were made from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import priors
from priors.reference import draws, scoring, stances, table, transfer
from priors.reference.draws import DamagedReference
from priors.reference.results import results
from priors.reference.stances import WARS

STATED = stances.load()


def test_it_was_fitted_to_these_counts_under_these_stances_and_passed() -> None:
    found = draws.summary()
    assert found["table_sha256"] == table.digest()
    assert found["stances_sha256"] == draws.digest_of(stances.HERE / "stances.toml")
    for wars in WARS:
        judged = found["diagnostics"][wars]
        assert judged["passed"]
        assert judged["rhat_max"] <= 1.01
        assert min(judged["ess_bulk_min"], judged["ess_tail_min"]) >= 400
        assert judged["divergences"] == 0


def test_the_results_are_those_of_the_draws() -> None:
    by_wars = {wars: draws.read(wars, STATED) for wars in WARS}
    again = results(by_wars, table.read(), STATED)
    assert json.loads(json.dumps(again)) == draws.summary()["results"]


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in draws.HERE.glob("*.csv")) < 800_000


@pytest.mark.parametrize("name", transfer.SETS)
def test_the_prior_set_is_what_the_posterior_gives(name: str) -> None:
    wars, eras = transfer.SETS[name]
    wanted = transfer.entries(draws.saved(wars), STATED, eras)
    loaded = priors.load(name)
    for parameter, entry in wanted.items():
        one = loaded.parameters[parameter]
        assert isinstance(one, priors.Normal)
        assert (one.mean, one.sd) == entry, f"{name}: {parameter}"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    for name in (draws.SUMMARY, *map(draws.file_of, WARS)):
        shutil.copy(draws.HERE / name, tmp_path)
    return tmp_path


def test_what_is_written_is_read_again(room: Path) -> None:
    before = draws.read("all", STATED, room)
    assert draws.write(before, "all", STATED, room) == draws.summary(room)["draws_sha256"]["all"]


def test_draws_that_were_changed_are_refused(room: Path) -> None:
    path = room / draws.file_of("all")
    path.write_text(path.read_text().replace("-4.", "-3.", 1))
    with pytest.raises(
        DamagedReference, match=r"not the file that fit\.json describes; .*make ref"
    ):
        draws.read("all", STATED, room)


def test_draws_that_are_gone_are_missed(room: Path) -> None:
    (room / draws.file_of("without")).unlink()
    with pytest.raises(DamagedReference, match="cannot be read"):
        draws.read("without", STATED, room)


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": 99}'])
def test_a_summary_of_another_shape_is_refused(room: Path, text: str) -> None:
    (room / draws.SUMMARY).write_text(text)
    with pytest.raises(DamagedReference, match=r"fit\.json"):
        draws.read("all", STATED, room)


def test_it_was_scored_on_the_splits_as_they_are() -> None:
    found = json.loads((table.HERE / "skill.json").read_text())
    assert found["splits_sha256"] == draws.digest_of(table.HERE / "splits.toml")
    assert found["table_sha256"] == table.digest()
    limit = scoring.splits().detectable
    for scheme in found["schemes"]:
        for model in ("hierarchical", "logistic"):
            for loss in ("log", "brier"):
                row = scheme[model][loss]
                wide = (row["upper"] - row["lower"]) / 2 > limit
                assert (row["finding"] == "undetectable") == wide
