from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox.clock import Clock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Ticks:
    """Our own time, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_a_turned_up_clock_runs_ahead_of_ours() -> None:
    ticks = Ticks()
    clock = Clock(NOON, speed=60, monotonic=ticks.monotonic)

    ticks.seconds = 2

    assert clock.now() == NOON + timedelta(minutes=2)


def test_another_speed_goes_on_from_the_present_moment() -> None:
    ticks = Ticks()
    clock = Clock(NOON, speed=60, monotonic=ticks.monotonic)
    ticks.seconds = 1

    clock.run_at(1)
    ticks.seconds = 2

    assert clock.now() == NOON + timedelta(seconds=61)


@pytest.mark.asyncio
async def test_a_standing_clock_is_moved_by_sleeping() -> None:
    ticks = Ticks()
    clock = Clock(NOON, speed=0, sleep=ticks.sleep)

    await clock.sleep(700)

    assert clock.now() == NOON + timedelta(seconds=700)
    assert ticks.slept == [0]


@pytest.mark.asyncio
async def test_sleeping_is_shorter_where_the_clock_is_faster() -> None:
    ticks = Ticks()
    clock = Clock(NOON, speed=10, monotonic=ticks.monotonic, sleep=ticks.sleep)

    await clock.sleep(5)

    assert ticks.slept == [0.5]


def test_no_clock_runs_backwards() -> None:
    clock = Clock(NOON, speed=0)

    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="backwards"):
        clock.run_at(-1)
    with pytest.raises(ValueError, match="backwards"):
        Clock(NOON, speed=-1)
