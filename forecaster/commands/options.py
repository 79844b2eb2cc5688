"""Options that several commands share."""

from __future__ import annotations

import typer

Json = typer.Option(False, "--json", help="Print one JSON document instead of text.")
AsOf = typer.Option(
    None,
    "--as-of",
    metavar="T",
    help="A day (its end is meant) or a moment, UTC: 2018-12-31 or 2018-12-31T12:00Z.",
)
