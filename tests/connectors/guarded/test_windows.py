"""The moment between compare and write: kept short, and looked into where something speaks for an edit in it."""

import pytest

from connectors.errors import Rejected, RetryLater
from tests.connectors.guarded.test_updates import Desk, push_many


@pytest.mark.asyncio
async def test_what_moved_beside_our_write_is_a_sign_that_somebody_saved_a_form_in_that_moment() -> None:
    desk = Desk()
    desk.on("update", "before", lambda: desk.system.edit("deal", desk.id, {"note": "срочно", "title": "Правка Анны"}))

    receipt = await desk.push(title="Новое")

    assert receipt.state == "done"
    assert [(entry.old, entry.new, entry.ours) for entry in receipt.log if entry.place == "title"][-2:] == [
        ("Пилот", "Правка Анны", False),
        ("Правка Анны", "Новое", True),
    ]


@pytest.mark.asyncio
async def test_no_record_waits_for_more_than_a_slice_between_its_compare_and_its_write() -> None:
    desk = Desk()
    met: list[str] = []
    desk.system.hook = lambda request, when: met.append(request.verb) if when == "before" else None

    await push_many(desk, 250)

    assert met == ["get", *["update"] * 100, "get", *["update"] * 100, "get", *["update"] * 50, *["get"] * 3]


@pytest.mark.asyncio
async def test_a_first_list_that_is_refused_is_asked_for_later() -> None:
    desk = Desk()

    def fail() -> None:
        raise Rejected("GET /deals answered 404", system="crm")

    desk.on("get", "before", fail)

    with pytest.raises(RetryLater, match=r"^crm: GET /deals answered 404$"):
        await push_many(desk, 2)


@pytest.mark.asyncio
async def test_after_a_list_that_fails_on_the_way_the_rest_is_not_sent_and_what_was_sent_is_settled() -> None:
    desk = Desk()

    def fail() -> None:
        raise RetryLater("не отвечает", system="crm")

    desk.on("get", "before", fail, nth=2)

    receipts = await push_many(desk, 250)

    assert [receipt.state for receipt in receipts] == ["done"] * 100 + ["unsent"] * 150
