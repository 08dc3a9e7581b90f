"""Accounts on the page: what everybody changes of themselves, and what an admin changes of others."""

import re

import pytest

from flows.hub import accounts
from flows.hub.accounts import Wanted
from state import accounts as kept
from state import entrance
from tests.hub_builders import a_hub
from tests.web_builders import CHEAP, Browser, a_viewer

PASSWORD, OTHER = "лосось в январе", "щука в феврале"


@pytest.fixture
def hub(tmp_path):
    return a_hub(tmp_path).installation


def someone(hub, login="anna@example.org", role="admin"):
    return accounts.make(hub.store, Wanted(login, "Анна Ли", role=role), by="", hash_=CHEAP.hashed(PASSWORD))


def signed_in(hub, login="anna@example.org", password=PASSWORD):
    browser = Browser(hub)
    browser.get("/login")
    assert browser.post("/login", {"login": login, "password": password}).status_code == 303
    browser.get("/me")
    return browser


def test_a_new_password_ends_every_other_session(hub):
    someone(hub)
    here, there = signed_in(hub), signed_in(hub)

    wrong = here.post("/me/password", {"old": "x", "new": OTHER})
    weak = here.post("/me/password", {"old": PASSWORD, "new": "short"})
    done = here.post("/me/password", {"old": PASSWORD, "new": OTHER})

    assert (wrong.status_code, weak.status_code, done.status_code) == (403, 422, 303)
    assert "Your password is changed" in here.get("/me").text
    assert "Your password is changed" not in here.get("/me").text
    assert there.get("/me").status_code == 303
    signed_in(hub, password=OTHER)


def test_guessing_the_old_password_is_counted_like_a_login(hub):
    someone(hub)
    browser = signed_in(hub)

    assert [browser.post("/me/password", {"old": "x", "new": OTHER}).status_code for _ in range(6)] == [403] * 5 + [429]


def test_a_token_is_shown_once_and_dropped(hub):
    someone(hub)
    browser = signed_in(hub)

    shown = browser.post("/me/tokens", {"name": "отчёт"}).text
    secret = re.search(r"casehub_[\w-]{20,}", shown)
    assert secret is not None
    assert secret[0] not in browser.get("/me").text
    [token] = entrance.tokens(hub.store, kept.accounts(hub.store)[0].id)
    assert browser.post(f"/me/tokens/{token.id}/drop").status_code == 303
    assert browser.post(f"/me/tokens/{token.id}/drop").status_code == 404
    assert browser.post("/me/tokens", {"name": " "}).status_code == 422
    assert browser.post("/me/sessions/end").headers["location"] == "/login"
    assert browser.get("/me").status_code == 303


def test_an_admin_makes_an_account_and_the_link_lets_its_owner_in(hub):
    someone(hub)
    browser = signed_in(hub)
    browser.post("/accounts/units", {"name": "Пресейл", "head": "anna@example.org"})

    made = browser.post("/accounts", {"login": "Boris", "name": "Борис", "role": "manager", "unit": "Пресейл"})

    link = re.search(r"http://localhost(/login/link/[\w-]+)", made.text)
    assert link is not None
    owner = Browser(hub)
    owner.get(link[1])
    assert owner.post(link[1]).status_code == 303
    text = browser.get("/accounts").text
    assert all(word in text for word in ("Борис", "case manager", "Пресейл", "led by anna@example.org"))


def test_who_is_called_otherwise_stays_signed_in_and_keeps_their_link(hub):
    someone(hub)
    boris = accounts.make(hub.store, Wanted("boris"), by="")
    secret = accounts.make_link(hub.store, boris, by="")
    browser = signed_in(hub)

    for login, role in (("boris", "manager"), ("anna@example.org", "admin")):
        browser.post(f"/accounts/{login}", {"name": "Иначе", "role": role, "state": ""})

    assert browser.get("/me").status_code == 200
    assert accounts.let_in_by_link(hub.store, secret, address="") is not None


@pytest.mark.parametrize(("language", "words"), [("en", "has changed this account"), ("ru", "уже изменили")])
def test_what_another_admin_did_meanwhile_is_not_saved_over(hub, language, words):
    someone(hub)
    boris = someone(hub, "boris", "head")
    browser = signed_in(hub)
    browser.post("/language", {"language": language})
    form = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', browser.get("/accounts/boris").text))
    form = {"role": "head", "level": "department", "state": "", **form, "name": "Борис Ли"}
    accounts.change(hub.store, "boris", {"role": "viewer", "disabled": True}, by="olga")

    stale = browser.post("/accounts/boris", form)

    assert (stale.status_code, words in stale.text) == (409, True)
    assert kept.by_id(hub.store, boris.id).role == "viewer"
    assert kept.by_id(hub.store, boris.id).disabled
    [mark] = re.findall(r'name="mark" value="(\w+)"', stale.text)
    again = browser.post("/accounts/boris", {**form, "role": "viewer", "state": "disabled", "mark": mark})
    assert (again.status_code, kept.by_id(hub.store, boris.id).name) == (303, "Борис Ли")


