"""What distinguishes kinds of pairs, by cause: numbers that both the fit and its readers use."""

from __future__ import annotations

from priors.reference.table import CAUSES, Cause, Cell

COVARIATES: dict[Cause, tuple[str, ...]] = {
    "pledge": (
        *("majors", "rival", "pact", "rival_and_pact", "asymmetry"),
        *("own_rivalry", "earlier_pledge", "wartime"),
    ),
    "rivalry": ("majors", "rival", "pact", "pledge", "asymmetry", "border"),
    "pledge_end": ("majors", "rival", "own_rivalry", "asymmetry", "wartime"),
    "rivalry_end": ("majors", "pact", "asymmetry", "border", "wartime"),
}
"""By cause."""
SHIFTING = ("rival", "majors")
"""Those whose effect on pledges may differ from era to era."""

EFFECTS = tuple(f"{cause}.{name}" for cause in CAUSES for name in COVARIATES[cause])
"""Every effect of the model, in its order."""


def values(cause: Cause, cell: Cell) -> tuple[float, ...]:
    """The covariates of a kind of pair; ``asymmetry`` is 0 in the middle."""
    found = {
        "majors": cell.majors,
        "rival": cell.rival,
        "pact": int(cell.state == 1),
        "pledge": int(cell.state == 2),
        "rival_and_pact": cell.rival * int(cell.state == 1),
        "asymmetry": cell.asymmetry - 1,
        "border": cell.border,
        "own_rivalry": cell.own_rivalry,
        "earlier_pledge": cell.earlier_pledge,
        "wartime": cell.wartime,
    }
    return tuple(float(found[name]) for name in COVARIATES[cause])
