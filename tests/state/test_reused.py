"""A number that a system gives twice: the case is parted from the record that has it now."""

from mappings.exchange import Found
from state import claims, history, reused
from state.store import Store
from state.types import Worker
from tests.state_builders import CRM, TRACKER, Clock, a_record, claim, link_in, linked, look, put, the


def news(store: Store, clock: Clock, number: str = "41") -> None:
    """Something else shows under the number of the issue."""
    clock.go(60)
    put(store, a_record(number, of=TRACKER, version="9", title="Чужая"))


def test_a_tombstone_keeps_its_memory_under_another_name_and_the_record_is_a_stranger(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    clock.go(1)
    look(store, Found("41", "gone"), of=TRACKER)
    news(store, clock)
    [claimed] = claim(store, worker, scopes=[TRACKER]).cases

    reused.part(store, worker, [(claimed, link_in(claimed, "tracker"))])

    old = link_in(the(store), "tracker")
    assert (old.external_id, old.tombstone) == (f"41 (reused, link {old.id})", True)
    assert old.bases == link_in(claimed, "tracker").bases
    [again], [stranger] = (found := claim(store, worker, scopes=[TRACKER])).cases, found.strangers
    assert (again.snapshots, stranger.record.id) == ({}, "41")


def test_a_live_link_is_buried_first(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    news(store, clock)
    [claimed] = claim(store, worker, scopes=[TRACKER]).cases

    reused.part(store, worker, [(claimed, link_in(claimed, "tracker"))])

    assert link_in(the(store), "tracker").tombstone
    causes = [line.event.cause for line in history.history(store, entity=claimed.entity.id)]
    assert causes[-1] == "gone; its number was given to another record"


def test_without_the_claim_nothing_is_parted(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    news(store, clock)
    [claimed] = claim(store, worker, scopes=[CRM, TRACKER]).cases
    claims.release(store, worker)

    reused.part(store, worker, [(claimed, link_in(claimed, "tracker"))])

    assert (link_in(the(store), "tracker").external_id, link_in(the(store), "tracker").tombstone) == ("41", False)
