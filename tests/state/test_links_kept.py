"""What a decision leaves on a link: each part of it, whatever the others do."""

from dataclasses import replace

import pytest

from mappings.reconcile.model import LinkChange, Parked
from state.store import Store
from state.types import Worker
from tests.state_builders import Clock, a_change, decided, due_claim, link_in, linked, the


@pytest.mark.parametrize("part", ["bases", "seen", "parked", "answers"])
def test_a_decision_that_moves_one_part_of_a_link_is_kept(
    store: Store, worker: Worker, clock: Clock, part: str
) -> None:
    linked(store, worker)
    claimed = due_claim(store, worker)
    link = link_in(claimed, "crm")
    moved = {
        "bases": a_change(link.id, "Новое").bases,
        "seen": {"title": "Новое!"},
        "parked": {"status": Parked("no way", "нет пути")},
        "answers": {"title": (clock.now,)},
    }
    as_it_is = LinkChange(link.id, link.bases, link.seen, link.parked, answers=link.answers)

    decided(store, worker, claimed, replace(as_it_is, **{part: moved[part]}))

    assert link_in(the(store), "crm") == replace(link, **{part: moved[part]})
