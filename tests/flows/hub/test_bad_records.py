"""Records, views and values that do not fit: told with the next step, tried again when the words are there."""

from dataclasses import replace

import pytest

from connectors.base import Connector
from connectors.memory import MemoryConnector
from flows.hub import parking
from flows.hub.wiring import install
from mappings.exchange import Choice, Fault, Page, SystemPerson
from state import history
from tests.fault_builders import (
    Clock,
    at_peace,
    opened,
    parked,
    titles,
)
from tests.hub_builders import PEOPLE, TRK, AHub, a_deal, a_hub


class OtherConnector(AHub):
    """A hub whose system NAME has the connector that the test gives."""

    given: dict[str, Connector]

    def make(self, installation, name):
        made = super().make(installation, name)
        return self.given[name](made) if name in self.given else made


def with_connectors(hub, **given):
    other = OtherConnector(hub.installation, hub.systems)
    other.given = given
    return other


# --- records ---------------------------------------------------------------------------------------------------------


class Faulty(MemoryConnector):
    """A system of which one record cannot be read."""

    async def pull(self, kind, cursor, *, full=False):
        page = await super().pull(kind, cursor, full=full)
        good = tuple(record for record in page.records if record.id != "1")
        faults = (Fault("1", "the record is not as trk shows records (KeyError)"),)
        return Page(page.system, page.kind, good, page.began, page.cursor, more=page.more, faults=faults)


def faulty(made):
    made.__class__ = Faulty
    return made


def test_a_record_that_cannot_be_read_is_listed_and_the_others_go_on(tmp_path):
    hub = opened(tmp_path, deals=2)
    for number in ("1", "2"):
        hub.systems["trk"].edit("record", number, {"amount": number})

    with_connectors(hub, trk=faulty).sync()
    [entry] = parked(hub)
    amounts = [hub.records("crm")[number]["amount"] for number in ("1", "2")]
    parking.retry(hub.wired(lambda wired: wired), entry, person="ann")
    hub.sync()

    assert (entry.key, entry.system, entry.record, entry.code) == ("CASE-1", "trk", "1", "fault")
    assert amounts == ["150000", "2"]
    assert hub.records("crm")["1"]["amount"] == "1"
    assert at_peace(hub)


UNFIT = {
    "an unmapped stage": ("trk", {"status": "Ждём клиента"}, "position", "values:"),
    "an unknown person": ("crm", {"owner": "99"}, "owner", "people:"),
    "an invalid date": ("crm", {"deadline": "32.13.2026"}, "deadline", "there"),
    "an amount that is none": ("crm", {"amount": "сто тысяч"}, "amount", "there"),
    "an amount in a wrong currency": ("trk", {"amount": "5", "currency": "руб."}, "amount", "there"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_cannot_be_read_waits_for_a_person_and_all_else_goes_on(tmp_path, what):
    system, views, field, advice = UNFIT[what]
    hub = opened(tmp_path, deals=2)
    hub.systems[system].edit("record", "1", {**views, "next_step": "позвонить"})
    hub.systems[system].edit("record", "2", {"next_step": "написать"})
    other = "trk" if system == "crm" else "crm"
    before = dict(hub.records(other)["1"])

    hub.sync()
    quiet = hub.sync()
    [entry] = parked(hub)

    code = "unknown person" if field == "owner" else "unreadable"
    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", system, field, code)
    assert advice in entry.text
    assert hub.records(other)["1"] == {**before, "next_step": "позвонить"}
    assert hub.records(other)["2"]["next_step"] == "написать"
    assert sum(quiet.writing.values()) == 0
    told = [line.event for line in history.history(hub.installation.store, entity=hub.case().entity.id)]
    assert [event.cause for event in told if event.field == field][-1:] == ["unreadable"] or "parked" in {
        event.what for event in told
    }


def test_what_a_person_mends_there_goes_on(tmp_path):
    hub = opened(tmp_path, deals=2)
    hub.systems["crm"].edit("record", "1", {"deadline": "32.13.2026"})
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"deadline": "2026-12-31"})

    hub.sync()

    assert hub.records("trk")["1"]["deadline"] == "2026-12-31"
    assert at_peace(hub)


