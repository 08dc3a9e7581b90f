"""The command line is killed (-9) at its points: what comes after is as if nobody had been killed."""

import os
from collections.abc import Callable

import pytest

from tests.crash.killing import Played, killed_at
from tests.crash.points import Tally, chosen_of, enough
from tests.crash.stories import STORIES
from tests.crash.world import World

pytestmark = pytest.mark.loopback
PARTS = 6
SEED = int(os.environ.get("CASEHUB_CRASH_SEED", "1"))


def kills(world: World, one: Played, points: list[str]) -> Tally:
    """Kill at each of *points*."""
    tally = Tally(len(one.points))
    for point in points:
        tally.note(point, killed_at(world, one, point))
    return tally


@pytest.mark.parametrize("part", range(PARTS))
def test_a_first_pass_may_be_killed_at_any_point(world: World, story: Callable[[str], Played], part: int) -> None:
    one = story("first")

    tally = kills(world, one, list(one.points[part::PARTS]))

    assert tally.holds, tally


@pytest.mark.parametrize("name", sorted(STORIES.keys() - {"first"}))
def test_any_command_may_be_killed(world: World, story: Callable[[str], Played], name: str) -> None:
    one = story(name)

    assert enough(name, one.points), f"{len(one.points)} points of {name}: something is no longer seen"
    tally = kills(world, one, chosen_of(one.points, SEED))
    assert tally.holds, tally


def test_no_point_of_a_first_pass_has_been_lost(story: Callable[[str], Played]) -> None:
    assert enough("first", story("first").points)
