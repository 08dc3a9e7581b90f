"""
`gone: close` and `restore` on a real Tryton and Redmine: copies of notes and files go with what was deleted, and
nobody's own words do; or a file is put back.
"""

import pytest

from tests.live.live_hub import both
from tests.live.test_notes import GUARDS, MAPPINGS, NOTES, World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        settings = hub.folder / "hub.yaml"
        text = settings.read_text(encoding="utf-8")
        assert GUARDS in text
        more = f"{GUARDS}{NOTES}    files: {{crm: {{}}, tracker: {{}}}}\n    gone: close\n"
        settings.write_text(text.replace(GUARDS, more), encoding="utf-8")
        for name, mapping in MAPPINGS.items():
            (hub.folder / name).write_text(mapping, encoding="utf-8")
        yield World(hub, tryton, redmine)


def test_copies_go_with_what_was_deleted_and_what_others_wrote_or_attached_stays(world):
    talk = world.open("Убрать лишнее")
    first, _ = talk.in_tryton("Лишнее", "Нужное")
    own = talk.in_redmine("Своё в задаче")
    spare = world.tryton.attach(talk.deal, "лишнее.txt", "лишнее".encode())
    world.redmine.attach(talk.issue, "своё.txt", "своё".encode())
    world.hub.sync()
    assert (len(talk.journals()), len(talk.shown_in_tryton()), len(world.redmine.files(talk.issue))) == (3, 3, 2)

    world.tryton.rpc("ir.note.delete", [first])
    world.tryton.rpc("ir.attachment.delete", [spare])
    there = [["resource", "=", f"sale.opportunity,{talk.deal}"], ["message", "like", "%Своё в задаче"]]
    [copy] = world.tryton.rpc("ir.note.search", there, 0, None, None)
    world.tryton.as_admin().rpc("ir.note.delete", [copy])
    world.hub.sync(full=True)
    world.hub.sync(full=True)
    idle = world.hub.sync()

    said = [one["notes"].replace("\r\n", "\n").rpartition("\n")[2] for one in talk.journals()]
    assert sorted(said) == ["Нужное", "Своё в задаче"]
    assert own in {str(one["id"]) for one in talk.journals()}
    assert list(world.redmine.files(talk.issue).values()) == ["своё".encode()]
    assert sum(idle.writing.values()) == 0


def test_with_restore_a_file_that_was_deleted_is_put_back_once(world):
    settings = world.hub.folder / "hub.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("gone: close", "gone: restore"), encoding="utf-8")
    world.hub.sync(approved=True)
    talk = world.open("Вернуть смету")
    world.tryton.attach(talk.deal, "смета.txt", "смета".encode())
    world.hub.sync()
    [copy] = world.redmine.issue(talk.issue, include="attachments")["attachments"]

    world.redmine.detach(copy["id"])
    passes = [world.hub.sync(full=True) for _ in range(2)]

    assert [report.files["copied"] for report in passes] == [1, 0]
    assert list(world.redmine.files(talk.issue).values()) == ["смета".encode()]
