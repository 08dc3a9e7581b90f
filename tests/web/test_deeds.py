"""The audit tells in words what people did, with which case, and what they were not let do."""

import re

import pytest
from fastapi.routing import APIRoute

from flows.hub.access import EVERYTHING
from flows.hub.acting import Match, Same
from state import audit
from state.audit import Audited
from tests.hub_builders import PEOPLE, a_deal, a_hub
from tests.web_builders import Browser, a_viewer
from web.api import ROUTERS as API
from web.deeds import called, told
from web.pages import ROUTERS


def acts(page):
    forms = {name: re.findall(rf'name="{name}" value="([^"]*)"', page) for name in ("deed", "mark")}
    return {name: [one.replace("&#34;", '"') for one in found] for name, found in forms.items()}


def lines(page):
    """The table as text: what was done, and about what."""
    cells = re.findall(r'<td data-label="[^"]*" class="any">(.*?)</td>', page, re.DOTALL)
    words = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", one)).strip() for one in cells]
    return list(zip(words[::2], words[1::2], strict=True))


def test_what_people_did_stands_there_in_words_with_its_case(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal("Портал"))
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"deadline": "2026-12-01"})
    hub.systems["trk"].edit("record", "1", {"deadline": "2026-12-05"})
    hub.sync()
    browser = Browser(hub.installation, a_viewer())
    looker = Browser(hub.installation, a_viewer("viewer", access=EVERYTHING))
    browser.get("/me")
    looker.get("/me")

    for path in ("/cases/CASE-1/edit/amount", "/cases/CASE-1/edit/deadline"):
        form = {"text": "7", "currency": "RUB"} if path.endswith("amount") else {"take": "trk"}
        assert browser.post("/acts", acts(browser.post(path, form).text)).status_code == 303
    browser.post("/cases/CASE-1/notes", {"text": "Звонили"})
    browser.post("/syncs/presales/pause", {"why": "ремонт"})
    looker.post("/cases/CASE-1/edit/amount", {"text": "8"})

    page = Browser(hub.installation, a_viewer(), language="ru").get("/accounts/audit").text
    assert lines(page) == [
        ("изменение данных нет прав", "CASE-1: Сумма"),
        ("пауза синхронизации", "presales"),
        ("новая заметка", "CASE-1"),
        ("решение конфликта", "CASE-1: Срок"),
        ("изменение данных", "CASE-1: Сумма"),
    ]
    assert page.count('href="/cases/CASE-1"') == 4


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}], ids=["page", "sheet"])
def test_an_act_that_was_not_made_because_its_case_moved_is_no_act_that_was(tmp_path, headers):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal("Портал"))
    hub.sync()
    browser = Browser(hub.installation, a_viewer())
    browser.get("/me")
    shown = [acts(browser.post("/cases/CASE-1/edit/amount", {"text": one, "currency": "RUB"}).text) for one in "78"]

    answers = [browser.post("/acts", one, headers=headers).status_code for one in shown]

    assert answers == ([204, 200] if headers else [303, 409])
    assert lines(browser.get("/accounts/audit").text) == [
        ("changed a fact it had moved meanwhile", "CASE-1: Amount"),
        ("changed a fact", "CASE-1: Amount"),
    ]


def test_names_that_would_break_a_path_come_back_as_they_were(tmp_path):
    who = Same("crm", "Отдел/2 100%", PEOPLE[0].email or "")
    names = told(Audited("anna", f"POST {called(who)}", "200"))
    record = told(Audited("anna", f"POST {called(Match('CASE-1', 'crm', 'a/b'))} by token отчёт", "403"))

    assert names is not None
    assert names.names == {"system": "crm", "who": "Отдел/2 100%", "person": PEOPLE[0].email}
    assert record is not None
    assert (record.names["record"], record.token, record.ended) == ("a/b", "отчёт", "not allowed")


def test_that_somebody_is_nobody_we_work_with_stands_there_in_words(tmp_path):
    hub = a_hub(tmp_path).installation
    audit.note(hub.store, Audited("anna", f"POST {called(Same('crm', '9'))}", "200"))

    page = Browser(hub, a_viewer()).get("/accounts/audit").text

    assert lines(page) == [("said who somebody is", "crm: 9 = nobody whom we work with")]


def test_a_request_that_nobody_knows_is_told_as_it_was(tmp_path):
    hub = a_hub(tmp_path).installation
    audit.note(hub.store, Audited("anna", "POST /elsewhere/<b>", "500", "10.0.0.7"))

    page = Browser(hub, a_viewer()).get("/accounts/audit").text

    assert lines(page) == [("POST /elsewhere/&lt;b&gt;", "500")]
    assert "10.0.0.7" in page


def test_every_request_that_changes_something_has_its_words():
    routes = [route for router in (*ROUTERS, *API) for route in router.routes if isinstance(route, APIRoute)]
    posted = {route.path for route in routes if "POST" in route.methods}

    assert len(posted) > 20
    for path in posted:
        asked = re.sub(r"{\w+}", "x", path)
        assert told(Audited("anna", f"POST {asked}", "303")) is not None, path
