"""Texts with `$result[…]` in them, as code has, which a batch would take for what an earlier call of it gave."""

import pytest

from mappings.exchange import Change, Create, Update, VendorRecord
from tests.connectors.bitrix24.portals import APortal, create, one, update


def comment(deal: str, text: str, key: str) -> Create:
    return Create(key, "портал", "comment", "m-1", (Change("text", text),), parent=("deal", deal))


def reworded(record: VendorRecord, text: str) -> Update:
    change = Change("text", text, record.views["text"])
    return Update(f"u{record.id}", "портал", "comment", record.id, (change,), record.version)


@pytest.mark.asyncio
async def test_code_in_a_comment_stays_as_it_is():
    portal = APortal()
    deal = portal.add(title="Пилот")
    texts = ["раз", "foreach ($result['строки'] as $row) { echo $result[c0]; }", "два"]
    async with portal.connector() as connector:
        receipts = await connector.push([comment(deal, text, f"c{n}") for n, text in enumerate(texts)])
        found = await connector.get("comment", [receipt.id or "" for receipt in receipts])
        records = [each.record for each in found if each.record]
        code = "print($result[0]);"
        (changed,) = await connector.push([reworded(records[0], code)])

    assert [record.views["text"] for record in records] == texts
    assert [receipt.state for receipt in (*receipts, changed)] == ["done"] * 4
    assert changed.record is not None
    assert changed.record.views["text"] == code


@pytest.mark.asyncio
async def test_code_in_a_field_stays_as_it_is():
    portal = APortal()
    code = "echo $result['сумма'], $result[c0][item][title];"
    async with portal.connector() as connector:
        before = await one(connector, portal.add(title="раз"))
        changed, made = await connector.push([update(before, {"comments": code}), create({"title": code})])

    assert (changed.state, made.state) == ("done", "done")
    assert changed.record is not None
    assert made.record is not None
    assert (changed.record.views["comments"], made.record.views["title"]) == (code, code)
