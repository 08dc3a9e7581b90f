"""The board: cases by stage, moved with the same look before as everything else."""

import html
import re

import pytest

from flows.hub.access import Access
from tests.flows.hub.test_two_syncs import HUB as TWO
from tests.flows.hub.test_two_syncs import MAPPINGS, a_pass
from tests.hub_builders import PEOPLE, a_deal, a_hub, opened
from tests.web_builders import Browser, a_viewer

ANNA, BOB = (one.email for one in PEOPLE)
CARDS = re.compile(r'data-card="([^"]+)"(.*?)</article>', re.DOTALL)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_two_hundred_cards_lie_on_the_board_in_a_dozen_statements(tmp_path, language):
    hub = a_hub(tmp_path)
    for number in range(200):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}", stage="NEW"))
    hub.sync()
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.get("/board")
    before = hub.installation.store.statements

    page = browser.get("/board").text

    assert hub.installation.store.statements - before <= 12
    assert page.count("data-card=") == 200
    assert {"en": "since today", "ru": "с сегодняшнего дня"}[language] in page


def test_an_empty_board_says_so(tmp_path):
    browser = Browser(a_hub(tmp_path).installation, a_viewer(), language="ru")

    assert "Открытых кейсов нет" in browser.get("/board").text
    assert "Таких открытых кейсов нет" in browser.get("/board?show=mine").text


@pytest.mark.parametrize("asked", ["client=ООО «Лютик»", "person=nobody@example.org", "sync=other"])
def test_a_board_that_is_narrowed_to_nothing_says_so_and_leads_to_all(tmp_path, asked):
    hub, _ = opened(tmp_path)

    page = Browser(hub.installation, a_viewer()).get(f"/board?{asked}").text

    assert "No case is open" not in page
    assert '<a href="/board">Show all open cases</a>' in page


def test_a_card_is_offered_the_stages_of_its_own_sync(tmp_path):
    one, other = TWO.split("  support:")
    hub = a_hub(tmp_path, hub=one + "  support:" + other.replace("defence]", "defence, warranty]"), mappings=MAPPINGS)
    hub.systems["crm"].create("record", a_deal("Продажа", stage="NEW"))
    hub.systems["help"].create("record", {"title": "Поддержка", "client": "ООО", "status": "New"})
    for sync in ("presales", "support"):
        a_pass(hub, sync, approved=True)

    page = Browser(hub.installation, a_viewer()).get("/board").text

    menus = {card: re.findall(r'<option value="(\w+)"', rest) for card, rest in CARDS.findall(page)}
    assert sorted(len(menu) for menu in menus.values()) == [6, 7]
    assert [menu[-1] for _, menu in sorted(menus.items(), key=lambda one: len(one[1]))] == ["defence", "warranty"]


def test_a_card_is_moved_after_a_look_and_both_systems_follow(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/board")

    seen = browser.post("/cases/CASE-1/edit/stage", {"text": "in_work", "back": "/board?show=mine"})
    deed, mark = (re.findall(rf'name="{name}" value="([^"]*)"', seen.text) for name in ("deed", "mark"))
    done = browser.post("/acts", {"deed": html.unescape(deed[0]), "mark": mark[0], "back": "/board?show=mine"})
    hub.sync()

    assert "Пресейл в работе" in seen.text
    assert done.headers["location"] == "/board?show=mine"
    assert (hub.records("crm")["1"]["stage"], hub.records("trk")["1"]["status"]) == ("EXEC", "In Progress")


def test_htmx_gets_the_sheet_alone_and_is_led_on(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/board")
    laid = {"hx-request": "true"}

    seen = browser.post("/cases/CASE-1/edit/stage", {"text": "in_work", "back": "/board"}, headers=laid)
    wrong = browser.post("/cases/CASE-1/edit/amount", {"text": "много", "currency": "RUB"}, headers=laid)
    deed, mark = (re.findall(rf'name="{name}" value="([^"]*)"', seen.text) for name in ("deed", "mark"))
    done = browser.post("/acts", {"deed": html.unescape(deed[0]), "mark": mark[0], "back": "/board"}, headers=laid)

    assert "<html" not in seen.text
    assert (wrong.status_code, "That is no value of this kind" in wrong.text) == (200, True)
    assert (done.status_code, done.headers["hx-redirect"]) == (204, "/board")


def test_nobody_is_led_away_from_the_page(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/board")

    seen = browser.post("/cases/CASE-1/edit/stage", {"text": "in_work", "back": "https://evil.example/"})

    assert "evil.example" not in seen.text


def test_only_whose_case_it_is_may_draw_its_card(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal("Своя"))
    hub.systems["crm"].create("record", a_deal("Чужая", owner="8"))
    hub.sync()
    anna = a_viewer("manager", person=ANNA, access=Access(frozenset({ANNA, BOB}), ANNA))

    page = Browser(hub.installation, anna).get("/board").text

    assert page.count("data-card=") == 2
    assert page.count('draggable="true"') == 1
