"""What belongs to what: parents of records and entities, and who is woken when a parent is linked."""

from dataclasses import replace

import pytest

from mappings.reconcile.model import LinkChange, NewRecord, Outcome
from state import cases, commits, family, inbox, outbox, settling
from state.codec import digest
from state.store import Store
from state.types import Decided, Settled, Worker
from tests.state_builders import (
    TRACKER,
    a_record,
    a_write,
    an_event,
    claim,
    decided,
    due_claim,
    linked,
    opened,
    opening,
    put,
)

UNDER_41 = replace(a_record("77", of=TRACKER, title="Смета"), parent=("issue", "41"))


def test_a_record_keeps_what_it_hangs_on_while_it_waits(store: Store, worker: Worker) -> None:
    put(store, UNDER_41)

    [stranger] = claim(store, worker).strangers

    assert stranger.record.parent == ("issue", "41")


def test_a_record_that_was_put_under_another_one_has_changed() -> None:
    moved = replace(UNDER_41, parent=("issue", "42"))

    assert len({digest(UNDER_41), digest(moved), digest(replace(moved, parent=None))}) == 3


def test_what_waited_for_its_parent_waits_for_anybody_once_that_is_linked(store: Store, worker: Worker) -> None:
    put(store, UNDER_41, a_record("78", of=TRACKER, title="Чужое"))
    inbox.set_aside(store, claim(store, worker).strangers, reason="waits")
    put(store, a_record("41", of=TRACKER))
    [issue] = claim(store, worker).strangers

    commits.commit(store, worker, decided=[opening(issue)], family=True)

    assert [one.record.id for one in claim(store, worker).strangers] == ["77"]


def _a_case_and_its_item(store: Store, worker: Worker) -> tuple[str, str]:
    whole = linked(store, worker)
    put(store, UNDER_41)
    [stranger] = claim(store, worker).strangers
    item = opening(stranger, 2)
    outcome = replace(item.outcome, entity=replace(item.outcome.entity, kind="item", parent=whole.entity.id))
    commits.commit(store, worker, decided=[replace(item, outcome=outcome, prefix="ITEM")])
    return whole.entity.id, "entity0002"


def test_an_entity_knows_its_parent_and_the_parent_its_children(store: Store, worker: Worker) -> None:
    case, item = _a_case_and_its_item(store, worker)

    [child] = family.children(store, [case])

    assert (child.entity.id, child.entity.key, child.entity.parent) == (item, "ITEM-1", case)
    assert family.children(store, [case], kind="note") == ()
    assert family.children(store, [item]) == ()


def test_all_that_belongs_to_an_entity_is_found_with_it_down_to_the_parts_of_its_parts(
    store: Store, worker: Worker
) -> None:
    case, item = _a_case_and_its_item(store, worker)
    put(store, a_record("78", of=TRACKER))
    part = opening(claim(store, worker).strangers[0], 3)
    outcome = replace(part.outcome, entity=replace(part.outcome.entity, kind="item", parent=item))
    commits.commit(store, worker, decided=[replace(part, outcome=outcome, prefix="ITEM")])
    put(store, a_record("11"))
    commits.commit(store, worker, decided=[opening(claim(store, worker).strangers[0], 9)])

    assert family.with_all_below(store, case) == {case, item, "entity0003"}
    assert family.with_all_below(store, item) == {item, "entity0003"}


def test_children_are_due_when_a_fact_of_their_parent_changes(store: Store, worker: Worker) -> None:
    case, item = _a_case_and_its_item(store, worker)
    claimed = due_claim(store, worker, cases.by_ids(store, [case])[case])

    decided(store, worker, claimed, events=[an_event("read")])
    assert claim(store, worker).cases == ()
    claimed = due_claim(store, worker, cases.by_ids(store, [case])[case])
    moved = Decided(Outcome(claimed.entity, events=[an_event("set")]), claimed)
    commits.commit(store, worker, decided=[moved], family=True)

    assert [one.entity.id for one in claim(store, worker).cases] == [item]


def test_a_create_says_what_the_new_record_is_to_hang_on(store: Store, worker: Worker) -> None:
    create = NewRecord("tracker", "issue", (a_write("Смета", None),), parent=("issue", "41"))
    opened(store, worker, creates=[create])

    [going] = outbox.take(store, worker, system="tracker", limit=9)

    assert going.parent == ("issue", "41")


def test_children_are_due_and_strangers_wake_when_a_create_has_made_their_parent(store: Store, worker: Worker) -> None:
    whole, *_ = opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("x", None),))])
    put(store, UNDER_41)
    inbox.set_aside(store, claim(store, worker).strangers, reason="waits")
    [going] = outbox.take(store, worker, system="tracker", limit=9)

    made = Settled(going.key, "settled", change=LinkChange(0, {}, {}, {}), external_id="41")
    settling.settle(store, [made], family=True)

    assert [one.record.id for one in claim(store, worker).strangers] == ["77"]
    assert cases.by_ids(store, [whole.entity.id])[whole.entity.id].links[-1].external_id == "41"


def test_strangers_that_show_a_word_in_its_place_are_looked_at_again(store: Store, worker: Worker) -> None:
    shown = {"1": ["Выставка", "срочно"], "2": "Выставка", "3": ["выставка"], "4": "Выставка", "5": None}
    for name, theme in shown.items():
        put(store, a_record(name, of=TRACKER, theme=theme, title="Выставка 2"))
    put(store, a_record("1", theme="Выставка"))
    for one in claim(store, worker).strangers:
        inbox.set_aside(store, [one], reason="else" if one.record.id == "4" else "astray")

    family.wake_showing(store, TRACKER, ("astray",), {"title": {"Выставка"}, "theme": {"Выставка", "41"}})

    assert sorted((one.record.system, one.record.id) for one in claim(store, worker).strangers) == [
        ("tracker", "1"),
        ("tracker", "2"),
    ]


@pytest.mark.parametrize("word", ['ООО «Ромашка» "Юг"', "C:\\обмен", "50% скидки_", "перенос\nстроки", "\ud83d"])
@pytest.mark.parametrize("more", [0, 60])
def test_a_word_is_found_however_it_is_stored(store: Store, worker: Worker, word: str, more: int) -> None:
    put(store, a_record("1", of=TRACKER, theme=f" {word} "))
    put(store, a_record("2", of=TRACKER, theme=["другая"]))
    inbox.set_aside(store, claim(store, worker).strangers, reason="astray")

    family.wake_showing(store, TRACKER, ("astray",), {"theme": {word, *map(str, range(more))}})

    assert [one.record.id for one in claim(store, worker).strangers] == ["1"]


def test_items_of_a_case_and_their_parts_are_due_when_one_of_them_has_a_record(store: Store, worker: Worker) -> None:
    _, item = _a_case_and_its_item(store, worker)
    put(store, a_record("78", of=TRACKER))
    part = opening(claim(store, worker).strangers[0], 3)
    outcome = replace(part.outcome, entity=replace(part.outcome.entity, kind="item", parent=item))
    commits.commit(store, worker, decided=[replace(part, outcome=outcome, prefix="ITEM")])
    put(store, a_record("11"))
    commits.commit(store, worker, decided=[opening(claim(store, worker).strangers[0], 9)])

    with store.write() as conn:
        family.wake_tied(conn, ["entity0003"])

    assert sorted(one.entity.id for one in claim(store, worker).cases) == [item, "entity0003"]
