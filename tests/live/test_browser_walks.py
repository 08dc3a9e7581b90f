"""Sales and pre-sales at work, each in their own system and on the page of the hub, in a real browser."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tools.screenshots.browser import NARROW, WIDE, looking
from tools.screenshots.world import ENGINEER, PASSWORD, SALES, World

ADMIN = "anna@example.com"
BOTH = pytest.mark.parametrize(("width", "language"), [(WIDE, "en"), (NARROW, "ru")])
DOES = ".act ~ p button"
"""What carries out what a sheet shows; it has the focus once the sheet stands."""
MOVED, TORN, EDITED = {WIDE: 24, NARROW: 27}, {WIDE: 18, NARROW: 20}, {WIDE: 30, NARROW: 33}
"""A deal for each walk and width, so that none meets the edits of another."""
DRAWN = 21


@contextmanager
def at_the_page(chrome: Browser, world: World, *, width: int, language: str, who: str = ADMIN) -> Iterator[Page]:
    """Be WHO at the page of the hub; whatever the browser had to say against a page is a failure."""
    with looking(chrome, width=width, language=language, cookies=world.cookies(who) if who else []) as context:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page
    assert said == []


def in_their_system(page: Page, address: str, *, person: str, **values: str) -> None:
    """Fill in the form of a record in its own system as somebody who works there, and save it."""
    page.goto(address)
    number = page.locator("select[name=as] option", has_text=person).first.get_attribute("value")
    page.goto(f"{address}?as={number}")
    chooser = page.locator("form[method=post] select[name=as]")
    if chooser.count():
        chooser.select_option(label=person)
    form = page.locator("form[method=post]").first
    for name, value in values.items():
        place = form.locator(f"[name={name}]").last
        if place.evaluate("one => one.tagName") == "SELECT":
            place.select_option(label=value)
        else:
            place.fill(value)
    with page.expect_navigation():
        form.locator("button").click()


def fact(page: Page, name: str) -> Locator:
    """Return where the case shows a fact."""
    return page.locator("dl.known dt", has_text=re.compile(f"^{name}$")).locator("+ dd .value")


def column_of(page: Page, key: str) -> Locator:
    """Return the column of the board in which the card of a case lies."""
    return page.locator("[data-stage]", has=page.locator(f"[data-card={key}]"))


def hears(page: Page) -> None:
    """Wait until the page hears what moves."""
    expect(page.locator("body[data-live]")).to_be_attached()


def tab_to(page: Page, wanted: Locator, *, most: int = 80) -> None:
    """Press Tab until the focus is where it is wanted; it must be seen there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate("one => one.matches(':focus-visible')")
            return
    raise AssertionError(f"{wanted} is not reached by the keyboard")


@BOTH
def test_what_people_change_in_their_systems_is_seen_on_open_pages(chrome, world, width, language):
    deal = MOVED[width]
    key = world.key_of(deal)
    with (
        at_the_page(chrome, world, width=width, language=language) as case,
        looking(chrome, width=WIDE, language="ru") as office,
    ):
        board = case.context.new_page()
        board.goto(f"{world.address}/board")
        hears(board)
        case.goto(f"{world.address}/cases/{key}")
        hears(case)
        case.evaluate("document.body.dataset.same = 'yes'")
        assert column_of(board, key).get_attribute("data-stage") == "lead"

        desk = office.new_page()
        in_their_system(desk, world.systems.deal_page(deal), person=SALES, opportunity="7654321")
        issue = world.systems.issue_page(world.issue_of(deal))
        in_their_system(desk, issue, person=ENGINEER, status_id="In Progress")
        world.sync()

        amount, stage = {"en": ("Amount", "Stage"), "ru": ("Сумма", "Этап")}[language]
        shown = {"en": "RUB 7,654,321", "ru": "7 654 321 ₽"}[language]
        expect(fact(case, amount)).to_have_text(shown)
        expect(fact(case, stage)).to_have_text({"en": "In work", "ru": "В работе"}[language])
        expect(column_of(board, key)).to_have_attribute("data-stage", "in_work")
        assert case.evaluate("document.body.dataset.same") == "yes"  # it was not loaded again


