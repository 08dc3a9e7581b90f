"""Undoing runs of a hub over memory systems, in few words."""

from flows.hub.undoing import carry_out, find_run, plan_undo
from state import attention
from tests.hub_builders import opened


def undo(hub, run, **options):
    """Plan the undo of *run* and carry it out, as Ann; returns the plan and what became of it."""

    async def work(wired):
        plan = await plan_undo(wired, find_run(wired.store, run), **options)
        return plan, await carry_out(wired, plan, by="ann")

    return hub.wired(work)


def planned(hub, run, **options):
    async def work(wired):
        return await plan_undo(wired, find_run(wired.store, run), **options)

    return hub.wired(work)


def codes(hub):
    return sorted((one.system, one.field, one.code) for one in attention.parked_fields(hub.installation.store))


def edited(tmp_path, **views):
    """A hub whose last run has carried an edit of the deal to the issue."""
    hub, deal = opened(tmp_path)
    hub.sync()
    hub.systems["crm"].edit("record", deal, views or {"title": "Новое имя"})
    return hub, deal, hub.sync().run
