"""The command around the fit: what it hands over and what it says. The fit itself is elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import forecaster
from forecaster.errors import FitRejected, UsageError
from tests import synthetic
from tests.commands.conftest import Run


class Fit:
    """Stands in for the update; remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.outcome = SimpleNamespace(
            kind="published", document=synthetic.document(), message="published synthetic"
        )

    def run(self, desk: object, **asked: Any) -> SimpleNamespace:
        assert desk
        self.asked = asked
        return self.outcome


@pytest.fixture
def fit(home: Path, monkeypatch: pytest.MonkeyPatch) -> Fit:
    assert home.is_dir()
    stand_in = Fit()
    monkeypatch.setattr(forecaster, "update", stand_in, raising=False)
    return stand_in


def test_a_published_forecast_is_told_and_shown(fit: Fit, run: Run) -> None:
    done = run("update")

    assert done.exit_code == 0
    assert done.stdout.startswith("published synthetic\n\nSino-Russian alignment")
    # Nobody watches a pipe: no progress.
    assert fit.asked == {"force": False, "seed": None, "as_of": None, "progress": None}
    assert done.stderr == ""


def test_options_are_handed_on(fit: Fit, run: Run) -> None:
    run("update", "--force", "--seed", "7", "--as-of", "2018-12-31")

    assert fit.asked["force"] is True
    assert fit.asked["seed"] == 7
    assert fit.asked["as_of"].isoformat() == "2018-12-31T23:59:59.999999+00:00"


def test_nothing_new_is_no_failure(fit: Fit, run: Run) -> None:
    fit.outcome = SimpleNamespace(kind="unchanged", document=None, message="nothing is new")
    done = run("update")

    assert (done.exit_code, done.stdout) == (0, "nothing is new\n")


def test_a_rejected_fit_fails(fit: Fit, run: Run) -> None:
    fit.outcome = SimpleNamespace(kind="rejected", document=None, message="R-hat 1.2 above 1.01")
    done = run("update")

    assert isinstance(done.exception, FitRejected)
    assert done.exit_code == 1


def test_json_is_one_document(fit: Fit, run: Run) -> None:
    document = json.loads(run("update", "--json").stdout)

    assert document["kind"] == "published"
    assert document["forecast"]["forecast_id"] == fit.outcome.document["forecast_id"]


def test_the_future_is_not_known(fit: Fit, run: Run) -> None:
    done = run("update", "--as-of", "2999-01-01")

    assert isinstance(done.exception, UsageError)
    assert fit.asked == {}
