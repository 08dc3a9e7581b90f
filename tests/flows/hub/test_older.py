"""A record that shows an older state than the hub has seen: its system was restored from a backup, or answers late."""

from datetime import timedelta

import pytest

from connectors.memory import KindTraits
from flows.hub.casework import set_value
from flows.hub.parking import Chosen, choose, drop, retry
from mappings.reconcile.model import Parked
from state import attention, rereading
from state.attention import Place
from tests.hub_builders import a_clock, a_deal, a_hub

OLDER = [("CASE-1", "trk", "", "older")]


class Restored:
    """A hub whose deal went through a change, and a tracker that forgets it as one does that is set back to a copy."""

    def __init__(self, folder, **settings):
        self.late, ticking = timedelta(0), a_clock()
        self.hub = a_hub(folder, clock=lambda: ticking() + self.late, **settings)
        self.crm, self.trk = self.hub.systems["crm"], self.hub.systems["trk"]
        self.deal = self.crm.create("record", a_deal("Внедрение"))
        self.hub.sync()
        self.late += timedelta(hours=1)
        self.copy = list(self.trk.rows["record"]["1"])
        self.crm.edit("record", self.deal, {"title": "Внедрение, этап 2"})
        self.hub.sync()
        self.known = self.trk.rows["record"]["1"]
        self.late += timedelta(hours=1)

    def back(self):
        """The tracker is set back to its copy."""
        self.trk.rows["record"]["1"] = list(self.copy)

    def listed(self):
        return [(one.key, one.system, one.field, one.code) for one in self.entries()]

    def entries(self):
        return attention.parked_fields(self.hub.installation.store)

    def conflicts(self):
        found = attention.conflicts(self.hub.installation.store)
        return {one.field: {party.system: party.value for party in one.conflict.parties} for one in found}

    def deed(self, what):
        [entry] = choose(Chosen(key="CASE-1"), self.entries())
        self.hub.wired(lambda wired: what(wired, entry, person="ann"))


@pytest.fixture
def world(tmp_path):
    return Restored(tmp_path)


def test_a_full_read_tells_what_went_back_and_changes_nothing(world):
    world.back()
    world.hub.sync()
    overlooked = world.listed()
    writes = world.hub.writes("trk"), world.hub.writes("crm")

    world.hub.sync(full=True)
    since = [one.since for one in world.entries()]
    world.late += timedelta(hours=1)
    world.hub.sync(full=True)

    assert overlooked == []
    assert world.listed() == OLDER
    assert [one.since for one in world.entries()] == since
    assert world.hub.facts()["title"] == "Внедрение, этап 2"
    assert (world.hub.writes("trk"), world.hub.writes("crm")) == writes


def test_the_entry_goes_away_once_the_system_shows_what_it_showed(world):
    world.back()
    world.hub.sync(full=True)

    world.trk.rows["record"]["1"] = world.known
    world.late += timedelta(hours=1)
    world.hub.sync(full=True)

    assert world.listed() == []


def test_what_goes_back_again_is_told_again(world):
    for _ in range(2):
        world.back()
        world.late += timedelta(hours=1)
        world.hub.sync(full=True)
        told = world.listed()
        world.trk.rows["record"]["1"] = world.known
        world.late += timedelta(hours=1)
        world.hub.sync(full=True)

        assert (told, world.listed()) == (OLDER, [])


def test_a_field_that_is_set_aside_keeps_nothing_from_being_told(tmp_path):
    world = Restored(tmp_path, traits={"trk": KindTraits(refused=frozenset({"next_step"}))})
    world.crm.edit("record", world.deal, {"next_step": "Смета"})
    world.hub.sync()
    world.late += timedelta(hours=1)
    world.back()

    world.hub.sync(full=True)

    assert world.listed() == [("CASE-1", "trk", "next_step", "rejected"), *OLDER]


def test_an_edit_there_takes_it_off_the_list_and_a_person_says_what_counts(world):
    world.back()
    world.hub.sync(full=True)

    for title in ("раз", "два", "три"):
        world.trk.edit("record", "1", {"title": title})
    world.hub.sync()

    assert world.listed() == []
    assert world.conflicts() == {"title": {"hub": "Внедрение, этап 2", "trk": "три"}}
    assert world.hub.records("crm")[world.deal]["title"] == "Внедрение, этап 2"


