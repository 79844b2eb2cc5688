"""The analyst's commands, put together; the entry point in ``jobs`` adds the operator's."""

from __future__ import annotations

import typer

from forecaster.commands.alerts import alerts
from forecaster.commands.backtest import backtest
from forecaster.commands.check import check
from forecaster.commands.collect import collect
from forecaster.commands.deliveries import deliveries
from forecaster.commands.endpoints import endpoints
from forecaster.commands.explain import explain
from forecaster.commands.history import history
from forecaster.commands.indicators import indicators, readings
from forecaster.commands.init import init
from forecaster.commands.leads import leads
from forecaster.commands.prior_share import prior_share
from forecaster.commands.quarantine import quarantine
from forecaster.commands.record import record
from forecaster.commands.reference import reference
from forecaster.commands.report import report
from forecaster.commands.resolve import resolve
from forecaster.commands.score import score
from forecaster.commands.settings import settings
from forecaster.commands.show import show
from forecaster.commands.token import token
from forecaster.commands.update import update
from forecaster.commands.watch import watch
from forecaster.commands.what_if import what_if

app = typer.Typer(
    help="Forecast how the strategic relation of Russia and China will stand.",
    no_args_is_help=True,
    add_completion=False,
    # Plain help: Rich would add a tenth of a second to every start.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (
    show,
    update,
    collect,
    record,
    resolve,
    explain,
    watch,
    what_if,
    prior_share,
    history,
    backtest,
    reference,
    score,
    indicators,
    readings,
    report,
    init,
    check,
    settings,
):
    app.command()(command)
app.add_typer(alerts, name="alerts", help="What is told of changes, and when.")
app.add_typer(leads, name="leads")
app.add_typer(quarantine, name="quarantine")
app.add_typer(endpoints, name="endpoints", help="Where alerts are sent: add, test, rotate, end.")
app.add_typer(deliveries, name="deliveries", help="What was sent, what waits, what was given up.")
app.add_typer(token, name="token", help="Let people and programs in: make, list, revoke tokens.")
