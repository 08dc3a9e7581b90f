"""A look at the inbox: a pass where something waits, no request where nothing does."""

import asyncio
import inspect

from flows.scheduled.inbox import look, look_at_inbox
from flows.wake import wake
from state import inbox, runs
from tests.hub_builders import opened


def looked(hub):
    return asyncio.run(look(hub.installation, hub.make))


def test_what_a_webhook_pointed_at_is_read_and_passed_on(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"amount": "175000"})
    inbox.hint(hub.installation.store, "crm", kind="record", ids=["1"], reason="webhook")

    [report] = looked(hub)

    assert report.updated["trk"] == 1
    assert hub.records("trk")["1"]["amount"] == "175000"
    assert runs.runs(hub.installation.store)[0].by == "wake"


def test_where_nothing_waits_no_system_is_asked_anything(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].locked_out = hub.systems["trk"].locked_out = True
    before = len(runs.runs(hub.installation.store))

    assert looked(hub) == []
    assert len(runs.runs(hub.installation.store)) == before


def test_the_question_has_no_parameters():
    assert list(inspect.signature(look_at_inbox.fn).parameters) == []


def test_without_a_server_nobody_is_asked():
    assert asyncio.run(wake({})) is False
