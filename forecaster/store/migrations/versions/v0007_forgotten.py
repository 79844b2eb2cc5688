"""What was delivered or given up may be forgotten, with its attempts; no other row of theirs."""

from __future__ import annotations

from alembic import op

from forecaster.store.guards import removed_once

revision = "0007"
down_revision = "0006"

DONE = "OLD.status IN ('delivered', 'dead')"
OF_DONE = "(SELECT status FROM deliveries WHERE id = OLD.delivery) IN ('delivered', 'dead')"


def upgrade() -> None:
    """Let rows go that came to their end."""
    connection = op.get_bind()
    removed_once(connection, "deliveries", done=DONE)
    removed_once(connection, "attempts", done=OF_DONE)
    if connection.dialect.name == "postgresql":
        # The one trigger that refused every change of an attempt has gone with its name.
        connection.exec_driver_sql(
            "CREATE TRIGGER attempts_no_update BEFORE UPDATE ON attempts "
            "FOR EACH STATEMENT EXECUTE FUNCTION forecaster_append_only()"
        )
