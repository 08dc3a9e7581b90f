"""Keeping house: runs that ended without a word are told as lost, workers that are gone are forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.hub.fastpath import BY
from flows.hub.housekeeping import OLD, SCHEDULE, House, keep_house
from flows.hub.running import lease_name
from state import history, leases, runs
from tests.hub_builders import a_hub, opened


class Clock:
    now = datetime(2026, 11, 21, 9, tzinfo=UTC)

    def __call__(self):
        return self.now

    def go(self, span):
        self.now += span


def a_house(tmp_path):
    hub, clock = a_hub(tmp_path), Clock()
    store = replace(hub.installation.store, clock=clock)
    return replace(hub.installation, store=store), clock


def states(installation):
    return [(run.state, bool(run.finished)) for run in runs.runs(installation.store)]


def test_a_scheduled_run_that_never_ended_is_lost_once_nobody_holds_its_lease(tmp_path):
    installation, clock = a_house(tmp_path)
    runs.start(installation.store, "presales", by=SCHEDULE)
    clock.go(OLD + timedelta(seconds=1))

    found = keep_house(installation)

    assert found == House(lost=1)
    assert states(installation) == [("failed", True)]


def test_one_that_somebody_works_on_is_not(tmp_path):
    installation, clock = a_house(tmp_path)
    runs.start(installation.store, "presales", by=SCHEDULE)
    clock.go(OLD + timedelta(seconds=1))
    store = installation.store
    leases.acquire(store, lease_name("presales"), worker=store.worker(), seconds=60)

    found = keep_house(installation)

    assert found == House(at_work=frozenset({"presales"}))
    assert states(installation) == [("running", False)]


@pytest.mark.parametrize(("name", "by"), [("presales", BY), ("presales", "ann"), ("former", SCHEDULE)])
def test_any_run_that_never_ended_is_lost_after_a_day(tmp_path, name, by):
    installation, clock = a_house(tmp_path)
    runs.start(installation.store, name, by=by)
    clock.go(timedelta(hours=23))
    early = keep_house(installation)
    clock.go(timedelta(hours=2))

    assert (early, keep_house(installation)) == (House(), House(lost=1))
    assert states(installation) == [("failed", True)]


def test_one_of_days_that_still_holds_its_lease_is_not(tmp_path):
    installation, clock = a_house(tmp_path)
    store = installation.store
    runs.start(store, "presales", by=SCHEDULE)
    clock.go(timedelta(days=2))
    leases.acquire(store, lease_name("presales"), worker=store.worker(), seconds=60)

    assert keep_house(installation).lost == 0
    assert states(installation) == [("running", False)]


def test_what_the_history_tells_as_well_is_forgotten_after_a_while(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"title": "Склад"})
    hub.sync()
    hub.sync()
    told = {line.run for line in history.history(hub.installation.store) if line.run}
    clock = Clock()
    installation = replace(hub.installation, store=replace(hub.installation.store, clock=clock))
    clock.now = installation.store.clock() + timedelta(days=365)
    newest = runs.start(installation.store, "presales").id

    first, again = keep_house(installation), keep_house(installation)

    assert (first.forgotten > 1, again.forgotten) == (True, 0)
    assert {run.id for run in runs.runs(installation.store)} == {*told, newest}
    assert hub.sync().trouble == {}


def test_a_young_run_and_one_that_a_person_started_are_left_alone(tmp_path):
    installation, clock = a_house(tmp_path)
    runs.start(installation.store, "presales", by="ann")
    clock.go(OLD + timedelta(seconds=1))
    runs.start(installation.store, "presales", by=SCHEDULE)

    assert keep_house(installation) == House()
    assert states(installation) == [("running", False)] * 2
