"""People at clients: records of their own, beside the clients and the cases."""

from dataclasses import replace

from flows.hub.items import around
from mappings.exchange import Place
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