def test_an_admin_changes_an_account_and_the_last_one_stays_admin(hub):
    someone(hub)
    someone(hub, "boris", "participant")
    browser = signed_in(hub)

    saved = browser.post("/accounts/boris", {"name": "Борис", "role": "head", "state": "disabled"})
    refused = browser.post("/accounts/anna@example.org", {"role": "viewer"})
    link = browser.post("/accounts/boris/link")

    assert (saved.status_code, refused.status_code, link.status_code) == (303, 422, 422)
    boris = kept.named(hub.store, "boris")
    assert boris is not None
    assert (boris.role, boris.level, boris.disabled) == ("head", "department", True)
    assert "is the only admin" in refused.text
    assert "Boris" not in browser.get("/accounts/nobody").text
    audited = browser.get("/accounts/audit?by=anna@example.org").text
    assert audited.count("changed an account") == 2
    assert audited.count("not accepted") == 2, "the role of the last admin, and a link for who is disabled"
    assert "POST" not in audited


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/accounts", {"login": "anna@example.org"}),
        ("/accounts", {"login": "a b"}),
        ("/accounts", {"login": "c", "role": "king"}),
        ("/accounts", {"login": "c", "unit": "Нет"}),
        ("/accounts/units", {"name": " "}),
        ("/accounts/units", {"name": "U", "parent": "Нет"}),
        ("/accounts/nobody", {"role": "viewer"}),
        ("/accounts/nobody/link", {}),
    ],
)
def test_what_cannot_be_is_said_on_the_page(hub, path, form):
    someone(hub)
    answer = signed_in(hub).post(path, form)

    assert answer.status_code in (404, 422)
    assert len(kept.accounts(hub.store)) == 1


def test_a_login_with_signs_of_an_address_in_it_leads_to_its_account(hub):
    someone(hub)
    browser = signed_in(hub)
    for login in ("фирма/иван", "50%", "a?b#c"):
        browser.post("/accounts", {"login": login})
        [path] = re.findall(rf'href="([^"]*)">{re.escape(login)}</a>', browser.get("/accounts").text)

        changed = browser.post(path, {"name": "Иван", "role": "viewer"})
        linked = browser.post(f"{path}/link").text

        assert (changed.status_code, kept.named(hub.store, login).name) == (303, "Иван")
        assert "/login/link/" in linked
    assert "take another login" in browser.post("/accounts", {"login": "Audit"}).text


@pytest.mark.parametrize("role", ["viewer", "participant", "manager", "head"])
def test_nobody_but_an_admin_sees_accounts(hub, role):
    someone(hub, "boris", role)
    browser = Browser(hub, a_viewer(role))
    browser.get("/me/nowhere")

    for path in ("/accounts", "/accounts/audit", "/accounts/boris"):
        assert browser.get(path).status_code == 403
    for path in ("/accounts", "/accounts/units", "/accounts/boris", "/accounts/boris/link"):
        assert browser.post(path).status_code == 403
    assert "/accounts" not in browser.get("/nowhere").text


def test_what_was_changed_of_an_account_is_told_in_the_readers_language(hub):
    someone(hub)
    someone(hub, "boris", "participant")
    accounts.change(hub.store, "boris", {"role": "head", "level": "all", "disabled": True, "unit": None}, by="anna")

    page = Browser(hub, a_viewer(), language="ru").get("/accounts/audit?by=anna").text

    assert "boris · Роль: руководитель, Видит: все кейсы, Отключена: да, Подразделение: —" in page


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_word_of_these_pages_is_there_in_both_languages(hub, language):
    account = someone(hub)
    browser = signed_in(hub)
    kept.change(hub.store, account.id, to={"language": language})

    pages = [browser.get(path).text for path in ("/me", "/accounts", "/accounts/anna@example.org", "/accounts/audit")]

    assert all(f'<html lang="{language}">' in page for page in pages)
    assert all(("Выйти" if language == "ru" else "Sign out") in page for page in pages)
