"""All commands under one name: the analyst's, and beside them the operator's."""

from __future__ import annotations

import typer

from forecaster.commands import check
from forecaster.commands.app import app
from jobs.commands import jobs, save, serve

for command in (serve.serve, save.backup, save.restore, save.verify):
    app.command()(command)
app.add_typer(jobs.app, name="jobs")
check.FURTHER.append(jobs.problems)


@app.callback()
def forecaster(
    *,
    debug: bool = typer.Option(
        False, "--debug", help="Show the traceback of a failure; may stand anywhere."
    ),
) -> None:
    """Forecast how the strategic relation of Russia and China will stand."""
    # The entry point takes --debug out of the words before they come here; --help shows it.


__all__ = ["app"]
