"""Working time of methods: used, never gone over, and told where it is used up."""

import pytest

from connectors.bitrix24.pace import MOST, Pace
from connectors.errors import RetryLater


class Watch:
    """A time that passes while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def a_pace(watch: Watch) -> Pace:
    return Pace("портал", monotonic=watch.monotonic, sleep=watch.sleep, request_seconds=30.0)


def told(operating: float, *, reset: float, duration: float = 0.0, finish: float = 1000.0) -> dict[str, float]:
    return {"operating": operating, "operating_reset_at": finish + reset, "finish": finish, "duration": duration}


@pytest.mark.asyncio
async def test_what_nothing_is_known_of_goes_at_once():
    watch = Watch()

    await a_pace(watch).ready({"crm.item.list": 50})

    assert watch.now == 0.0


@pytest.mark.asyncio
async def test_a_call_that_would_go_over_waits_until_part_is_forgotten():
    watch = Watch()
    pace = a_pace(watch)
    pace.learn("crm.item.list", told(460, reset=40))
    pace.learn("crm.item.list", told(470, reset=40))

    await pace.ready({"crm.item.get": 50})
    at_once = watch.now
    await pace.ready({"crm.item.list": 1})

    assert (at_once, watch.now) == (0.0, 40.0)


@pytest.mark.asyncio
async def test_a_wait_too_long_for_a_request_is_left_to_the_caller():
    pace = a_pace(Watch())
    pace.learn("crm.item.list", told(MOST, reset=500, duration=1.0))

    with pytest.raises(RetryLater, match="free again in 500 s") as late:
        await pace.ready({"crm.item.list": 1})

    assert (late.value.after, late.value.sent) == (500.0, False)


def test_calls_under_way_count():
    pace = a_pace(Watch())
    pace.learn("crm.item.list", told(440, reset=40, duration=10.0))

    alone = pace.wait_for("crm.item.list", 3)
    pace.begin({"crm.item.list": 1})
    beside = pace.wait_for("crm.item.list", 3)
    pace.end({"crm.item.list": 1})

    assert (alone, beside, pace.wait_for("crm.item.list", 3)) == (0.0, 40.0, 0.0)


def test_a_refused_method_is_left_alone_until_the_time_that_was_told_or_a_while():
    pace = a_pace(Watch())
    pace.learn("crm.item.list", told(100, reset=200))

    assert pace.full("crm.item.list") == 200.0
    assert pace.full("crm.item.get") == pace.wait_for("crm.item.get") == 30.0


def test_a_batch_ends_in_time():
    pace = a_pace(Watch())

    assert pace.batch_size("crm.item.update", 50) == 50
    pace.learn("crm.item.update", told(2.0, reset=600, duration=2.0))
    assert pace.batch_size("crm.item.update", 50) == 15
    pace.learn("crm.item.get", told(90.0, reset=600, duration=90.0))
    assert pace.batch_size("crm.item.get", 50) == 1


@pytest.mark.parametrize("time", [None, [], {"operating": "много"}, {"operating": True}])
def test_an_answer_without_working_time_teaches_nothing(time: object):
    pace = a_pace(Watch())
    pace.learn("crm.item.list", time)

    assert pace.wait_for("crm.item.list", 50) == 0.0
