"""One world per process of pytest, and each story played whole once in it."""

from collections.abc import Callable, Iterator

import pytest

from tests.crash.killing import Played, played
from tests.crash.stories import STORIES
from tests.crash.world import World, a_world


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with a_world() as world:
        yield world


@pytest.fixture(scope="session")
def story(world: World) -> Callable[[str], Played]:
    """Give a story as it goes when nobody is killed."""
    known: dict[str, Played] = {}

    def told(name: str) -> Played:
        if name not in known:
            known[name] = played(world, STORIES[name])
        return known[name]

    return told
