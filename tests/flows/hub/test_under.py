"""How a record says its case without hanging on it: by the case's key, or by the id of the case's record."""

from dataclasses import replace

import pytest

from flows.hub.casework import set_value
from mappings.exchange import Place
from mappings.language import Problems
from state import attention
from tests.hub_builders import HUB, a_deal, a_hub
from tests.kinds_builders import CASES_OF_TRK, CRM, ITEMS_OF_CRM, ITEMS_OF_TRK, a_task, an_issue, kinds_of, those

TASKS = """
system: crm
kind: task
entity: item
under: {{at: about, holds: {holds}}}
marker: marker
fields:
  title: {{at: title}}
"""
ASKS = """
system: crm
kind: task
entity: item
under: {query: {theme: channel}}
marker: marker
fields:
  title: {at: title}
"""
LEADS = "system: crm\nkind: company\nentity: case\nmarker: marker\nfields: {title: {at: name}}\n"
ITEMS = "\n    items: {trk: {with: {tracker: Task}}, crm: {}}\n"


def a_world(folder, holds, type_="text", also=None):
    kinds = kinds_of()
    task = kinds["crm"]["task"]
    kinds["crm"]["task"] = replace(task, hangs_on="", places=(*task.places, Place("about", "About", type_)))
    files = {
        "record.crm.yaml": CRM,
        "record.trk.yaml": CASES_OF_TRK,
        "record.trk.item.yaml": ITEMS_OF_TRK,
        "task.crm.yaml": TASKS.format(holds=holds),
        **(also or {}),
    }
    hub = a_hub(folder, hub=HUB.rstrip("\n") + ITEMS, mappings=files, kinds=kinds)
    for title in ("Внедрение CRM", "Второе дело"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.sync()
    return hub


def test_an_id_that_may_be_of_several_kinds_of_record_is_refused(tmp_path):
    with pytest.raises(
        Problems, match="about names a case's record, and in crm these are of several kinds: company, r"
    ):
        a_world(tmp_path, "record", also={"company.crm.yaml": LEADS})


@pytest.mark.parametrize(("holds", "first", "second"), [("key", "CASE-1", "CASE-2"), ("record", "1", "2")])
def test_a_task_that_names_its_case_is_an_item_of_it_both_ways(tmp_path, holds, first, second):
    hub = a_world(tmp_path, holds)
    hub.systems["crm"].create("task", {"title": "Смета", "about": first})
    hub.systems["trk"].create("record", a_task(an_issue(hub), "Созвон"))
    hub.sync()

    about = {views["title"]: views["about"] for views in hub.records("crm", "task").values()}
    issue = next(name for name, views in hub.records("trk").items() if views["title"] == "Смета")
    assert about == {"Смета": first, "Созвон": first}
    assert hub.records("trk")[issue]["parent"] == an_issue(hub)

    hub.systems["trk"].edit("record", issue, {"parent": an_issue(hub, 1)})
    hub.sync()

    moved = {views["title"]: views["about"] for views in hub.records("crm", "task").values()}
    assert moved == {"Смета": second, "Созвон": first}
    assert [item.entity.key for item in those(hub, "item", "CASE-2")] == ["ITEM-1"]
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_a_key_that_is_no_cases_is_told_and_the_item_stays(tmp_path):
    hub = a_world(tmp_path, "key")
    task = hub.systems["crm"].create("task", {"title": "Смета", "about": "CASE-1"})
    hub.systems["crm"].create("task", {"title": "Ничья", "about": "CASE-99"})
    hub.sync()

    hub.systems["crm"].edit("task", task, {"about": "CASE-98"})
    hub.sync()

    assert [item.entity.key for item in those(hub, "item", "CASE-1")] == ["ITEM-1"]
    [told] = attention.parked_fields(hub.installation.store)
    assert (told.key, told.field) == ("ITEM-1", "case")
    assert "it hangs on CASE-98, which is no case's" in told.text


def test_a_task_that_named_its_case_too_early_is_an_item_of_it_once_it_is_there(tmp_path):
    hub = a_world(tmp_path, "key")
    hub.systems["crm"].create("task", {"title": "Смета", "about": "CASE-3"})
    hub.sync()
    hub.systems["crm"].create("record", a_deal("Третье дело"))
    hub.sync()

    assert [item.facts["title"].value for item in (one.entity for one in those(hub, "item", "CASE-3"))] == ["Смета"]
    assert hub.sync().decided == 0


def test_among_several_labels_the_one_that_is_a_key_counts(tmp_path):
    hub = a_world(tmp_path, "key", "set")
    task = hub.systems["crm"].create("task", {"title": "Смета", "about": ["CASE-2", "срочно"]})
    hub.systems["trk"].create("record", a_task(an_issue(hub), "Созвон"))
    hub.sync()
    here = those(hub, "item", "CASE-2")

    hub.systems["trk"].edit("record", hub.case("ITEM-1").links[-1].external_id, {"parent": an_issue(hub)})
    hub.sync()

    about = {views["title"]: views["about"] for views in hub.records("crm", "task").values()}
    assert [item.entity.key for item in here] == ["ITEM-1"]
    assert about == {"Смета": ["CASE-2", "срочно"], "Созвон": ["CASE-1"]}  # nothing of what people wrote is lost
    assert [(one.record, one.code) for one in attention.parked_fields(hub.installation.store)] == [(task, "in")]


def a_world_of_queries(folder):
    kinds = kinds_of()
    task = kinds["crm"]["task"]
    kinds["crm"]["task"] = replace(task, hangs_on="", places=(*task.places, Place("theme", "Theme", "set")))
    files = {
        "record.crm.yaml": CRM,
        "record.trk.yaml": CASES_OF_TRK,
        "record.trk.item.yaml": ITEMS_OF_TRK,
        "task.crm.yaml": ASKS,
    }
    return a_hub(folder, hub=HUB.rstrip("\n") + ITEMS, mappings=files, kinds=kinds)


def themes(hub):
    return {views["title"]: views.get("theme") for views in hub.records("crm", "task").values()}


def test_tasks_that_are_nobodys_are_looked_through_only_for_what_their_query_asks(tmp_path):
    hub = a_world_of_queries(tmp_path)
    deal = hub.systems["crm"].create("record", a_deal(channel="Выставка"))
    hub.systems["crm"].create("task", {"title": "Ничья", "theme": ["Форум"]})
    hub.sync()

    found = []
    for edit in ({"amount": "5"}, {"channel": "Ярмарка"}):
        hub.systems["crm"].edit("record", deal, edit)
        with hub.installation.store.recorded() as texts:
            hub.sync()
        found.append(any("inbox.aside IN" in text for text in texts))

    assert found == [False, True]


def test_a_query_tells_the_case_also_of_a_task_that_was_there_before_it(tmp_path):
    hub = a_world_of_queries(tmp_path)
    hub.systems["crm"].create("task", {"title": "Смета", "theme": ["Выставка", "срочно"]})
    hub.systems["crm"].create("task", {"title": "Ничья", "theme": ["Иное"]})
    hub.sync()
    hub.systems["crm"].create("record", {**a_deal(), "channel": "Выставка"})
    hub.sync()
    hub.sync()

    hub.systems["trk"].create("record", a_task(an_issue(hub), "Созвон"))
    hub.sync()

    assert themes(hub) == {"Смета": ["Выставка", "срочно"], "Ничья": ["Иное"], "Созвон": ["Выставка"]}
    issues = {views["title"]: views.get("parent") for views in hub.records("trk").values()}
    assert issues == {"Внедрение CRM": None, "Смета": an_issue(hub), "Созвон": an_issue(hub)}
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_where_two_open_cases_fit_nobody_guesses_and_an_item_stays_with_its_own(tmp_path):
    hub = a_world_of_queries(tmp_path)
    hub.systems["crm"].create("record", {**a_deal(), "channel": "Выставка"})
    task = hub.systems["crm"].create("task", {"title": "Смета", "theme": ["Выставка"]})
    hub.sync()
    hub.systems["crm"].create("record", {**a_deal("Второе дело"), "channel": "Выставка"})
    hub.sync()

    hub.systems["crm"].create("task", {"title": "Чья?", "theme": ["Выставка"]})
    hub.systems["crm"].edit("task", task, {"title": "Смета 2"})
    hub.sync()

    assert [item.entity.facts["title"].value for item in those(hub, "item")] == ["Смета 2"]
    assert those(hub, "item", "CASE-2") == []
    [told] = attention.parked_fields(hub.installation.store)
    assert "several open cases" in told.text

    second = hub.case("CASE-2").links[0].external_id
    hub.systems["crm"].edit("record", second, {"channel": "Звонок"})
    hub.sync()

    assert [item.entity.facts["title"].value for item in those(hub, "item")] == ["Смета 2", "Чья?"]
    assert attention.parked_fields(hub.installation.store) == ()


def test_an_item_stays_with_its_own_case_among_many_that_say_the_same_also_when_that_is_closed(tmp_path):
    hub = a_world_of_queries(tmp_path)
    for title, channel in (("Первое", "Звонок"), ("Второе", "Звонок"), ("Внедрение CRM", "Выставка")):
        hub.systems["crm"].create("record", {**a_deal(title), "channel": channel})
    task = hub.systems["crm"].create("task", {"title": "Смета", "theme": ["Выставка"]})
    hub.sync()
    for key in ("CASE-1", "CASE-2"):
        hub.systems["crm"].edit("record", hub.case(key).links[0].external_id, {"channel": "Выставка"})
    hub.systems["crm"].edit("record", hub.case("CASE-3").links[0].external_id, {"stage": "LOSE"})
    hub.sync()

    hub.systems["crm"].edit("task", task, {"title": "Смета 2"})
    hub.sync()

    assert hub.case("CASE-3").entity.facts["outcome"].value == "lost"
    assert [item.entity.facts["title"].value for item in those(hub, "item", "CASE-3")] == ["Смета 2"]
    assert attention.parked_fields(hub.installation.store) == ()


def test_a_word_that_a_case_is_given_at_the_hub_tells_whose_a_task_is(tmp_path):
    hub = a_world_of_queries(tmp_path)
    for title in ("Первое", "Второе"):
        hub.systems["crm"].create("record", {**a_deal(title), "channel": "Выставка"})
    hub.systems["crm"].create("task", {"title": "Чья?", "theme": ["Выставка"]})
    hub.sync()
    torn = [one.code for one in attention.parked_fields(hub.installation.store)]

    hub.act("CASE-2", lambda act: set_value(act, "channel", "Ярмарка"))
    hub.sync()

    assert torn == ["unlinked"]
    assert [item.entity.facts["title"].value for item in those(hub, "item")] == ["Чья?"]
    assert attention.parked_fields(hub.installation.store) == ()


TIED = ITEMS_OF_TRK.replace("under: parent", "under: {at: relates, holds: record}")
MANY = Place("relates", "Related to", "set")


def a_world_of_ties(folder):
    kinds = kinds_of()
    kinds["trk"]["record"] = replace(kinds["trk"]["record"], places=(*kinds["trk"]["record"].places, MANY))
    files = {
        "record.crm.yaml": CRM,
        "record.trk.yaml": CASES_OF_TRK,
        "record.trk.item.yaml": TIED,
        "task.crm.yaml": ITEMS_OF_CRM,
    }
    hub = a_hub(folder, hub=HUB.rstrip("\n") + ITEMS, mappings=files, kinds=kinds)
    for title in ("Внедрение CRM", "Второе дело"):
        hub.systems["crm"].create("record", a_deal(title))
    return hub


def a_tied(title, *records):
    return {"title": title, "tracker": "Task", "status": "New", "relates": list(records)}


def test_of_several_ties_the_one_to_a_cases_record_tells_the_case_both_ways(tmp_path):
    hub = a_world_of_ties(tmp_path)
    hub.systems["trk"].create("record", a_tied("Ничья", "404"))
    hub.systems["trk"].create("record", a_tied("Ждёт", "404", "3"))  # a case's issue that is yet to be made
    hub.sync()
    deals = {views["title"]: name for name, views in hub.records("crm").items()}
    second = an_issue(hub, 1)
    one, two = (deals[hub.records("trk")[issue]["title"]] for issue in ("3", second))
    hub.systems["crm"].create("task", {"title": "Созвон", "done": "no", "parent": two})
    hub.sync()
    hub.sync()

    ties = {views["title"]: views.get("relates") for views in hub.records("trk").values()}
    tasks = {views["title"]: views["parent"] for views in hub.records("crm", "task").values()}
    assert ties["Созвон"] == [second]
    assert tasks == {"Ждёт": one, "Созвон": two}
    assert attention.parked_fields(hub.installation.store) == ()
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_a_tie_to_several_cases_is_told_an_item_stays_with_its_own_and_moves_with_its_only_tie(tmp_path):
    hub = a_world_of_ties(tmp_path)
    hub.sync()
    first, second = an_issue(hub), an_issue(hub, 1)
    item = hub.systems["trk"].create("record", a_tied("Смета", first))
    hub.sync()
    torn = hub.systems["trk"].create("record", a_tied("Чья?", first, second))
    hub.systems["trk"].edit("record", item, {"relates": [second, first]})
    hub.sync()

    assert [one.entity.key for one in those(hub, "item", "CASE-1")] == ["ITEM-1"]
    [told] = attention.parked_fields(hub.installation.store)
    assert (told.record, "the records of several cases" in told.text) == (torn, True)

    hub.systems["trk"].edit("record", item, {"relates": [second]})
    hub.systems["trk"].edit("record", torn, {"relates": ["404", first]})
    hub.sync()

    titles = [[one.entity.facts["title"].value for one in those(hub, "item", key)] for key in ("CASE-1", "CASE-2")]
    assert titles == [["Чья?"], ["Смета"]]
    assert attention.parked_fields(hub.installation.store) == ()
    hub.sync()
    assert hub.sync().writing == {"crm": 0, "trk": 0}
