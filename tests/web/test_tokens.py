"""Tokens of programs: whose they are, how long they are good, what is told of those who come with a wrong one."""

from datetime import timedelta

import pytest

from flows.hub import accounts
from flows.hub.accounts import NotAllowed, Wanted
from flows.hub.units import make_unit
from state import audit, entrance
from tests.hub_builders import a_hub, opened
from tests.state_builders import Clock
from tests.web_builders import Browser

ME = "/api/v1/me"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub(tmp_path, clock):
    return a_hub(tmp_path, clock=clock).installation


@pytest.fixture
def anna(hub):
    return accounts.make(hub.store, Wanted("anna@example.org", "Анна Ли", role="manager"), by="")


def bearer(secret):
    return {"authorization": f"Bearer {secret}"}


def test_a_token_is_good_for_its_time_and_is_its_persons(hub, anna, clock):
    secret, token = accounts.make_token(hub.store, anna, "отчёт", by="anna", lasts=timedelta(days=30))
    browser = Browser(hub)

    asks = browser.get(ME, headers=bearer(secret)).json()
    clock.go(30 * 86400 - 1)
    still = browser.get(ME, headers=bearer(secret))
    clock.go(1)
    over = browser.get(ME, headers=bearer(secret))

    assert {name: asks[name] for name in ("login", "role", "level", "token")} == {
        "login": "anna@example.org",
        "role": "manager",
        "level": "team",
        "token": "отчёт",
    }
    assert "manage" not in asks["may"]
    assert (still.status_code, over.status_code) == (200, 401)
    assert over.headers["content-type"] == "application/problem+json"
    [kept] = entrance.tokens(hub.store, anna.id)
    assert (kept.name, kept.expires) == ("отчёт", token.expires)


def test_a_token_without_an_end_is_not_made(hub, anna):
    for days in (0, 367):
        with pytest.raises(NotAllowed, match="1 to 366 days"):
            accounts.make_token(hub.store, anna, "отчёт", by="anna", lasts=timedelta(days=days))


def test_what_a_program_does_is_noted_with_its_token(hub, anna):
    secret, _ = accounts.make_token(hub.store, anna, "отчёт", by="anna")

    Browser(hub).ask("POST", "/language", data={"language": "ru"}, headers=bearer(secret))

    [noted] = audit.audited(hub.store, limit=1)
    assert (noted.by, noted.what) == ("anna@example.org", "POST /language by token отчёт")


def test_wrong_tokens_are_counted_and_right_ones_are_let_in_all_the_same(hub, anna, clock):
    secret, _ = accounts.make_token(hub.store, anna, "отчёт", by="anna")
    browser = Browser(hub)

    answers = [browser.get(ME, headers=bearer(f"casehub_{number}")).status_code for number in range(22)]

    assert answers == [401] * 20 + [429] * 2
    assert browser.get(ME, headers=bearer(secret)).status_code == 200
    assert [one.what for one in audit.audited(hub.store, limit=99)].count("token refused") == 20
    clock.go(16 * 60)
    assert browser.get(ME, headers=bearer("casehub_x")).status_code == 401


def test_a_withdrawn_token_ends_at_once(hub, anna):
    secret, token = accounts.make_token(hub.store, anna, "отчёт", by="anna")
    accounts.drop_token(hub.store, anna, token.id, by="anna")

    assert Browser(hub).get(ME, headers=bearer(secret)).status_code == 401


def test_with_its_rights_worked_out_a_call_is_a_dozen_statements_at_most(tmp_path):
    made, _ = opened(tmp_path)
    store = made.installation.store
    make_unit(store, "Пресейл", by="")
    head = accounts.make(store, Wanted("head", role="head", person="ann@example.com", unit="Пресейл"), by="")
    secret, _ = accounts.make_token(store, head, "отчёт", by="")
    browser = Browser(made.installation)
    browser.get("/api/v1/cases", headers=bearer(secret))

    for path in ("/cases", "/cases/CASE-1", "/cases/CASE-1/notes", "/cases/CASE-1/history", "/systems", "/cases.csv"):
        before = store.statements
        assert browser.get(f"/api/v1{path}", headers=bearer(secret)).status_code == 200
        assert store.statements - before <= 12, path
