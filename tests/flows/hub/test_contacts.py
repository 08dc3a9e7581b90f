"""People at clients: records of their own, beside the clients and the cases."""

import asyncio
import json
from dataclasses import replace

import httpx

from connectors.sandbox.bitrix24 import Bitrix24Sandbox
from connectors.sandbox.bitrix24.fields import CONTACT as PERSON
from connectors.sandbox.redmine import RedmineSandbox
from connectors.sandbox.wire import Request
from flows.hub.casework import Act, set_value
from flows.hub.items import around
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wiring import install, make_connector, open_sync
from mappings.exchange import Place
from state import cases
from tests.bench.sandboxes import hub_folder
from tests.hub_builders import HUB, a_deal, a_hub
from tests.kinds_builders import CASES_OF_TRK, CRM, kinds_of

CONTACT = """
system: {system}
kind: person
entity: contact
marker: marker
match: [{{same: emails}}]
fields:
  name: {{at: name}}
  last_name: {{at: family}}
  client: {{at: firm, as: text}}
  emails: {{at: mails}}
  phones: {{at: phones}}
"""
ANNA = {
    "name": "Анна",
    "family": "Ли",
    "firm": "ООО «Ромашка»",
    "mails": ["anna@romashka.example"],
    "phones": ["+7 495"],
}


def a_world(folder):
    kinds = kinds_of()
    for system in ("crm", "trk"):
        company = kinds[system]["company"]
        words = [Place(name, name, "text") for name in ("family", "firm")]
        sets = [Place(name, name, "set") for name in ("mails", "phones")]
        kinds[system]["person"] = replace(company, places=(*company.places, *words, *sets))
    files = {
        "record.crm.yaml": CRM,
        "record.trk.yaml": CASES_OF_TRK,
        **{f"person.{name}.yaml": CONTACT.format(system=name) for name in ("crm", "trk")},
    }
    return a_hub(folder, hub=HUB.rstrip("\n") + "\n    contacts: {trk: {}}\n", mappings=files, kinds=kinds)


def test_a_contact_is_kept_in_step_and_shown_at_its_case(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["crm"].create("person", ANNA)
    hub.systems["crm"].create("record", {**a_deal(), "contact": "Анна Ли"})
    hub.sync()
    [(made, shown)] = hub.records("trk", "person").items()

    hub.systems["trk"].edit("person", made, {"phones": ["+7 495", "+7 916"]})
    hub.sync()

    assert {name: shown[name] for name in ANNA} == ANNA
    assert next(iter(hub.records("crm", "person").values()))["phones"] == ["+7 495", "+7 916"]
    found = around(hub.installation.store, hub.case("CASE-1")).form()["contact"]
    assert (found["key"], found["facts"]["emails"]) == ("CONTACT-1", {"set": ["anna@romashka.example"]})
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_an_address_is_the_same_in_any_letters_and_stays_as_it_is_written(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["crm"].create("person", {**ANNA, "mails": ["Anna@romashka.example"]})
    hub.systems["trk"].create("person", ANNA)

    hub.sync()

    shown = {system: [one["mails"] for one in hub.records(system, "person").values()] for system in ("crm", "trk")}
    assert shown == {"crm": [["Anna@romashka.example"]], "trk": [["anna@romashka.example"]]}


class APortalAndATracker:
    """A hub between a portal with one deal and a tracker: sandboxes, spoken to over HTTP without a network."""

    def __init__(self, folder):
        self.boxes = {"crm": Bitrix24Sandbox(), "tracker": RedmineSandbox()}
        self.portal, office = self.boxes["crm"].portal, self.boxes["tracker"].office
        self.boxes["crm"].seed(1)
        hook = self.portal.hooks["hub"]
        self.env = {
            "BENCH_CRM_WEBHOOK": f"https://portal.test/rest/{hook.user.id}/{hook.secret}/",
            "BENCH_TRACKER_URL": "http://tracker.test",
            "BENCH_TRACKER_KEY": office.users[office.roles_of_people["hub"]].key,
        }
        self.folder = hub_folder(folder)
        mapping = "system: crm\nkind: contact\nentity: contact\nextends: bitrix24/contact\n"
        (folder / "contact.crm.yaml").write_text(mapping, encoding="utf-8")

    def sync(self, deed=None):
        """Do *deed* at the hub, then run a pass."""

        def make(installation, name):
            return make_connector(installation, name, httpx.ASGITransport(self.boxes[name]))

        async def run():
            installation = install(self.folder, self.env)
            try:
                async with open_sync(installation, None, make) as wired:
                    if deed:
                        deed(wired)
                    return await run_recorded(wired, PassOptions(), How())
            finally:
                installation.store.close()

        return asyncio.run(run())

    def contact(self):
        """The contact of the case: as people see it there, its id, and its record in the portal."""
        installation = install(self.folder, self.env)
        try:
            shown = around(installation.store, cases.case(installation.store, "CASE-1")).form()["contact"]
            whole = cases.case(installation.store, shown["key"])
        finally:
            installation.store.close()
        return shown["facts"], whole.entity.id, self.portal.items[PERSON].rows[int(whole.links[0].external_id)]

    def edit(self, number, **fields):
        """A manager changes the contact."""
        hook = self.portal.hooks["manager"]
        body = json.dumps({"entityTypeId": PERSON, "id": number, "fields": fields}).encode()
        path = f"/rest/{hook.user.id}/{hook.secret}/crm.item.update.json"
        answer = self.boxes["crm"].answer(
            Request("POST", path, headers={"content-type": "application/json"}, body=body)
        )
        assert answer.status == 200


def of_type(row, name):
    return [one["value"] for one in row["fm"] if one["typeId"] == name]


def test_a_contact_of_bitrix24_is_shown_at_its_case_and_kept_on_both_sides(tmp_path):
    hub = APortalAndATracker(tmp_path)
    hub.sync()
    first, contact, row = hub.contact()
    hub.edit(row["id"], lastName="Непохожая")
    hub.sync(lambda wired: set_value(Act(wired, contact, "ann"), "phones", frozenset({"+7 495 1"})))
    facts, _, row = hub.contact()

    assert first["emails"]["set"] == of_type(row, "EMAIL")
    assert facts["last_name"] == "Непохожая"
    assert of_type(row, "PHONE") == ["+7 495 1"]
    assert hub.sync().writing == {"crm": 0, "tracker": 0}
