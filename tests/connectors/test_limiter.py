"""A vendor's budget is kept, and used."""

import asyncio
import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.limiter import UNASKED, Limiter, Wanted


class Time:
    """Sleepers wake in order of their moments; nothing else takes time."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def moments(limiter: Limiter, time: Time, count: int) -> list[float]:
    left: list[float] = []
    for _ in range(count):
        async with limiter.slot():
            left.append(time.now)
    return left


def a_limiter(time: Time, **given_: object) -> Limiter:
    return Limiter(monotonic=time.monotonic, sleep=time.sleep, **given_)  # type: ignore[arg-type]  # of several types


@pytest.mark.asyncio
async def test_a_burst_leaves_at_once_and_the_rest_at_the_rate() -> None:
    time = Time()

    assert await moments(a_limiter(time, capacity=3, per_second=2), time, 6) == [0, 0, 0, 0.5, 1.0, 1.5]


@pytest.mark.asyncio
async def test_without_a_rate_nothing_waits() -> None:
    time = Time()

    assert await moments(a_limiter(time), time, 50) == [0.0] * 50


@pytest.mark.asyncio
async def test_a_rested_bucket_is_empty_again_and_not_more_than_empty() -> None:
    time = Time()
    limiter = a_limiter(time, capacity=2, per_second=1)
    await moments(limiter, time, 2)
    time.now += 100

    assert await moments(limiter, time, 3) == [100, 100, 101]


@given(
    capacity=st.integers(1, 20),
    rate=st.sampled_from([0.5, 1.0, 2.0, 10.0]),
    pauses=st.lists(st.sampled_from([0.0, 0.0, 0.1, 1.0, 30.0]), max_size=40),
)
@settings(max_examples=60)
def test_no_stretch_of_time_has_more_than_the_bucket_allows(capacity: int, rate: float, pauses: list[float]) -> None:
    time = Time()

    async def run() -> list[float]:
        limiter = a_limiter(time, capacity=capacity, per_second=rate)
        left: list[float] = []
        for pause in pauses:
            time.now += pause
            left += await moments(limiter, time, 1)
        return left

    left = asyncio.run(run())
    for first, last in itertools.combinations(range(len(left)), 2):
        assert last - first + 1 <= capacity + rate * (left[last] - left[first]) + 1e-6


@pytest.mark.asyncio
async def test_a_hold_stops_everything_until_its_end() -> None:
    time = Time()
    limiter = a_limiter(time, capacity=5, per_second=10)
    limiter.hold(7)

    assert (await moments(limiter, time, 2))[0] == 7.0


@pytest.mark.asyncio
async def test_a_shorter_hold_does_not_cut_a_longer_one() -> None:
    time = Time()
    limiter = a_limiter(time)
    limiter.hold(7)
    limiter.hold(1)

    assert await moments(limiter, time, 1) == [7.0]


@pytest.mark.asyncio
async def test_so_many_requests_are_under_way_and_no_more() -> None:
    limiter = Limiter(concurrency=3)
    under_way, most = 0, 0

    async def request() -> None:
        nonlocal under_way, most
        async with limiter.slot():
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(request() for _ in range(20)))

    assert most == 3


@pytest.mark.asyncio
async def test_a_shared_budget_is_taken_in_slices_behind_the_first_few_requests() -> None:
    time = Time()
    asked: list[Wanted] = []

    def reserve(wanted: Wanted) -> tuple[int, float]:
        asked.append(wanted)
        return (4, 0.0) if len(asked) != 2 else (0, 30.0)

    limiter = a_limiter(time, reserve=reserve, slice_size=4, capacity=50, per_second=100)
    left = await moments(limiter, time, UNASKED + 8)

    assert left == [0] * (UNASKED + 4) + [30] * 4
    assert asked == [Wanted(4, 100, 50, sent=UNASKED), Wanted(4, 100, 50), Wanted(4, 100, 50)]


@pytest.mark.asyncio
async def test_what_was_granted_is_void_once_the_system_says_that_nothing_is_left() -> None:
    time = Time()
    asked: list[Wanted] = []

    def reserve(wanted: Wanted) -> tuple[int, float]:
        asked.append(wanted)
        return (4, 0.0)

    limiter = a_limiter(time, reserve=reserve, slice_size=4, capacity=50, per_second=100)
    await moments(limiter, time, UNASKED + 1)
    limiter.hold(1)

    assert await moments(limiter, time, 1) == [1.0]
    assert asked[1:] == [Wanted(4, 100, 50, refused=True)]


@pytest.mark.asyncio
async def test_where_no_rate_is_to_be_kept_nobody_asks_for_a_share() -> None:
    time = Time()

    def reserve(_: Wanted) -> tuple[int, float]:
        raise AssertionError("nobody has a budget here")

    assert await moments(a_limiter(time, reserve=reserve), time, 20) == [0] * 20


@pytest.mark.parametrize("wrong", [{"capacity": 0}, {"per_second": 0}, {"concurrency": 0}, {"slice_size": 0}])
def test_a_limiter_without_room_is_refused(wrong: dict[str, int]) -> None:
    make: Callable[..., Limiter] = Limiter
    with pytest.raises(ValueError, match="room for one request"):
        make(**wrong)
