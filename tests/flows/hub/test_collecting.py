"""Python looks for cycles less often while passes run, and still does."""

import gc
from collections.abc import Iterator

import pytest

from flows.hub.collecting import NEW, collect_rarely


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_the_collector_runs_less_often_and_is_not_off() -> None:
    gc.set_threshold(700, 10, 10)

    collect_rarely()
    collect_rarely()

    assert gc.get_threshold() == (NEW, 10, 10)
    assert gc.isenabled()
