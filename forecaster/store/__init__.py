"""The only room that speaks SQL: readings, forecasts, resolutions, runs, and the update lock.

Readings and forecasts are only ever added; triggers in the database refuse anything else. Every
function takes the engine of ``open_engine`` and one transaction holds all that it writes.
Nothing is imported here, so that a command pays only for what it uses.
"""
