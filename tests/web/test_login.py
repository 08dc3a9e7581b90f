"""The way in and out: what lets somebody in, for how long, and what is told to whoever is not let in."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest

from flows.hub import accounts
from flows.hub.accounts import Wanted
from state import audit
from state.accounts import Account
from tests.hub_builders import a_hub
from tests.web_builders import CHEAP, Browser
from web.pages.login import inside

PASSWORD = "лосось в январе"


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 21, 9, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub(tmp_path, clock):
    return a_hub(tmp_path, clock=clock).installation


@pytest.fixture
def anna(hub) -> Account:
    wanted = Wanted("Anna@example.org", "Анна Ли", role="admin")
    return accounts.make(hub.store, wanted, by="", hash_=CHEAP.hashed(PASSWORD))


def enters(browser, *, login="anna@example.org", password=PASSWORD, back=""):
    browser.get("/login")
    return browser.post("/login", {"login": login, "password": password, "next": back})


def is_in(browser) -> bool:
    return browser.get("/cases").status_code == 200


def said(hub):
    return [(one.by, one.what, one.about) for one in audit.audited(hub.store, limit=20)]


def test_the_password_lets_in_and_leads_to_where_one_wanted_to_go(hub, anna):
    browser = Browser(hub)

    asked = browser.get("/cases?stage=lead")
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/cases%3Fstage%3Dlead")
    entered = enters(browser, login=" ANNA@example.org", back="/cases?stage=lead")
    assert (entered.status_code, entered.headers["location"]) == (303, "/cases?stage=lead")
    assert "Анна Ли" in browser.get("/nowhere").text


def test_wrong_unknown_disabled_and_none_look_alike(hub, anna):
    accounts.make(hub.store, Wanted("gone"), by="", hash_=CHEAP.hashed(PASSWORD))
    accounts.change(hub.store, "gone", {"disabled": True}, by="")
    accounts.make(hub.store, Wanted("without"), by="")
    tried = [("anna@example.org", "x"), ("nobody", PASSWORD), ("gone", PASSWORD), ("without", ""), ("", "")]

    answers = [enters(Browser(hub), login=login, password=password) for login, password in tried]

    assert {answer.status_code for answer in answers} == {403}
    assert all("do not belong together" in answer.text for answer in answers)
    assert said(hub)[0] == ("", "login refused", "")


def test_whoever_knew_the_session_before_knows_nothing_of_the_one_after(hub, anna):
    browser = Browser(hub)
    browser.get("/login")
    before = browser.cookies["casehub_session"]
    enters(browser)
    after = browser.cookies["casehub_session"]
    enters_again = Browser(hub)
    enters_again.cookies.set("casehub_session", before)

    assert before != after
    assert not is_in(enters_again)


def test_whoever_leaves_is_out_also_with_a_copy_of_the_cookie(hub, anna):
    browser, copy = Browser(hub), Browser(hub)
    enters(browser)
    copy.cookies = httpx.Cookies(browser.cookies)
    assert copy.get("/nowhere").text.count("Анна Ли") == 1
    browser.get("/nowhere")
    assert browser.post("/logout").headers["location"] == "/login"
    assert "Анна Ли" not in copy.get("/nowhere").text + browser.get("/nowhere").text


def test_a_session_ends_unused_after_three_days_and_in_any_case_after_fourteen(hub, anna, clock):
    used, unused = Browser(hub), Browser(hub)
    enters(used)
    enters(unused)
    for _ in range(6):
        clock.now += timedelta(days=2)
        assert "Анна Ли" in used.get("/nowhere").text
    assert "Анна Ли" not in unused.get("/nowhere").text
    clock.now += timedelta(days=2)
    assert "Анна Ли" not in used.get("/nowhere").text


def test_too_many_attempts_with_one_login_are_refused_for_a_while_even_with_the_right_password(hub, anna, clock):
    browser = Browser(hub)
    tried = [enters(browser, password="x").status_code for _ in range(6)]

    assert tried == [403] * 5 + [429]
    refused = enters(browser)
    assert refused.status_code == 429
    assert refused.headers["retry-after"]
    clock.now += timedelta(minutes=16)
    assert enters(browser).status_code == 303


def test_too_many_attempts_from_one_address_are_refused_whatever_the_login(hub, anna):
    browser = Browser(hub)
    tried = [enters(browser, login=f"{number}", password="x").status_code for number in range(21)]

    assert tried == [403] * 20 + [429]
    assert said(hub)[0] == ("", "login refused: too often", "20")


def test_a_link_lets_in_once_and_only_who_presses_its_button(hub, anna, clock):
    path = accounts.link_path(accounts.make_link(hub.store, anna, by="admin"))
    browser, other = Browser(hub), Browser(hub)

    for _ in range(2):  # a program looks at what stands in a mail
        assert "lets you in once" in browser.get(path).text
    assert browser.post(path).headers["location"] == "/cases"
    assert "Анна Ли" in browser.get("/nowhere").text
    other.get(path)
    again = other.post(path)
    assert again.status_code == 403
    assert "has been used" in again.text

    late = accounts.link_path(accounts.make_link(hub.store, anna, by="admin"))
    clock.now += timedelta(days=1)
    other.get(late)
    assert other.post(late).status_code == 403


@pytest.mark.parametrize("token", [None, "", "0" * 64, "токен"])
def test_a_form_that_no_page_of_ours_has_made_is_refused(hub, anna, token):
    browser = Browser(hub)
    browser.get("/login")
    form = {"login": "anna@example.org", "password": PASSWORD} | ({"token": token} if token is not None else {})

    refused = browser.ask("POST", "/login", data=form)

    assert refused.status_code == 403
    assert "out of date" in refused.text
    assert browser.ask("POST", "/logout", headers={"x-casehub-token": "no"}).status_code == 403


def test_a_token_of_another_session_is_no_token(hub, anna):
    mine, theirs = Browser(hub), Browser(hub)
    mine.get("/login")
    theirs.get("/login")

    assert mine.ask("POST", "/logout", data={"token": theirs.token}).status_code == 403
    assert mine.ask("POST", "/logout", headers={"x-casehub-token": mine.token}).status_code == 303
    assert Browser(hub).ask("POST", "/logout", data={"token": ""}).status_code == 403


def test_a_program_comes_in_with_a_token_and_without_a_form(hub, anna):
    secret, _ = accounts.make_token(hub.store, anna, "отчёт", by="anna")
    browser = Browser(hub)
    bearer = {"authorization": f"Bearer {secret}"}

    assert "Анна Ли" in browser.get("/nowhere", headers=bearer).text
    assert browser.ask("POST", "/language", data={"language": "ru"}, headers=bearer).status_code == 303
    wrong = browser.get("/cases", headers={"authorization": "Bearer casehub_x", "accept": "application/json"})
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")


def test_what_is_changed_stands_in_the_audit_with_who_and_where_from(hub, anna):
    browser = Browser(hub)
    enters(browser)
    browser.get("/nowhere")
    browser.post("/language", {"language": "ru"})

    assert said(hub)[:2] == [
        ("anna@example.org", "POST /language", "303"),
        ("anna@example.org", "login", ""),
    ]
    assert audit.audited(hub.store, limit=1)[0].address == "127.0.0.1"


def test_cookies_are_for_us_alone_and_over_tls_for_tls_alone(hub, anna):
    plain = enters(Browser(hub)).headers["set-cookie"]
    secured = Browser(hub, address="https://localhost").get("/login").headers["set-cookie"]

    assert re.match(r"casehub_session=\S+; HttpOnly; Max-Age=1209600; Path=/; SameSite=lax$", plain)
    assert secured.startswith("__Host-casehub_session=")
    assert "Secure" in secured


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/%2F/evil", "/a\\b", "/\tx", "", "cases"]
)
def test_nobody_is_led_away_by_a_link_of_ours(path):
    assert inside(path) == "/cases"
    assert inside("/cases/CASE-1?tab=notes") == "/cases/CASE-1?tab=notes"


@pytest.mark.parametrize("asked", ["client=ООО\N{NO-BREAK SPACE}«Ромашка»", "q=\\\\сервер\\папка", "q=a\tb"])
def test_what_was_asked_for_is_there_again_whatever_its_letters(asked):
    path = f"/cases?{quote(asked, safe='=')}"

    assert inside(path) == path
