"""A vendor's request budget, shared."""

from state import budgets
from state.store import Store
from tests.state_builders import Clock


def test_what_was_saved_up_is_granted_and_then_no_more(store: Store) -> None:
    granted = [budgets.reserve(store, "crm", rate=2, burst=5, want=3) for _ in range(3)]

    assert granted == [3, 2, 0]


def test_it_fills_with_time_up_to_its_size(store: Store, clock: Clock) -> None:
    budgets.reserve(store, "crm", rate=2, burst=5, want=5)

    clock.go(1)
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=9) == 2
    clock.go(3600)
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=9) == 5


def test_what_left_before_anybody_asked_is_booked_too(store: Store, clock: Clock) -> None:
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=5, sent=4) == 1
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=5, sent=4) == 0
    clock.go(2)
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=5) == 0
    clock.go(1)
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=5) == 2


def test_a_refusal_empties_the_books(store: Store, clock: Clock) -> None:
    refused = budgets.reserve(store, "crm", rate=2, burst=5, want=2, refused=True)
    clock.go(1)

    assert (refused, budgets.reserve(store, "crm", rate=2, burst=5, want=5)) == (0, 2)


def test_where_nothing_is_left_nothing_is_written(store: Store) -> None:
    budgets.reserve(store, "crm", rate=2, burst=5, want=5)
    with store.recorded() as texts:
        assert budgets.reserve(store, "crm", rate=2, burst=5, want=1) == 0

    assert not [text for text in texts if text.startswith("UPDATE")]


def test_a_clock_that_goes_back_takes_nothing_away(store: Store, clock: Clock) -> None:
    budgets.reserve(store, "crm", rate=2, burst=5, want=4)
    clock.go(-10)

    assert budgets.reserve(store, "crm", rate=2, burst=5, want=9) == 1


def test_a_clock_that_was_hours_ahead_and_is_set_right_does_not_end_the_filling(store: Store, clock: Clock) -> None:
    clock.go(3 * 3600)  # a machine that took the local time of its host for UTC
    budgets.reserve(store, "crm", rate=2, burst=5, want=5)
    clock.go(-3 * 3600)

    assert budgets.reserve(store, "crm", rate=2, burst=5, want=5) == 0
    clock.go(1)
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=5) == 2


def test_machines_whose_clocks_differ_a_little_fill_it_no_faster(store: Store, clock: Clock) -> None:
    budgets.reserve(store, "crm", rate=2, burst=5, want=5)
    granted = 0
    for seconds in (1, -1, 1, -1, 1, -1):
        clock.go(seconds)
        granted += budgets.reserve(store, "crm", rate=2, burst=5, want=5)

    assert granted == 2


def test_systems_have_budgets_of_their_own(store: Store) -> None:
    budgets.reserve(store, "crm", rate=2, burst=5, want=5)

    assert budgets.reserve(store, "tracker", rate=2, burst=5, want=5) == 5


def test_who_is_in_no_hurry_leaves_some_to_those_who_are(store: Store, clock: Clock) -> None:
    calm = [budgets.reserve(store, "crm", rate=2, burst=5, want=5, leave=3) for _ in range(2)]
    hasty = budgets.reserve(store, "crm", rate=2, burst=5, want=5)
    clock.go(1)

    assert (calm, hasty) == ([2, 0], 3)
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=5, leave=3) == 0
    clock.go(1)
    assert budgets.reserve(store, "crm", rate=2, burst=5, want=5, leave=3) == 1
