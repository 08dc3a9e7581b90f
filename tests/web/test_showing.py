"""How values are shown in each language, which language is chosen, and what no template may hold."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from mappings.canonical import Money
from tests.hub_builders import a_hub
from tests.web_builders import Browser, a_viewer
from web.languages import translations, wanted
from web.rendering import STATIC, TEMPLATES
from web.showing import shown

AT = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("language", "name", "value", "text"),
    [
        ("en", "moment", AT, "22 Nov 2026, 00:30"),
        ("ru", "moment", AT, "22.11.2026, 00:30"),
        ("en", "day", AT, "22 Nov 2026"),
        ("en", "said", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "31 Dec 9999, 23:59"),
        ("en", "day", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "31 Dec 9999"),
        ("ru", "day", date(2026, 1, 9), "9 янв. 2026 г."),
        ("en", "number", Decimal("12345.5"), "12,345.5"),
        ("ru", "number", 12345, "12 345"),
        ("ru", "number", Decimal("1.23456"), "1,23456"),
        ("en", "money", Money(Decimal(150_000), "RUB"), "RUB 150,000"),
        ("en", "money", Money(Decimal("0.125"), "RUB"), "RUB 0.125"),
        ("ru", "money", Money(Decimal("10.5"), "JPY"), "10,5 ¥"),
        ("ru", "money", Money(Decimal(150_000), "RUB"), "150 000 ₽"),
        ("ru", "money", Money(Decimal("0.50"), "RUB"), "0,50 ₽"),
        ("en", "money", Money(Decimal(0), "USD"), "US$0"),
        ("ru", "money", Money(Decimal(-7), "XYZ"), "-7 XYZ"),
        ("ru", "money", None, "—"),
        ("ru", "size", 34_567, "33,8 кБ"),
        ("en", "size", 7, "7 byte"),
    ],
)
def test_a_value_is_shown_as_its_language_writes_it(language, name, value, text):
    said = str(shown(language, MOSCOW)[name](value))

    assert re.sub(r"\s", " ", said) == text


def test_how_long_ago_shows_the_time_itself_too():
    said = str(shown("ru", MOSCOW)["ago"](AT, AT + timedelta(hours=5)))

    assert "5 часов назад" in said
    assert 'datetime="2026-11-21T21:30:00+00:00"' in said
    assert "22 нояб. 2026" in said


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://trk.example.org/issues/27", ">issues/27 ↗</a>"),
        ("https://crm.example.org/crm/deal/details/4/?a=<b>", ">details/4 ↗</a>"),
        ("https://trk.example.org", ">trk.example.org ↗</a>"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("", "—"),
    ],
)
def test_an_address_is_called_by_its_end(address, words):
    said = str(shown("ru", MOSCOW)["of_fact"](address, "link"))

    assert said.endswith(words)
    assert ("href=" in said) is address.startswith("https:")
    assert "<b>" not in said


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.5, ru;q=0.7", "ru"),
        ("de, fr", "en"),
        ("ru;q=0", "en"),
        ("", "en"),
        ("*;q=x, RU ; q=1", "ru"),
        (",;=;" * 500, "en"),
    ],
)
def test_the_browser_says_which_language(asked, language):
    assert wanted(asked) == language


def test_numbers_of_things_are_counted_as_russian_counts():
    words = translations("ru")
    forms = [
        words.ngettext("%(num)s change waits already", "%(num)s changes wait already", number)
        for number in (1, 2, 5, 21)
    ]

    assert forms[0] == forms[3]
    assert len(set(forms)) == 3


def test_a_language_that_was_chosen_stays_chosen(tmp_path):
    browser = Browser(a_hub(tmp_path).installation)
    browser.get("/login")
    answer = browser.post("/language", {"language": "ru", "back": "/login"})

    assert answer.headers["location"] == "/login"
    assert '<html lang="ru">' in browser.get("/login").text
    browser.post("/language", {"language": "xx"})
    assert '<html lang="ru">' in browser.get("/login").text


def test_what_a_person_is_called_stays_text(tmp_path):
    viewer = a_viewer()
    evil = type(viewer)(**{name: getattr(viewer, name) for name in viewer.__slots__} | {"name": "<b onclick=x>'\"&"})

    text = Browser(a_hub(tmp_path).installation, evil).get("/nowhere").text

    assert "<b onclick" not in text
    assert "&lt;b onclick=x&gt;&#39;&#34;&amp;" in text


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_holds_a_script_a_style_or_a_way_around_the_escaping(path):
    text = path.read_text(encoding="utf-8")

    assert (
        re.findall(r"""<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|\bhx-on|javascript:|\|\s*safe\b""", text) == []
    )
    assert re.findall(r"(?:src|href|action)=[\"'](?:https?:)?//", text) == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_no_style_sheet_asks_another_host(path):
    assert re.findall(r"@import|url\((?!['\"]?data:)", path.read_text(encoding="utf-8")) == []
