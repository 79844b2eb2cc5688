"""Wrong files are refused with file and key, all at once; the digest follows every number."""

from __future__ import annotations

import shutil
from math import exp, isfinite, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import priors
from priors import what_if
from priors.distribution import Prior
from priors.load import HERE

WRONG = [
    ("scenarios.toml", "precedence = 4", "precedence = 3", "scenario.precedence 3"),
    ("scenarios.toml", "retreat = 0.70", "retreat = 0.60", "sum to 0.9"),
    ("scenarios.toml", "balancing = 0.12, ", "", "elicited.papers"),
    ("scenarios.toml", 'id = "rupture"', 'id = "divorce"', "elicited.papers.probabilities"),
    ("scenarios.toml", 'at_risk_from = "2022-02"', 'at_risk_from = "2022-13"', "at_risk_from"),
    ("scenarios.toml", 'at_risk_from = "2022-02"\n', "", "scenario.at_risk_from"),
    ("scenarios.toml", "[parameters.b_T]", "[parameters.b_al]", "scenarios.toml"),
    ("scenarios.toml", "[parameters.b_A]", "[parameters.half_life]", "parameters.half_life"),
    ("scenarios.toml", 'source = ["A15", "B3"', 'source = ["A99", "B3"', "A99"),
    ("drivers.toml", 'id = "cn_us"', 'id = "ru_west"', "driver ru_west"),
    ("what_if.toml", "cn_us = 1.0 }", "cn_eu = 1.0 }", "shift.cn_eu"),
    ("what_if.toml", "cn_us = 1.0 }", "cn_us = 5.1 }", "shift.cn_us"),
    ("what_if.toml", "cn_us = 1.0 }", 'cn_us = "1" }', "shift.cn_us"),
    ("what_if.toml", "{ asymmetry = 0.0 }", "{ asymmetry = -0.1 }", "level.asymmetry"),
    ("what_if.toml", 'like = ["crimea"]', 'like = ["crime"]', "nearest: crimea"),
    ("what_if.toml", 'like = ["crimea"]\n', "", "at least one of shift, like, level"),
    ("what_if.toml", "ramp_months = 24", "half_life = 3.0", "half_life says how it fades"),
    ("what_if.toml", "ramp_months = 24", "ramp_months = -1", "ramp_months"),
    ("what_if.toml", 'id = "lift_all"', 'id = "shock_2014"', "what_if shock_2014"),
    ("what_if.toml", 'source = ["A17"]', "source = []", "source"),
    ("what_if.toml", 'claims = ["A22", "A24"]', 'claims = ["A77"]', "A77"),
    ("drivers.toml", "value = 10.0", "value = nan", "parameters.half_life"),
    ("drivers.toml", "value = 10.0", 'value = "10"', "parameters.half_life"),
    ("constraints.toml", 'id = "affinity"', 'id = "suspicion"', "sub_constraints suspicion"),
    ("constraints.toml", "offset_asymmetry]", "offset_mood]", "kappa_offset_asymmetry"),
    ("constraints.toml", "mean = 0.15\nsd = 0.2", "mean = 0.15\nsd = -0.2", "kappa_bar"),
    ("constraints.toml", "mean = 0.15\n", "mean = 0.15\nmedian = 1.0\n", "median"),
    ("constraints.toml", 'distribution = "normal"', 'distribution = "cauchy"', "cauchy"),
    ("shocks.toml", 'factors = ["cn_us"]', "factors = []", "factors"),
    ("shocks.toml", 'month = "2014-03"', 'month = "2008-08"', "shock.month 2008-08"),
    ("shocks.toml", "log_sd = 0.35\n", "", "shock_rate"),
    ("noise.toml", 'scale = "dispersion"', 'scale = "dispersal"', "classes.event_count.scale"),
    (
        "noise.toml",
        'scale = "dispersion"',
        'scale = "dispersion"\nnu = 4.0',
        "classes.event_count.nu",
    ),
    ("noise.toml", 'reason = "Warm words', 'reasons = "Warm words', "classes.statement"),
    ("noise.toml", 'source = ["GDELT project"]', "source = []", "sigma_media_coded"),
    ("claims.toml", 'status = "later"', 'status = "now"', "claim.B9"),
    ("claims.toml", 'section = "3"', 'chapter = "3"', "chapter"),
    ("claims.toml", "[claim.B26]", "[claim.B66]", "B26"),
    ("sets/post_1945.toml", "[parameters.b_A]", "[parameters.b_Z]", "b_Z"),
    ("sets/papers.toml", 'name = "papers"', 'name = "poets"', "'poets'"),
    ("sets/flat.toml", "[parameters.c_R]", "[parameters.half_life]", "parameters.half_life"),
    ("sets/flat.toml", 'title = "Nearly flat"', "title = 'Nearly", "sets/flat.toml"),
]


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A copy of the room's files that a test may spoil."""
    shutil.copytree(HERE, tmp_path / "room", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "room"


def spoil(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{path.name} no longer holds {before!r}; adapt the test"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def problems(root: Path, set_name: str = "reference") -> list[tuple[str, str]]:
    """File and message of every problem that loading reports."""
    with pytest.raises(priors.PriorsError) as caught:
        priors.load(set_name, root)
    return [("".join(one.__notes__), str(one)) for one in caught.value.exceptions]


@pytest.mark.parametrize(("file", "before", "after", "key"), WRONG)
def test_a_wrong_file_is_refused_by_name_and_key(
    room: Path, file: str, before: str, after: str, key: str
) -> None:
    spoil(room / file, before, after)
    found = problems(room)
    assert any(key in f"{name} {message}" for name, message in found), found
    owners = {name for name, _ in found}
    moved = {"claims.toml", "scenarios.toml"}  # where a name moved, its citer may be the one named
    assert file in owners or file in moved, found


def test_all_problems_come_at_once(room: Path) -> None:
    spoil(room / "scenarios.toml", "precedence = 4", "precedence = 3")
    spoil(room / "shocks.toml", "value = 4.0", 'value = "four"')
    spoil(room / "sets/flat.toml", "sd = 2.0", "sd = 0.0")
    (room / "noise.toml").unlink()
    names = {name for name, _ in problems(room)}
    assert names == {"scenarios.toml", "shocks.toml", "sets/flat.toml", "noise.toml"}


def test_an_unknown_set_is_refused_with_the_names_there_are(room: Path) -> None:
    [(name, message)] = problems(room, "../claims")
    assert name == "sets/../claims.toml"
    assert "reference, all_history" in message


def test_every_set_that_ships_loads() -> None:
    assert priors.set_names()[0] == priors.DEFAULT_SET
    digests = {priors.load(name).digest for name in priors.set_names()}
    assert len(digests) == len(priors.set_names())


def test_a_set_replaces_whole_entries_and_nothing_else() -> None:
    base, flat = priors.load(), priors.load("flat")
    changed = {name for name, one in flat.parameters.items() if one != base.parameters[name]}
    assert changed == set(flat.chosen.parameters)
    assert base.elicitation is None
    assert priors.load("papers").elicitation == base.elicited["papers"]


def test_the_digest_ignores_comments(room: Path) -> None:
    before = priors.load(root=room).digest
    assert before == priors.load().digest
    spoil(room / "drivers.toml", "[parameters.c_R]", "# thought about it\n\n[parameters.c_R]")
    assert priors.load(root=room).digest == before


def test_the_digest_follows_every_number_of_every_parameter() -> None:
    base = priors.load()
    digests, count = {base.digest}, 0
    for name, one in base.parameters.items():
        for key, value in one.model_dump().items():
            if isinstance(value, float):
                count += 1
                nudged = one.model_copy(update={key: value + 1e-9})
                digests.add(base.replace({name: nudged}).digest)
    assert count == 81
    assert len(digests) == 1 + count


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        (
            "scenarios.toml",
            "alliance = 0.15, balancing = 0.12",
            "alliance = 0.14, balancing = 0.13",
        ),
        ("drivers.toml", "value = 10.0", "value = 10.5"),
        ("constraints.toml", 'claims = ["A27"]', 'claims = ["A26"]'),
        ("shocks.toml", 'month = "2014-03"', 'month = "2014-04"'),
        ("noise.toml", 'scale = "sigma_survey"', 'scale = "sigma_index"'),
        ("claims.toml", "two opinion readings", "two readings"),
        ("sets/reference.toml", "2026-11-26", "2026-11-27"),
    ],
)
def test_the_digest_follows_every_file(room: Path, file: str, before: str, after: str) -> None:
    unspoilt = priors.load().digest
    spoil(room / file, before, after)
    assert priors.load(root=room).digest != unspoilt


