"""What Prefect is given to keep and to show of a run: counts and names, nobody's words and no secret."""

import asyncio
import json
import traceback
from dataclasses import replace

import pytest

from connectors.errors import AuthFailed, Rejected
from flows.scheduled.discreet import Unexpected
from flows.scheduled.ends import counted, end_of, rows
from flows.scheduled.passing import Around, Asked, scheduled_pass
from flows.scheduled.states import artifact_key, state_of
from tests.hub_builders import a_deal, a_hub
from tests.security.hostile import EVIL

WORDS = "КАНАРЕЙКА"


async def nobody_waits(seconds: float) -> None:
    del seconds


def around(hub):
    return Around(lambda folder: hub.installation, hub.make, nobody_waits)


def left_with_prefect(hub, tmp_path, **asked) -> str:
    """Return all that a run leaves: its state, its artifact, in the form in which they are sent."""
    end, report = asyncio.run(scheduled_pass(Asked(tmp_path, "presales", **asked), around=around(hub)))
    assert report is not None
    state = state_of(end).model_dump_json()
    return json.dumps([state, rows(report), counted(report), artifact_key("sync", report.sync)], ensure_ascii=False)


def filled(tmp_path):
    """A hub in which every text is somebody's: a case, a conflict, an unlisted stage, an unknown person."""
    hub = a_hub(tmp_path)
    views = {name: f"{WORDS} {EVIL} {name}" for name in ("title", "client", "next_step", "description", "contact")}
    hub.systems["crm"].create("record", a_deal(**views))
    hub.systems["crm"].create("record", a_deal(stage=WORDS, owner=WORDS, title=WORDS))
    hub.sync()
    for system in hub.systems.values():
        for record in list(system.rows["record"])[:1]:
            system.edit("record", record, {"title": f"{WORDS} {id(system)}"})
    return hub


@pytest.mark.parametrize("full", [False, True])
def test_a_run_leaves_counts_and_nobodys_words(tmp_path, full):
    left = left_with_prefect(filled(tmp_path), tmp_path, full=full)

    assert "read" in left
    assert WORDS not in left


def test_a_system_that_repeats_our_words_in_its_refusal_is_not_repeated(tmp_path):
    hub = filled(tmp_path)

    def hook(request, moment):
        if moment == "before" and request.verb in ("create", "update"):
            raise Rejected(f"{WORDS} is no title", system="trk", reason=WORDS)

    hub.systems["trk"].hook = hook
    hub.systems["crm"].edit("record", "1", {"amount": "7"})

    assert WORDS not in left_with_prefect(hub, tmp_path)


def test_a_guard_names_how_many_and_not_what(tmp_path):
    hub = a_hub(tmp_path)
    for number in range(6):
        hub.systems["crm"].create("record", a_deal(title=f"{WORDS} {number}"))
    hub.sync()
    for number in range(6):
        hub.systems["crm"].delete("record", str(number + 1))

    left = left_with_prefect(hub, tmp_path, full=True)

    assert "Stopped" in left
    assert WORDS not in left


def test_an_error_that_nobody_expected_keeps_neither_its_words_nor_what_was_held(tmp_path):
    hub = a_hub(tmp_path)

    def broken(installation, name):
        password = WORDS
        raise ValueError(f"{password} does not fit")

    with pytest.raises(Unexpected) as caught:
        asyncio.run(scheduled_pass(Asked(tmp_path, "presales"), around=replace(around(hub), make=broken)))

    assert WORDS not in "".join(traceback.format_exception(caught.value))
    assert WORDS not in repr(caught.value)


def test_who_is_not_let_in_is_told_without_what_was_tried(tmp_path):
    hub = a_hub(tmp_path)
    hub.sync()

    def hook(request, moment):
        raise AuthFailed("GET /me answered 401", system="trk") from ValueError(WORDS)

    hub.systems["trk"].hook = hook
    end, report = asyncio.run(scheduled_pass(Asked(tmp_path, "presales"), around=around(hub)))

    assert report is not None
    assert end_of(report).name == "Unreachable"
    assert WORDS not in state_of(end).model_dump_json()
