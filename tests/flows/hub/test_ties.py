"""Items that have to be done before others: the same in every system, told by the records there."""

from dataclasses import replace

import pytest

from flows.hub.items import around
from mappings.exchange import Place
from tests.hub_builders import HUB, a_deal, a_hub
from tests.kinds_builders import CASES_OF_TRK, CRM, ITEMS_OF_CRM, ITEMS_OF_TRK, a_task, an_issue, kinds_of, those

ITEMS = "\n    items: {trk: {with: {tracker: Task}}, crm: {}}\n"


@pytest.fixture
def hub(tmp_path):
    kinds = kinds_of()
    for system, kind in (("crm", "task"), ("trk", "record")):
        one = kinds[system][kind]
        kinds[system][kind] = replace(one, places=(*one.places, Place("after", "After", "set")))
    files = {
        "record.crm.yaml": CRM,
        "record.trk.yaml": CASES_OF_TRK,
        "record.trk.item.yaml": f"{ITEMS_OF_TRK}  blocked_by: {{at: after}}\n",
        "task.crm.yaml": f"{ITEMS_OF_CRM}  blocked_by: {{at: after}}\n",
    }
    made = a_hub(tmp_path, hub=HUB.rstrip("\n") + ITEMS, mappings=files, kinds=kinds)
    made.systems["crm"].create("record", a_deal())
    made.sync()
    return made


def after(hub, system, kind):
    """Title -> the titles of what has to be done before it, as the system shows it."""
    rows = hub.records(system, kind)
    named = {name: views["title"] for name, views in rows.items()}
    return {views["title"]: sorted(named[one] for one in views.get("after") or []) for views in rows.values()}


def test_what_is_tied_in_one_system_is_tied_in_the_other_also_where_both_are_new(hub):
    first = hub.systems["trk"].create("record", a_task(an_issue(hub), "Согласовать"))
    hub.systems["trk"].create("record", a_task(an_issue(hub), "Смета", after=[first, "404"]))
    hub.sync()
    hub.sync()

    assert after(hub, "crm", "task") == {"Согласовать": [], "Смета": ["Согласовать"]}
    assert hub.case("ITEM-2").entity.facts["blocked_by"].value == frozenset({"ITEM-1"})
    assert [one["blocks"] for one in around(hub.installation.store, hub.case("CASE-1")).form()["items"]] == [
        ["ITEM-2"],
        [],
    ]
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_a_case_whose_records_are_of_the_items_kind_keeps_its_own_mapping(hub):
    hub.systems["trk"].edit("record", an_issue(hub), {"status": "In Progress"})
    hub.sync()

    assert hub.case("CASE-1").entity.facts["stage"].value == "in_work"


def test_what_is_tied_later_and_set_free_again_follows_and_strangers_stay(hub):
    parent = an_issue(hub)
    first, second = (hub.systems["trk"].create("record", a_task(parent, title)) for title in ("Договор", "Смета"))
    hub.systems["trk"].edit("record", second, {"after": ["404"]})
    hub.sync()
    tasks = {views["title"]: name for name, views in hub.records("crm", "task").items()}

    hub.systems["crm"].edit("task", tasks["Смета"], {"after": [tasks["Договор"]]})
    hub.sync()
    tied = hub.records("trk")[second]["after"]
    hub.systems["trk"].edit("record", second, {"after": ["404"]})
    hub.sync()

    assert tied == ["404", first]
    assert after(hub, "crm", "task") == {"Договор": [], "Смета": []}
    assert [item.entity.conflicts for item in those(hub, "item")] == [{}, {}]
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_a_record_that_is_gone_takes_the_tie_from_nobody_else(hub):
    parent = an_issue(hub)
    first = hub.systems["trk"].create("record", a_task(parent, "Договор"))
    second = hub.systems["trk"].create("record", a_task(parent, "Смета", after=[first]))
    hub.sync()
    hub.sync()

    hub.systems["trk"].delete("record", first)
    hub.sync(full=True)
    hub.systems["trk"].edit("record", second, {"after": []})
    hub.sync()

    assert after(hub, "crm", "task") == {"Договор": [], "Смета": ["Договор"]}
    assert hub.sync().writing == {"crm": 0, "trk": 0}