@pytest.mark.parametrize("edited", ["there", "elsewhere"])
@pytest.mark.parametrize("told", [True, False])
def test_nothing_old_gets_through_once_the_record_is_edited_or_written_to(world, edited, told):
    world.back()
    if told or edited == "there":
        world.hub.sync(full=True)

    for number in range(3):
        if edited == "there":
            world.trk.edit("record", "1", {"next_step": f"Смета {number}"})
        else:
            world.crm.edit("record", world.deal, {"next_step": f"Смета {number}"})
    world.hub.sync()
    world.hub.sync()

    world.hub.sync()

    assert world.listed() == []
    assert world.conflicts() == {"title": {"hub": "Внедрение, этап 2", "trk": "Внедрение"}}
    assert world.hub.facts()["title"] == world.hub.records("crm")[world.deal]["title"] == "Внедрение, этап 2"
    assert world.hub.records("trk")["1"]["next_step"] == "Смета 2"
    assert world.hub.records("crm")[world.deal]["next_step"] == "Смета 2"


def test_tried_again_the_case_meets_it_anew(world):
    """What is empty there is filled, what differs waits for a person, and nothing is written over."""
    world.trk.edit("record", "1", {"next_step": "Смета"})
    world.hub.sync()
    world.late += timedelta(hours=1)
    world.back()
    world.hub.sync(full=True)

    world.deed(retry)
    world.hub.sync()

    assert world.listed() == []
    assert [one.field for one in attention.conflicts(world.hub.installation.store)] == ["title"]
    assert world.hub.facts()["title"] == world.hub.records("crm")[world.deal]["title"] == "Внедрение, этап 2"
    assert world.hub.records("trk")["1"]["title"] == "Внедрение"
    assert world.hub.records("trk")["1"]["next_step"] == "Смета"


def test_tried_again_what_a_server_had_filled_in_by_itself_is_still_nobodys_word(tmp_path):
    world = Restored(tmp_path, traits={"trk": KindTraits(defaults={"next_step": "Обычный"})})
    world.back()
    world.hub.sync(full=True)

    world.deed(retry)
    world.hub.sync()

    assert world.listed() == []
    assert "next_step" not in world.hub.facts()
    assert "next_step" not in world.hub.records("crm")[world.deal]


def test_an_empty_field_is_filled_also_where_the_case_was_worked_on_before_the_record_was_read_again(world):
    world.back()
    world.hub.sync(full=True)
    world.deed(retry)
    world.hub.act("CASE-1", lambda act: set_value(act, "next_step", "Смета"))

    world.hub.sync()

    assert world.hub.records("trk")["1"]["next_step"] == "Смета"
    assert "next_step" not in [field for _, _, field, _ in world.listed()]


def test_a_write_on_its_way_keeps_what_it_was_planned_over(world):
    store, bases = world.hub.installation.store, []
    world.crm.edit("record", world.deal, {"title": "Внедрение, этап 3"})

    def meanwhile(request, moment):
        if (request.verb, moment) == ("update", "before"):
            rereading.meet_anew(store, Place("trk", "record", record="1"))
            bases.extend(one.bases["title"].view for one in world.hub.case().links if one.system == "trk")

    world.trk.hook = meanwhile
    world.hub.sync()

    assert bases == ["Внедрение, этап 2"]
    assert world.hub.records("trk")["1"]["title"] == "Внедрение, этап 3"


def test_dropped_it_is_off_the_list_and_nothing_is_written(world):
    world.back()
    world.hub.sync(full=True)
    writes = world.hub.writes("trk"), world.hub.writes("crm")

    world.deed(drop)
    world.hub.sync()

    assert world.listed() == []
    assert (world.hub.writes("trk"), world.hub.writes("crm")) == writes


def test_an_answer_of_a_copy_that_lags_some_seconds_is_nothing_to_tell(tmp_path):
    world = Restored(tmp_path)
    world.late -= timedelta(hours=1)
    world.back()

    world.hub.sync(full=True)

    assert world.listed() == []


def test_what_is_told_of_the_record_already_is_not_talked_over(world):
    store = world.hub.installation.store
    place = Place("trk", "record", entity=world.hub.case().entity.id, record="1")
    changes = attention.Changes()
    changes.park(place, field="", entry=Parked("not deleted", "people have worked on it"))
    with store.write() as conn:
        changes.write(store, conn)
    world.back()

    world.hub.sync(full=True)

    assert world.listed() == [("CASE-1", "trk", "", "not deleted")]


@pytest.mark.parametrize("lag", [0, 2])
def test_a_list_is_not_believed_before_the_record_itself_was_looked_at(tmp_path, lag):
    """One old page, from somewhere on the way, is nothing to tell."""
    world = Restored(tmp_path, traits={"trk": KindTraits(index_lag=lag)})

    def old_page(request, moment):
        if request.verb == "list" and moment == "before":
            world.back()
        if request.verb != "list":
            world.trk.rows["record"]["1"] = world.known

    world.back()
    world.trk.hook = old_page
    world.hub.sync(full=True)

    assert world.listed() == []
    assert world.hub.facts()["title"] == "Внедрение, этап 2"
