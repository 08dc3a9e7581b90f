"""Comments of deals: found over the deals whose timelines moved, looked up, written, told from what only carries."""

from datetime import timedelta

import httpx
import pytest

from connectors.bitrix24 import Bitrix24Connector
from connectors.errors import Rejected
from connectors.sandbox.bitrix24 import Settings
from connectors.sandbox.bitrix24.comments import change_comment, remove_comment
from connectors.sandbox.bitrix24.fields import COMPANY
from connectors.sandbox.bitrix24.portal import Hook
from mappings.exchange import Change, Create, Cursor, Update, VendorRecord
from tests.connectors.bitrix24.portals import APortal
from tests.contract.world import pages, pull_all


def comment(deal: str, text: str, key: str = "c1") -> Create:
    return Create(key, "портал", "comment", "m-1", (Change("text", text),), parent=("deal", deal))


def reworded(record: VendorRecord, text: str) -> Update:
    change = Change("text", text, record.views["text"])
    return Update(f"u{record.id}", "портал", "comment", record.id, (change,), record.version)


async def one(connector: Bitrix24Connector, record_id: str, kind: str = "comment") -> VendorRecord:
    (found,) = await connector.get(kind, [record_id])
    assert found.record is not None, found
    return found.record


async def drained(connector: Bitrix24Connector, portal: APortal, last: str) -> Cursor:
    """Read all there is, when for a while nothing has happened but in the deal LAST."""
    portal.clock.advance(60.0)
    portal.comment(last, "последнее слово")
    _, cursor = await pages(connector, "comment")
    portal.clock.advance(60.0)
    return cursor


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [2, 7, 50])
async def test_all_comments_come_in_any_split_of_the_deals(size: int):
    portal = APortal()
    deals = [portal.add(title=f"Сделка {n}") for n in range(9)]
    said = {portal.comment(deals[n % 9], f"Слово № {n} — «ёж»\nвторая строка"): n for n in range(23)}
    async with portal.connector(page_size=size) as connector:
        records = await pull_all(connector, "comment")

    assert set(records) == set(said)
    for record_id, n in said.items():
        assert records[record_id].views["text"] == f"Слово № {n} — «ёж»\nвторая строка"
        assert records[record_id].parent == ("deal", deals[n % 9])
    manager = str(portal.portal.user("manager").id)
    assert {record.views["author"] for record in records.values()} == {manager}
    assert {record.version for record in records.values()} == {None}


@pytest.mark.asyncio
async def test_more_than_fifty_comments_of_one_deal_are_all_read():
    portal = APortal()
    deal = portal.add(title="Долгий разговор")
    ids = {portal.comment(deal, f"№ {n}") for n in range(120)}
    async with portal.connector() as connector:
        assert set(await pull_all(connector, "comment")) == ids


@pytest.mark.asyncio
async def test_an_idle_pull_is_one_request_and_a_new_comment_is_found_by_its_deal():
    portal = APortal()
    deals = [portal.add(title=f"Сделка {n}") for n in range(60)]
    for deal in deals:
        portal.comment(deal, "раньше")
    async with portal.connector() as connector:
        cursor = await drained(connector, portal, deals[59])
        before = connector.requests
        idle = await connector.pull("comment", cursor)
        cost = connector.requests - before
        new = portal.comment(deals[3], "Клиент ответил")
        met = await pull_all(connector, "comment", idle.cursor)

    assert (cost.total - cost.overhead, cost.writing, idle.more) == (1, 0, False)
    assert new in met
    assert {record.parent for record in met.values()} <= {("deal", deals[3]), ("deal", deals[59])}


@pytest.mark.asyncio
async def test_a_portal_that_is_blind_to_iso_shows_new_comments_too():
    portal = APortal(Settings(blind_to_iso=True, zone="Asia/Yekaterinburg"))
    deals = [portal.add(title=f"Сделка {n}") for n in range(9)]
    async with portal.connector() as connector:
        cursor = await drained(connector, portal, deals[8])
        new = portal.comment(deals[0], "Клиент ответил")
        met = await pull_all(connector, "comment", cursor)

    assert new in met
    assert {record.parent for record in met.values()} == {("deal", deals[0]), ("deal", deals[8])}


