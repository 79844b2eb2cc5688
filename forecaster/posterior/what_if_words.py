"""Conditional forecasts in words; numbers are written by ``words``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecaster.posterior import words

Row = Mapping[str, Any]
CONDITIONAL = (
    "Each line is a forecast under a condition: had this been done to the years ahead, and all "
    "else been as the draws have it. It is no claim that somebody could bring it about, nor of "
    "what else would follow if they did."
)
ANSWERS = (
    "Held: every reading until now, the parameters, the paths of chance, what shocks still come. "
    "What answers: the threat that both feel, and alignment, through the structural equation "
    "(it follows each antagonism and gives way to constraints), and with them the rates of all "
    "exits. The antagonisms do not answer each other, nor the constraints to anything."
)
LEARNED = (
    "How strongly a constraint holds was learned from how alignment answered to it. Where about "
    "half of the draws go each way, the readings do not tell whether lifting it helps or hinders; "
    "where its level is near nothing already, there is little left to lift."
)
LEANS = 0.8
GROUPS = {
    "choice": "Choices of the United States",
    "constraint": "Constraints lifted",
    "shock": "Shocks",
    "own": "Your own",
}


def sentence(row: Row, date: str) -> str:
    """Say what the headline would be and how far that is: one sentence."""
    mean, change = row["headline"]["mean"], row["difference"]
    return (
        f"{row['title']}: {words.percent(mean)} {words.by_date(date)}, "
        f"{words.points(change['mean'] / 100.0)} ({span(change)}); {sign(change)}."
    )


def span(change: Row) -> str:
    """The interval of a difference in points: ``−12.2 to 1.3``."""
    return words.span(change["lower"], change["upper"], 1)


def sign(change: Row) -> str:
    """How sure its sign is: the share of draws that say so."""
    above, below = change["p_above"], change["p_below"]
    if max(above, below) == 0.0:
        return "moves no draw"
    way, share = ("higher", above) if above >= below else ("lower", below)
    said = f"{way} in {words.percent(share)} of draws"
    return said if share >= LEANS else f"open: {said}"


def done(row: Row) -> str:
    """What is done to the future, from the entry itself."""
    parts = [
        f"{words.title(name)} {'+' if size > 0 else ''}{words.number(size, 1)} sd"
        for name, size in row.get("shift", {}).items()
    ]
    parts += [f"{name.replace('_', ' ')} once more" for name in row.get("like", ())]
    parts += [
        f"{words.title(name)} {'lifted' if kept == 0 else f'at {100 * kept:.0f} % of its level'}"
        for name, kept in row.get("level", {}).items()
    ]
    if "shift" in row or "like" in row:
        parts.append(_pace(row))
    return "; ".join(parts) or "nothing"


def _pace(row: Row) -> str:
    ramp, hold = row.get("ramp_months", 0), row.get("hold_months")
    came = f"over {words.count(ramp, 'month')}" if ramp else "at once"
    if hold is None:
        return f"{came}, then kept up"
    kept = f", kept up for {words.count(hold, 'month')}" if hold else ""
    half = row.get("half_life")
    fades = "as every deviation does" if half is None else f"by half in {half:g} years"
    return f"{came}{kept}, then fading {fades}"


def again(found: Row) -> str:
    """Say how closely a shift of nothing gives the published headline."""
    off = found["again"]["headline"]
    if off == 0.0 and found["again"]["draws"] == 0.0:
        return "Nothing done gives the published headline again, to the last bit of every draw."
    return (
        f"Nothing done gives the published headline again within {100.0 * off:.0e} points; its "
        "draws were saved in single precision."
    )
