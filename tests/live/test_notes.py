"""Notes between a real Redmine and a real Tryton: each once, signed, in order; private ones stay where they are."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text as sql

from flows.hub.noted import Noted, notes_of
from tests.live.live_hub import LiveHub, both
from tests.live.plain import PlainRedmine
from tests.live.plain_tryton import PlainTryton

SECRET = "ДАМ-СКИДКУ-СОРОК"
GUARDS = "    guards: {max_creates: 500}\n"
NOTES = "    notes: {crm: {}, tracker: {}}\n"
MAPPINGS = {
    "comment.crm.yaml": "system: crm\nkind: comment\nentity: note\nextends: tryton/comment\n",
    "comment.tracker.yaml": (
        "system: tracker\nkind: comment\nentity: note\nextends: redmine/comment\nfields: {said: {markup: markdown}}\n"
    ),
}


@dataclass
class World:
    """Both servers, and a hub that shares notes between them."""

    hub: LiveHub
    tryton: PlainTryton
    redmine: PlainRedmine

    def open(self, name: str) -> "Talk":
        """Make a deal and let it become an issue."""
        [deal] = self.tryton.create({"description": name, "party": int(self.tryton.env["PARTY_ID"])})
        self.hub.sync()
        whole = self.hub.case_of("crm", "opportunity", deal)
        [issue] = [int(link.external_id) for link in whole.links if link.system == "tracker"]
        return Talk(self, deal, issue, whole.entity.key)


@dataclass
class Talk:
    """A case that is talked about on both sides."""

    world: World
    deal: int
    issue: int
    key: str

    def in_tryton(self, *texts: str) -> list[int]:
        """Somebody in sales says TEXTS; returns the numbers of the notes."""
        values = [{"resource": f"sale.opportunity,{self.deal}", "message": text} for text in texts]
        return list(self.world.tryton.rpc("ir.note.create", values))

    def in_redmine(self, text: str, *, private: bool = False) -> str:
        """The administrator says TEXT; returns the number of the journal."""
        assert self.world.redmine.update(self.issue, notes=text, private_notes=private) == 204
        return str(self.journals()[-1]["id"])

    def journals(self) -> list[dict[str, Any]]:
        shown = self.world.redmine.issue(self.issue)
        assert shown is not None
        return [one for one in shown["journals"] if one["notes"]]

    def reword(self, journal: str, text: str) -> None:
        client = self.world.redmine._client
        sent = client.put(f"/journals/{journal}.json", json={"journal": {"notes": text}})
        assert sent.status_code == 204, sent.text

    def shown_in_tryton(self) -> list[str]:
        there = [["resource", "=", f"sale.opportunity,{self.deal}"]]
        rows = self.world.tryton.rpc("ir.note.search_read", there, 0, None, [["id", "ASC"]], ["message"])
        return [row["message"] for row in rows]

    def notes(self) -> list[Noted]:
        whole = self.world.hub.case(self.key)
        with self.world.hub.store() as store:
            return notes_of(store, whole)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        settings = hub.folder / "hub.yaml"
        text = settings.read_text(encoding="utf-8")
        assert GUARDS in text
        settings.write_text(text.replace(GUARDS, GUARDS + NOTES), encoding="utf-8")
        for name, mapping in MAPPINGS.items():
            (hub.folder / name).write_text(mapping, encoding="utf-8")
        yield World(hub, tryton, redmine)


def test_sixty_notes_are_there_once_in_their_order_and_private_ones_stay(world: World) -> None:
    talk = world.open("Внедрение с разговорами")
    talk.in_tryton(*[f"Из продаж №{n}: «ёлки» & **смета**" for n in range(30)])
    for n in range(30):
        private = n % 5 == 0
        talk.in_redmine(f"Только нам {n}: {SECRET}" if private else f"Из пресейла №{n}: *готово*", private=private)

    world.hub.sync()
    idle = world.hub.sync()

    told = [one["notes"].replace("\r\n", "\n") for one in talk.journals()]
    ours = [text for text in told if " (crm):\n\n" in text]
    assert [text.partition("\n\n")[2] for text in ours] == [f"Из продаж №{n}: «ёлки» & **смета**" for n in range(30)]
    assert len(told) == 60
    shared = [n for n in range(30) if n % 5]
    there = [text for text in talk.shown_in_tryton() if " (tracker):\n\n" in text]
    assert [text.partition("\n\n")[2] for text in there] == [f"Из пресейла №{n}: *готово*" for n in shared]
    assert len(talk.shown_in_tryton()) == 30 + len(shared)
    assert sum(idle.writing.values()) == 0
    assert world.hub.attention() == []
    assert sum(one.internal for one in talk.notes()) == 30 - len(shared)
    assert SECRET not in "".join(talk.shown_in_tryton())
    files = [file for file in Path(world.hub.folder).rglob("*") if file.is_file()]
    assert [file.name for file in files if SECRET.encode() in file.read_bytes()] == []


def test_an_edit_crosses_and_what_tryton_will_not_change_is_parked_with_its_reason(world: World) -> None:
    talk = world.open("Правки")
    [note] = talk.in_tryton("Срок: пятница")
    journal = talk.in_redmine("Смета в среду")
    world.hub.sync()

    world.tryton.reword_note(note, "Срок: понедельник")
    talk.reword(journal, "Смета в четверг")
    world.hub.sync(full=True)

    copies = [one["notes"].replace("\r\n", "\n") for one in talk.journals() if " (crm):" in one["notes"]]
    assert [text.partition("\n\n")[2] for text in copies] == ["Срок: понедельник"]
    assert {one.text for one in talk.notes()} == {"Срок: понедельник", "Смета в четверг"}
    assert [text.partition("\n\n")[2] for text in talk.shown_in_tryton() if "(tracker)" in text] == ["Смета в среду"]
    [parked] = world.hub.attention()
    assert (parked.system, parked.field, parked.code) == ("crm", "said", "rejected")


def test_a_deleted_note_takes_no_other_along(world: World) -> None:
    talk = world.open("Удаления")
    journal = talk.in_redmine("Лишнее")
    world.hub.sync()

    talk.reword(journal, "")
    world.hub.sync(full=True, approved=True)

    assert talk.journals() == []
    assert [text.partition("\n\n")[2] for text in talk.shown_in_tryton()] == ["Лишнее"]
    world.hub.sync()
    assert talk.journals() == []


class Fatal(httpx.AsyncBaseTransport):
    """A way to a server on which the process is killed once a note has been posted, before anybody hears of it."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if request.method == "PUT" and b'"notes"' in request.content:
            os.kill(os.getpid(), signal.SIGKILL)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def test_a_process_that_is_killed_between_post_and_answer_leaves_exactly_one(world: World) -> None:
    talk = world.open("Обрыв")
    talk.in_tryton("С чего начнём?", "И кто начнёт?")

    child = os.fork()
    if child == 0:
        world.hub.sync(tracker=Fatal())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    between = len(talk.journals())
    world.hub.sync()
    with world.hub.store() as store, store.write() as conn:  # as if the time-out of the request had passed by now
        conn.execute(sql("update outbox set sent_at = '2026-01-01 00:00:00', not_before = null where state = 'sent'"))
    world.hub.sync()

    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert between == 1
    told = [one["notes"].replace("\r\n", "\n").partition("\n\n")[2] for one in talk.journals()]
    assert told == ["С чего начнём?", "И кто начнёт?"]
    assert len(talk.shown_in_tryton()) == 2
    assert len(talk.notes()) == 2
