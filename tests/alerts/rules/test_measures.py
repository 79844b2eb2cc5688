"""How far something moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.alerts import machine, measures, quantities, telling
from forecaster.alerts.machine import Message
from forecaster.belief import FACTORS, FAMILIES, Diagnostics
from tests import synthetic
from tests.alerts.rules.support import after, rule

probabilities = st.floats(0, 1)


@pytest.mark.parametrize(
    ("told", "before", "points"),
    [(0.1, 2, 5), (0.1, 10, 9), (0.1, 50, 13), (0.25, 2, 9), (0.25, 10, 15), (0.25, 50, 20)],
)
def test_bits_are_those_that_others_publish(told: float, before: int, points: int) -> None:
    found = measures.bits(before / 100, (before + points) / 100)
    assert told == pytest.approx(found, rel=0.08)


@given(probabilities, probabilities)
def test_bits_are_a_distance_of_two_that_does_not_ask_who_came_first(p: float, q: float) -> None:
    there, back = measures.bits(p, q), measures.bits(q, p)
    assert there == pytest.approx(back)
    assert there >= 0
    assert measures.bits(p, p) == 0


@given(st.floats(0.01, 0.4), st.floats(0.01, 0.5))
def test_a_longer_step_has_more_bits(p: float, step: float) -> None:
    assert measures.bits(p, p + step) > measures.bits(p, p + step / 2)


def test_the_error_of_a_difference_is_that_of_both_means() -> None:
    assert measures.error_of_difference(0.003, 0.004) == pytest.approx(0.005)


def test_an_error_that_is_not_stated_is_taken_from_the_interval_and_the_effective_draws() -> None:
    diagnostics: Diagnostics = synthetic.document()["diagnostics"]
    diagnostics["ess_bulk_min"] = 400.0
    wide = 2 * 1.6449 * 0.2  # the 90 % interval of a normal of spread 0.2
    value = {"mean": 0.5, "lower": 0.5 - wide / 2, "upper": 0.5 + wide / 2}
    assert measures.error(value, diagnostics) == pytest.approx(0.2 / 20, rel=1e-3)  # type: ignore[arg-type]
    assert measures.error({**value, "mcse": 0.0}, diagnostics) == 0.0  # type: ignore[typeddict-item]


def test_every_quantity_is_found_in_a_forecast() -> None:
    document = synthetic.document()
    for name in quantities.UNITS:
        found = quantities.of(name, document)
        assert found is not None, name
        assert found.date is None or "@" in name
    by = quantities.of("alliance_by@10y", document)
    assert by is not None
    assert (by.interval["mean"], by.date) == (document["headline"]["mean"], "2036-11-30")
    assert len(FACTORS) + len(FAMILIES) + 1 == sum(u == "units" for u in quantities.UNITS.values())


def test_the_end_of_the_year_is_the_first_row_however_far_it_is() -> None:
    document = synthetic.document()
    document["horizons"][0] |= {"date": "2027-12-31", "years": 1.0}
    found = quantities.of("alliance@year_end", document)
    one = quantities.of("alliance@1y", document)
    assert found is not None
    assert one is not None
    assert ("2027-12-31", "2027-11-30") == (found.date, one.date)


def test_what_a_forecast_does_not_have_is_none_and_what_nobody_has_is_refused() -> None:
    document = synthetic.document()
    del document["hazards"]["rupture"]
    document["horizons"] = document["horizons"][:2]
    assert quantities.of("hazard.rupture", document) is None
    assert quantities.of("alliance_by@20y", document) is None
    with pytest.raises(ValueError, match="aliance"):
        quantities.of("aliance_by@10y", document)


def test_no_rule_tells_of_a_move_within_the_error_of_the_difference() -> None:
    """Whatever it watches, by the error that the forecasts state for it."""
    for name, unit in quantities.UNITS.items():
        kind = {"probability": "points", "rate": "points", "units": "units"}[unit]
        stated = rule("moved", quantity=name, **{kind: 0.001})
        for errors, tells in ((1.9, False), (2.1, True)):
            state = None
            said: tuple[Message, ...] = ()
            for at, step in enumerate((0.0, errors * measures.error_of_difference(0.01, 0.01))):
                document = synthetic.document()
                found = quantities.of(name, document)
                assert found is not None
                found.interval["mean"], found.interval["mcse"] = 0.2 + step, 0.01
                seen = telling.observation(stated, document, after(days=at))
                assert seen is not None
                if state is None:
                    state = machine.begin(stated, seen, after())
                else:
                    state, said = machine.observe(stated, state, seen, after(days=at))
            assert tells == bool(said), name
