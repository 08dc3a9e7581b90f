"""
A thousand deals of a Bitrix24 become a thousand issues of a Redmine, within the vendor's limits and in few requests.

Both are sandboxes in this process, in virtual time: their clock stands still but for the waits of the connectors, so
the requests arrive as close together as they possibly can, and every second that a limit costs is counted.
"""

import asyncio
import shutil
from collections import Counter
from datetime import timedelta
from math import ceil
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from connectors.base import Surroundings
from connectors.bitrix24 import Bitrix24Connector
from connectors.bitrix24.settings import Bitrix24Settings
from connectors.redmine import RedmineConnector
from connectors.redmine.settings import RedmineSettings
from connectors.sandbox.bitrix24 import Bitrix24Sandbox
from connectors.sandbox.clock import Clock
from connectors.sandbox.redmine import RedmineSandbox
from flows.hub.running import How, run_recorded
from flows.hub.shelf import StateShelf
from flows.hub.sync import PassOptions
from flows.hub.wiring import install, open_sync

DEALS, ISSUES, USERS, CHANGED = 1000, 100, 5, 90
HUB = Path(__file__).parents[1] / "bench" / "hub"
BASE = "http://127.0.0.1"
BURST, PER_SECOND = 50, 2.0


class World:
    """Two sandboxes whose clock only waits move, and a hub between them that lives by the same clock."""

    def __init__(self, folder):
        self.clock = Clock(speed=0)
        self.crm, self.tracker = Bitrix24Sandbox(clock=self.clock), RedmineSandbox(clock=self.clock)
        self.crm.seed(DEALS)
        self.tracker.seed(ISSUES, chance=2)
        about = self.crm.about(BASE), self.tracker.about(BASE)
        self.webhook, self.key = str(about[0]["webhook"]), str(about[1]["key"])
        env = {"BENCH_CRM_WEBHOOK": self.webhook, "BENCH_TRACKER_URL": BASE, "BENCH_TRACKER_KEY": self.key}
        for file in HUB.glob("*.yaml"):
            shutil.copy(file, folder)
        self.installation = install(folder, env, clock=self.clock.now)

    def make(self, installation, name):
        sandbox = {"crm": self.crm, "tracker": self.tracker}[name]
        around = Surroundings(
            clock=self.clock.now,
            monotonic=lambda: self.clock.now().timestamp(),
            sleep=self.clock.sleep,
            transport=httpx.ASGITransport(sandbox),
            markers={"deal": "originId", "issue": "cf[CRM deal id]"},
            shelf=StateShelf(installation.store, name),
        )
        if name == "crm":
            return Bitrix24Connector(name, Bitrix24Settings(webhook=SecretStr(self.webhook)), around)
        settings = RedmineSettings(url=BASE, key=SecretStr(self.key), project="presales", tracker="Case")
        return RedmineConnector(name, settings, around)

    def sync(self):
        """Run one pass; returns its report and what both systems were asked."""

        async def run():
            async with open_sync(self.installation, None, self.make) as wired:
                return await run_recorded(wired, PassOptions(), How(approved=True))

        before = len(self.crm.log), len(self.tracker.log)
        report = asyncio.run(run())
        assert report.trouble == {}
        return report, [*self.crm.log][before[0] :], [*self.tracker.log][before[1] :]

    def people(self, *requests):
        """Send *requests* (sandbox, method, path, form, headers) as people do."""

        async def send():
            for sandbox, method, path, form, headers in requests:
                async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url=BASE) as client:
                    (await client.request(method, path, json=form, headers=headers)).raise_for_status()

        asyncio.run(send())

    def day(self, ahead):
        return (self.clock.now() + timedelta(days=ahead)).date().isoformat()

    def change_deals(self, numbers, **fields):
        given = "".join(f"&fields[{name}]={value}" for name, value in fields.items())
        hook = self.crm.portal.hooks["manager"]
        path = f"/rest/{hook.user.id}/{hook.secret}/batch"
        parts = [numbers[at : at + 50] for at in range(0, len(numbers), 50)]
        commands = [{f"d{n}": f"crm.item.update?entityTypeId=2&id={n}{given}" for n in part} for part in parts]
        self.people(*((self.crm, "POST", path, {"cmd": one}, {}) for one in commands))
        self.clock.advance(60)

    def change_issues(self, numbers):
        key = str(self.tracker.about(BASE)["keys"]["admin"])
        form, headers = {"issue": {"due_date": self.day(90)}}, {"X-Redmine-API-Key": key}
        self.people(*((self.tracker, "PUT", f"/issues/{n}.json", form, headers) for n in numbers))
        self.clock.advance(60)


