"""The draws of the forecast published last as paths, kept ready below ``cache`` in the state.

To open them takes more than half of the time of a provisional forecast. Plain arrays are mapped
into memory, so that only what is looked at is read. What is missing or cannot be read is opened
anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from uuid import uuid4

import numpy as np

from forecaster.belief import Forecast
from forecaster.knowing import MODEL_VERSION
from forecaster.model.basis import Array
from forecaster.model.future import Constants, State
from forecaster.model.likelihood import Paths
from forecaster.model.moment import Drawn
from forecaster.model.reopen import Reopened
from forecaster.store import forecasts
from forecaster.wiring import Desk
from indicators.catalogue import digest

FOLDER = "cache/paths"
ABOUT = "about.json"
PLAIN = ("factors", "slow", "own_ahead", "deviations_ahead", "kernel")


def load(desk: Desk, document: Forecast) -> Drawn | None:
    """The draws of a forecast; None if they are not kept."""
    folder = _folder(desk, document)
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        arrays = {file.stem: _mapped(file) for file in folder.glob("*.npy")}
        return _assembled(about, arrays)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(desk: Desk, document: Forecast, drawn: Drawn) -> None:
    """Keep the draws of a forecast instead of those of another; it is no error if that fails."""
    folder = _folder(desk, document)
    part = folder.with_name(f"{uuid4().hex}.part")
    with suppress(OSError):
        part.mkdir(parents=True)
        try:
            for name, array in _arrays(drawn).items():
                np.save(part / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
            (part / ABOUT).write_text(json.dumps(_about(drawn)), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)  # there, and could not be read
            part.replace(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        for other in folder.parent.iterdir():
            if other.name != folder.name:
                shutil.rmtree(other, ignore_errors=True)


def _folder(desk: Desk, document: Forecast) -> Path:
    """Its name says of what they are: the posterior's file, priors, indicators and program."""
    place = forecasts.posterior_of(desk.engine, document["forecast_id"]) or ("", "")
    parts = (place[1], desk.priors.digest, digest(desk.catalogue), MODEL_VERSION)
    name = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    return desk.settings.home / FOLDER / name


def _mapped(file: Path) -> Array:
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))


def _arrays(drawn: Drawn) -> dict[str, Array]:
    opened = drawn.reopened
    found = {f"paths.{name}": getattr(opened.paths, name) for name in PLAIN}
    found |= {f"named.{name}": array for name, array in opened.paths.named.items()}
    found |= {f"state.{one.name}": getattr(opened.state, one.name) for one in fields(State)}
    found |= {f"hazards.{name}": array for name, array in opened.hazards.items()}
    found |= {f"steps.{name}": array for name, array in opened.steps.items()}
    return found | {"value": drawn.value}


def _about(drawn: Drawn) -> dict[str, object]:
    opened = drawn.reopened
    return {
        "chains": drawn.chains,
        "coords": {name: list(labels) for name, labels in opened.paths.coords.items()},
        "constants": asdict(opened.constants),
        "settings": dict(opened.settings),
        "arrays": len(_arrays(drawn)),
    }


def _assembled(about: dict[str, object], arrays: dict[str, Array]) -> Drawn:
    """Raises ``KeyError`` or ``TypeError`` where something is missing."""
    if about["arrays"] != len(arrays):
        raise KeyError("arrays")

    def below(prefix: str) -> dict[str, Array]:
        return {
            name.removeprefix(prefix): array
            for name, array in arrays.items()
            if name.startswith(prefix)
        }

    paths = Paths(named=below("named."), coords=about["coords"], **below("paths."))  # type: ignore[arg-type]
    opened = Reopened(
        paths,
        State(**below("state.")),
        below("hazards."),
        below("steps."),
        Constants(**about["constants"]),  # type: ignore[arg-type]
        about["settings"],  # type: ignore[arg-type]
    )
    return Drawn(opened, arrays["value"], int(str(about["chains"])))
