"""Every page in a real browser: nothing that keeps somebody out, nothing beside the screen, no foreign words."""

from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.live import browser_checks as checks
from tools.screenshots.browser import NARROW, WIDE, looking
from tools.screenshots.shots import BROKEN, Shot, shots
from tools.screenshots.world import World

SEEN_ELSEWHERE = frozenset({"cases-all", "case"})
"""Pages of which another shot shows all of the same, and more."""
ENGLISH = {"api": "main :is([lang=en], code)", "case-sides": "details [lang=en]"}
"""
Page -> what is English there in every language. What the API says of itself is written for programs and for those who
write them, and is the same text as the OpenAPI document; the page says so in the reader's language. The hub's own words
stand behind a fold of that name, which the pictures open.
"""


def opened(chrome: Browser, world: World, *, width: int, language: str) -> Iterator[tuple[Shot, Page]]:
    """Yield every page as whoever may see it has it before them."""
    listed = [shot for shot in shots(world) if shot.path != BROKEN and shot.name not in SEEN_ELSEWHERE]
    for who in sorted({shot.who for shot in listed}):
        cookies = world.cookies(who) if who else []
        with looking(chrome, width=width, language=language, cookies=cookies) as context:
            page = context.new_page()
            for shot in listed:
                if shot.who == who:
                    answer = page.goto(f"{world.address}{shot.path}")
                    assert answer is not None
                    assert answer.status == shot.status, shot.name
                    if shot.then:
                        shot.then(page)
                    yield shot, page


def test_at_a_desk_no_page_has_a_serious_fault_and_each_fits(chrome: Browser, world: World) -> None:
    found = {
        shot.name: told
        for shot, page in opened(chrome, world, width=WIDE, language="en")
        if (told := (*checks.faults(page), *checks.beside(page)))
    }

    assert found == {}


def test_on_a_phone_no_page_has_a_serious_fault_and_each_fits_and_speaks_russian(chrome: Browser, world: World) -> None:
    found = {}
    for shot, page in opened(chrome, world, width=NARROW, language="ru"):
        foreign = checks.foreign_words(page, ENGLISH.get(shot.name, ""))
        if told := (*checks.faults(page), *checks.beside(page), *foreign):
            found[shot.name] = told

    assert found == {}
