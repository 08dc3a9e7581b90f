"""``python -m tools.screenshots``: every page at both widths in both languages, as pictures in var/screenshots."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Route

from tools.sources import ROOT

from .broken import BROKEN, page_of_500
from .browser import LANGUAGES, NARROW, WIDE, chromium, looking
from .life import lived
from .shots import Shot, shots
from .world import World, a_world

FOLDER = ROOT / "var" / "screenshots"


def main(given: Sequence[str]) -> int:
    """Return 1 where a page answers otherwise than it should."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PAGE", help="only these pages")
    asked = parser.parse_args(given)
    if not asked.names:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="casehub-screenshots-") as folder:
        today = date.today()  # noqa: DTZ011  # the day of whoever looks on
        with a_world(Path(folder) / "hub", today=today) as world:
            lived(world)
            chosen = [one for one in shots(world) if not asked.names or one.name in asked.names]
            broken = {language: page_of_500(world, language) for language in LANGUAGES}
            with chromium() as browser:
                wrong = [told for language in LANGUAGES for told in _taken(browser, world, chosen, broken, language)]
    for line in wrong:
        print(line)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
    return 1 if wrong else 0


def _taken(
    browser: Browser, world: World, chosen: Sequence[Shot], broken: Mapping[str, str], language: str
) -> list[str]:
    """Take every picture in one language; returns what was not as it should be."""
    wrong = []
    sessions = {who: world.cookies(who) if who else [] for who in {one.who for one in chosen}}
    for width in (WIDE, NARROW):
        for who, cookies in sessions.items():
            with looking(browser, width=width, language=language, cookies=cookies) as context:
                page = context.new_page()
                page.route(f"{world.address}{BROKEN}", partial(_answered, broken[language]))
                for shot in (one for one in chosen if one.who == who):
                    name = f"{shot.name}-{width}-{language}"
                    answer = page.goto(f"{world.address}{shot.path}")
                    if answer is None or answer.status != shot.status:
                        wrong.append(f"{name}: {answer and answer.status}")
                    if shot.then:
                        shot.then(page)
                    page.screenshot(path=FOLDER / f"{name}.png", full_page=shot.whole)
    return wrong


def _answered(text: str, route: Route) -> None:
    route.fulfill(status=500, content_type="text/html; charset=utf-8", body=text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
