"""What was decided is stored, also where somebody else holds the rows for a moment."""

import sqlite3
from typing import Any

import sqlalchemy as sa

from tests.hub_builders import opened


def test_a_decision_that_met_with_a_deadlock_is_stored_a_moment_later(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"title": "Внедрение ERP"})
    engine, met = hub.installation.store.engine, list[str]()

    def deadlock(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE entity SET facts") and not met:
            met.append(statement)
            raise sa.exc.OperationalError(statement, {}, sqlite3.OperationalError("deadlock detected"))

    sa.event.listen(engine, "before_cursor_execute", deadlock)
    hub.sync()

    assert met
    assert hub.facts()["title"] == "Внедрение ERP"
    assert [views["title"] for views in hub.records("trk").values()] == ["Внедрение ERP"]
