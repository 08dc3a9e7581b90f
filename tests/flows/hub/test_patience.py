"""A transaction that another one was in the way of is done again, and not for ever."""

import pytest

from flows.hub.patience import PAUSES, patiently
from state.errors import Busy, LeaseLost


class Held:
    """Rows that are held for the first few tries."""

    def __init__(self, times: int, error: Exception) -> None:
        self.left, self.error, self.tries = times, error, 0

    def __call__(self) -> str:
        self.tries += 1
        if self.left:
            self.left -= 1
            raise self.error
        return "stored"


def test_it_is_done_again_after_a_while() -> None:
    held, slept = Held(2, Busy("held")), []

    assert patiently(held, slept.append) == "stored"
    assert slept == list(PAUSES[:2])


def test_rows_that_stay_held_are_told() -> None:
    held = Held(99, Busy("held"))

    with pytest.raises(Busy):
        patiently(held, lambda _: None)
    assert held.tries == len(PAUSES) + 1


def test_what_is_no_matter_of_time_is_told_at_once() -> None:
    held = Held(1, LeaseLost("taken"))

    with pytest.raises(LeaseLost):
        patiently(held, lambda _: None)
    assert held.tries == 1
