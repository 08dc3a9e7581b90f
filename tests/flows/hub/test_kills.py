"""
A pass that dies between any two steps: before any transaction, before and after any request. A fresh pass carries on.

Death is an exception that nobody catches, and after which the dead worker reaches neither its database nor its systems.
"""

import copy
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from connectors.memory.traits import KindTraits
from flows.hub.casework import set_value
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wiring import open_sync
from state import attention, history, outbox
from state.tables import metadata
from tests.fault_builders import Clock
from tests.hub_builders import AHub, a_deal, a_hub, at_once


class Killed(BaseException):
    """The process is no more."""


class Death:
    """Counts the steps of a worker and ends it at step AT; what is dead does nothing more."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.steps = at, 0

    def step(self) -> None:
        self.steps += 1
        if self.at is not None and self.steps >= self.at:
            raise Killed

    def of_request(self, request: object, moment: str) -> None:
        del request, moment
        self.step()


KEPT = ("rows", "truth", "next_id")


@dataclass
class World:
    """A hub and what it stood at, to begin from again and again."""

    hub: AHub
    database: dict[str, list[dict[str, object]]]
    systems: dict[str, dict[str, object]]

    @classmethod
    def of(cls, hub: AHub) -> "World":
        kept = {name: {each: copy.deepcopy(getattr(s, each)) for each in KEPT} for name, s in hub.systems.items()}
        with hub.installation.store.read() as conn:
            rows = {
                t.name: [dict(row) for row in conn.execute(sa.select(t)).mappings()] for t in metadata.sorted_tables
            }
        return cls(hub, rows, kept)

    def again(self) -> None:
        for name, kept in self.systems.items():
            for attribute, value in copy.deepcopy(kept).items():
                setattr(self.hub.systems[name], attribute, value)
        with self.hub.installation.store.write() as conn:
            tables = reversed(metadata.sorted_tables)
            for table in tables:
                conn.execute(sa.delete(table))
            for table in metadata.sorted_tables:
                if self.database[table.name]:
                    conn.execute(sa.insert(table), self.database[table.name])
        self.hub.installation.store.beaten.clear()

    def run(self, death: Death, *, full: bool = False) -> None:
        """One pass of a worker that dies when it is told to."""
        hub = self.hub
        store = hub.installation.store

        def begins(conn: sa.Connection) -> None:
            if conn.get_execution_options().get("casehub_writes"):
                death.step()

        for system in hub.systems.values():
            system.hook = death.of_request
        sa.event.listen(store.engine, "begin", begins, insert=True)
        try:
            at_once(self._pass(full))
        finally:
            sa.event.remove(store.engine, "begin", begins)
            for system in hub.systems.values():
                system.hook = lambda request, moment: None

    async def _pass(self, full: bool) -> None:
        async with open_sync(self.hub.installation, None, self.hub.make) as wired:
            await run_recorded(wired, PassOptions(full=full), How())


WORKFLOW = {"status": {"New": ("In Progress",), "In Progress": ("Resolved",), "Resolved": ("Closed",)}}


def in_the_middle_of_things(tmp_path):
    """A deal that is new, an edit on each side of another, a status two hops away, and a deleted issue."""
    hub = a_hub(tmp_path, clock=Clock(), traits={"trk": KindTraits(workflow=WORKFLOW)})
    for number in range(4):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number + 1}"))
    hub.sync()
    hub.sync()
    hub.systems["crm"].clock.ahead(minutes=10)
    hub.systems["crm"].create("record", a_deal("Сделка 5"))
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя", "amount": "7"})
    hub.systems["trk"].edit("record", "1", {"next_step": "позвонить"})
    hub.systems["trk"].edit("record", "2", {"title": "От инженера"})
    hub.act("CASE-3", lambda act: set_value(act, "stage", "defence"))
    hub.systems["trk"].delete("record", "4")
    return World.of(hub)


def steps_of(world, **how):
    """How many steps a pass has that is not disturbed."""
    world.again()
    counted = Death()
    world.run(counted, **how)
    return counted.steps


def told(hub):
    return {str(line.event.new) for line in history.history(hub.installation.store, limit=1000)}


def check(world):
    """Everybody agrees as far as they can, each deal has its one issue, every edit is in the history."""
    hub = world.hub
    issues = {views["title"]: views for views in hub.records("trk").values()}
    assert sorted(views["title"] for views in hub.records("trk").values()) == [
        "Новое имя",
        "От инженера",
        "Сделка 3",
        "Сделка 5",
    ]
    assert (issues["Новое имя"]["amount"], hub.records("crm")["1"]["next_step"]) == ("7", "позвонить")
    assert hub.records("crm")["2"]["title"] == "От инженера"
    assert (issues["Сделка 3"]["status"], hub.facts("CASE-3")["stage"]) == ("Resolved", "defence")
    assert {"Новое имя", "позвонить", "От инженера"} <= told(hub)
    listed = {(entry.key, entry.code) for entry in attention.parked_fields(hub.installation.store)}
    assert listed == {("CASE-3", "refused"), ("CASE-4", "gone")}  # the CRM has no view for the stage
    assert attention.conflicts(hub.installation.store) == ()
    assert outbox.open_writes(hub.installation.store) == ()
    assert (
        len({link.external_id for n in range(5) for link in hub.case(f"CASE-{n + 1}").links if link.system == "trk"})
        == 5
    )


EVERY = 7
"""A step in so many is tried, all of them with ``--hypothesis-profile=thorough``."""


def test_a_fresh_pass_carries_on_wherever_the_last_one_died(tmp_path, request):
    world = in_the_middle_of_things(tmp_path)
    last = steps_of(world, full=True)
    every = 1 if request.config.getoption("--hypothesis-profile") == "thorough" else EVERY
    assert last > 40, "a pass with a lot to do"

    for at in range(1, last + 1, every):
        world.again()
        with pytest.raises((Killed, BaseExceptionGroup)):
            world.run(Death(at), full=True)
        carry_on(world)
        check(world)


def carry_on(world):
    """Two passes later nothing is left to do."""
    for full in (True, False):
        world.hub.systems["crm"].clock.ahead(minutes=2)
        world.run(Death(), full=full)
    before = (world.hub.writes("crm"), world.hub.writes("trk"))
    world.run(Death())
    assert (world.hub.writes("crm"), world.hub.writes("trk")) == before
