"""What a look-up by id says: gone, refused, merged, moved."""

from mappings.exchange import Fault, Found
from state import attention, commits, history, inbox
from state.store import Store
from state.types import Worker
from tests.state_builders import (
    CRM,
    TRACKER,
    Clock,
    a_page,
    a_record,
    claim,
    decided,
    due_claim,
    link_in,
    linked,
    look,
    opened,
    opening,
    put,
    the,
)


def test_gone_makes_a_tombstone_that_keeps_everything_and_its_entity_due(
    store: Store, worker: Worker, clock: Clock
) -> None:
    before = link_in(linked(store, worker), "tracker")
    clock.go(60)

    count = look(store, Found("41", "gone"), of=TRACKER)

    [claimed] = claim(store, worker).cases
    after = link_in(claimed, "tracker")
    assert (count.gone, after.tombstone, after.bases) == (1, True, before.bases)
    [event] = [line.event for line in history.history(store, entity="entity0001") if line.event.what == "gone"]
    assert event.old == {"title": "Внедрение CRM"}


def test_gone_twice_is_told_once(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    clock.go(60)
    look(store, Found("41", "gone"), of=TRACKER)
    decided(store, worker, due_claim(store, worker))

    look(store, Found("41", "gone"), of=TRACKER, began=clock.go(1))

    assert claim(store, worker).cases == ()
    assert [line.event.what for line in history.history(store, entity="entity0001")].count("gone") == 1


def test_h11_a_look_up_that_left_before_the_record_was_read_buries_nothing(
    store: Store, worker: Worker, clock: Clock
) -> None:
    early = clock.now
    clock.go(60)
    linked(store, worker)

    count = look(store, Found("41", "gone"), of=TRACKER, began=early)

    assert (count.gone, count.hinted) == (0, 1)
    assert not link_in(the(store), "tracker").tombstone


def test_what_waited_under_a_record_that_is_gone_is_in_the_history(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    put(store, a_record("41", of=TRACKER, title="последняя правка"), began=clock.go(60))
    clock.go(1)

    look(store, Found("41", "gone"), of=TRACKER)

    assert {"title": "последняя правка"} in [line.event.new for line in history.history(store, entity="entity0001")]
    assert claim(store, worker).cases[0].snapshots == {}


def test_a_refusal_is_not_gone_and_is_listed_until_the_record_is_read(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    inbox.hint(store, "tracker", kind="issue", ids=["41"])
    clock.go(60)

    count = look(store, Found("41", "refused", reason="403"), of=TRACKER)

    assert (count.refused, count.closed_hints, link_in(the(store), "tracker").tombstone) == (1, 1, False)
    assert [(one.code, one.text, one.key) for one in attention.parked_fields(store)] == [("refused", "403", "CASE-1")]
    put(store, a_record("41", of=TRACKER), began=clock.go(60))
    assert attention.parked_fields(store) == ()


def test_a_stranger_that_is_gone_leaves_the_inbox_and_the_list(store: Store, worker: Worker, clock: Clock) -> None:
    put(store, a_record())
    inbox.set_aside(store, claim(store, worker).strangers, reason="may be CASE-1", listed=True)
    inbox.hint(store, "crm", kind="deal", ids=["10"])
    clock.go(1)

    count = look(store, Found("10", "gone"))

    assert (count.closed_hints, attention.parked_fields(store)) == (1, ())
    assert inbox.wake_strangers(store, "crm", kind="deal") == 0


def test_h41_an_answer_under_an_id_that_is_linked_is_a_merge(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker, a_record("10"), a_record("11"))
    clock.go(60)

    count = look(store, Found("11", "here", a_record("10", title="объединены"), other="10"))

    assert (count.merged, count.stored) == (1, 1)
    gone = the(store, 2).links[0]
    assert (gone.external_id, gone.tombstone) == ("11", True)
    assert "merged into 10" in [line.event.cause for line in history.history(store, entity="entity0002")]


def test_h41_an_answer_under_an_unknown_id_is_a_move(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker)
    clock.go(60)

    count = look(store, Found("10", "here", a_record("77", title="переехала"), other="77"))

    [claimed] = claim(store, worker).cases
    assert (count.moved, claimed.links[0].external_id, claimed.links[0].tombstone) == (1, "77", False)
    assert [one.record.views["title"] for one in claimed.snapshots.values()] == ["переехала"]


def test_a_move_to_a_record_that_waits_as_a_stranger_claims_it(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker)
    put(store, a_record("77", title="чужая?"), began=clock.go(1))
    inbox.set_aside(store, claim(store, worker).strangers, reason="not taken")
    clock.go(60)

    look(store, Found("10", "here", a_record("77", title="чужая?"), other="77"))

    assert [list(one.snapshots) for one in claim(store, worker).cases] == [[the(store).links[0].id]]
    assert claim(store, worker).strangers == ()


def test_a_fault_of_a_record_that_no_entity_knows_is_listed_by_its_id(store: Store) -> None:
    inbox.put(store, a_page(store, faults=(Fault(None, "half a page"), Fault("13", "bad date"))))

    assert {(one.record, one.text, one.entity) for one in attention.parked_fields(store)} == {
        ("", "half a page", None),
        ("13", "bad date", None),
    }


def test_a_record_looked_up_answers_like_a_page(store: Store, worker: Worker) -> None:
    count = look(store, Found("10", "here", a_record()))

    [stranger] = claim(store, worker, scopes=[CRM]).strangers
    commits.commit(store, worker, decided=[opening(stranger)])
    assert (count.stored, the(store).entity.key) == (1, "CASE-1")
