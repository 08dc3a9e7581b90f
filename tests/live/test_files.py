"""Files of cases between a real Tryton and a real Redmine: each once, whatever happens on the way."""

import os
import signal
import time

import httpx
import pytest

from flows.hub.attachments.looking import files_of
from flows.hub.wiring import install
from state import attention
from tests.live.documents_hub import Dying
from tests.live.live_hub import both
from tests.live.test_redmine_children import larger_files

MB = 1024 * 1024
GUARDS = "    guards: {max_creates: 500}\n"
FILES = "    files: {crm: {max_size: 35MB}, tracker: {max_size: 35MB, not_types: [program]}}\n"


class World:
    """Both servers and a hub that shares files between them."""

    def __init__(self, hub, tryton, redmine):
        self.hub, self.tryton, self.redmine = hub, tryton, redmine
        [self.party] = tryton.create_parties("ООО «Файлы»")

    def open(self, name):
        """Make a deal and let it become an issue; returns both and the case's key."""
        [deal] = self.tryton.create({"description": name, "party": self.party})
        self.hub.sync()
        whole = self.hub.case_of("crm", "opportunity", deal)
        [issue] = [int(link.external_id) for link in whole.links if link.system == "tracker"]
        return deal, issue, whole.entity.key

    def both_hold(self, deal, issue):
        """Return the contents on both sides, in order, and say that they are the same."""
        left, right = (sorted(files.values()) for files in (self.tryton.files(deal), self.redmine.files(issue)))
        assert left == right
        return left

    def told(self, key):
        with self.hub.store() as store:
            owner = self.hub.case(key).entity.id
            return [one.text for one in attention.parked_fields(store, entity_id=owner) if one.kind == "file"]

    def lying(self):
        return [one.name for one in (self.hub.folder / "spool").glob("*")]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine), larger_files(dict(redmine.env)):
        settings = hub.folder / "hub.yaml"
        text = settings.read_text(encoding="utf-8")
        assert GUARDS in text
        settings.write_text(text.replace(GUARDS, GUARDS + FILES), encoding="utf-8")
        yield World(hub, tryton, redmine)


def test_twenty_files_go_both_ways_and_each_is_there_once(world):
    deal, issue, key = world.open("Двадцать файлов")
    names = ["Смета «Ёж» №1.pdf", "план.PNG", "ТЗ (финал).docx", "a.txt", "a.txt"]
    for number in range(10):
        world.tryton.attach(deal, names[number % 5], f"из сделки {number}".encode())
        world.redmine.attach(issue, names[number % 5], f"из задачи {number}".encode())

    report = world.hub.sync()
    again = world.hub.sync()
    full = world.hub.sync(full=True)

    assert len(set(world.both_hold(deal, issue))) == 20
    assert report.files["copied"] == 20
    assert (again.files, full.files, world.lying()) == ({}, {}, [])
    assert {name.rpartition(" ")[0] for name in world.redmine.files(issue)} == set(names)
    with world.hub.store() as store:
        views = files_of(store, world.hub.case(key), install(world.hub.folder, world.hub.env).sync(None).files)
    assert [{place.system: place.state for place in one.places} for one in views] == [
        {"crm": "here", "tracker": "here"}
    ] * 20


def test_the_same_content_on_both_sides_is_one_file(world):
    deal, issue, _ = world.open("Одно и то же")
    world.tryton.attach(deal, "смета.xlsx", "одно содержание".encode())
    world.redmine.attach(issue, "Смета v2.xlsx", "одно содержание".encode())

    report = world.hub.sync()

    assert not report.files
    assert len(world.both_hold(deal, issue)) == 1


def test_thirty_megabytes_arrive_as_they_are(world):
    deal, issue, _ = world.open("Большой файл")
    content = os.urandom(MB) * 30
    world.tryton.attach(deal, "стенд.vmdk", content)

    world.hub.sync()

    assert world.both_hold(deal, issue) == [content]


def test_what_is_too_large_or_of_a_wrong_type_becomes_one_line_where_people_look(world):
    deal, issue, _ = world.open("Не пролезет")
    world.tryton.attach(deal, "setup.exe", b"MZ")
    world.redmine.attach(issue, "образ.iso", b"0" * (36 * MB))

    world.hub.sync()
    world.hub.sync(full=True)

    notes = [one["notes"] for one in world.redmine.issue(issue)["journals"] if one.get("notes")]
    [note] = world.tryton.rpc(
        "ir.note.search_read", [["resource", "=", f"sale.opportunity,{deal}"]], 0, None, None, ["message"]
    )
    assert len(notes) == 1
    assert notes[0].startswith("setup.exe (2 bytes): ")
    assert "files of the type exe are kept out" in notes[0]
    assert note["message"].startswith(f"образ.iso (36 MB): {world.redmine.url}/attachments/")
    assert len(world.redmine.files(issue)) == len(world.tryton.files(deal)) == 1


def test_a_deleted_file_stays_on_the_other_side_and_does_not_come_back(world):
    deal, issue, _ = world.open("Удалённый файл")
    file = world.redmine.attach(issue, "старое.pdf", "старое".encode())
    world.redmine.attach(issue, "новое.pdf", "новое".encode())
    world.hub.sync()
    world.redmine.detach(file)

    world.hub.sync(full=True)
    world.hub.sync()

    assert sorted(world.tryton.files(deal).values()) == sorted(["старое".encode(), "новое".encode()])
    assert list(world.redmine.files(issue).values()) == ["новое".encode()]


def test_a_file_of_a_private_note_stays_where_it_is(world):
    deal, issue, key = world.open("Внутреннее")
    secret = {"notes": "для своих", "private_notes": True}
    world.redmine.attach(issue, "маржа.xlsx", b"40 %", **secret)
    time.sleep(1.1)  # Redmine tells what belongs together by the second
    world.redmine.attach(issue, "оферта.pdf", "оферта".encode(), notes="для всех")

    world.hub.sync()
    world.hub.sync(full=True)

    assert list(world.tryton.files(deal).values()) == ["оферта".encode()]
    assert world.told(key) == []


def test_a_kill_between_attaching_and_its_answer_leaves_exactly_one(world):
    deal, issue, _ = world.open("Убит")
    world.tryton.attach(deal, "смета.pdf", "смета".encode())

    def dies(request: httpx.Request) -> bool:
        if request.method == "PUT" and b"uploads" in request.content:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    child = os.fork()
    if child == 0:
        world.hub.sync(tracker=Dying(dies))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the process came to its end"
    between = len(world.redmine.files(issue))
    world.hub.sync()
    world.hub.sync(full=True)

    assert between == 1
    assert world.both_hold(deal, issue) == ["смета".encode()]
    assert world.lying() == []
