"""Two records of one case in systems that look alike, two of one number: what happens to one leaves the other alone."""

from dataclasses import replace

from mappings.exchange import Found
from mappings.reconcile.model import NewRecord, Outcome
from state import commits, cursors, inbox, outbox, settling
from state.store import Store
from state.types import Committed, Decided, NewLink, Settled, Worker
from tests.state_builders import (
    TRACKER,
    Clock,
    a_change,
    a_page,
    a_record,
    a_write,
    an_entity,
    claim,
    decided,
    due_claim,
    link_in,
    look,
    opened,
    opening,
    put,
    the,
)

HELPDESK = ("helpdesk", "issue")
SUBTASK = ("tracker", "subtask")
EVERYWHERE = (TRACKER, HELPDESK, SUBTASK)


def twins(store: Store, worker: Worker, *places: tuple[str, str]) -> Committed:
    """One case with a record 41 in each of *places*."""
    for place in places:
        put(store, a_record("41", of=place))
    found = claim(store, worker, scopes=EVERYWHERE).strangers
    outcome = Outcome(an_entity(), links=[a_change(-1 - at) for at in range(len(found))])
    new = tuple(NewLink(-1 - at, one) for at, one in enumerate(found))
    return commits.commit(store, worker, decided=[Decided(outcome, new_links=new)])


def test_a_write_on_its_way_freezes_no_record_of_that_kind_elsewhere(
    store: Store, worker: Worker, clock: Clock
) -> None:
    twins(store, worker, TRACKER, HELPDESK)
    claimed = due_claim(store, worker)
    decided(store, worker, claimed, a_change(link_in(claimed, "tracker").id, write=(a_write("наше"),)))
    outbox.take(store, worker, system="tracker", limit=9)

    put(store, a_record("41", of=HELPDESK, title="правка"), began=clock.go(60))

    [again] = claim(store, worker, scopes=EVERYWHERE).cases
    assert list(again.snapshots) == [link_in(again, "helpdesk").id]


def test_a_write_goes_to_the_record_of_its_own_kind(store: Store, worker: Worker) -> None:
    twins(store, worker, TRACKER, SUBTASK)
    claimed = due_claim(store, worker)
    [subtask] = [one for one in claimed.links if one.kind == "subtask"]
    decided(store, worker, claimed, a_change(subtask.id, write=(a_write("наше"),)))

    [going] = outbox.take(store, worker, system="tracker", limit=9)

    assert going.link is not None
    assert going.link.kind == "subtask"


def test_strangers_of_one_number_are_claimed_and_put_aside_each_for_itself(store: Store, worker: Worker) -> None:
    for place in (TRACKER, HELPDESK):
        put(store, a_record("41", of=place))

    [mine] = claim(store, worker, scopes=[TRACKER]).strangers
    [other] = claim(store, store.worker(), scopes=[HELPDESK]).strangers
    inbox.set_aside(store, [mine], reason="чужая")

    assert (mine.sequence, mine.record.id) == (other.sequence, other.record.id)
    assert inbox.wake_strangers(store, "helpdesk", kind="issue") == 0
    assert inbox.wake_strangers(store, "tracker", kind="issue") == 1


def test_strangers_of_a_decision_that_was_lost_wait_for_anybody(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker)
    claimed = due_claim(store, worker)
    put(store, a_record("41", of=TRACKER))
    [stranger] = claim(store, worker).strangers
    look(store, Found("10", "gone"), began=clock.go(1))

    lost = decided(store, worker, claimed, a_change(-1), new_links=(NewLink(-1, stranger),)).lost

    assert lost == (claimed.entity.id,)
    assert [one.record.id for one in claim(store, store.worker()).strangers] == ["41"]


def test_what_proved_to_be_no_news_leaves_its_case_to_others(store: Store, worker: Worker, clock: Clock) -> None:
    twins(store, worker, TRACKER)
    claimed = due_claim(store, worker)
    decided(store, worker, claimed, a_change(claimed.links[0].id, write=(a_write("наше"),)))
    [going] = outbox.take(store, worker, system="tracker", limit=9)
    put(store, a_record("41", of=TRACKER, title="чужое", version="5"), began=clock.go(1))
    settling.settle(store, [Settled(going.key, "parked", version="9")])

    assert claim(store, worker, scopes=EVERYWHERE).cases == ()


def test_the_number_of_a_deleted_record_is_that_of_the_one_we_have_made(
    store: Store, worker: Worker, clock: Clock
) -> None:
    opened(store, worker, a_record("10"), a_record("11"), creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    first, second = sorted(outbox.take(store, worker, system="tracker", limit=9), key=lambda one: one.entity.id)
    made = a_record("41", of=TRACKER, title="t")
    settling.settle(store, [Settled(first.key, "settled", change=a_change(0, "t"), external_id="41", record=made)])
    look(store, Found("41", "gone"), of=TRACKER, began=clock.go(60))

    settling.settle(store, [Settled(second.key, "settled", change=a_change(0, "t"), external_id="41", record=made)])

    dead, living = link_in(the(store, 1), "tracker"), link_in(the(store, 2), "tracker")
    assert (dead.external_id, dead.tombstone) == (f"41 (reused, link {dead.id})", True)
    assert (living.external_id, living.tombstone) == ("41", False)


def test_a_record_that_is_made_again_is_not_merged_any_more(store: Store, worker: Worker, clock: Clock) -> None:
    put(store, a_record("41", of=TRACKER))
    put(store, a_record("42", of=TRACKER))
    strangers = sorted(claim(store, worker).strangers, key=lambda one: one.record.id)
    commits.commit(store, worker, decided=[opening(one, at) for at, one in enumerate(strangers, 1)])
    look(store, Found("42", "here", a_record("41", of=TRACKER), other="41"), of=TRACKER, began=clock.go(60))
    merged = due_claim(store, worker, the(store, 2))
    decided(store, worker, merged, creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    [going] = outbox.take(store, worker, system="tracker", limit=9)

    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "t"), external_id="43")])

    [link] = the(store, 2).links
    assert (merged.links[0].gone, link.external_id, link.tombstone, link.gone) == ("merged into 41", "43", False, "")


def test_items_of_a_case_are_due_when_a_create_has_made_one_of_them(store: Store, worker: Worker) -> None:
    put(store, a_record("10"))
    [deal] = claim(store, worker).strangers
    commits.commit(store, worker, decided=[opening(deal)])
    for number in (2, 3):
        item = replace(an_entity(number), kind="item", parent="entity0001")
        create = NewRecord("tracker", "issue", (a_write("t"),))
        commits.commit(store, worker, decided=[Decided(Outcome(item, creates=[create]), prefix="ITEM")])
    [first, *_] = sorted(outbox.take(store, worker, system="tracker", limit=9), key=lambda one: one.entity.id)

    made = Settled(first.key, "settled", change=a_change(0, "t"), external_id="41")
    settling.settle(store, [made], family=True, ties=True)

    assert "entity0003" in [one.entity.id for one in claim(store, worker).cases]


def test_pages_of_a_full_scan_say_nothing_of_when_news_were_asked_for(store: Store, clock: Clock) -> None:
    asked = clock.now
    put(store, a_record())
    scan = cursors.begin_full(store, "crm", kind="deal")
    clock.go(60)
    inbox.put(store, a_page(store, a_record()), lane="full", scan=scan)

    assert cursors.pulled(store) == {("crm", "deal"): asked}
