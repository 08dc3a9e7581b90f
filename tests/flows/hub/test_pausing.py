"""A paused sync runs no pass until it is resumed, and loses nothing meanwhile."""

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

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


def test_of_two_syncs_that_are_paused_at_once_both_are(tmp_path):
    """Each has looked who is paused before either says anything."""
    hub, _ = opened(tmp_path)
    store, met, asked = hub.installation.store, threading.Barrier(2), Counter()

    def clock():
        asked[threading.get_ident()] += 1
        if asked[threading.get_ident()] == 2:  # by then it has looked
            met.wait(10)
        return store.clock()

    with ThreadPoolExecutor(2) as pool:
        slow = replace(store, clock=clock)
        for one in [pool.submit(pause, slow, name, by="ann") for name in ("presales", "clients")]:
            one.result()

    assert set(pauses(store)) == {"presales", "clients"}


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