@pytest.fixture(scope="module")
def passes(tmp_path_factory):
    """The first pass, an idle one, and one after people changed ninety records on both sides."""
    world = World(tmp_path_factory.mktemp("hub"))
    numbers = sorted(world.crm.portal.items[2].rows)
    for at in range(0, len(numbers), 500):  # what a later stage, or a day that is over, costs more is no formula's
        world.change_deals(numbers[at : at + 500], stageId="C3:NEW", closedate=world.day(60))
        world.clock.advance(600)
    found = {"first": world.sync()}
    issues = sorted(world.tracker.office.issues.rows)
    world.clock.advance(60)
    world.change_deals(numbers[:1], opportunity=1)  # something newer, so that what the first pass wrote
    world.change_issues(issues[-1:])  # leaves the windows that the next ones read again
    for _ in range(2):
        world.sync()
        world.clock.advance(60)
    found["idle"] = world.sync()
    world.change_deals(numbers[1 : CHANGED + 1], opportunity=777_000, isManualOpportunity="Y")
    world.change_issues(issues[-CHANGED - 1 : -1])
    found["changed"] = world.sync()
    world.installation.store.close()
    return found


def test_a_first_pass_asks_no_more_than_five_percent_over_the_formula(passes):
    report, _, _ = passes["first"]
    companies = ceil(10 / 50)
    formula = ceil(DEALS / 50) + companies + ceil(USERS / 50) + ceil(ISSUES / 100) + DEALS + ceil(DEALS / 50)

    asked = sum(report.requests.values())

    assert report.created["tracker"] == DEALS
    assert DEALS < asked <= 1.05 * formula


def test_an_issue_is_made_with_one_request(passes):
    _, _, tracker = passes["first"]

    made = Counter(entry.method for entry in tracker if entry.method != "GET")

    assert made == {"POST": DEALS}


def test_links_are_written_back_fifty_in_a_request(passes):
    report, _, _ = passes["first"]

    assert report.updated["crm"] == DEALS
    assert report.writing["crm"] == ceil(DEALS / 50)


def test_a_pass_with_nothing_to_do_asks_once_per_system(passes):
    report, _, _ = passes["idle"]

    assert report.requests == {"crm": 1, "tracker": 1}
    assert report.writing == {"crm": 0, "tracker": 0}


def test_changes_on_both_sides_cost_what_the_formulas_say(passes):
    report, _, _ = passes["changed"]

    assert report.updated == {"crm": CHANGED, "tracker": CHANGED}
    assert report.requests["crm"] <= 3 * ceil(CHANGED / 50)
    assert report.requests["tracker"] <= CHANGED + 3 * ceil(CHANGED / 100)


def test_no_request_meets_a_limit(passes):
    statuses = Counter(entry.status for _, crm, tracker in passes.values() for entry in (*crm, *tracker))

    assert statuses[429] == statuses[503] == 0
    assert statuses[201] == DEALS


def test_more_work_than_the_rate_lets_through_uses_the_budget_up_and_is_never_refused(tmp_path):
    world = World(tmp_path)

    async def ask():
        async with world.make(world.installation, "crm") as connector:
            await asyncio.gather(*(connector.find("deal", f"ch-{number}-1") for number in range(150)))

    asyncio.run(ask())
    world.installation.store.close()

    asked = [*world.crm.log]
    seconds = (asked[-1].at - asked[0].at).total_seconds()
    assert {entry.status for entry in asked} == {200}
    assert len(asked) / (BURST + PER_SECOND * seconds) >= 0.95
