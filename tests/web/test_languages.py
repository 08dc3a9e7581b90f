"""Whoever chooses another language goes on where they were."""

import html
import re

import pytest

from tests.hub_builders import opened
from tests.web.test_accounts import signed_in, someone
from tests.web_builders import Browser, a_viewer

ACT = '{"do":"part","key":"CASE-1","system":"trk","kind":"record"}'


def chosen(browser, page):
    """The page that comes after another language was chosen at the foot of *page*."""
    [back] = re.findall(r'action="/language".*?name="back" value="([^"]*)"', page.text, re.DOTALL)
    led = browser.post("/language", {"language": "ru", "back": html.unescape(back)}).headers["location"]
    return led, browser.get(led).status_code


def test_a_list_stays_as_it_was_asked_for(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    asked = "/cases?stage=in_work&stage=lead&q=%D0%BE%D0%BE%D0%BE+%26&sort=title"

    assert chosen(browser, browser.get(asked)) == (asked, 200)


@pytest.mark.parametrize(
    ("path", "form", "back"),
    [
        ("/me/tokens", {"name": "отчёт"}, "/me"),
        ("/acts/look", {"pick": ACT, "back": "/cases/CASE-1"}, "/cases/CASE-1"),
        ("/cases/CASE-1/edit/amount", {"text": "no"}, "/cases/CASE-1/edit/amount"),
        ("/accounts/anna%40example.org/link", {}, "/accounts/anna%40example.org"),
        ("/syncs/none/start", {}, "/"),
    ],
)
def test_a_page_that_answers_a_form_leads_to_one_that_is_there(tmp_path, path, form, back):
    hub, _ = opened(tmp_path)
    someone(hub.installation)
    browser = signed_in(hub.installation)

    led, status = chosen(browser, browser.post(path, form))

    assert (led, status < 400) == (back, True)
