"""A time that somebody gives on the page: in the zone of the hub, as the page shows times."""

import re

import pytest

from flows.hub.acting import Desk
from tests.hub_builders import HUB, opened
from tests.web.test_attention import shown_acts
from tests.web_builders import Browser, a_viewer

PATH = "/cases/CASE-1/edit/meeting"


def a_browser(tmp_path, language="en"):
    hub, _ = opened(tmp_path, hub=HUB.replace("    stages:", "    facts: {meeting: datetime}\n    stages:"))
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.app.state.desk = Desk(hub.installation, hub.make)
    return hub, browser


def filled_in(page):
    """What the form of a fact sends where nobody changes it."""
    return dict(re.findall(r'<input[^>]* name="(text|local)"[^>]* value="([^"]*)"', page))


def test_a_time_is_given_as_it_is_shown(tmp_path):
    hub, browser = a_browser(tmp_path)
    empty = filled_in(browser.get(PATH).text)

    seen = browser.post(PATH, {**empty, "text": "2026-12-01T10:00"})
    browser.post("/acts", shown_acts(seen.text))

    assert hub.facts()["meeting"].isoformat() == "2026-12-01T07:00:00+00:00"
    assert "1 Dec 2026, 10:00" in browser.get("/cases/CASE-1").text
    present = filled_in(browser.get(PATH).text)
    assert present["text"] == "2026-12-01T10:00"
    assert "It has that value already" in browser.post(PATH, present).text


def test_a_time_with_a_zone_of_its_own_stays_that_time(tmp_path):
    _, browser = a_browser(tmp_path)
    form = filled_in(browser.get(PATH).text)

    assert "1 Dec 2026, 13:00" in browser.post(PATH, {**form, "text": "2026-12-01 10:00+00:00"}).text


@pytest.mark.parametrize(("language", "words"), [("en", "A time looks like"), ("ru", "Время пишется так")])
def test_what_is_no_time_is_told_with_an_example(tmp_path, language, words):
    _, browser = a_browser(tmp_path, language)
    form = filled_in(browser.get(PATH).text)

    assert words in browser.post(PATH, {**form, "text": "завтра в десять"}).text