def test_the_digest_of_a_replaced_parameter_is_another() -> None:
    base = priors.load()
    one = base.parameters["half_life"]
    assert isinstance(one, priors.Fixed)
    other = base.replace({"half_life": one.model_copy(update={"value": 20.0})})
    assert other.settings["half_life"] == 20.0
    assert base.settings["half_life"] == 10.0
    assert other.digest != base.digest
    with pytest.raises(KeyError, match="half_live"):
        base.replace({"half_live": one})


@pytest.mark.parametrize("set_name", priors.set_names())
def test_every_prior_is_sane(set_name: str) -> None:
    rng = np.random.default_rng(1)
    loaded = priors.load(set_name)
    for name, one in loaded.parameters.items():
        assert isfinite(one.mean), name
        assert isfinite(one.sd), name
        assert (one.sd > 0) == (name in loaded.uncertain), name
        assert np.isfinite(one.sample(rng, 100)).all(), name
        assert one.reason.strip(), name
        assert len(one.title) <= 100, name


ADAPTER: TypeAdapter[Prior] = TypeAdapter(Prior)


def stated(distribution: str, **numbers: object) -> Prior:
    entry = {"title": "t", "reason": "r", "source": ("s",), "date": "2026-01-01"}
    return ADAPTER.validate_python(entry | {"distribution": distribution} | numbers)