@pytest.mark.asyncio
async def test_many_changed_deals_cost_one_request_for_each_fifty_of_them():
    portal = APortal()
    deals = [portal.add(title=f"Сделка {n}") for n in range(50)]
    async with portal.connector() as connector:
        cursor = await drained(connector, portal, deals[49])
        for deal in deals[:45]:
            portal.comment(deal, "новое")
        before = connector.requests
        met = await pull_all(connector, "comment", cursor)
        cost = connector.requests - before

    assert len(met) == 46
    assert cost.total - cost.overhead == 2


@pytest.mark.asyncio
async def test_an_edit_or_a_deletion_waits_for_a_full_read_or_a_hint():
    portal = APortal()
    deals = [portal.add(title=f"Сделка {n}") for n in range(8)]
    first, second = portal.comment(deals[0], "раз"), portal.comment(deals[0], "два")
    async with portal.connector() as connector:
        cursor = await drained(connector, portal, deals[7])
        change_comment(portal.portal, portal.portal.comments.rows[int(first)], text="исправлено")
        remove_comment(portal.portal, int(second))
        missed = await pull_all(connector, "comment", cursor)
        hinted = await connector.get("comment", [first, second])
        full, _ = await pages(connector, "comment", cursor, full=True)

    assert first not in missed
    assert [each.state for each in hinted] == ["here", "gone"]
    shown = {record.id: record.views["text"] for page in full for record in page.records}
    assert (shown[first], second in shown) == ("исправлено", False)


@pytest.mark.asyncio
async def test_a_comment_of_ours_is_made_read_back_and_found_by_what_it_says():
    portal = APortal()
    deal = portal.add(title="Пилот")
    portal.comment(deal, "ТКП отправлено")
    since = portal.clock.now()
    async with portal.connector() as connector:
        before = await connector.find_sent(comment(deal, "ТКП отправлено"), since)
        (made,) = await connector.push([comment(deal, "ТКП отправлено")])
        requests = portal.way.commands()[-1]
        found = await connector.find_sent(comment(deal, "ТКП отправлено"), since)
        later = await connector.find_sent(comment(deal, "ТКП отправлено"), since + timedelta(hours=1))

    assert (made.state, made.proved) == ("done", True)
    assert made.record is not None
    assert (made.record.views["text"], made.record.parent) == ("ТКП отправлено", ("deal", deal))
    assert made.record.views["author"] == str(portal.portal.user("hub").id)
    assert len(requests) == 2
    assert (before.ids, found.ids, later.ids, found.current) == ((), (made.id,), (), True)


@pytest.mark.asyncio
async def test_a_comment_in_doubt_is_found_although_our_clock_is_minutes_ahead_of_the_portals():
    portal = APortal()
    deal = portal.add(title="Пилот")
    async with portal.connector() as connector:
        (made,) = await connector.push([comment(deal, "ТКП отправлено")])
        found = await connector.find_sent(comment(deal, "ТКП отправлено"), portal.clock.now() + timedelta(minutes=3))

    assert found.ids == (made.id,)


@pytest.mark.asyncio
async def test_thirty_comments_are_two_requests_and_one_of_nobody_spoils_no_other():
    portal = APortal()
    deal = portal.add(title="Пилот")
    async with portal.connector() as connector:
        writes = [comment(deal, f"№ {n}", f"k{n}") for n in range(28)]
        bad = [comment("999", "никому", "bad"), comment(deal, "  ", "empty")]
        before = connector.requests
        receipts = await connector.push([*bad, *writes])
        cost = connector.requests - before

    assert [receipt.state for receipt in receipts] == ["refused", "refused", *["done"] * 28]
    assert cost.writing == 2


