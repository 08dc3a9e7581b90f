"""A person takes a record from an entity."""

from dataclasses import replace

from mappings.reconcile.model import Event, Parked
from state import attention, cases, history, outbox, unlinking
from state.store import Store
from state.types import Worker
from tests.state_builders import a_change, a_write, claim, decided, due_claim, link_in, linked, the

TOLD = Event("unlinked", "", by="ann", cause="#41")


def taken(store: Store, worker: Worker) -> bool:
    """Take the issue 41 from the one entity."""
    claimed = due_claim(store, worker)
    return unlinking.unlink(store, worker, claimed, record=link_in(claimed, "tracker"), told=TOLD)


def test_the_link_goes_and_the_entity_is_due_with_its_next_generation(store: Store, worker: Worker) -> None:
    linked(store, worker)

    assert taken(store, worker)

    assert [link.system for link in the(store).links] == ["crm"]
    assert the(store).entity.generation == 2
    assert len(claim(store, worker).cases) == 1
    assert cases.by_record(store, "tracker", kind="issue", ids=["41"]) == {}


def test_the_history_keeps_what_the_record_held_and_who_took_it(store: Store, worker: Worker) -> None:
    linked(store, worker, title="Внедрение ERP")

    taken(store, worker)

    last = history.history(store, entity="entity0001")[-1]
    assert (last.event.what, last.event.by, last.event.system, last.record) == ("unlinked", "ann", "tracker", "41")
    assert last.event.old == {"title": "Внедрение ERP"}


def test_its_planned_write_and_what_is_parked_there_go_with_it(store: Store, worker: Worker) -> None:
    linked(store, worker)
    claimed = due_claim(store, worker)
    parked = {"title": Parked("refused", "нет")}
    changes = [replace(a_change(one.id, parked=parked), write=(a_write("Новое"),)) for one in claimed.links]
    decided(store, worker, claimed, *changes)

    taken(store, worker)

    assert [entry.system for entry in attention.parked_fields(store)] == ["crm"]
    assert [write.system for write in outbox.open_writes(store)] == ["crm"]


def test_a_lost_claim_changes_nothing(store: Store, worker: Worker) -> None:
    linked(store, worker)
    claimed = due_claim(store, worker)
    cases.mark_due(store, [claimed.entity.id])

    done = unlinking.unlink(store, worker, claimed, record=link_in(claimed, "tracker"), told=TOLD)

    assert not done
    assert len(the(store).links) == 2
