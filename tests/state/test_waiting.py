"""What waits to be written, and single records that a person acts upon."""

from dataclasses import replace

from mappings.reconcile.model import Conflict, NewRecord, Outcome, Parked, Party
from state import attention, commits, history, inbox, outbox, waiting
from state.attention import Place
from state.store import Store
from state.types import Decided, Worker
from tests.state_builders import (
    TRACKER,
    a_change,
    a_record,
    a_write,
    claim,
    decided,
    due_claim,
    linked,
    opened,
    opening,
    planned,
    put,
    the,
)


def test_planned_writes_are_listed_with_entity_and_record_and_not_taken(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)

    [first], [again] = waiting.planned(store, "presales"), waiting.planned(store, "presales")

    assert (first.entity.key, first.external_id, first.fields) == ("CASE-1", "41", (a_write("Новое"),))
    assert first == again
    assert waiting.planned(store, "tenders") == ()


def test_a_planned_create_has_no_record_yet(store: Store, worker: Worker) -> None:
    opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),), {"tracker": "1"})])

    [found] = waiting.planned(store, "presales")

    assert (found.verb, found.link, found.fixed) == ("create", None, {"tracker": "1"})


def test_sent_writes_do_not_wait(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)
    outbox.take(store, worker, system="tracker", limit=10)

    assert waiting.planned(store, "presales") == ()


def test_writes_of_another_mapping_are_outdated(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)

    assert waiting.outdated(store, "presales", mapping="other") == ("entity0001",)
    assert waiting.outdated(store, "presales", mapping="") == ()
    assert waiting.outdated(store, "tenders", mapping="other") == ()


def test_entities_without_a_record_in_a_system_can_be_made_due(store: Store, worker: Worker) -> None:
    opened(store, worker, a_record("10"), a_record("11"))
    assert claim(store, worker).cases == ()

    with store.write() as conn:
        waiting.wake_lone(conn, ["presales"], system="crm", kind="deal")
        waiting.wake_lone(conn, ["tenders"], system="tracker", kind="issue")
    assert claim(store, worker).cases == ()

    with store.write() as conn:
        waiting.wake_lone(conn, ["tenders", "presales"], system="tracker", kind="issue")
    assert len(claim(store, worker).cases) == 2


def test_open_entries_are_counted_per_entity(store: Store, worker: Worker) -> None:
    whole = linked(store, worker)
    claimed = due_claim(store, worker)
    conflict = Conflict("title", "А", (Party("crm", "Б"),))
    torn = replace(claimed.entity, conflicts={"title": conflict})
    decided(store, worker, claimed, a_change(whole.links[0].id, parked={"f": Parked("refused", "нет")}), entity=torn)
    attention.park_records(store, [(Place(*TRACKER, record="99"), Parked("unlinked", "копия"))])

    assert waiting.open_entries(store) == {whole.entity.id: (1, 1), "": (0, 1)}
    assert waiting.open_entries(store, "tenders") == {"": (0, 1)}


def test_lines_of_the_history_are_counted(store: Store, worker: Worker) -> None:
    opened(store, worker, a_record("10"), a_record("11"))

    assert waiting.lines(store, "entity0001") == len(history.history(store, entity="entity0001")) == 1
    assert waiting.lines(store, "nobody") == 0


def test_a_record_that_was_put_aside_is_found_and_woken(store: Store, worker: Worker) -> None:
    put(store, a_record("12"))
    [stranger] = claim(store, worker).strangers
    inbox.set_aside(store, [stranger], reason="копия", listed=True)

    found = waiting.stranger(store, "crm", kind="deal", record="12")
    woken = waiting.wake(store, "crm", kind="deal", record="12")

    assert found is not None
    assert found.aside == "копия"
    assert woken
    assert attention.parked_fields(store) == ()
    assert [one.record.id for one in claim(store, worker).strangers] == ["12"]
    assert not waiting.wake(store, "crm", kind="deal", record="13")
    assert waiting.stranger(store, "crm", kind="deal", record="13") is None


def test_nothing_is_changed_by_looking(store: Store, worker: Worker) -> None:
    linked(store, worker)
    before = the(store)

    waiting.planned(store, "presales")
    waiting.open_entries(store)

    assert the(store) == before


def test_what_is_parked_for_one_of_these_reasons_is_decided_again(store: Store, worker: Worker) -> None:
    linked(store, worker)
    claimed = due_claim(store, worker)
    parked = replace(a_change(claimed.links[0].id), parked={"owner": Parked("unreadable", "кто это")})
    commits.commit(store, worker, decided=[Decided(Outcome(claimed.entity, links=[parked]), claimed)])

    others = waiting.wake_parked(store, claimed.entity.sync, codes=["dropped"])
    woken = waiting.wake_parked(store, claimed.entity.sync, codes=["unreadable"])

    assert (others, woken) == (0, 1)
    assert [one.entity.id for one in claim(store, worker).cases] == [claimed.entity.id]


def test_what_was_held_back_is_due_when_a_pass_begins(store: Store, worker: Worker) -> None:
    put(store, a_record())
    [stranger] = claim(store, worker).strangers
    commits.commit(store, worker, decided=[replace(opening(stranger), held=True)])
    before = claim(store, worker).cases

    woken = (waiting.wake_held(store, "presales"), waiting.wake_held(store, "presales"))

    assert (before, woken) == ((), (1, 0))
    assert [one.entity.id for one in claim(store, worker).cases] == ["entity0001"]