def test_an_unknown_person_is_asked_about_once_and_goes_on_when_known(tmp_path):
    hub = opened(tmp_path, deals=2)
    hub.systems["crm"].edit("record", "1", {"owner": "99"})
    hub.sync()
    since = parked(hub)[0].since
    hub.systems["crm"].edit("record", "1", {"amount": "7"})
    hub.sync()
    [still] = parked(hub)
    newcomer = SystemPerson("99", "Новый", email="new@example.com")
    for name in ("crm", "trk"):
        hub.systems[name].people = (*PEOPLE, newcomer)
    hub.systems["crm"].clock.ahead(hours=2)  # people are asked for once an hour

    hub.sync()

    assert still.since == since
    assert hub.records("trk")["1"]["owner"] == "99"
    assert at_peace(hub)


def test_a_person_who_is_named_in_hub_yaml_is_known_at_once(tmp_path):
    hub = opened(tmp_path, deals=2)
    hub.systems["crm"].edit("record", "1", {"owner": "99"})
    hub.sync()
    people = 'people:\n  bob@example.com: {name: Bob, crm: "99"}\n'
    (tmp_path / "hub.yaml").write_text((tmp_path / "hub.yaml").read_text(encoding="utf-8") + people, encoding="utf-8")
    named = replace(hub, installation=install(tmp_path, {}, clock=hub.installation.store.clock))

    named.sync()

    assert hub.records("trk")["1"]["owner"] == "8"
    assert at_peace(named)


def test_a_person_whom_the_other_system_lacks_is_written_once_known_there(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    hub.systems["trk"].people = PEOPLE[:1]
    hub.systems["crm"].create("record", a_deal("Сделка", owner="8"))
    hub.sync()
    [entry] = parked(hub)
    hub.systems["trk"].people = PEOPLE
    hub.systems["crm"].clock.ahead(hours=2)

    hub.sync()

    assert (entry.system, entry.field, entry.code, "people:" in entry.text) == ("trk", "owner", "unknown person", True)
    assert hub.records("trk")["1"]["owner"] == "8"
    assert at_peace(hub)


def test_a_stage_goes_on_when_the_mapping_has_it(tmp_path):
    hub = opened(tmp_path, deals=2)
    hub.systems["trk"].edit("record", "1", {"status": "Ждём клиента"})
    hub.sync()
    new_choice(hub, "trk", "Ждём клиента")
    trk = TRK.replace("      Closed:", "      Ждём клиента: {stage: proposal, outcome: open}\n      Closed:")
    (tmp_path / "record.trk.yaml").write_text(trk, encoding="utf-8")
    mended = replace(hub, installation=install(tmp_path, {}, clock=hub.installation.store.clock))

    stopped = mended.sync()
    mended.sync(approved=True)

    assert [stop.guard for stop in stopped.stops] == ["mapping"]
    assert hub.facts()["stage"] == "proposal"
    assert [(one.system, one.code) for one in parked(mended)] == [("crm", "refused")]  # which has no view for it


def new_choice(hub, system, name):
    traits = hub.systems[system].kinds["record"]
    places = tuple(
        replace(place, choices=(*place.choices, Choice(name, name))) if place.choices else place
        for place in traits.places
    )
    hub.systems[system].kinds["record"] = replace(traits, places=places)


def place_limit(hub, system, name, most):
    traits = hub.systems[system].kinds["record"]
    places = tuple(replace(place, max_length=most) if place.name == name else place for place in traits.places)
    hub.systems[system].kinds["record"] = replace(traits, places=places)


def test_an_oversized_text_is_refused_with_both_numbers_and_the_rest_is_written(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    place_limit(hub, "trk", "next_step", 20)
    hub.systems["crm"].create("record", a_deal("Сделка", next_step="ж" * 300))

    hub.sync()
    quiet = hub.sync()
    [entry] = parked(hub)
    hub.systems["crm"].edit("record", "1", {"next_step": "короче"})
    hub.sync()

    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", "trk", "next_step", "refused")
    assert "300" in entry.text
    assert "20" in entry.text
    assert "max_length" in entry.text
    assert sum(quiet.writing.values()) == 0
    assert (titles(hub), hub.records("trk")["1"]["next_step"]) == (["Сделка"], "короче")
    assert at_peace(hub)
