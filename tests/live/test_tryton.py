"""What only a real Tryton can show: its clock, its history, its workflow, and what its own log counts."""

import secrets
from collections.abc import Iterator

import pytest

from mappings.exchange import Change, Create, Update, VendorRecord, View
from tests.contract.world import pages
from tests.live.plain import live
from tests.live.plain_tryton import PlainTryton
from tests.live.test_tryton_contract import connector


@pytest.fixture(scope="module")
def session() -> Iterator[PlainTryton]:
    tryton = PlainTryton(live("TRYTON"))
    yield tryton
    tryton.close()


@pytest.fixture
def plain(session: PlainTryton) -> PlainTryton:
    session.wipe()
    return session


def change(record: VendorRecord, *, confirm: tuple[str, ...] = (), hops: tuple[str, ...] = (), **views: View) -> Update:
    changes = tuple(
        Change(place, view, record.views.get(place), hops if place == "state" else ()) for place, view in views.items()
    )
    return Update(f"u{record.id}", "crm", "opportunity", record.id, changes, record.version, confirm)


@pytest.mark.asyncio
async def test_many_deals_with_equal_times_are_all_read_whatever_the_page(plain: PlainTryton) -> None:
    party = int(plain.env["PARTY_ID"])
    ids = plain.create(*[{"party": party, "description": f"Сделка {n}"} for n in range(220)])
    plain.same_stamp("2026-03-01 10:00:00.123456", *ids[:150])
    plain.same_stamp("2026-03-02 10:00:00", *ids[150:])
    async with connector(plain, page_size=40) as crm:
        met, cursor = await pages(crm, "opportunity")

    shown = [record.id for page in met for record in page.records]
    assert sorted(shown, key=int) == [str(number) for number in sorted(ids)]
    assert cursor.at == "2026-03-02T10:00:00.000000Z"


@pytest.mark.asyncio
async def test_the_server_s_own_log_counts_what_the_connector_counts(plain: PlainTryton) -> None:
    ids = plain.create(*[{"party": int(plain.env["PARTY_ID"]), "description": f"№ {n}"} for n in range(5)])
    plain.same_stamp("2026-03-01 10:00:00.123456", *ids)
    log = plain.log()
    async with connector(plain) as crm:
        await crm.identify()
        _, cursor = await pages(crm, "opportunity")
        before, mark, calls = crm.requests, log.mark(), plain.calls_mark()
        met, _ = await pages(crm, "opportunity", cursor)
        await crm.push([change(record, description="готово") for record in met[0].records])
        cost = crm.requests - before

    assert len(log.since(mark)) == cost.total == 1 + 1 + 5 + 1
    assert plain.calls_since(calls).count("sale.opportunity.write") == cost.writing == 5


@pytest.mark.asyncio
async def test_a_version_that_moved_is_refused_by_tryton_itself(plain: PlainTryton) -> None:
    (number,) = plain.create({"party": int(plain.env["PARTY_ID"]), "description": "Пилот"})
    async with connector(plain) as crm:
        (found,) = await crm.get("opportunity", [str(number)])
        assert found.record is not None
        plain.write(number, comment="правка человека")
        with pytest.raises(Exception, match="found the record changed"):
            await crm.write(found.record, {"description": "правка хаба"})

    assert plain.opportunity(number, "description") == {"id": number, "description": "Пилот"}


@pytest.mark.asyncio
async def test_a_deal_goes_all_the_way_to_a_sale_that_changes_its_amount(plain: PlainTryton) -> None:
    lines = [["create", [{"product": int(plain.env["PRODUCT_ID"]), "quantity": 2, "unit": 1}]]]
    (number,) = plain.create({"party": int(plain.env["PARTY_ID"]), "description": "Путь", "lines": lines})
    async with connector(plain) as crm:
        (found,) = await crm.get("opportunity", [str(number)])
        assert found.record is not None
        way = change(found.record, confirm=("convert",), hops=("opportunity",), state="converted", amount="7.77")
        (receipt,) = await crm.push([way])
        plain.win(number)
        (after,) = await crm.get("opportunity", [str(number)])

    assert receipt.record is not None
    assert after.record is not None
    assert (receipt.state, receipt.proved, receipt.record.views["state"]) == ("done", True, "converted")
    assert receipt.record.views["amount"] == "7.77"
    assert after.record.views["state"] == "won"
    assert after.record.views["amount"] != "7.77"


