"""A paused sync runs no pass until it is resumed, and loses nothing meanwhile."""

import asyncio

import pytest

from flows.hub.fastpath import FastPath
from flows.hub.pausing import IsPaused, pause, pauses, refuse_paused, resume
from flows.hub.standing import status
from flows.scheduled.passing import Around, Asked, scheduled_pass
from state import inbox, runs
from tests.hub_builders import opened


def test_who_paused_it_first_is_who_paused_it(tmp_path):
    hub, _ = opened(tmp_path)
    store = hub.installation.store

    pause(store, "presales", by="анна", why="CRM переезжает")
    pause(store, "presales", by="bob")

    assert [(one.by, one.why) for one in pauses(store).values()] == [("анна", "CRM переезжает")]
    with pytest.raises(IsPaused, match="presales is paused by анна since 2026-11-21"):
        refuse_paused(store, "presales")


def test_only_what_was_paused_is_resumed(tmp_path):
    hub, _ = opened(tmp_path)
    store = hub.installation.store
    pause(store, "presales", by="ann")

    assert [resume(store, "presales"), resume(store, "presales")] == [True, False]
    refuse_paused(store, "presales")


def test_the_fast_path_and_the_schedule_leave_it_alone_and_go_on_afterwards(tmp_path):
    hub, _ = opened(tmp_path)
    store = hub.installation.store
    hub.systems["crm"].edit("record", "1", {"amount": "175000"})
    inbox.hint(store, "crm", kind="record", ids=["1"], reason="webhook")
    pause(store, "presales", by="ann")
    ran = len(runs.runs(store))

    async def looked():
        fast = FastPath(hub.installation, hub.make)
        try:
            return [*await fast.poll(), *await fast.look()]
        finally:
            await fast.close()

    reports = asyncio.run(looked())
    around = Around(lambda folder: hub.installation, hub.make)
    end, _ = asyncio.run(scheduled_pass(Asked(tmp_path, "presales"), around=around))
    held = (reports, end.name, len(runs.runs(store)), hub.records("trk")["1"]["amount"])
    resume(store, "presales")
    [report] = asyncio.run(looked())

    assert held == ([], "Skipped", ran, "150000")
    assert report.updated["trk"] == 1


def test_the_status_tells_it(tmp_path):
    hub, _ = opened(tmp_path)
    pause(hub.installation.store, "presales", by="ann", why="переезд")

    [sync] = asyncio.run(status(hub.installation, ask=False)).syncs

    assert sync.form()["paused"]["why"] == "переезд"
