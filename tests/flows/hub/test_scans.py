"""What a small pass asks the database does not grow with all that the hub has ever done."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.hub_builders import AHub, a_deal, opened

GROWING = ("entity", "link", "outbox", "event", "searched")
"""What there is at least one of for each case, open or ended; the inbox and the attention list hold what waits."""

SHORT = ("uq_outbox_open", "ix_outbox_open", "ix_entity_held_back", "ix_entity_due")
"""Indexes of what waits alone: to read one of them whole is no more than to read what waits."""


def scans(hub: AHub) -> dict[str, list[str]]:
    """Run a pass and return, by their texts, its statements that read one of the growing tables whole."""
    engine, asked = hub.installation.store.engine, dict[str, object]()

    def note(_conn: object, _cursor: object, text: str, given: object, _context: object, many: bool) -> None:
        asked.setdefault(text, given[0] if many and isinstance(given, list) else given)

    sa.event.listen(engine, "before_cursor_execute", note)
    hub.sync(approved=True)
    sa.event.remove(engine, "before_cursor_execute", note)

    def whole(step: str) -> bool:
        return any(f"{step} ".startswith(f"SCAN {name} ") for name in GROWING) and not step.endswith(SHORT)

    with hub.installation.store.read() as conn:
        steps = {
            text: [str(row[3]) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given).all()]
            for text, given in asked.items()
            if text.startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH"))
        }
    assert len(steps) > 15
    return {text: found for text, plan in steps.items() if (found := [step for step in plan if whole(step)])}


@pytest.fixture
def hub(tmp_path: Path) -> AHub:
    hub, _ = opened(tmp_path)
    if hub.installation.store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by how much there is")
    hub.sync()
    return hub


def test_a_pass_with_nothing_to_do_reads_no_growing_table_whole(hub: AHub) -> None:
    assert scans(hub) == {}


def test_a_pass_over_one_change_reads_no_growing_table_whole(hub: AHub) -> None:
    hub.systems["trk"].edit("record", "1", {"next_step": "позвонить"})

    assert scans(hub) == {}


def test_a_pass_that_opens_a_case_reads_no_growing_table_whole(hub: AHub) -> None:
    hub.systems["crm"].create("record", a_deal("Новая"))

    assert scans(hub) == {}
