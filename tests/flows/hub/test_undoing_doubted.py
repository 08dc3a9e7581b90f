"""Undo of a run in which a create ends that nobody had answered: what was made goes, however it was found again."""

import pytest

from flows.hub import linking
from flows.hub.casework import Act
from flows.hub.remembering import all_lines
from tests.fault_builders import Clock, Hook, after, failing
from tests.flows.hub.test_doubted_searches import LOST
from tests.hub_builders import a_deal, a_hub
from tests.undo_builders import planned, undo


def in_doubt(tmp_path, moment="after"):
    """A hub whose last run has had no answer to a create."""
    hub = a_hub(tmp_path, clock=Clock())
    hub.systems["trk"].hook = Hook("create", moment, failing(LOST))
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    return hub


def the_list_shows_it(hub):
    return hub.sync()  # it is too early to search


def the_search_shows_it(hub):
    return after(hub, minutes=2)


@pytest.mark.parametrize("found_again", [the_list_shows_it, the_search_shows_it])
def test_what_was_made_is_taken_back_however_it_was_found_again(tmp_path, found_again):
    hub = in_doubt(tmp_path)
    run = found_again(hub).run

    plan, undone = undo(hub, run, delete=True)
    hub.sync()

    assert [one.verb for _, one in plan.taking if one.place.system == "trk"] == ["delete"]
    assert (undone.not_done, hub.records("trk")) == ([], {})


def test_where_somebody_has_worked_on_it_meanwhile_it_is_left(tmp_path):
    hub = in_doubt(tmp_path)
    hub.systems["trk"].edit("record", "1", {"next_step": "позвонить"})
    run = the_list_shows_it(hub).run

    plan = planned(hub, run, delete=True)

    assert [one.verb for _, one in plan.taking if one.place.system == "trk"] == []
    assert [(one.place.system, one.why) for one in plan.left if one.place.system == "trk"] == [
        ("trk", "people have worked on it since it was made")
    ]


def test_what_a_person_made_and_linked_in_its_place_is_not_what_was_made(tmp_path):
    hub = in_doubt(tmp_path, moment="before")
    theirs = hub.systems["trk"].create("record", {"title": "Своя", "status": "New"})
    hub.systems["trk"].clock.ahead(minutes=2)

    async def link(wired):
        await linking.link(Act(wired, hub.case().entity.id, "ann"), "trk", theirs)

    hub.wired(link)

    told = [line.event for line in all_lines(hub.installation.store, entity=hub.case().entity.id)]
    assert [one.cause for one in told if one.what == "linked"] == [f"#{theirs}"]
