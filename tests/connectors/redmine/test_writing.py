"""What is Redmine's own among the promises of writing: silence, words, markers."""

import json

import httpx
import pytest

from mappings.exchange import Change, View
from tests.connectors.fake_redmine import FakeRedmine
from tests.connectors.redmine.desks import a_connector, a_create, push


@pytest.mark.asyncio
async def test_custom_fields_are_written_and_emptied() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот", custom_fields=[{"id": 3, "value": "10"}, {"id": 8, "value": ["облако"]}])
    async with a_connector(redmine) as connector:
        views: dict[str, View] = {"cf[Сумма]": "12.50", "cf[Метки]": ["миграция", "облако"], "cf[Ключевой]": True}
        filled = await push(connector, number, **views)
        emptied = await push(connector, number, **dict.fromkeys(views))

    assert filled.record is not None
    assert {place: filled.record.views[place] for place in views} == {**views, "cf[Сумма]": "12.5"}
    assert {(entry.place, entry.ours) for entry in filled.log} == {(place, True) for place in views}
    assert emptied.record is not None
    assert {emptied.record.views[place] for place in views} == {None}


@pytest.mark.asyncio
async def test_a_field_with_several_values_that_is_emptied_is_no_edit_of_somebody_else() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот", custom_fields=[{"id": 8, "value": ["миграция", "облако"]}])
    async with a_connector(redmine) as connector:
        receipt = await push(connector, number, **{"cf[Метки]": None})

    assert receipt.before is not None
    assert [(entry.old, entry.new, entry.ours) for entry in receipt.log if entry.place == "cf[Метки]"] == [
        (receipt.before.views["cf[Метки]"], None, True)
    ]


@pytest.mark.asyncio
async def test_an_edit_of_the_written_field_alone_between_compare_and_write_is_seen_without_another_request() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот", description="Смета")

    def meanwhile(request: httpx.Request) -> None:
        if request.method == "PUT":
            redmine.fault = lambda request: None
            redmine.edit(number, user=6, subject="Правка Анны")

    async with a_connector(redmine) as connector:
        await push(connector, number, description="Смета и сроки")  # what has to be known once is known
        redmine.fault = meanwhile
        before = len(redmine.seen)
        receipt = await push(connector, number, subject="Новое")

    assert [request.method for request in redmine.seen[before:]] == ["GET", "GET", "PUT", "GET"]
    assert [(entry.old, entry.new, entry.ours) for entry in receipt.log if entry.place == "subject"] == [
        ("Пилот", "Правка Анны", False),
        ("Правка Анны", "Новое", True),
    ]
    assert (receipt.state, receipt.record and receipt.record.views["subject"]) == ("done", "Новое")


@pytest.mark.asyncio
async def test_a_field_that_the_issue_has_not_is_refused_before_it_is_sent() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот")
    redmine.issues[number]["custom_fields"] = []
    async with a_connector(redmine) as connector:
        receipt = await push(connector, number, **{"cf[Сумма]": "10"})

        assert receipt.state == "refused"
        assert receipt.refused[0].place == "cf[Сумма]"
        assert connector.requests.writing == 0


@pytest.mark.asyncio
async def test_a_forbidden_status_tells_what_is_allowed() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот")
    async with a_connector(redmine) as connector:
        receipt = await push(connector, number, status="5")

    assert receipt.refused[0].place == "status"
    assert receipt.refused[0].allowed == ("2",)


@pytest.mark.asyncio
async def test_redmines_own_words_are_kept_for_the_attention_list_and_out_of_messages() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот")
    async with a_connector(redmine) as connector:
        receipt = await push(connector, number, **{"cf[Тип]": "нет такого"})

    assert receipt.refused[0].reason == "Тип нет в списке"


@pytest.mark.asyncio
async def test_an_empty_list_of_errors_is_a_stale_write() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот")
    redmine.fault = lambda request: httpx.Response(422, json={"errors": []}) if request.method == "PUT" else None
    async with a_connector(redmine) as connector:
        receipt = await push(connector, number, subject="Внедрение")

    assert receipt.state == "moved"
    assert receipt.record is not None
    assert receipt.record.views["subject"] == "Пилот"


@pytest.mark.asyncio
@pytest.mark.parametrize(("status", "state"), [(403, "refused"), (404, "gone"), (401, "unsent"), (502, "unclear")])
async def test_the_answer_to_a_write_decides(status: int, state: str) -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот")
    redmine.fault = lambda request: httpx.Response(status) if request.method == "PUT" else None
    async with a_connector(redmine) as connector:
        receipt = await push(connector, number, subject="Внедрение", description="ёж")

    assert receipt.state == state
    assert sum(request.method == "PUT" for request in redmine.seen) == 1


@pytest.mark.asyncio
async def test_a_create_sets_what_scopes_it_by_name_or_number() -> None:
    redmine = FakeRedmine()
    async with a_connector(redmine, tracker="кейс") as connector:
        (receipt,) = await connector.push([a_create(Change("cf[Сумма]", "10"), priority="Высокий", status="2")])

    assert receipt.proved
    assert receipt.record is not None
    shown = receipt.record.views
    assert (shown["tracker"], shown["priority"], shown["status"], shown["project"]) == ("4", "3", "2", "1")
    assert receipt.record.marker == "case-42/1"
    posts = [json.loads(request.content)["issue"] for request in redmine.seen if request.method == "POST"]
    assert [post["project_id"] for post in posts] == ["presales"]


@pytest.mark.asyncio
async def test_a_choice_that_nobody_knows_is_told_with_those_there_are() -> None:
    async with a_connector(FakeRedmine()) as connector:
        (receipt,) = await connector.push([a_create(priority="Срочно")])

    assert receipt.state == "refused"
    assert "'Обычный', 'Высокий'" in receipt.reason


@pytest.mark.asyncio
async def test_what_a_create_drops_in_silence_shows_in_its_receipt() -> None:
    async with a_connector(FakeRedmine()) as connector:
        (receipt,) = await connector.push([a_create(Change("status", "5"))])

    assert (receipt.state, receipt.proved) == ("done", True)
    assert receipt.record is not None
    assert receipt.record.views["status"] == "1"


@pytest.mark.asyncio
async def test_a_marker_without_a_field_refuses_the_create() -> None:
    redmine = FakeRedmine()
    async with a_connector(redmine, marker="cf[Неведомое]") as connector:
        (receipt,) = await connector.push([a_create()])

    assert receipt.state == "refused"
    assert redmine.issues == {}
