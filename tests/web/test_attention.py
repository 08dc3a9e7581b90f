"""The attention list: what waits, by what to do, settled one by one or many at once."""

import html
import re
from dataclasses import replace

import pytest

from flows.hub.access import Access
from flows.hub.looking import view_case
from mappings.exchange import SystemPerson
from state import attention
from tests.hub_builders import HUB, PEOPLE, AHub, a_deal, a_hub
from tests.kinds_builders import FILES, KINDS, a_task, an_issue, kinds_of
from tests.web_builders import Browser, a_viewer

ANNA, BOB = (one.email for one in PEOPLE)


def waiting(tmp_path) -> AHub:
    """Three conflicts, a refused amount, somebody unknown, and a case of Bob's."""
    hub = a_hub(tmp_path)
    crm, trk = hub.systems["crm"], hub.systems["trk"]
    crm.people = trk.people = (*PEOPLE, SystemPerson("9", "Щукин Егор"))
    trk.people = PEOPLE
    for number in range(3):
        crm.create("record", a_deal(f"Сделка {number}", owner="8" if number == 2 else "7"))
    crm.create("record", a_deal("Портал", owner="9"))
    hub.sync()
    for number in ("1", "2", "3"):
        crm.edit("record", number, {"deadline": "2026-12-01"})
        trk.edit("record", number, {"deadline": "2026-12-05"})
    trk.kinds["record"] = replace(trk.traits("record"), refused=frozenset({"amount"}))
    crm.edit("record", "1", {"amount": "175000"})
    hub.sync()
    return hub


def shown_acts(page):
    return {
        "deed": [html.unescape(one) for one in re.findall(r'name="deed" value="([^"]*)"', page)],
        "mark": re.findall(r'name="mark" value="([^"]*)"', page),
    }


