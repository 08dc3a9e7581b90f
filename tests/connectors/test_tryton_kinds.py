"""Parties, notes and attachments: found under the opportunities they hang on, written, and found without a marker."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from connectors.base import Surroundings
from connectors.errors import AuthFailed, Gone, Rejected, RetryLater
from connectors.tryton import TrytonConnector, TrytonSettings
from mappings.exchange import Change, Create, Update, VendorRecord, View
from tests.connectors.tryton_builders import connect
from tests.contract.tryton_fake import PASSWORD, FakeTryton
from tests.contract.tryton_rows import HUB, PERSON
from tests.contract.world import pages, pull_all


class Folder:
    """A spool in a folder."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        (self._home / digest).write_bytes(content)
        return f"sha256:{digest}"

    def path(self, digest: str) -> Path:
        path = self._home / digest
        if not path.exists():
            raise KeyError(digest)
        return path


@pytest.fixture
def server() -> FakeTryton:
    return FakeTryton()


@pytest.fixture
def spool(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def spooled(server: FakeTryton, spool: Folder) -> TrytonConnector:
    settings = TrytonSettings.model_validate(
        {"url": "https://tryton.test", "database": "crm", "user": "hub", "password": PASSWORD}
    )
    return TrytonConnector("crm", settings, Surroundings(transport=server.transport(), spool=spool))


def note(server: FakeTryton, deal: int, text: str, user: int = PERSON) -> str:
    return str(server.others.create("ir.note", user=user, resource=f"sale.opportunity,{deal}", message=text))


def attached(server: FakeTryton, deal: int, name: str, content: bytes) -> str:
    data = {"__class__": "bytes", "base64": base64.encodebytes(content).decode()}
    values = {"resource": f"sale.opportunity,{deal}", "name": name, "data": data}
    return str(server.others.create("ir.attachment", **values))


def comment(deal: int, text: str) -> Create:
    return Create("c1", "crm", "comment", "m", (Change("text", text),), parent=("opportunity", str(deal)))


def attachment(deal: int, name: str, content: str, key: str = "f1") -> Create:
    changes = (Change("name", name), Change("content", content))
    return Create(key, "crm", "file", "m", changes, parent=("opportunity", str(deal)))


def changed(record: VendorRecord, **views: View) -> Update:
    changes = tuple(Change(place, view, record.views.get(place)) for place, view in views.items())
    return Update(f"u{record.id}", "crm", record.kind, record.id, changes, record.version)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [2, 3, 100])
async def test_notes_come_in_any_split_with_what_they_hang_on(server: FakeTryton, size: int) -> None:
    deals = [server.table.create(description=name) for name in ("Пилот", "Тендер")]
    ids = [note(server, deals[n % 2], f"Слово № {n}\nвторая «строка»") for n in range(7)]
    async with connect(server, page_size=size) as crm:
        records = await pull_all(crm, "comment")

    assert [records[each].views["text"] for each in ids] == [f"Слово № {n}\nвторая «строка»" for n in range(7)]
    assert [records[each].parent for each in ids[:2]] == [("opportunity", "1"), ("opportunity", "2")]
    assert {record.marker for record in records.values()} == {None}


@pytest.mark.asyncio
async def test_a_pull_of_notes_is_two_requests_and_shows_what_is_new(server: FakeTryton) -> None:
    deal = server.table.create(description="Пилот")
    note(server, deal, "раньше")
    async with connect(server) as crm:
        _, cursor = await pages(crm, "comment")
        server.table.now += timedelta(minutes=5)
        new = note(server, deal, "позже")
        before = crm.requests
        met = await pull_all(crm, "comment", cursor)
        cost = crm.requests - before

    assert new in met
    assert (cost.total - cost.overhead, cost.writing) == (2, 0)


@pytest.mark.asyncio
async def test_an_opportunity_that_goes_between_the_two_requests_is_got_over(server: FakeTryton) -> None:
    deals = [server.table.create(description=name) for name in ("Пилот", "Тендер")]
    kept = note(server, deals[0], "здесь")
    gone = [False]

    def delete(method: str) -> None:
        if method == "model.ir.note.search_read" and not gone[0]:
            gone[0] = True
            server.table.delete(deals[1])

    server.hook = delete
    async with connect(server) as crm:
        assert list(await pull_all(crm, "comment")) == [kept]


