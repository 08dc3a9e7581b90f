"""Pages are stored together where they come at once, and nothing that any of them showed is lost by it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import RetryLater
from connectors.memory.traits import KindTraits
from flows.hub.pulling import MOST_PAGES, TOGETHER, look_up_hints, pull_page
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions, Steps
from mappings.exchange import Abilities, Cursor, Page, VendorRecord
from state import claims, cursors, history, inbox
from tests.fault_builders import Hook, a_world, after, failing, opened
from tests.hub_builders import a_deal, a_hub

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SCOPE = ("crm", "record")


@dataclass
class Lists:
    """A connector that has these pages, a record by (id, title); None: that page fails once."""

    pages: list
    asked: int = 0
    abilities: Abilities = field(default_factory=Abilities)

    async def pull(self, kind, cursor, *, full=False):
        del full
        self.asked += 1
        at = int(cursor.resume) if cursor else 0
        if self.pages[at] is None:
            raise RetryLater("it did not arrive", system="crm")
        records = tuple(VendorRecord("crm", kind, number, {"title": title}) for number, title in self.pages[at])
        more = at + 1 < len(self.pages)
        return Page("crm", kind, records, NOON, Cursor(resume=str(at + 1)), more)


def pulled(hub, lists, *, clock=lambda: NOON, cursor=None):
    """What one step of reading gives, and how many statements it took."""

    async def work(wired):
        wired.connectors, wired.clock = {**wired.connectors, "crm": lists}, clock
        before = wired.store.statements
        count, after, more = await pull_page(wired, SCOPE, cursor)
        return count, after, more, wired.store.statements - before

    return hub.wired(work)


def titles(hub):
    store = hub.installation.store
    met = claims.claim(store, store.worker(), scopes=[SCOPE], limit=1000).strangers
    return {one.record.id: one.record.views["title"] for one in met}


def in_tracker(hub):
    return sorted(views["title"] for views in hub.records("trk").values())


def test_pages_that_come_at_once_take_the_statements_of_one(tmp_path):
    hub, lists = a_hub(tmp_path), Lists([[("1", "А")], [("2", "Б")], [("3", "В")]])

    count, after, more, statements = pulled(hub, lists)

    assert (count.stored, after.resume, more, statements) == (3, "3", False, 3)
    assert titles(hub) == {"1": "А", "2": "Б", "3": "В"}


def test_what_was_read_before_a_page_failed_is_stored_with_its_cursor(tmp_path):
    hub, lists = a_hub(tmp_path), Lists([[("1", "А")], [("2", "Б")], None, [("3", "В")]])

    with pytest.raises(RetryLater):
        pulled(hub, lists)

    assert titles(hub) == {"1": "А", "2": "Б"}
    assert cursors.state(hub.installation.store, "crm", kind="record").cursor.resume == "2"


def test_a_record_that_changes_while_it_is_read_leaves_what_it_showed_first_in_the_history(tmp_path):
    hub, lists = a_hub(tmp_path), Lists([[("1", "Первое")], [("2", "Б")], [("1", "Второе")]])

    pulled(hub, lists)

    assert titles(hub) == {"1": "Второе", "2": "Б"}
    told = history.record_history(hub.installation.store, "crm", kind="record", record="1")
    assert [(line.event.old, line.event.new) for line in told] == [("Первое", "Второе")]


def test_the_last_record_of_a_page_that_is_met_again_parts_nothing(tmp_path):
    hub, lists = a_hub(tmp_path), Lists([[("1", "А"), ("2", "Б")], [("2", "Б"), ("3", "В")]])

    count, _, _, statements = pulled(hub, lists)

    assert (count.stored, statements) == (3, 3)


@pytest.mark.parametrize(
    ("pages", "read"),
    [
        ([[(str(number), "А")] for number in range(MOST_PAGES + 2)], MOST_PAGES),
        ([[(str(number), "А") for number in range(TOGETHER)]] * 2, 1),
    ],
    ids=["many pages", "many records"],
)
def test_only_so_much_is_held_before_it_is_stored(tmp_path, pages, read):
    hub, lists = a_hub(tmp_path), Lists(pages)

    _, _, more, _ = pulled(hub, lists)

    assert (lists.asked, more) == (read, True)


def test_a_slow_list_is_stored_page_by_page(tmp_path):
    hub, lists = a_hub(tmp_path), Lists([[("1", "А")], [("2", "Б")]])

    _, after, more, _ = pulled(hub, lists, clock=lambda: NOON + timedelta(seconds=lists.asked))

    assert (after.resume, more) == ("1", True)


def test_a_list_that_leads_back_to_a_page_is_not_followed_in_a_circle(tmp_path):
    class Circle(Lists):
        async def pull(self, kind, cursor, *, full=False):
            page = await Lists.pull(self, kind, cursor, full=full)
            return Page("crm", kind, page.records, NOON, Cursor(resume="0"), more=True)

    lists = Circle([[("1", "А")]])

    pulled(a_hub(tmp_path), lists)

    assert lists.asked == 2


def test_a_case_that_waits_for_a_first_read_is_made_after_it_also_where_the_pass_dies_then(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("list", "before", failing(RetryLater("down", system="trk")))
    hub.sync()

    class Killed(BaseException):
        pass

    async def dying(wired, scope, cursor, *, scan=None):
        await pull_page(wired, scope, cursor, scan=scan)
        if scope[0] == "trk":
            raise Killed

    async def work(wired):
        await run_recorded(wired, PassOptions(), How(), steps=Steps(pull_page=dying))

    with pytest.raises(BaseExceptionGroup):
        hub.wired(work)

    after(hub, minutes=2)
    assert in_tracker(hub) == ["Сделка 1"]


# --- hints -----------------------------------------------------------------------------------------------------------


def looked_up(hub, numbers, *, most):
    """Webhooks tell of records, which are looked up, MOST at once; returns those that no look has answered."""
    inbox.hint(hub.installation.store, "crm", kind="record", ids=numbers, reason="webhook")

    async def work(wired):
        await look_up_hints(wired, SCOPE, Report("presales"), most=most)

    hub.wired(work)
    return [hint.id for hint in inbox.hints(hub.installation.store, "crm", kind="record", limit=99)]


def test_while_no_look_can_tell_what_is_newer_each_record_is_looked_up_once(tmp_path):
    plain = KindTraits(versions=False)
    hub = opened(tmp_path, deals=5, traits={"crm": plain, "trk": plain})
    hub.installation.store.clock.ahead(minutes=-60)  # it was an hour fast
    for number in hub.records("crm"):
        hub.systems["crm"].edit("record", number, {"title": f"Новая {number}"})
    looks = Hook("get", "before", failing(AssertionError("looked up again")), skip=3)
    hub.systems["crm"].hook = looks

    unanswered = looked_up(hub, list(hub.records("crm")), most=2)

    assert (looks.met, unanswered) == (3, list(hub.records("crm")))
    hub.systems["crm"].hook = lambda *_: None
    after(hub, minutes=61)
    assert in_tracker(hub) == [f"Новая {number}" for number in range(1, 6)]


def test_a_hint_that_no_look_answers_holds_up_no_other(tmp_path):
    hub = opened(tmp_path)
    hub.installation.store.clock.ahead(minutes=-60)
    hub.systems["crm"].edit("record", "1", {"title": "Как в копии"})  # its stamp is older than what is known of it
    looked_up(hub, ["1"], most=1)
    new = hub.systems["crm"].create("record", a_deal("Сделка по звонку"))

    assert looked_up(hub, [new], most=1) == ["1"]
    hub.sync(only="trk")  # asks the list of crm for nothing
    assert "Сделка по звонку" in in_tracker(hub)
