"""Which issues take part: what hub.yaml says holds for a list and for an issue that was heard of otherwise."""

import httpx
import pytest

from mappings.exchange import Change, Create
from tests.connectors.fake_redmine import FakeRedmine
from tests.connectors.redmine.desks import a_connector


@pytest.mark.parametrize(("wanted", "shown"), [(True, {"Пилот", "Ниже"}), (False, {"Пилот"})])
@pytest.mark.parametrize("setting", [True, False])
@pytest.mark.asyncio
async def test_subprojects_take_part_as_hub_yaml_says_and_not_as_the_redmine_shows_them(
    wanted: bool, shown: set[str], *, setting: bool
) -> None:
    """Settings > Issue tracking > Display subprojects issues on main projects by default."""
    redmine = FakeRedmine()
    redmine.above, redmine.shows_subprojects = {"archive": "presales"}, setting
    redmine.create("Пилот")
    redmine.create("Ниже", project_id="archive")
    async with a_connector(redmine, subprojects=wanted) as connector:
        records = (await connector.pull("issue", None)).records

    assert {record.views["subject"] for record in records if record.in_scope} == shown


@pytest.mark.asyncio
async def test_an_issue_that_was_moved_to_a_project_beside_has_left_where_subprojects_take_part() -> None:
    redmine = FakeRedmine()
    redmine.above = {"archive": "presales"}
    below, beside = str(redmine.create("Ниже", project_id="archive")), str(redmine.create("Чужой"))
    redmine.issues[int(beside)]["project"] = {"id": 3, "name": "Продажи"}
    async with a_connector(redmine, subprojects=True) as connector:
        found = await connector.get("issue", [below, beside])
        before = connector.requests
        again = await connector.get("issue", [below])

    assert [one.record and one.record.in_scope for one in (*found, *again)] == [True, False, True]
    assert (connector.requests - before).total == 1  # a project is asked about once


@pytest.mark.parametrize("tracker", ["кейс", "4"])
@pytest.mark.asyncio
async def test_an_issue_of_another_tracker_takes_no_part_however_it_was_heard_of(tracker: str) -> None:
    """A list leaves it out; a webhook names it, and so does who looks for what a list has lost."""
    redmine = FakeRedmine()
    ours, theirs = redmine.create("Пилот"), redmine.create("Опечатка", tracker_id=1)
    note = {"id": 7, "notes": "Где?", "user": {"id": 6}, "created_on": redmine.issues[theirs]["created_on"]}
    redmine.journals[theirs].append(note)
    async with a_connector(redmine, tracker=tracker) as connector:
        listed = (await connector.pull("issue", None)).records
        found = await connector.get("issue", [str(ours), str(theirs)])
        comments = await connector.get("comment", [f"{theirs}/7"])

    assert [record.id for record in listed] == [str(ours)]
    assert [one.record and one.record.in_scope for one in found] == [True, False]
    assert [one.record and one.record.in_scope for one in comments] == [False]


@pytest.mark.asyncio
async def test_an_issue_has_not_left_where_nobody_can_tell() -> None:
    redmine = FakeRedmine()
    number = str(redmine.create("Ниже", project_id="archive"))
    redmine.fault = lambda request: httpx.Response(503) if "subproject_id" in request.url.params else None
    async with a_connector(redmine, subprojects=True) as connector:
        (found,) = await connector.get("issue", [number])

    assert found.record is not None
    assert found.record.in_scope


@pytest.mark.parametrize("elsewhere", [{"tracker": "Ошибка"}, {"project": "archive"}])
@pytest.mark.asyncio
async def test_what_would_be_made_where_nothing_takes_part_is_refused(elsewhere: dict[str, str]) -> None:
    """Read back it would have left at once; and with `gone: restore` it would be made again and again."""
    redmine = FakeRedmine()
    async with a_connector(redmine, tracker="Кейс") as connector:
        create = Create("k", connector.name, "issue", "", (Change("subject", "Смета", None),), fixed=elsewhere)
        (receipt,) = await connector.push([create])

    assert receipt.state == "refused"
    assert "takes part" in " ".join([receipt.reason, *(one.reason for one in receipt.refused)])
    assert not redmine.issues
