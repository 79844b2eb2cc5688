"""Triggers that make a table append-only, used by the migrations on both engines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

_WHY = "is append-only: add a new row instead of changing or removing one"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION forecaster_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_TABLE_NAME || ' {_WHY}';
END $$
"""


def append_only(connection: Connection, table: str) -> None:
    """Refuse UPDATE and DELETE (and TRUNCATE, where it exists) on a table."""
    if connection.dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {_WHY}'); END"
            )
        return
    connection.exec_driver_sql(_FUNCTION)
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION forecaster_append_only()"
    )


def removed_once(connection: Connection, table: str, *, done: str) -> None:
    """Refuse to remove a row unless it is ``done``, a condition on ``OLD``.

    Takes the place of the triggers of the same names that refuse every removal.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_delete")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT ({done}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} {_WHY}'); END"
        )
        return
    function = f"forecaster_{table}_removed_once"
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {done} THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = '{table} {_WHY}'; "
        "END $$"
    )
    for name in ("append_only", "no_delete"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION forecaster_append_only()"
    )


def keeps_outcomes(connection: Connection, table: str) -> None:
    """Refuse to remove a row, and to change one whose status is ``succeeded`` or ``failed``."""
    final = "OLD.status IN ('succeeded', 'failed')"
    if connection.dialect.name == "sqlite":
        for name, event in (("delete", "DELETE ON {0}"), ("change", "UPDATE ON {0} WHEN {1}")):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {event.format(table, final)} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {_WHY}'); END"
            )
        return
    connection.exec_driver_sql(_FUNCTION)
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION forecaster_append_only()"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE ON {table} "
        f"FOR EACH ROW WHEN ({final}) EXECUTE FUNCTION forecaster_append_only()"
    )


def changes_only(
    connection: Connection, table: str, *, fixed: Sequence[str], final: str | None = None
) -> None:
    """Refuse to remove a row, to change its ``fixed`` columns, and any change once ``final``."""
    columns = ", ".join(fixed)
    events = {
        "delete": "DELETE ON {0}",
        "change": f"UPDATE OF {columns} ON {{0}}",
    }
    if final is not None:
        events["late_change"] = "UPDATE ON {0}"
    if connection.dialect.name == "sqlite":
        for name, event in events.items():
            when = f"WHEN {final} " if name == "late_change" else ""
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {event.format(table)} "
                f"{when}BEGIN SELECT RAISE(ABORT, '{table} {_WHY}'); END"
            )
        return
    connection.exec_driver_sql(_FUNCTION)
    events["delete"] = "DELETE OR TRUNCATE ON {0}"
    for name, event in events.items():
        each = f"ROW WHEN ({final})" if name == "late_change" else "STATEMENT"
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {event.format(table)} "
            f"FOR EACH {each} EXECUTE FUNCTION forecaster_append_only()"
        )
