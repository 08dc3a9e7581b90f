"""Parties, notes and attachments of a real Tryton: paging, edits, deletions, contents both ways."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.base import Surroundings
from connectors.errors import Gone, Rejected, Stale
from connectors.tryton import TrytonConnector, TrytonSettings
from mappings.exchange import Change, Create, Update, VendorRecord, View
from tests.contract.world import pages, pull_all
from tests.live.plain import live
from tests.live.plain_tryton import PlainTryton

TEXTS = ("Клиент просил демо\nв среду", "Ёж и «кавычки» № 5", "  отступ остаётся  ", "Plain text", "🦔")


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


@pytest.fixture(scope="module")
def session() -> Iterator[PlainTryton]:
    tryton = PlainTryton(live("TRYTON"))
    yield tryton
    tryton.close()


@pytest.fixture
def plain(session: PlainTryton) -> PlainTryton:
    session.wipe()
    return session


@pytest.fixture
def spool(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def connector(plain: PlainTryton, *, page_size: int = 100, spool: Folder | None = None) -> TrytonConnector:
    told = {"url": plain.env["URL"], "database": plain.env["DB"], "timeout": 120}
    told |= {"user": plain.env["HUB_LOGIN"], "password": plain.env["HUB_PASSWORD"]}
    return TrytonConnector("crm", TrytonSettings.model_validate(told), Surroundings(spool=spool), page_size=page_size)


def a_deal(plain: PlainTryton, name: str = "Пилот") -> str:
    (number,) = plain.create({"party": int(plain.env["PARTY_ID"]), "description": name})
    return str(number)


def notes(plain: PlainTryton, deal: str, *texts: str) -> list[str]:
    values = [{"resource": f"sale.opportunity,{deal}", "message": text} for text in texts]
    return [str(number) for number in plain.rpc("ir.note.create", values)]


def attachment(deal: str, name: str, content: str, key: str = "f1") -> Create:
    changes = (Change("name", name), Change("content", content))
    return Create(key, "crm", "file", "m", changes, parent=("opportunity", deal))


def comment(deal: str, text: str, key: str = "c1") -> Create:
    return Create(key, "crm", "comment", "m", (Change("text", text),), parent=("opportunity", deal))


def changed(record: VendorRecord, **views: View) -> Update:
    changes = tuple(Change(place, view, record.views.get(place)) for place, view in views.items())
    return Update(f"u{record.id}", "crm", record.kind, record.id, changes, record.version)


async def one(crm: TrytonConnector, kind: str, number: str) -> VendorRecord:
    (found,) = await crm.get(kind, [number])
    assert found.record is not None
    return found.record


@pytest.mark.asyncio
async def test_fifty_notes_are_read_over_page_borders_changed_and_deleted(plain: PlainTryton) -> None:
    deals = [a_deal(plain, "Пилот"), a_deal(plain, "Тендер")]
    texts = [f"{TEXTS[n % len(TEXTS)]} — {n}" for n in range(50)]
    ids = [number for n, text in enumerate(texts) for number in notes(plain, deals[n % 2], text)]
    async with connector(plain, page_size=7) as crm:
        met, cursor = await pages(crm, "comment")
        first = {record.id: record for page in met for record in page.records}
        plain.reword_note(int(ids[3]), "исправлено")
        plain.as_admin().rpc("ir.note.delete", [int(ids[4])])
        second = await pull_all(crm, "comment", cursor)
        after = await crm.get("comment", [ids[4], ids[3], ids[5]])
        full = await pull_all(crm, "comment")

    assert {each: first[each].views["text"] for each in ids} == dict(zip(ids, texts, strict=True))
    assert [first[each].parent for each in ids[:2]] == [("opportunity", deals[0]), ("opportunity", deals[1])]
    assert first[ids[0]].views["author"] == plain.env["EMPLOYEE_ID"]
    assert str(first[ids[0]].views["created_on"]).startswith("20")
    assert second[ids[3]].views["text"] == "исправлено"
    assert [(each.id, each.state) for each in after] == [(ids[4], "gone"), (ids[3], "here"), (ids[5], "here")]
    assert set(full) == set(ids) - {ids[4]}


@pytest.mark.asyncio
async def test_notes_cost_two_requests_a_pull_however_many_deals_there_are(plain: PlainTryton) -> None:
    plain.create(*[{"party": int(plain.env["PARTY_ID"]), "description": f"№ {n}"} for n in range(120)])
    notes(plain, a_deal(plain), *TEXTS)
    async with connector(plain) as crm:
        _, cursor = await pages(crm, "comment")
        before = crm.requests
        await pages(crm, "comment", cursor)
        cost = crm.requests - before

    assert (cost.total, cost.writing) == (2, 0)


@pytest.mark.asyncio
async def test_a_note_of_ours_arrives_stays_as_it_is_and_is_found_by_what_it_says(plain: PlainTryton) -> None:
    deal, since = a_deal(plain), datetime.now(UTC)
    notes(plain, deal, "Готово: ТКП отправлено")
    write = comment(deal, "Готово: ТКП отправлено")
    async with connector(plain) as crm:
        account = await crm.identify()
        before = await crm.find_sent(write, since)
        (made,) = await crm.push([write])
        found = await crm.find_sent(write, since)
        later = await crm.find_sent(write, since + timedelta(hours=1))
        elsewhere = await crm.find_sent(comment(a_deal(plain, "Другая"), "Готово: ТКП отправлено"), since)
        record = await one(crm, "comment", made.id or "")
        (edited,) = await crm.push([changed(record, text="Готово")])
        people = await crm.people()

    assert account.id
    assert (made.state, made.proved, record.parent) == ("done", True, ("opportunity", deal))
    assert (before.ids, found.ids, later.ids, elsewhere.ids) == ((), (made.id,), (), ())
    assert found.current
    assert (edited.state, [each.place for each in edited.refused]) == ("refused", ["text"])
    assert "not allowed to modify" in edited.refused[0].reason
    assert record.views["author"] in {person.id for person in people}


@pytest.mark.asyncio
async def test_an_attachment_that_moved_is_refused_by_tryton_itself_and_spoils_no_other(
    plain: PlainTryton, spool: Folder
) -> None:
    deal = a_deal(plain)
    creates = [attachment(deal, f"{n}.txt", spool.put(b"?"), f"f{n}") for n in range(2)]
    async with connector(plain, spool=spool) as crm:
        records = [each.record for each in await crm.push(creates) if each.record is not None]
        plain.rpc("ir.attachment.write", [int(records[0].id)], {"name": "правка человека.txt"})
        with pytest.raises(Stale):
            await crm.write(records[0], {"description": "правка хаба"})
        receipts = await crm.push([changed(record, name="правка хаба.txt") for record in records])
        after = await one(crm, "file", records[0].id)

    assert [(receipt.state, receipt.window) for receipt in receipts] == [("moved", None), ("done", None)]
    assert after.views["name"] == "правка человека.txt"


@pytest.mark.asyncio
async def test_what_hangs_on_a_deal_that_is_gone_is_gone_too(plain: PlainTryton) -> None:
    deal = a_deal(plain)
    (number,) = notes(plain, deal, "ещё здесь")
    write, since = comment(deal, "поздно"), datetime.now(UTC)
    async with connector(plain) as crm:
        record = await one(crm, "comment", number)
        plain.delete(int(deal))
        (found,) = await crm.get("comment", [number])
        search = await crm.find_sent(write, since)
        receipts = await crm.push([changed(record, text="поздно"), write])

    assert found.state in ("gone", "refused")
    assert search.ids == ()
    assert receipts[0].state in ("gone", "refused")
    assert receipts[1].state in ("refused", "unsent")


@pytest.mark.asyncio
async def test_ten_megabytes_go_both_ways(plain: PlainTryton, spool: Folder) -> None:
    deal, since, content = a_deal(plain), datetime.now(UTC), secrets.token_bytes(10 * 1024 * 1024 + 1)
    write = attachment(deal, "Схема сети — версия №2.vsdx", spool.put(content))
    async with connector(plain, spool=spool) as crm:
        (made,) = await crm.push([write])
        found = await crm.find_sent(write, since)
        digest, pieces = hashlib.sha256(), []
        async for piece in crm.fetch("file", made.id or ""):
            digest.update(piece)
            pieces.append(len(piece))

    assert made.record is not None
    assert (made.state, made.record.parent) == ("done", ("opportunity", deal))
    assert made.record.views["name"] == "Схема сети — версия №2.vsdx"
    assert made.record.views["size"] == str(10 * 1024 * 1024 + 1)
    assert "content" not in made.record.views
    assert found.ids == (made.id,)
    assert digest.hexdigest() == hashlib.sha256(content).hexdigest()
    assert max(pieces) < 1024 * 1024


@pytest.mark.asyncio
async def test_attachments_are_listed_renamed_and_told_from_links(plain: PlainTryton, spool: Folder) -> None:
    deal = a_deal(plain)
    link = {"resource": f"sale.opportunity,{deal}", "name": "Папка", "type": "link", "link": "https://wiki.test/Папка"}
    (linked,) = plain.rpc("ir.attachment.create", [link])
    creates = [attachment(deal, f"ТКП {n}.txt", spool.put(f"Привет {n}".encode()), f"f{n}") for n in range(3)]
    async with connector(plain, page_size=2, spool=spool) as crm:
        receipts = await crm.push(creates)
        listed = await pull_all(crm, "file")
        record = listed[receipts[0].id or ""]
        (renamed,) = await crm.push([changed(record, name="ТКП.txt", content=spool.put(b""))])
        empty = b"".join([piece async for piece in crm.fetch("file", record.id)])
        with pytest.raises(Rejected, match="is it a link"):
            _ = [piece async for piece in crm.fetch("file", str(linked))]
        with pytest.raises(Gone):
            _ = [piece async for piece in crm.fetch("file", "999999")]

    assert {receipt.state for receipt in receipts} == {"done"}
    assert listed[str(linked)].views["url"] == "https://wiki.test/Папка"
    assert renamed.record is not None
    assert (renamed.state, renamed.record.views["name"], empty) == ("done", "ТКП.txt", b"")


@pytest.mark.asyncio
async def test_a_content_that_was_never_fetched_is_refused_by_name(plain: PlainTryton, spool: Folder) -> None:
    write = attachment(a_deal(plain), "пусто.bin", f"sha256:{'0' * 64}")
    async with connector(plain, spool=spool) as crm:
        (receipt,) = await crm.push([write])

    assert (receipt.state, [each.place for each in receipt.refused]) == ("refused", ["content"])


@pytest.mark.asyncio
async def test_sixty_parties_over_a_page_border_are_renamed_while_they_are_read(plain: PlainTryton) -> None:
    mark = secrets.token_hex(4)
    ids = [str(number) for number in plain.create_parties(*[f"ООО «Ёж {n}» {mark}" for n in range(60)])]
    async with connector(plain, page_size=25) as crm:
        _, cursor = await pages(crm, "party")
        page = await crm.pull("party", None)
        for number in (ids[0], ids[30], ids[59]):
            plain.rpc("party.party.write", [int(number)], {"name": f"АО «Василёк {number}» {mark}"})
        met, _ = await pages(crm, "party", page.cursor)
        shown = {record.id: record.views["name"] for each in [page, *met] for record in each.records}
        changes = await pull_all(crm, "party", cursor)

    assert set(ids) <= set(shown)
    for number in (ids[0], ids[30], ids[59]):
        assert shown[number] == changes[number].views["name"] == f"АО «Василёк {number}» {mark}"


@pytest.mark.asyncio
async def test_a_party_is_made_renamed_and_left_in_lists_when_it_is_no_longer_used(plain: PlainTryton) -> None:
    name, since = f"ПАО «Северный ветер» {secrets.token_hex(4)}", datetime.now(UTC)
    write = Create("p1", "crm", "party", "m", (Change("name", name),))
    async with connector(plain) as crm:
        (made,) = await crm.push([write])
        found = await crm.find_sent(write, since)
        mail = [["create", [{"type": "email", "value": "veter@example.com"}]]]
        plain.rpc("party.party.write", [int(made.id or "0")], {"contact_mechanisms": mail})
        record = await one(crm, "party", made.id or "")
        (renamed,) = await crm.push([changed(record, name=f"{name} 2", email="чужой@example.com")])
        plain.rpc("party.party.write", [int(made.id or "0")], {"active": False})
        kept = await one(crm, "party", made.id or "")
        (refused,) = await crm.push([changed(kept, name="поздно")])

    assert (made.state, found.ids) == ("done", (made.id,))
    assert (record.views["name"], record.views["email"]) == (name, "veter@example.com")
    assert (renamed.state, [each.place for each in renamed.refused]) == ("done", ["email"])
    assert kept.views["name"] == f"{name} 2"
    assert (refused.state, [each.place for each in refused.refused]) == ("refused", ["name"])


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["comment", "file", "party"])
async def test_discovery_lists_the_places_of_each_kind(plain: PlainTryton, kind: str) -> None:
    async with connector(plain) as crm:
        discovery = await crm.discover(kind)

    assert discovery.notes == ()
    assert {"comment": "text", "file": "content", "party": "name"}[kind] in {each.name for each in discovery.places}
    assert not crm.abilities_of(kind).marker