@pytest.mark.asyncio
async def test_authors_are_employees_and_users_who_are_none(server: FakeTryton) -> None:
    server.users = [
        {"id": HUB, "name": "Хаб", "login": "hub", "email": None, "employee": None, "employees": [], "active": True},
        {
            "id": PERSON,
            "name": "Анна",
            "login": "anna",
            "email": "a@b.c",
            "employee": None,
            "employees": [1],
            "active": 1,
        },
    ]
    deal = server.table.create(description="Пилот")
    ids = [note(server, deal, "от Анны"), note(server, deal, "от хаба", HUB)]
    async with connect(server) as crm:
        records = await pull_all(crm, "comment")
        people = {person.id: person.name for person in await crm.people()}

    assert [records[each].views["author"] for each in ids] == ["1", f"user/{HUB}"]
    assert people == {"1": "Анна Ковалёва", f"user/{HUB}": "Хаб"}


@pytest.mark.asyncio
async def test_notes_are_looked_up_by_halves_where_some_are_gone(server: FakeTryton) -> None:
    deal = server.table.create(description="Пилот")
    ids = [note(server, deal, str(n)) for n in range(4)]
    del server.others.rows["ir.note"][int(ids[2])]
    async with connect(server) as crm:
        found = await crm.get("comment", [*ids, "x"])

    assert [each.state for each in found] == ["here", "here", "gone", "here", "gone"]


@pytest.mark.asyncio
async def test_a_note_in_doubt_is_found_by_parent_author_words_and_time(server: FakeTryton) -> None:
    deal, other = server.table.create(description="Пилот"), server.table.create(description="Тендер")
    now = server.table.now
    note(server, deal, "Готово")
    note(server, other, "Готово", HUB)
    mine = note(server, deal, "Готово", HUB)
    async with connect(server) as crm:
        found = await crm.find_sent(comment(deal, "Готово"), now)
        otherwise = await crm.find_sent(comment(deal, "Не готово"), now)
        later = await crm.find_sent(comment(deal, "Готово"), now + timedelta(hours=1))
        server.table.delete(deal)
        gone = await crm.find_sent(comment(deal, "Готово"), now)

    assert (found.ids, found.current) == ((mine,), True)
    assert (otherwise.ids, later.ids, gone.ids) == ((), (), ())


@pytest.mark.asyncio
async def test_a_note_is_made_and_never_changed(server: FakeTryton) -> None:
    deal = server.table.create(description="Пилот")
    async with connect(server) as crm:
        (made,) = await crm.push([comment(deal, "Клиент ответил")])
        assert made.record is not None
        (refused,) = await crm.push([changed(made.record, text="иначе")])
        (nobody,) = await crm.push([Create("c2", "crm", "comment", "m", (Change("text", "никому"),))])
        (nowhere,) = await crm.push([comment(999, "никому")])
        with pytest.raises(Rejected, match="no place for our marker"):
            await crm.find("comment", "m")

    assert (made.state, made.proved, made.record.parent) == ("done", True, ("opportunity", str(deal)))
    assert (refused.state, [each.place for each in refused.refused]) == ("refused", ["text"])
    assert (nobody.state, nowhere.state) == ("refused", "refused")


@pytest.mark.asyncio
async def test_a_content_goes_both_ways_whatever_its_length(server: FakeTryton, spool: Folder) -> None:
    deal = server.table.create(description="Пилот")
    contents = [bytes(range(256)) * n + b"\xff" * rest for n in (0, 3, 700) for rest in (1, 2, 3)]
    async with spooled(server, spool) as crm:
        writes = [attachment(deal, f"ТКП {n}.pdf", spool.put(each), f"f{n}") for n, each in enumerate(contents)]
        receipts = await crm.push(writes)
        got = [b"".join([piece async for piece in crm.fetch("file", each.id or "")]) for each in receipts]
        found = await crm.find_sent(writes[4], datetime(2026, 11, 1, tzinfo=UTC))

    assert {receipt.state for receipt in receipts} == {"done"}
    assert got == contents
    assert [each.record.views["size"] for each in receipts if each.record] == [str(len(each)) for each in contents]
    assert found.ids == (receipts[4].id,)


@pytest.mark.asyncio
async def test_a_content_of_the_same_length_is_not_taken_for_ours(server: FakeTryton, spool: Folder) -> None:
    deal, since = server.table.create(description="Пилот"), server.table.now
    async with spooled(server, spool) as crm:
        await crm.push([attachment(deal, "ТКП.pdf", spool.put(b"abc"))])
        found = await crm.find_sent(attachment(deal, "ТКП.pdf", spool.put(b"abd")), since)

    assert found.ids == ()


