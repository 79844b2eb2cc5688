"""The basis is the process: its variance, its origin, its exact end, its fixed shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.model.basis import covariance, decay, process_basis, shock_responses
from forecaster.model.design import N_EXACT, N_FUNCTIONS
from forecaster.model.grid import ORIGIN_INDEX, month_end, month_index, month_name, month_start

PHI = decay(10.0)
MONTHS = 419


def test_half_life_is_the_time_to_half() -> None:
    assert PHI ** (12 * 10) == pytest.approx(0.5)
    assert decay(float("inf")) == 1.0


@pytest.mark.parametrize("n_months", [120, 300, MONTHS])
@pytest.mark.parametrize("half_life", [5.0, 10.0, 20.0])
def test_sd_is_one_in_every_month(n_months: int, half_life: float) -> None:
    basis = process_basis(n_months, decay(half_life), N_FUNCTIONS, N_EXACT)
    np.testing.assert_allclose(np.sum(basis**2, axis=1), 1.0, atol=1e-12)


def test_the_last_24_months_are_exact_among_themselves() -> None:
    basis = process_basis(MONTHS, PHI, N_FUNCTIONS, N_EXACT)
    last = basis[-N_EXACT - 1 :]
    np.testing.assert_allclose(last @ last.T, covariance(N_EXACT + 1, PHI), atol=1e-12)


def test_everywhere_else_close_to_the_process() -> None:
    basis = process_basis(MONTHS, PHI, N_FUNCTIONS, N_EXACT)
    assert np.abs(basis @ basis.T - covariance(MONTHS, PHI)).max() < 0.04


def test_a_jump_three_months_ago_is_seen() -> None:
    """Exact process against basis: what twelve readings make of a jump near the end."""
    basis = process_basis(MONTHS, PHI, N_FUNCTIONS, N_EXACT)
    jump = (np.arange(MONTHS) >= MONTHS - 3).astype(float)[-24:]

    def answer(kernel: np.ndarray) -> float:
        return float(kernel[-1] @ np.linalg.solve(kernel + 0.01 * np.eye(24), jump))

    exact = answer(covariance(24, PHI))
    assert answer(basis[-24:] @ basis[-24:].T) == pytest.approx(exact, rel=0.02)


def test_short_grids_give_way() -> None:
    assert process_basis(40, PHI, N_FUNCTIONS, N_EXACT).shape == (40, 40)
    assert process_basis(20, PHI, N_FUNCTIONS, N_EXACT).shape[0] == 20


def test_a_step_fades_with_its_process() -> None:
    response = shock_responses(50, [10, 60], PHI)
    assert not response[:10].any()
    assert response[10, 0] == 1.0
    assert response[22, 0] == pytest.approx(PHI**12)
    assert not response[:, 1].any()


def test_origin_is_july_2001() -> None:
    assert month_name(ORIGIN_INDEX) == "2001-07"


@given(st.integers(0, 1200))
def test_months_and_days_agree(index: int) -> None:
    assert month_index(month_start(index)) == month_index(month_end(index)) == index
    assert month_start(index).day == 1
    assert month_index(month_end(index).replace(day=1)) == index
