"""Companies beside the cases: a kind of their own, with a list of their own."""

import pytest

from state import cases
from tests.hub_builders import a_deal
from tests.kinds_builders import KINDS, a_case, a_family

ROMASHKA = {"name": "ООО «Ромашка»", "owner": "7"}


def the_client(hub, key="CLIENT-1"):
    return cases.case(hub.installation.store, key)


def names(hub, system):
    return sorted(views["name"] for views in hub.records(system, "company").values())


def test_a_company_of_the_crm_is_a_client_and_appears_in_the_tracker(tmp_path):
    hub = a_family(tmp_path)
    hub.systems["crm"].create("company", ROMASHKA)

    hub.sync()

    client = the_client(hub)
    assert (client.entity.kind, {name: said.value for name, said in client.entity.facts.items()}) == (
        "client",
        {"name": "ООО «Ромашка»", "owner": "ann@example.com"},
    )
    assert names(hub, "trk") == ["ООО «Ромашка»"]
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_renaming_a_company_renames_the_client_and_touches_no_deal(tmp_path):
    hub, *_ = a_case(tmp_path)
    company = hub.systems["crm"].create("company", ROMASHKA)
    hub.sync()
    before = [truth for name in ("crm", "trk") for truth in hub.systems[name].truth if truth.kind == "record"]

    hub.systems["crm"].edit("company", company, {"name": "ООО «Ромашка плюс»"})
    hub.sync()

    assert names(hub, "trk") == ["ООО «Ромашка плюс»"]
    after = [truth for name in ("crm", "trk") for truth in hub.systems[name].truth if truth.kind == "record"]
    assert after == before
    assert hub.facts()["client"] == "ООО «Ромашка»"


def test_a_client_is_found_by_its_name_at_the_first_meeting(tmp_path):
    hub = a_family(tmp_path)
    hub.systems["crm"].create("company", ROMASHKA)
    hub.systems["trk"].create("company", {"name": "ООО «Ромашка»"})
    hub.systems["trk"].create("company", {"name": "ЗАО «Другое»"})

    hub.sync()

    assert names(hub, "trk") == ["ЗАО «Другое»", "ООО «Ромашка»"]
    assert {link.system for link in the_client(hub).links} == {"crm", "trk"}
    assert the_client(hub, "CLIENT-2") is None


def test_where_clients_are_not_made_they_are_only_linked(tmp_path):
    hub = a_family(tmp_path, hub=KINDS.replace("clients: {trk: {}}", "clients: {}"))
    for name in ("ООО «Ромашка»", "ООО «Лютик»"):
        hub.systems["crm"].create("company", {"name": name})
    hub.systems["trk"].create("company", {"name": "ООО «Лютик»"})

    hub.sync()
    hub.systems["crm"].edit("company", "2", {"owner": "8"})
    hub.sync()

    assert list(hub.records("trk", "company").values()) == [{"name": "ООО «Лютик»", "owner": "8"}]


@pytest.mark.parametrize("later", ["new", "renamed"])
def test_a_company_that_was_only_there_is_linked_once_a_client_is_called_so(tmp_path, later):
    hub = a_family(tmp_path, hub=KINDS.replace("clients: {trk: {}}", "clients: {}"))
    hub.systems["trk"].create("company", {"name": "ООО «Лютик»"})
    other = hub.systems["crm"].create("company", ROMASHKA)
    hub.sync()
    if later == "new":
        hub.systems["crm"].create("company", {"name": "ООО «Лютик»", "owner": "8"})
    else:
        hub.systems["crm"].edit("company", other, {"name": "ООО «Лютик»", "owner": "8"})

    hub.sync()

    assert list(hub.records("trk", "company").values()) == [{"name": "ООО «Лютик»", "owner": "8"}]
    assert hub.sync().decided == 0


def test_two_companies_of_one_name_are_for_a_person_and_cases_go_on(tmp_path):
    hub = a_family(tmp_path)
    for _ in range(2):
        hub.systems["crm"].create("company", ROMASHKA)
    hub.systems["trk"].create("company", ROMASHKA)
    hub.systems["crm"].create("record", a_deal())

    hub.sync()

    assert names(hub, "trk") == ["ООО «Ромашка»"]
    assert [link.system for link in hub.case().links] == ["crm", "trk"]
