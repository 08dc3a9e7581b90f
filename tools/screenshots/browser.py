"""Debian's Chromium, at the two widths and in the two languages in which every page has to be good."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

PROGRAM = "/usr/bin/chromium"
WIDE, NARROW = 1280, 375
HEIGHTS = {WIDE: 800, NARROW: 740}
LANGUAGES = {"en": "en-GB", "ru": "ru-RU"}
PATIENCE = 20_000
"""Milliseconds after which something that is waited for will not come."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser for the while; it reaches this machine only."""
    program = os.environ.get("CHROMIUM", PROGRAM)
    offline = ["--no-sandbox", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=offline)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def looking(
    browser: Browser, *, width: int, language: str, cookies: Sequence[Any] = (), **more: Any
) -> Iterator[BrowserContext]:
    """Be somebody at a screen of WIDTH who reads LANGUAGE, for the while; MORE goes to the browser."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        locale=LANGUAGES[language],
        has_touch=width == NARROW,
        is_mobile=width == NARROW,
        reduced_motion="reduce",
        timezone_id="Europe/Moscow",
        **more,
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies(list(cookies))
    try:
        yield context
    finally:
        context.close()
