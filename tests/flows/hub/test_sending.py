"""As many writes are taken together as go out within a moment; what left is settled, whatever stops the rest."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import RetryLater
from flows.hub.running import How, run_recorded
from flows.hub.sending import how_many_next
from flows.hub.sync import PassOptions
from tests.hub_builders import a_deal, a_hub


@pytest.mark.parametrize(
    ("now", "seconds", "following"),
    [(1, 0.1, 2), (2, 0.1, 4), (4, 0.1, 4), (2, 0.5, 2), (4, 1.1, 1)],
    ids=["quick", "still quick", "as many as there may be", "neither", "slow"],
)
def test_a_quick_system_gets_more_at_once_and_a_slow_one_a_request_at_a_time(now, seconds, following):
    assert how_many_next(now, took=timedelta(seconds=seconds), most=4) == following


def test_a_system_that_takes_more_at_once_than_is_ever_taken_gets_one_requests_worth():
    assert how_many_next(1, took=timedelta(0), most=0) == 1


def test_what_left_before_a_request_failed_is_settled_and_the_rest_is_planned_again(tmp_path):
    hub = a_hub(tmp_path)
    for number in range(3):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))

    async def work(wired):
        connector, pushed = wired.connectors["trk"], []

        class OneAtATime:
            def __getattr__(self, name):
                return getattr(connector, name)

            @property
            def abilities(self):
                return Slow(connector.abilities)

            async def push(self, writes):
                pushed.append(len(writes))
                if len(pushed) == 2:
                    raise RetryLater("come back later", system="trk")
                return await connector.push(writes)

        class Slow:
            write_batch = 1

            def __init__(self, abilities):
                self._abilities = abilities

            def __getattr__(self, name):
                return getattr(self._abilities, name)

        wired.connectors = {**wired.connectors, "trk": OneAtATime()}
        wired.requests_at_once["trk"] = 3
        return await run_recorded(wired, PassOptions(), How()), pushed

    report, pushed = hub.wired(work)

    assert pushed == [1, 1]
    assert "come back later" in report.trouble["trk"]
    assert len(hub.records("trk")) == 1
    assert len(hub.case("CASE-1").links) == 2

    hub.sync()

    assert sorted(record["title"] for record in hub.records("trk").values()) == ["Сделка 0", "Сделка 1", "Сделка 2"]


class Brisk:
    """A clock by which everything takes a thousandth of a second, until it is turned."""

    def __init__(self):
        self.now = datetime(2026, 11, 21, 9, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(milliseconds=1)
        return self.now


def test_a_hundred_more_changed_cases_cost_a_pass_twelve_statements_at_most(tmp_path):
    clock, deals = Brisk(), 250
    hub = a_hub(tmp_path, clock=clock)
    for number in range(deals):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))

    def at_rest():
        for _ in range(2):
            clock.now += timedelta(minutes=1)
            hub.sync()

    def statements(changed):
        at_rest()
        for system, place in (("crm", "amount"), ("trk", "next_step")):
            for record in sorted(hub.records(system), key=int)[:changed]:
                hub.systems[system].edit("record", record, {place: f"{changed}{record}"})
        told = hub.sync()
        assert sum(told.updated.values()) == 2 * changed
        return told.statements

    few = statements(10)

    assert statements(deals) - few <= 12 * (deals - 10) / 100
