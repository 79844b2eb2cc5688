"""``forecaster settings``: what is set, and where that was said."""

from __future__ import annotations

from forecaster import settings as stated
from forecaster.commands import options, speak


def settings(as_json: bool = options.Json) -> None:
    """Show every setting with its origin; secrets are hidden."""
    found = stated.load()
    unknown = stated.unknown_variables()
    if as_json:
        speak.document(
            {
                "settings": [
                    {
                        "name": name,
                        "variable": stated.variable(name),
                        "value": found.shown(name),
                        "origin": found.origin[name],
                        "help": one.help,
                    }
                    for name, one in stated.TABLE.items()
                ],
                "ignored": unknown,
            }
        )
        return
    rows = [
        (stated.variable(name), found.shown(name), found.origin[name], one.help)
        for name, one in stated.TABLE.items()
    ]
    speak.table(("setting", "value", "origin", "meaning"), rows)
    for name in unknown:
        speak.remark(f"{name} is set, but no setting reads it")
