"""The person at the client stands on the page of the case, in its JSON, and is found by name, phone and address."""

from flows.hub.access import Access
from flows.hub.browsing import SearchQuery, find, open_case
from tests.browsed_builders import NOW
from tests.flows.hub.test_contacts import ANNA, a_world
from tests.hub_builders import a_deal
from tests.web_builders import Browser, a_viewer
from web.api.case_shapes import CaseOf

MAY = {"comment": True, "edit": True, "settle": True}
SEES_ALL = Access(None, "")


def a_case_with_a_contact(folder):
    hub = a_world(folder)
    hub.systems["crm"].create("person", ANNA)
    hub.systems["crm"].create("person", {"name": "Анна", "family": "Ли", "firm": "Берёза", "phones": ["+7 812"]})
    hub.systems["crm"].create("record", {**a_deal(), "contact": "Анна Ли", "client": "ООО «Ромашка»"})
    hub.systems["crm"].create("record", a_deal("Без человека"))
    hub.sync()
    return hub


def test_the_contact_of_a_case_stands_on_its_page_and_in_its_json(tmp_path):
    hub = a_case_with_a_contact(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language="ru")

    page = browser.get("/cases/CASE-1").text

    assert [one for one in ('id="contact"', "Анна Ли", "+7 495", "anna@romashka.example") if one not in page] == []
    assert "+7 812" not in page  # a namesake elsewhere
    assert 'id="contact"' not in browser.get("/cases/CASE-2").text
    shape = CaseOf.of(open_case(hub.installation, SEES_ALL, "CASE-1", now=NOW), MAY).model_dump()["contact"]
    assert (shape["key"], shape["phones"], shape["emails"]) == ("CONTACT-1", ("+7 495",), ("anna@romashka.example",))


def test_what_a_system_says_of_a_contact_stays_text(tmp_path):
    hub = a_world(tmp_path)
    evil = '"><img src=x onerror=alert(1)>'
    said = {"name": evil, "family": evil, "firm": evil, "phones": [evil, "javascript:1"], "mails": [f"a@b.c?{evil}"]}
    hub.systems["crm"].create("person", said)
    hub.systems["crm"].create("record", {**a_deal(), "contact": f"{evil} {evil}", "client": evil})
    hub.sync()

    page = Browser(hub.installation, a_viewer()).get("/cases/CASE-1").text

    assert page.count("onerror") > 4
    assert "<img" not in page
    assert 'href="tel:' not in page
    assert "mailto:a%40b.c%3F%22%3E%3Cimg" in page


def test_a_contact_is_found_by_those_who_may_see_a_case_of_its_client(tmp_path):
    hub = a_case_with_a_contact(tmp_path)
    asked = [SearchQuery(text, "contact") for text in ("ли ромашка", "romashka", "495")]

    found = [[one.key for one in find(hub.installation, SEES_ALL, one).hits] for one in asked]
    nobody = [find(hub.installation, Access(frozenset({"vera@example.com"}), ""), one).hits for one in asked]

    assert found == [["CONTACT-1"]] * 3
    assert nobody == [()] * 3
    page = Browser(hub.installation, a_viewer()).get("/search?q=495").text
    assert "/cases?outcome=all&amp;q=%D0%90%D0%BD%D0%BD%D0%B0%20%D0%9B%D0%B8" in page
