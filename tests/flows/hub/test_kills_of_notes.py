"""A pass over signed notes that dies between any two steps: each is posted once, in its order, and nothing echoes."""

import re

import pytest

from flows.hub.noted import add_note
from state import attention, outbox
from tests.fault_builders import Clock
from tests.flows.hub.test_kills import Death, Killed, World, carry_on, steps_of
from tests.kinds_builders import those
from tests.notes_builders import say, shown, talking

SEVERAL = 3
"""A step in so many is tried, all of them with ``--hypothesis-profile=thorough``."""
SECRET = "только нам"


def in_the_middle_of_a_talk(tmp_path):
    """Notes of two people on both sides, two of them alike, an edit, one of the hub, and one that is internal."""
    hub, deal, issue = talking(tmp_path, clock=Clock())
    old = say(hub, "crm", deal, "Срок: пятница")
    hub.sync()
    hub.systems["crm"].clock.ahead(minutes=10)
    hub.systems["crm"].edit("comment", old, {"text": "Срок: среда"})
    say(hub, "crm", deal, "+1")
    say(hub, "crm", deal, "+1", by="8")
    say(hub, "trk", issue, "Готово")
    say(hub, "trk", issue, SECRET, private=True)
    hub.wired(lambda wired: add_note(wired, hub.case(), "От хаба", by="ann"))
    return World.of(hub)


def told(hub, system):
    """What is shown, whenever it was posted: what was late says when it was written."""
    return sorted(re.sub(r", 2026-11-21 \d\d:\d\d\)", ")", text) for text in shown(hub, system))


def check(world):
    hub = world.hub
    ours = ["Анна Ли (crm):\n\nСрок: среда", "Анна Ли (crm):\n\n+1", "Bob (crm):\n\n+1", "ann (hub):\n\nОт хаба"]
    assert told(hub, "trk") == sorted([*ours, "Готово", SECRET])
    theirs = ["Срок: среда", "+1", "+1", "Анна Ли (trk):\n\nГотово", "ann (hub):\n\nОт хаба"]
    assert told(hub, "crm") == sorted(theirs)
    assert len(those(hub, "note")) == 6
    assert attention.parked_fields(hub.installation.store) == ()
    assert outbox.open_writes(hub.installation.store) == ()


def test_a_note_is_posted_once_wherever_a_pass_died(tmp_path, request):
    world = in_the_middle_of_a_talk(tmp_path)
    last = steps_of(world)
    every = 1 if request.config.getoption("--hypothesis-profile") == "thorough" else SEVERAL
    assert last > 25, "a pass with a lot to do"

    for at in range(1, last + 1, every):
        world.again()
        with pytest.raises((Killed, BaseExceptionGroup)):
            world.run(Death(at))
        carry_on(world)
        check(world)