@pytest.mark.parametrize("language", ["en", "ru"])
def test_everything_that_waits_stands_there_by_what_to_do_in_a_dozen_statements(tmp_path, language):
    hub = waiting(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.get("/attention")
    before = hub.installation.store.statements

    page = browser.get("/attention").text

    assert hub.installation.store.statements - before <= 12
    assert page.count("data-entry ") == 5
    assert len(set(re.findall(r'<input id="(pick-[^"]*)" type="checkbox" hx-preserve', page))) == 4  # chosen stays so
    assert {"en": "Settle a conflict <b>3</b>", "ru": "Решить конфликт <b>3</b>"}[language] in page
    assert {"en": "Say who that is", "ru": "Сказать, кто это"}[language] in page
    assert "data-entry " in browser.get("/attention?do=settle&code=conflict").text


def test_where_nothing_waits_that_is_said(tmp_path):
    browser = Browser(a_hub(tmp_path).installation, a_viewer(), language="ru")

    assert "Ничто не ждёт решения" in browser.get("/attention").text
    assert browser.get("/attention?do=nothing&page=7").status_code == 200


def test_many_conflicts_are_settled_at_once_after_a_look(tmp_path):
    hub = waiting(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    picks = re.findall(r'name="pick" value="(conflict:[^"]*)"', browser.get("/attention?do=settle").text)

    seen = browser.post("/acts/look", {"pick": picks, "do": "take:trk", "back": "/attention"})
    done = browser.post("/acts", {**shown_acts(seen.text), "back": "/attention"})
    hub.sync()

    assert (len(picks), seen.text.count("card act")) == (3, 3)
    assert (done.status_code, done.headers["location"]) == (303, "/attention")
    assert {hub.records("crm")[number]["deadline"] for number in ("1", "2", "3")} == {"2026-12-05"}
    assert attention.conflicts(hub.installation.store) == ()


@pytest.mark.parametrize(("do", "cards"), [("take:trk", 3), ("leave", 1), ("again", 1)])
def test_of_everything_that_is_chosen_each_button_takes_what_it_is_for(tmp_path, do, cards):
    hub = waiting(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    picks = re.findall(r'name="pick" value="((?:conflict|entry):[^"]*)"', browser.get("/attention").text)

    seen = browser.post("/acts/look", {"pick": picks, "do": do, "back": "/attention"})

    assert (len(picks), seen.status_code, seen.text.count("card act")) == (4, 200, cards)


def test_an_entry_is_left_as_it_is(tmp_path):
    hub = waiting(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language="ru")
    [pick] = re.findall(r'name="pick" value="(entry:\d+)"', browser.get("/attention?code=rejected").text)

    seen = browser.post("/acts/look", {"pick": pick, "do": "leave"})
    browser.post("/acts", shown_acts(seen.text))

    assert "Оставить как есть" in seen.text
    assert "rejected" not in {one.code for one in attention.parked_fields(hub.installation.store)}


def test_of_two_who_act_on_an_entry_the_second_is_not_told_that_it_is_done(tmp_path):
    hub = waiting(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/attention")
    [entry] = [one.id for one in attention.parked_fields(hub.installation.store) if one.code == "rejected"]
    looked = [browser.post("/acts/look", {"pick": f"entry:{entry}", "do": do}).text for do in ("leave", "again")]

    told = []
    for page in looked:
        browser.post("/acts", {**shown_acts(page), "back": "/attention"})
        told += re.findall(r'<p class="said [^>]*>([^<]*)', browser.get("/attention").text)

    assert told == ["Done. The systems follow with the next pass.", "Nothing is left to do: somebody was faster."]


def test_somebody_is_named_for_all_cases_at_once(tmp_path):
    hub = waiting(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    asked = browser.get("/who?system=crm&id=9").text
    [pick] = re.findall(r'name="pick" value="([^"]*)"', asked)

    seen = browser.post("/acts/look", {"pick": html.unescape(pick), "person": BOB, "back": "/attention"})
    browser.post("/acts", shown_acts(seen.text))
    hub.sync()

    assert "Щукин Егор" in asked
    assert "Bob" in asked
    assert next(one for one in hub.records("trk").values() if one["title"] == "Портал")["owner"] == "8"
    assert browser.get("/who?system=crm&id=9").status_code == 404


def test_a_record_that_nobody_can_place_is_shown_and_given_to_a_case(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal(stage="NEW"))
    hub.systems["trk"].create("record", {"title": "CRM для Ромашки", "client": "Ромашка", "status": "New"})
    hub.sync()
    browser = Browser(hub.installation, a_viewer(), language="ru")
    asked = browser.get("/whose?system=trk&kind=record&record=1").text
    [pick] = re.findall(r'name="pick" value="([^"]*)"', asked)

    seen = browser.post("/acts/look", {"pick": html.unescape(pick), "case": "case-1"}).text

    assert "CRM для Ромашки" in asked
    assert 'value="CASE-1"' in asked
    assert "Системы разойдутся в полях" in seen
    assert browser.get("/whose?system=trk&kind=record&record=77").status_code == 404


def test_a_case_that_is_over_is_not_offered_as_an_open_one(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal(stage="WON"))
    hub.systems["trk"].create("record", {"title": "CRM для Ромашки", "client": "Ромашка", "status": "New"})
    hub.sync()

    page = Browser(hub.installation, a_viewer()).get("/whose?system=trk&kind=record&record=1").text

    assert 'value="CASE-1"' in page
    assert "Open cases" not in page
    assert '<span class="tag">Won</span>' in page


def test_buttons_stand_at_what_one_may_settle_whatever_its_number(tmp_path):
    hub = a_hub(tmp_path)
    crm, trk = hub.systems["crm"], hub.systems["trk"]
    for title, owner in (("Своя", "7"), ("Чужая", "8")):
        crm.create("record", a_deal(title, owner=owner))
    hub.sync()
    for system, day in ((crm, "2026-12-01"), (trk, "2026-12-05")):
        system.edit("record", "2", {"deadline": day})
    trk.kinds["record"] = replace(trk.traits("record"), refused=frozenset({"amount"}))
    crm.edit("record", "1", {"amount": "175000"})
    hub.sync()
    store = hub.installation.store
    anna = a_viewer("manager", person=ANNA, access=Access(frozenset({ANNA, BOB}), ANNA))

    page = Browser(hub.installation, anna).get("/attention").text

    assert [one.id for one in attention.conflicts(store)] == [one.id for one in attention.parked_fields(store)] == [1]
    assert page.count("data-entry ") == 2
    assert "Take this value" not in page
    assert "Leave as it is" in page


@pytest.mark.parametrize("role", ["participant", "manager", "viewer"])
def test_nobody_sees_or_settles_what_waits_at_cases_out_of_reach(tmp_path, role):
    hub = waiting(tmp_path)
    bob = a_viewer(role, person=BOB, access=Access(frozenset({BOB}), BOB))
    browser = Browser(hub.installation, bob)
    page = browser.get("/attention").text

    foreign = browser.post("/acts/look", {"pick": "conflict:CASE-1:deadline", "do": "take:trk"})
    [rejected] = [one.id for one in attention.parked_fields(hub.installation.store) if one.code == "rejected"]
    entry = browser.post("/acts/look", {"pick": f"entry:{rejected}", "do": "leave"})

    assert page.count("data-entry ") == 1
    assert "Сделка 0" not in page
    assert (foreign.status_code, entry.status_code) == (404, 404)
    assert browser.get("/who?system=crm&id=9").status_code in (403, 404)
    assert ("Take this value" in page) == (role != "viewer")


def differing(tmp_path) -> AHub:
    """A hub whose systems differ over the title of an item and the name of a client."""
    rules = "default: {home: crm}, item.title: park, client.name: park"
    hub = a_hub(
        tmp_path, hub=HUB.replace("default: {home: crm}", rules).rstrip() + KINDS, mappings=FILES, kinds=kinds_of()
    )
    crm, trk = hub.systems["crm"], hub.systems["trk"]
    crm.create("company", {"name": "ООО «Ромашка»"})
    crm.create("record", a_deal())
    hub.sync()
    issue = trk.create("record", a_task(an_issue(hub)))
    hub.sync()
    [task], [[company], [same]] = hub.records("crm", "task"), (hub.records(one, "company") for one in ("crm", "trk"))
    trk.edit("record", issue, {"title": "Требования"})
    crm.edit("task", task, {"title": "Сбор требований"})
    crm.edit("company", company, {"name": "Ромашка"})
    trk.edit("company", same, {"name": "Ромашка плюс"})
    hub.sync()
    return hub


@pytest.mark.parametrize(
    ("key", "fact", "form", "back"),
    [
        ("ITEM-1", "title", {"take": "trk"}, "/cases/CASE-1"),
        ("ITEM-1", "title", {"text": "Собрать всё"}, "/cases/CASE-1"),
        ("CLIENT-1", "name", {"take": "crm"}, "/attention"),
    ],
)
def test_what_systems_say_of_an_item_or_a_client_is_settled_as_of_a_case(tmp_path, key, fact, form, back):
    hub = differing(tmp_path)
    browser = Browser(hub.installation, a_viewer())

    asked = browser.get(f"/cases/{key}/edit/{fact}")
    seen = browser.post(f"/cases/{key}/edit/{fact}", form)
    done = browser.post("/acts", shown_acts(seen.text))
    elsewhere = browser.post(f"/cases/{key}/edit/case", {"text": "CASE-2"})

    assert f'href="{back}"' in asked.text
    assert done.status_code == 303
    assert key not in [one.key for one in attention.conflicts(hub.installation.store)]
    assert browser.get(f"/cases/{key}/edit/{fact}").status_code == elsewhere.status_code == 404


def test_what_waits_at_a_client_is_left_by_who_reads_everything(tmp_path):
    hub = differing(tmp_path)
    trk = hub.systems["trk"]
    trk.kinds["company"] = replace(trk.traits("company"), refused=frozenset({"name"}))
    anna = Access(frozenset({ANNA}), ANNA)
    taken = {"pick": "conflict:CLIENT-1:name", "do": "take:crm"}

    lookers = [a_viewer(), a_viewer("viewer"), a_viewer("manager", person=ANNA, access=anna)]
    told = [Browser(hub.installation, one) for one in lookers]
    for browser in told:
        browser.get("/me")
    looked = [browser.post("/acts/look", taken) for browser in told]
    told[0].post("/acts", shown_acts(looked[0].text))
    hub.sync()
    [entry] = [one.id for one in attention.parked_fields(hub.installation.store) if one.code == "rejected"]
    left = [browser.post("/acts/look", {"pick": f"entry:{entry}", "do": "leave"}) for browser in told]

    assert [one.status_code for one in looked] == [one.status_code for one in left] == [200, 404, 404]


def test_what_an_item_shows_is_told_in_the_words_of_its_system(tmp_path):
    hub = a_hub(tmp_path, hub=HUB.rstrip() + KINDS, mappings=FILES, kinds=kinds_of())
    hub.systems["trk"].people = (*PEOPLE, SystemPerson("9", "Щукин Егор"))
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    hub.systems["trk"].create("record", a_task(an_issue(hub), owner="9"))
    hub.sync()

    page = Browser(hub.installation, a_viewer()).get("/cases/CASE-1").text
    [standing] = view_case(hub.installation, "ITEM-1").standings["assignee"]

    assert re.findall(r"trk shows</dt><dd>([^<]*)", page) == ["Щукин Егор"]
    assert standing.label == "Щукин Егор"
