"""The list of cases: chosen, sorted, in pages, and nothing of what somebody may not see."""

import html
import re

import pytest

from flows.hub.access import Access
from state import runs
from tests.hub_builders import PEOPLE, a_deal, a_hub, opened
from tests.web.test_attention import waiting
from tests.web_builders import Browser, a_viewer

ANNA, BOB = (one.email for one in PEOPLE)


def many(tmp_path, number=60):
    hub = a_hub(tmp_path)
    for place in range(number):
        owner, stage = ("7", "PREP") if place % 2 else ("8", "NEW")
        hub.systems["crm"].create("record", a_deal(f"Склад {place}", owner=owner, stage=stage))
    hub.sync()
    return hub


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_list_shows_with_nothing_and_with_much_in_a_dozen_statements(tmp_path, language):
    hub = many(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.get("/cases")
    before = hub.installation.store.statements

    page = browser.get("/cases?sort=deadline&show=attention&q=склады")
    full = browser.get("/cases")

    assert hub.installation.store.statements - before <= 24
    assert (page.status_code, full.status_code) == (200, 200)
    assert full.text.count('class="title"') == 50
    assert {"en": "60 cases", "ru": "60 кейсов"}[language] in full.text


def test_an_empty_hub_says_where_cases_come_from(tmp_path):
    hub = a_hub(tmp_path)

    assert "Кейсов пока нет" in Browser(hub.installation, a_viewer(), language="ru").get("/cases").text


def test_what_is_asked_for_stands_in_the_address(tmp_path):
    browser = Browser(many(tmp_path).installation, a_viewer())

    second = browser.get("/cases?stage=lead&sort=title&page=2").text
    first = browser.get("/cases?stage=lead&sort=title").text

    assert "30 cases" in first
    assert 'href="/cases?stage=lead&amp;sort=title&amp;order=down"' in first
    assert "There are not so many pages" in second


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/cases", {"stage": "lead", "outcome": "all", "person": "bob@example.com", "sort": "title", "order": "down"}),
        ("/board", {"show": "attention", "sync": "presales", "client": "ООО «Ромашка»", "person": "bob@example.com"}),
    ],
)
def test_words_are_looked_for_in_what_is_asked_for(tmp_path, path, kept):
    page = Browser(a_hub(tmp_path).installation, a_viewer()).get(path, params=kept).text
    [form] = re.findall(rf'<form class="row" action="{path}".*?</form>', page, re.DOTALL)

    assert dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)) == kept


def test_a_form_of_words_finds_all_forms(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())

    assert "CASE-1" in browser.get("/cases?q=внедрения").text
    assert "No case is like that" in browser.get("/cases?q=портал").text


def test_a_case_out_of_reach_is_neither_listed_nor_counted(tmp_path):
    hub = many(tmp_path, 4)
    mine = a_viewer("participant", access=Access(frozenset({ANNA}), ANNA))

    page = Browser(hub.installation, mine).get("/cases").text

    assert "2 cases" in page
    assert "Склад 1" in page
    assert "Склад 2" not in page


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "sort=nothing", "stage=", "q=%00", "outcome='; DROP", "sort=stage&sync=no"]
)
def test_an_address_that_somebody_has_made_up_is_answered(tmp_path, query):
    hub, _ = opened(tmp_path)

    assert Browser(hub.installation, a_viewer()).get(f"/cases?{query}").status_code in (200, 422)


NINES = "9" * 30


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/runs/RUN?page=" + NINES, None, 422),
        ("/cases/CASE-1/feed?before=2026-11-21T00:00:00%2B00:00/" + NINES, None, 200),
        ("/cases/CASE-1/feed?before=0001-01-01T00:00:00%2B23:59/1", None, 200),
        ("/acts/look", {"pick": "entry:" + NINES, "do": "leave"}, 422),
        ("/acts/look", {"pick": f'{{"do":"leave","number":{NINES}}}'}, 422),
        ("/acts/look", {"pick": "entry:" + NINES * 200, "do": "leave"}, 422),
    ],
)
def test_a_number_that_no_database_holds_is_answered(tmp_path, path, form, status):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/me")
    [run] = runs.runs(hub.installation.store, name="presales", limit=1)

    answer = browser.post(path, form) if form else browser.get(path.replace("RUN", run.id))

    assert answer.status_code == status


def test_whoever_has_not_signed_in_is_sent_to_the_login(tmp_path):
    hub, _ = opened(tmp_path)

    assert Browser(hub.installation).get("/cases").status_code == 303


@pytest.mark.parametrize("first", ["/cases?", "/attention?code=rejected&", "/search?q=words&", "/runs?"])
def test_a_page_after_the_last_one_does_not_say_that_nothing_is_there(tmp_path, first):
    hub = waiting(tmp_path)
    hub.systems["crm"].create("record", a_deal("Words"))
    hub.sync()

    page = html.unescape(Browser(hub.installation, a_viewer()).get(f"{first}page=2").text)

    assert "There are not so many pages." in page
    assert f'<a href="{first[:-1]}">To the first page' in page
