"""The bounds of the publication gate, and what keeps it shut; a page shows both without arviz."""

from __future__ import annotations

from forecaster.belief import Diagnostics

RHAT_MAX = 1.01
ESS_MIN = 400.0
BFMI_MIN = 0.3


def failures(diagnostics: Diagnostics) -> list[str]:
    """What keeps the gate shut, in words; empty when it opens. NaN never passes."""
    found = []
    worst = diagnostics["worst"]
    if not diagnostics["rhat_max"] <= RHAT_MAX:
        found.append(f"R-hat {diagnostics['rhat_max']:.4f} above {RHAT_MAX} ({worst['rhat_max']})")
    for key, label, value in (
        ("ess_bulk_min", "bulk ESS", diagnostics["ess_bulk_min"]),
        ("ess_tail_min", "tail ESS", diagnostics["ess_tail_min"]),
    ):
        if not value >= ESS_MIN:
            found.append(f"{label} {value:.0f} below {ESS_MIN:.0f} ({worst[key]})")
    if diagnostics["divergences"]:
        found.append(f"{diagnostics['divergences']} divergences")
    if not diagnostics["bfmi_min"] > BFMI_MIN:
        found.append(f"BFMI {diagnostics['bfmi_min']:.2f} not above {BFMI_MIN}")
    return found
