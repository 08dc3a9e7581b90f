"""Guards with their ways out, the policy `newest`, notices and forgetting, on a real Tryton and a real Redmine."""

import json

import httpx
import pytest

from flows.hub.forgetting import forget_case
from flows.hub.notices import notify
from flows.hub.notices.sending import send
from flows.hub.remembering import all_lines
from flows.hub.wiring import install
from tests.flows.hub.guard_builders import guards
from tests.live.live_hub import both
from tests.notice_builders import a_chat, a_mail_server, read

MAIL = "mailto://127.0.0.1:{}?from=hub@example.org&to=ann@example.org&mode=insecure"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Both servers and a hub that is easily alarmed; three deals that are issues."""
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        settings = hub.folder / "hub.yaml"
        text = settings.read_text(encoding="utf-8").replace("title: park", "title: newest")
        guarded = text.replace("{max_creates: 500}", "{max_creates: 2, max_clears: 2, max_changes: 2}")
        assert guarded.count("newest") == guarded.count("max_clears") == 1
        settings.write_text(guarded, encoding="utf-8")
        yield World(hub, tryton, redmine)


def march(day):
    return {"__class__": "date", "year": 2027, "month": 3, "day": day}


class Meanwhile(httpx.AsyncBaseTransport):
    """The way to a server, on which somebody is quicker than our first write."""

    def __init__(self, edit):
        self.edit, self.inner = edit, httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request):
        if request.method == "PUT" and self.edit:
            self.edit()
            self.edit = None
        return await self.inner.handle_async_request(request)

    async def aclose(self):
        await self.inner.aclose()


class World:
    def __init__(self, hub, tryton, redmine):
        self.hub, self.tryton, self.redmine = hub, tryton, redmine
        [party] = tryton.create_parties("ООО «Сторож»")
        self.deals = tryton.create(
            *({"description": f"Охрана {day}", "party": party, "end_date": march(day)} for day in (1, 2, 3))
        )

    def issues(self):
        return [issue for issue in self.redmine.issues() if issue["subject"].startswith("Охрана")]

    def issue_of(self, deal):
        whole = self.hub.case_of("crm", "opportunity", deal)
        [issue] = [int(link.external_id) for link in whole.links if link.system == "tracker"]
        return issue, whole.entity.key

    def ends_on(self, day):
        for deal in self.deals:
            self.tryton.write(deal, end_date=march(day) if day else None)

    def due_dates(self):
        return {issue["due_date"] for issue in self.issues()}


def test_more_issues_than_allowed_are_made_only_when_that_is_approved(world):
    assert (guards(world.hub.sync()), world.issues()) == (["max_creates"], [])

    assert (guards(world.hub.sync(approved=True)), len(world.issues())) == ([], 3)


@pytest.mark.parametrize(("day", "guard"), [(9, "max_changes"), (None, "max_clears")])
def test_one_field_that_says_the_same_or_nothing_everywhere_stops_until_it_is_approved(world, day, guard):
    before = world.due_dates()
    world.ends_on(day)

    assert (guards(world.hub.sync()), world.due_dates()) == ([guard], before)

    assert guards(world.hub.sync(approved=True)) == []
    assert world.due_dates() == {"2027-03-09" if day else None}


def test_a_tracker_that_shows_nothing_any_more_stops_the_pass_until_it_shows_its_issues_again(world):
    redmine, deal = world.redmine, world.deals[0]
    redmine.sql("update issues set author_id = ?", int(redmine.env["USER_MANAGER_ID"]))
    redmine.sql("update roles set issues_visibility = 'own'")
    world.tryton.write(deal, description="Охрана склада")
    try:
        stopped = [guards(world.hub.sync(full=True)), guards(world.hub.sync())]
        subjects = {issue["subject"] for issue in world.issues()}
    finally:
        redmine.sql("update roles set issues_visibility = 'all'")

    assert stopped == [["empty"], ["empty"]]
    assert "Охрана склада" not in subjects
    assert guards(world.hub.sync()) == []
    assert redmine.issue(world.issue_of(deal)[0])["subject"] == "Охрана склада"
    assert all(not link.tombstone for link in world.hub.case_of("crm", "opportunity", deal).links)


def test_a_hub_that_works_as_somebody_else_stops_until_it_is_itself_again(world):
    other = world.hub.with_env(REDMINE_KEY_HUB=world.redmine.env["KEY_MANAGER"])

    assert guards(other.sync()) == ["account"]
    assert guards(world.hub.sync()) == []


def test_of_two_edits_the_newest_wins_and_what_cannot_be_told_apart_waits(world):
    plain, late = world.deals[1:]
    for deal in (plain, late):
        world.tryton.write(deal, description="Охрана в продажах")
        world.redmine.update(world.issue_of(deal)[0], subject="Охрана в пресейле")
    issue = world.issue_of(late)[0]
    world.redmine.sql("update issues set updated_on = datetime(updated_on, '+1 hour') where id = ?", issue)
    world.redmine.sql(
        "update journals set created_on = datetime(created_on, '+1 hour')"
        " where id = (select max(id) from journals where journalized_id = ?)",
        issue,
    )
    world.hub.sync()

    titles = [world.tryton.opportunity(deal, "description")["description"] for deal in (plain, late)]
    assert titles == ["Охрана в продажах", "Охрана в пресейле"]
    [waits] = world.hub.attention()
    assert (waits.key, waits.code, waits.field) == (world.issue_of(plain)[1], "conflict", "title")


def test_what_waits_is_told_once_by_mail_and_chat(world):
    settings = world.hub.folder / "hub.yaml"
    before = settings.read_text(encoding="utf-8")

    def told():
        installation = install(world.hub.folder, world.hub.env)
        try:
            return notify(installation, send)
        finally:
            installation.store.close()

    with a_mail_server() as (mail, port), a_chat() as (chat, hook):
        addresses = json.dumps([MAIL.format(port), f"json://127.0.0.1:{hook}/hook"])
        settings.write_text(f"{before}notify: {{attention: {addresses}}}\n", encoding="utf-8")
        found = [told(), told()]
    settings.write_text(before, encoding="utf-8")

    assert [(one.new, one.refused) for one in found] == [(1, []), (0, [])]
    key = world.issue_of(world.deals[1])[1]
    assert (len(mail.taken), len(chat.taken)) == (1, 1)
    assert key in read(mail.taken[0])[1]
    assert key in json.loads(chat.taken[0])["message"]


def test_what_is_forgotten_is_in_the_hub_no_more_and_nothing_is_written_for_it(world):
    deal = world.deals[0]
    for title in ("Охрана у Петра Непомнящего", "Охрана завода"):
        world.tryton.write(deal, description=title)
        world.hub.sync()
    installation = install(world.hub.folder, world.hub.env)
    done = forget_case(installation, world.issue_of(deal)[1], by="ann")
    installation.store.close()

    kept = b"".join(file.read_bytes() for file in world.hub.folder.glob("casehub.db*"))
    assert done.compacted
    assert done.forgotten.lines > 0
    assert "Непомнящего".encode() not in kept
    assert sum(world.hub.sync(full=True).updated.values()) == 0
    assert world.redmine.issue(world.issue_of(deal)[0])["subject"] == "Охрана завода"


def test_an_edit_of_the_very_field_in_the_moment_of_our_write_is_told_and_kept(world):
    deal = world.deals[0]
    issue, key = world.issue_of(deal)
    world.tryton.write(deal, description="Охрана порта")

    world.hub.sync(tracker=Meanwhile(lambda: world.redmine.update(issue, subject="Охрана вокзала")))

    [told] = world.hub.attention(world.hub.case(key).entity.id)
    with world.hub.store() as store:
        lines = all_lines(store, entity=world.hub.case(key).entity.id)
        [lost] = [line.event for line in lines if line.event.what == "overwritten"]
    assert (told.code, told.field, world.redmine.issue(issue)["subject"]) == ("overwritten", "title", "Охрана порта")
    assert (lost.old, lost.new) == ("Охрана вокзала", "Охрана порта")
