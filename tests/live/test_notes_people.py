"""Notes of a real Redmine and Tryton: people who are mentioned in them, and what was said before the case began."""

import sqlite3
from collections.abc import Iterator

import pytest

from tests.live.live_hub import both
from tests.live.test_notes import GUARDS, MAPPINGS, NOTES, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        settings = hub.folder / "hub.yaml"
        text = settings.read_text(encoding="utf-8")
        assert GUARDS in text
        settings.write_text(text.replace(GUARDS, GUARDS + NOTES + "    history: import\n"), encoding="utf-8")
        for name, mapping in MAPPINGS.items():
            (hub.folder / name).write_text(mapping, encoding="utf-8")
        yield World(hub, tryton, redmine)


def test_what_was_said_long_before_the_case_began_is_imported_where_that_is_asked_for(world: World) -> None:
    [deal] = world.tryton.create({"description": "С историей", "party": int(world.tryton.env["PARTY_ID"])})
    [note] = world.tryton.rpc("ir.note.create", [{"resource": f"sale.opportunity,{deal}", "message": "Год назад"}])
    with sqlite3.connect(world.tryton.env["DATABASE"]) as database:
        database.execute("update ir_note set create_date = '2025-11-20 10:00:00' where id = ?", (note,))

    world.hub.sync()
    world.hub.sync()

    whole = world.hub.case_of("crm", "opportunity", deal)
    [issue] = [int(link.external_id) for link in whole.links if link.system == "tracker"]
    shown = world.redmine.issue(issue)
    assert shown is not None
    [told] = [one["notes"] for one in shown["journals"] if one["notes"]]
    assert told.replace("\r\n", "\n").partition("\n\n")[2] == "Год назад"
    assert "2025-11-20" in told.partition("\n")[0] or "20.11.2025" in told.partition("\n")[0]


def test_a_mention_becomes_a_name_and_a_name_a_mention_of_the_same_person(world: World) -> None:
    talk = world.open("Кому поручить")
    engineer = world.redmine.env["USER_ENGINEER_ID"]
    talk.in_redmine(f"Спросите user#{engineer}, он считал")
    talk.in_tryton("Передайте @Егор Щукин и @Никто Неизвестный")

    world.hub.sync()
    idle = world.hub.sync()

    [there] = [text for text in talk.shown_in_tryton() if " (tracker):" in text]
    [here] = [one["notes"] for one in talk.journals() if " (crm):" in one["notes"]]
    assert there.endswith("Спросите @Егор Щукин, он считал")
    assert here.replace("\r\n", "\n").endswith(f"Передайте user#{engineer} и @Никто Неизвестный")
    assert sum(idle.writing.values()) == 0
