"""The disk is full, a system is away for a while, a request is still under way: told, and carried on from."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.killed import PAGES
from tests.crash.killing import Played, carried_on, hub_of
from tests.crash.world import TIMEOUT, World

pytestmark = pytest.mark.loopback
CRM, TRACKER = 0, 1


def met(record: Path, point: str) -> None:
    """Wait until a process has come to a point."""
    until = time.monotonic() + 30
    while not (record.exists() and point in record.read_text(encoding="utf-8")):
        assert time.monotonic() < until, f"{point} was not met"
        time.sleep(0.02)


@pytest.mark.parametrize("pages", [0, 4])
def test_a_full_disk_is_told_and_the_next_pass_carries_on(
    world: World, story: Callable[[str], Played], pages: int
) -> None:
    one = story("first")
    with hub_of(world, one) as folder:
        ended = world.run(folder, *one.words, **{PAGES: str(pages)})

        assert ended.code == 1
        assert "its disk is full. Make room there; nothing is lost" in ended.err
        assert carried_on(world, one, folder) == []


@pytest.mark.parametrize(("away", "answered"), [(TRACKER, 5), (CRM, 4)])
def test_a_system_that_goes_away_in_mid_pass_loses_and_doubles_nothing(
    world: World, story: Callable[[str], Played], away: int, answered: int
) -> None:
    one = story("edits")
    with hub_of(world, one) as folder:
        world.faults(away, {"rules": [{"skip": answered, "close": True}]})
        during = [world.run(folder, *one.words) for _ in range(2)]
        world.faults(away, {})
        told = during[1].err

        assert during[1].code == 3
        assert ("crm", "tracker")[away] in told
        assert "`casehub check` asks again" in told
        assert carried_on(world, one, folder) == []


def test_a_create_that_is_carried_out_after_its_sender_was_killed_is_not_sent_again(
    world: World, story: Callable[[str], Played]
) -> None:
    one = story("first")
    with hub_of(world, one) as folder:
        world.faults(TRACKER, {"rules": [{"method": "POST", "path": "/issues.json", "delay": TIMEOUT - 0.5}]})
        record = folder / "points"
        pid = world.start(folder, *one.words, record=record)
        met(record, "before request:POST /issues.json")
        time.sleep(0.2)  # from here they are on their way
        world.kill(pid)
        between = len(world.issues("GET", "/issues.json?status_id=*")["issues"])
        world.faults(TRACKER, {})

        assert between == 0
        assert carried_on(world, one, folder) == []