@pytest.mark.parametrize(
    "one",
    [
        stated("normal", mean=-2.0, sd=0.5),
        stated("lognormal", median=0.4, log_sd=0.5),
        stated("beta", alpha=4.0, beta=2.0),
        stated("student_t", nu=8.0, mean=1.0, sd=2.0),
        stated("gamma", alpha=3.0, beta=2.0),
        stated("fixed", value=0.3),
    ],
    ids=lambda one: one.distribution,
)
def test_draws_have_the_stated_mean_and_sd(one: Prior) -> None:
    n = 200_000
    draws = one.sample(np.random.default_rng(7), n)
    assert draws.shape == (n,)
    assert one.sample(np.random.default_rng(7), (2, 3)).shape == (2, 3)
    deviations = (draws - draws.mean()) ** 2
    assert abs(draws.mean() - one.mean) <= 5 * one.sd / n**0.5 + 1e-12
    assert abs(draws.var() - one.sd**2) <= 5 * deviations.std() / n**0.5 + 1e-12


def test_moments_are_the_textbook_ones() -> None:
    one = stated("lognormal", median=2.0, log_sd=0.5)
    assert one.mean == pytest.approx(exp(log(2.0) + 0.125))
    assert stated("beta", alpha=1.0, beta=1.0).sd == pytest.approx(12**-0.5)
    assert stated("gamma", alpha=4.0, beta=2.0).sd == pytest.approx(1.0)


@given(
    st.sampled_from(["mean", "sd"]),
    st.one_of(
        st.just(float("nan")),
        st.just(float("inf")),
        st.booleans(),
        st.text(max_size=5),
        st.none(),
    ),
)
def test_no_number_is_guessed_from_something_else(key: str, value: object) -> None:
    numbers: dict[str, object] = {"mean": 0.0, "sd": 1.0} | {key: value}
    with pytest.raises(ValidationError, match=key):
        stated("normal", **numbers)


def test_no_what_if_is_in_the_digest(room: Path) -> None:
    """Another question to a forecast that stands does not make other priors of it."""
    before = priors.load(root=room)
    spoil(room / "what_if.toml", "cn_us = 1.0 }", "cn_us = 1.5 }")
    after = priors.load(root=room)
    assert before.digest == after.digest
    assert what_if.digest(before.what_ifs) != what_if.digest(after.what_ifs)


def test_a_file_of_one_s_own_may_leave_reasons_out(room: Path) -> None:
    file = room / "mine.toml"
    file.write_text('[[what_if]]\nid = "mine"\ntitle = "Mine"\nshift = { ru_west = 0.5 }\n')
    (one,) = what_if.own(file.read_text(), ["crimea"])
    assert (0.5, 0.0, "own", None) == (one.shift.ru_west, one.shift.cn_us, one.group, one.reason)
    spoil(file, "[[what_if]]", '[[what_if]]\nlike = ["crime", "x"]')
    with pytest.raises(ValueError, match=r"nearest: crimea\n.*there are: crimea"):
        what_if.own(file.read_text(), ["crimea"])