@pytest.mark.asyncio
async def test_a_closed_deal_refuses_by_name_and_is_opened_first_where_that_helps(plain: PlainTryton) -> None:
    (number,) = plain.create({"party": int(plain.env["PARTY_ID"]), "description": "Закрыта"})
    plain.press("lost", number)
    async with connector(plain) as crm:
        (found,) = await crm.get("opportunity", [str(number)])
        assert found.record is not None
        (refused,) = await crm.push([change(found.record, comment="нет", lost_reason="цена")])
        assert refused.record is not None
        (opened,) = await crm.push([change(refused.record, comment="да", state="lead")])

    assert [(each.place, "not allowed" in each.reason) for each in refused.refused] == [("comment", True)]
    assert refused.record.views["lost_reason"] == "цена"
    assert opened.record is not None
    assert [opened.record.views[place] for place in ("state", "comment")] == ["lead", "да"]


@pytest.mark.asyncio
async def test_a_deal_of_a_client_that_does_not_exist_hides_no_other(plain: PlainTryton) -> None:
    good, bad = plain.create(*[{"party": int(plain.env["PARTY_ID"]), "description": name} for name in ("да", "нет")])
    plain.write(bad, party=999_999)
    async with connector(plain) as crm:
        page = await crm.pull("opportunity", None)

    assert [record.id for record in page.records] == [str(good)]
    assert [fault.id for fault in page.faults] == [str(bad)]


@pytest.mark.asyncio
async def test_what_a_rule_hides_is_refused_and_not_gone(plain: PlainTryton) -> None:
    (number,) = plain.create({"party": int(plain.env["PARTY_ID"]), "description": "скрыта"})
    rule = [["create", [{"domain": f'[["id", "!=", {number}]]'}]]]
    admin = plain.as_admin()
    groups = admin.rpc("ir.rule.group.create", [{"name": "hide", "model": "sale.opportunity", "rules": rule}])
    try:
        async with connector(plain) as crm:
            found = await crm.get("opportunity", [str(number), "999999"])
    finally:
        admin.rpc("ir.rule.group.delete", groups)

    assert [each.state for each in found] == ["refused", "gone"]


@pytest.mark.asyncio
async def test_many_creates_are_one_call_and_a_bad_one_spoils_no_other(plain: PlainTryton) -> None:
    name = f"ООО «Ромашка» {secrets.token_hex(4)}"
    party = {"id": str(plain.create_parties(name)[0]), "name": name}
    creates = [_create(f"k{n}", description=f"№ {n}", party=party) for n in range(20)]
    bad = _create("bad", description="плохая", party=party, amount="1.234")
    async with connector(plain) as crm:
        calls = plain.calls_mark()
        receipts = await crm.push(creates)
        made = plain.calls_since(calls).count("sale.opportunity.create")
        mixed = await crm.push([bad, _create("good", description="хорошая", party={"name": name})])

    assert made == 1
    assert {receipt.state for receipt in [*receipts, *mixed]} == {"done"}
    assert [refused.place for refused in mixed[0].refused] == ["amount"]
    assert plain.rpc("sale.opportunity.search_count", [], 0, None) == 22


@pytest.mark.asyncio
async def test_discovery_and_people_are_read_with_the_rights_of_the_hub(plain: PlainTryton) -> None:
    async with connector(plain) as crm:
        discovery = await crm.discover("opportunity")

    emails = {person.name: person.email for person in discovery.people}
    assert emails["Егор Щукин"] == "shchukin@example.com"
    assert discovery.account is not None
    assert (discovery.account.name, discovery.account.server) == ("Case Hub", "Tryton 8.2")
    assert discovery.notes == ()
    places = {place.name: place for place in discovery.places}
    assert {choice.id for choice in places["currency"].choices} >= {"EUR", "RUB"}
    assert "ООО «Ромашка»" in {choice.label for choice in places["party"].choices}
    assert places["state"].label == "State"


def _create(key: str, **views: View) -> Create:
    return Create(key, "crm", "opportunity", f"m-{key}", tuple(Change(place, view) for place, view in views.items()))