@pytest.mark.asyncio
async def test_what_is_no_content_is_told_apart(server: FakeTryton, spool: Folder) -> None:
    deal = server.table.create(description="Пилот")
    values = {"resource": f"sale.opportunity,{deal}", "name": "Папка", "type": "link", "link": "https://wiki.test/"}
    link = str(server.others.create("ir.attachment", **values))
    async with spooled(server, spool) as crm:
        with pytest.raises(Rejected, match="is it a link"):
            _ = [piece async for piece in crm.fetch("file", link)]
        with pytest.raises(Gone):
            _ = [piece async for piece in crm.fetch("file", "999")]
        with pytest.raises(Rejected, match="has no content"):
            _ = [piece async for piece in crm.fetch("comment", "1")]
        (receipt,) = await crm.push([attachment(deal, "пусто", f"sha256:{'0' * 64}")])

    assert [each.place for each in receipt.refused] == ["content"]


@pytest.mark.asyncio
async def test_a_content_that_breaks_off_is_asked_for_again_later(server: FakeTryton, spool: Folder) -> None:
    deal = server.table.create(description="Пилот")
    number = attached(server, deal, "схема.png", b"1" * 300_000)
    whole = server.transport()

    async def cut(request: httpx.Request) -> httpx.Response:
        answer = await whole.handle_async_request(request)
        body = await answer.aread()
        return httpx.Response(200, content=body[:200_000]) if b'"data"' in request.content else answer

    settings = TrytonSettings.model_validate(
        {"url": "https://tryton.test", "database": "crm", "user": "hub", "password": PASSWORD}
    )
    async with TrytonConnector("crm", settings, Surroundings(transport=httpx.MockTransport(cut))) as crm:
        with pytest.raises(RetryLater, match="broke off"):
            _ = [piece async for piece in crm.fetch("file", number)]


@pytest.mark.asyncio
async def test_a_session_that_has_ended_is_renewed_before_a_content_comes(server: FakeTryton, spool: Folder) -> None:
    number = attached(server, server.table.create(description="Пилот"), "схема.png", b"png")
    async with spooled(server, spool) as crm:
        await crm.identify()
        server.sessions.clear()
        got = b"".join([piece async for piece in crm.fetch("file", number)])
        server.sessions.clear()
        server.hook = lambda method: server.sessions.clear()
        with pytest.raises(AuthFailed):
            _ = [piece async for piece in crm.fetch("file", number)]

    assert got == b"png"


@pytest.mark.asyncio
async def test_parties_are_read_renamed_and_made(server: FakeTryton) -> None:
    ids = [str(server.others.create("party.party", name=f"ООО «Ёж {n}»", email="a@b.c")) for n in range(5)]
    server.others.edit("party.party", int(ids[1]), active=False)
    async with connect(server, page_size=2) as crm:
        records = await pull_all(crm, "party")
        (renamed,) = await crm.push([changed(records[ids[0]], name="АО «Василёк»")])
        (made,) = await crm.push([Create("p", "crm", "party", "m", (Change("name", "ПАО «Заря»"),))])
        found = await crm.find_sent(Create("p", "crm", "party", "m", (Change("name", "ПАО «Заря»"),)), server.table.now)

    assert set(records) == set(ids)
    assert records[ids[0]].views == {"name": "ООО «Ёж 0»", "code": None, "email": "a@b.c", "phone": None}
    assert renamed.record is not None
    assert (renamed.state, renamed.record.views["name"]) == ("done", "АО «Василёк»")
    assert (made.state, found.ids) == ("done", (made.id,))


@pytest.mark.asyncio
async def test_discovery_and_abilities_speak_of_each_kind(server: FakeTryton) -> None:
    server.rights["create"] = False
    async with connect(server) as crm:
        discovery = await crm.discover("file")

    assert discovery.notes == ("the account may not create attachments",)
    assert [place.name for place in discovery.places if place.writable] == ["name", "description", "content"]
    assert [place.name for place in discovery.places if place.required] == ["name", "content"]
    assert [crm.abilities_of(kind).marker for kind in crm.kinds] == [True, False, False, False]
    assert crm.abilities_of("comment").conditional_writes
    assert crm.url_of("file", "7") == "https://tryton.test/#crm/model/ir.attachment/7"