@pytest.mark.asyncio
async def test_a_comment_is_changed_unless_a_person_changed_it_first():
    portal = APortal()
    deal = portal.add(title="Пилот")
    ids = [portal.comment(deal, text) for text in ("раз", "два", "три")]
    async with portal.connector() as connector:
        records = [await one(connector, each) for each in ids]
        change_comment(portal.portal, portal.portal.comments.rows[int(ids[1])], text="человек")
        remove_comment(portal.portal, int(ids[2]))
        receipts = await connector.push([reworded(record, "хаб") for record in records])

    assert [receipt.state for receipt in receipts] == ["done", "moved", "gone"]
    assert receipts[0].record is not None
    assert receipts[0].record.views["text"] == "хаб"
    assert receipts[0].window is not None
    assert not receipts[0].proved
    assert portal.portal.comments.rows[int(ids[1])]["COMMENT"] == "человек"


@pytest.mark.asyncio
async def test_a_change_of_the_words_leaves_the_files_alone():
    portal = APortal()
    deal = portal.add(title="Пилот")
    number = portal.comment(deal, "смотрите схему", files=[("схема.png", b"png")])
    async with portal.connector() as connector:
        await connector.push([reworded(await one(connector, number), "смотрите новую схему")])
        files = await pull_all(connector, "file")

    assert [record.views["name"] for record in files.values()] == ["схема.png"]


@pytest.mark.asyncio
async def test_a_comment_of_a_company_is_none_of_ours():
    portal = APortal()
    company = portal.add(COMPANY, title="ООО «Ромашка»")
    async with portal.connector() as connector:
        hook = portal.portal.hooks["hub"]
        fields = {"ENTITY_ID": company, "ENTITY_TYPE": "company", "COMMENT": "о клиенте"}
        number = portal.sandbox.desk.one(hook, "crm.timeline.comment.add", {"fields": fields})[0].value
        record = await one(connector, str(number))

    assert (record.in_scope, record.parent) == (False, ("company", company))


@pytest.mark.asyncio
async def test_what_cannot_be_seen_is_refused_and_not_gone():
    portal = APortal()
    deal = portal.add(title="Пилот")
    number = portal.comment(deal, "тайна")
    hook = portal.portal.hooks["hub"]
    portal.portal.hooks["hub"] = Hook(hook.user, hook.secret, frozenset({"user"}))
    async with portal.connector() as connector:
        (found,) = await connector.get("comment", [number])
        strange = await connector.get("comment", ["1/2", "x", "-1"])

    assert found.state == "refused"
    assert {each.state for each in strange} == {"gone"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Not found.", "gone"),
        ("Элемент не найден", "gone"),
        ("Access denied.", "refused"),
        ("Доступ запрещен", "refused"),
    ],
)
async def test_words_alone_tell_a_comment_that_is_gone_from_one_that_is_hidden(words: str, state: str):
    portal = APortal()
    refusal = {"c0": {"error": "", "error_description": words}}
    portal.way.before = lambda method, sent: httpx.Response(
        200, json={"result": {"result": [], "result_error": refusal}}
    )
    async with portal.connector() as connector:
        (found,) = await connector.get("comment", ["7"])

    assert found.state == state


@pytest.mark.asyncio
async def test_a_comment_without_a_deal_is_refused_before_anything_is_sent():
    portal = APortal()
    async with portal.connector() as connector:
        (receipt,) = await connector.push([Create("c", "портал", "comment", "m", (Change("text", "да"),))])
        with pytest.raises(Rejected, match="hangs on a deal"):
            await connector.find_sent(Create("c", "портал", "comment", "m", ()), portal.clock.now())

    assert receipt.state == "refused"
    assert portal.way.asked == []


@pytest.mark.asyncio
async def test_abilities_say_that_timelines_have_no_markers_and_no_log():
    connector = APortal().connector()

    assert connector.kinds == ("deal", "company", "contact", "comment", "file")
    assert [connector.abilities_of(kind).marker for kind in connector.kinds] == [True, True, True, False, False]
    assert connector.abilities_of("comment").change_log == frozenset()
    assert connector.abilities_of("company").change_log == frozenset()
    assert connector.abilities_of("deal").change_log == {"stageId"}