@BOTH
def test_a_conflict_is_settled_on_the_page_and_both_systems_show_it(chrome, world, width, language):
    deal = TORN[width]
    key, issue = world.key_of(deal), world.issue_of(deal)
    theirs, ours = f"Портал: {width} мест", f"Портал, второй этап ({width})"
    with at_the_page(chrome, world, width=width, language=language) as page:
        page.goto(f"{world.address}/cases/{key}")
        hears(page)
        world.rename(deal, crm=theirs, tracker=ours)
        world.sync()

        question = page.locator("#attention")
        expect(question).to_contain_text(ours)
        if width == WIDE:
            page.keyboard.press("j")
            page.keyboard.press("2")  # the value of the second system
        else:
            question.locator(".parties li", has_text=ours).get_by_role("button").tap()
        sheet = page.locator("#sheet")
        expect(sheet.locator(".writes")).to_contain_text(ours)
        expect(sheet.locator(DOES)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#attention")).to_have_count(0)
        world.sync()

        expect(page.locator("h1")).to_have_text(ours)
    assert (world.systems.deal(deal)["title"], world.systems.issue(issue)["subject"]) == (ours, ours)


@BOTH
def test_a_keyboard_is_enough_from_the_login_to_a_change(chrome, world, width, language):
    deal = EDITED[width]
    key = world.key_of(deal)
    with at_the_page(chrome, world, width=width, language=language, who="") as page:
        page.goto(f"{world.address}/cases?outcome=all&sort=key")
        tab_to(page, page.locator("input[name=login]"))
        page.keyboard.type(ADMIN)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#list")).to_be_visible()

        page.keyboard.press("/")
        page.keyboard.type(key)
        page.keyboard.press("Enter")
        found = page.locator(f"main a[href='/cases/{key}']").first
        expect(found).to_be_visible()
        tab_to(page, found)
        page.keyboard.press("Enter")
        pen = page.locator("a.edit[href$='/edit/amount']")
        expect(pen).to_be_visible()
        tab_to(page, pen)
        page.keyboard.press("Enter")

        expect(page.locator("#sheet #f-text")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("4 321 000,50")
        page.keyboard.press("Enter")
        expect(page.locator("#sheet").locator(DOES)).to_be_focused()
        expect(page.locator("#sheet .writes").first).to_contain_text(
            {"en": "4,321,000.50", "ru": "4 321 000,50"}[language]
        )
        page.keyboard.press("Enter")

        shown = {"en": "RUB 4,321,000.50", "ru": "4 321 000,50 ₽"}[language]
        expect(fact(page, {"en": "Amount", "ru": "Сумма"}[language])).to_have_text(shown)


def test_a_card_is_drawn_to_a_column_of_its_own_sync_and_seen_before_it_is_moved(chrome, world):
    key = world.key_of(DRAWN)
    with at_the_page(chrome, world, width=WIDE, language="en") as page:
        page.route("**/board", _without_the_menus_of("estimate"))
        page.goto(f"{world.address}/board")
        card, sheet = page.locator(f"[data-card={key}]"), page.locator("#sheet")
        with page.expect_event("console", lambda told: told.text == "put down"):
            page.evaluate("document.addEventListener('dragend', () => console.info('put down'), {once: true})")
            card.locator("h3").drag_to(page.locator("[data-stage=estimate] h2"))
        assert sheet.inner_text() == ""

        card.locator("h3").drag_to(page.locator("[data-stage=qualified] h2"))

        expect(sheet.locator(DOES)).to_be_focused()
        expect(sheet).to_contain_text("Stage: Lead → Qualified")
        assert column_of(page, key).get_attribute("data-stage") == "lead"


def _without_the_menus_of(stage: str) -> Callable[[Route], None]:
    """The board as it is where the cards are of a sync without *stage*, which another has."""

    def answer(route: Route) -> None:
        came = route.fetch()
        route.fulfill(response=came, body=re.sub(rf'<option value="{stage}".*?</option>', "", came.text()))

    return answer


def test_a_page_says_that_it_has_lost_the_hub_and_goes_on_when_it_is_back(chrome, world):
    with looking(chrome, width=NARROW, language="ru", cookies=world.cookies(ADMIN)) as context:
        page = context.new_page()
        page.goto(f"{world.address}/cases")
        hears(page)
        lost = page.locator("#lost")
        expect(lost).to_be_hidden()

        world.close()
        expect(lost).to_be_visible()
        expect(lost).to_contain_text("Связь потеряна")
        world.open()

        expect(lost).to_be_hidden()
