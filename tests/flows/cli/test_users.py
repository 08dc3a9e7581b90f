"""`casehub user …` and `casehub unit …`: who may look at the page, and whose cases they read."""

import re

import pytest

from flows.hub import accounts
from flows.hub.wiring import install
from state import audit
from tests.flows.cli.cli_builders import CliHub

PASSWORD = {"SECRET": "лосось-в-январе"}


def opened(hub: CliHub, work):
    installation = install(hub.folder)
    try:
        return work(installation.store)
    finally:
        installation.store.close()


def test_the_first_admin_gets_a_link_that_lets_them_in_once(hub: CliHub) -> None:
    made = hub.done("user", "add", "Anna@Example.org", "--role", "admin", "--name", "Анна Ли")

    secret = re.search(r"http://127\.0\.0\.1:8080/login/link/(\S+)", made.out)
    assert secret is not None
    came = opened(hub, lambda store: accounts.let_in_by_link(store, secret[1], address=""))
    assert came is not None
    assert (came.account.login, came.account.person, came.account.level) == ("anna@example.org",) * 2 + ("all",)


def test_a_password_comes_from_a_prompt_or_a_variable_and_never_from_the_command(hub: CliHub) -> None:
    added = hub.run("user", "add", "robot", "--password-env", "SECRET", env=PASSWORD)
    unset = hub.run("user", "add", "other", "--password-env", "SECRET")
    weak = hub.run("user", "add", "other", "--password-env", "SECRET", env={"SECRET": "12345"})
    changed = hub.run("user", "password", "robot", "--password-env", "SECRET", env={"SECRET": "другой пароль 7"})

    assert (added.code, unset.code, weak.code, changed.code) == (0, 2, 2, 0)
    assert "$SECRET is not set" in unset.err
    assert "10 letters at least" in weak.err
    assert "пароль" not in added.out + added.err + changed.out + changed.err
    [robot] = hub.done("user", "list", "--json").json
    assert (robot["login"], robot["password"]) == ("robot", True)


def test_roles_and_units_are_given_and_listed(hub: CliHub) -> None:
    hub.done("user", "add", "anna", "--role", "admin")
    hub.done("unit", "add", "Коммерция", "--head", "anna")
    hub.done("unit", "add", "Пресейл", "--parent", "Коммерция")
    hub.done("user", "add", "boris", "--name", "Борис Орлов", "--unit", "Пресейл", "--language", "ru")
    hub.done("user", "role", "boris", "head")
    hub.done("unit", "add", "Пресейл", "--head", "boris")

    assert "Коммерция › Пресейл  boris" in hub.done("unit", "list").out
    assert "Борис Орлов  head   department  Пресейл" in hub.done("user", "list").out
    assert hub.done("unit", "list", "--json").json[1]["path"] == ["Коммерция", "Пресейл"]
    said = [one.what for one in opened(hub, lambda store: audit.audited(store, limit=9))]
    assert said[:2] == ["unit changed", "account changed"]


def test_a_unit_that_is_there_is_told_with_what_it_is_under(hub):
    hub.done("user", "add", "boris")
    hub.done("unit", "add", "Коммерция")
    hub.done("unit", "add", "Пресейл", "--parent", " Коммерция ")

    told = hub.done("unit", "add", "Пресейл", "--head", "boris")
    form = hub.done("unit", "add", "Пресейл", "--head", "boris", "--json").json

    assert told.out == "Пресейл under Коммерция, led by boris\n"
    assert form == {"name": "Пресейл", "parent": "Коммерция", "head": "boris"}


def test_programs_are_told_the_unit_by_whatever_command(hub: CliHub) -> None:
    hub.done("user", "add", "anna", "--role", "admin")
    hub.done("unit", "add", "Пресейл")
    made = hub.done("user", "add", "boris", "--unit", "Пресейл", "--json").json
    changed = [
        hub.done("user", "role", "boris", "manager", "--json").json,
        hub.run("user", "password", "boris", "--password-env", "SECRET", "--json", env=PASSWORD).json,
        hub.done("user", "disable", "boris", "--json").json,
    ]

    assert [one["unit"] for one in (made, *changed)] == ["Пресейл"] * 4


def test_a_token_is_shown_once_and_can_be_dropped(hub: CliHub) -> None:
    hub.done("user", "add", "anna", "--role", "admin")
    secret = hub.done("user", "token", "anna", "отчёт").out.strip()
    [kept] = hub.done("user", "token", "anna", "--json").json["tokens"]

    assert kept["ends"].startswith("20")
    assert opened(hub, lambda store: accounts.entered_with(store, secret)) is not None
    hub.done("user", "token", "anna", "--drop", kept["id"])
    assert opened(hub, lambda store: accounts.entered_with(store, secret)) is None
    assert hub.run("user", "token", "anna", "--drop", kept["id"]).code == 2


def test_whoever_is_disabled_comes_in_no_more_until_enabled(hub: CliHub) -> None:
    hub.done("user", "add", "anna", "--role", "admin")
    hub.done("user", "add", "boris")
    hub.done("user", "disable", "boris")

    refused = hub.run("user", "link", "boris")
    assert (refused.code, refused.err) == (2, "boris is disabled\n")
    hub.done("user", "disable", "boris", "--enable")
    assert "/login/link/" in hub.done("user", "link", "boris").out
    assert hub.run("user", "disable", "anna").err.startswith("anna is the only admin")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "anna"), "there is an account 'anna' already"),
        (("user", "add", "two words"), "neither spaces"),
        (("user", "add", "boris", "--role", "king"), "king is none of: viewer"),
        (("user", "add", "boris", "--unit", "Нет"), "there is no unit Нет"),
        (("user", "add", "boris", "--language", "xx"), "en or ru"),
        (("user", "role", "anna", "viewer"), "anna is the only admin"),
        (("user", "role", "nobody", "viewer"), "there is no account nobody"),
        (("user", "password", "nobody"), "there is no account nobody"),
        (("user", "link", "nobody"), "there is no account nobody"),
        (("user", "disable", "nobody"), "there is no account nobody"),
        (("user", "token", "nobody", "x"), "there is no account nobody"),
        (("unit", "add", "Пресейл", "--head", "nobody"), "there is no account nobody"),
        (("unit", "add", "Пресейл", "--parent", "Нет"), "there is no unit Нет"),
        (("unit", "add", " "), "a unit needs a name"),
    ],
)
def test_what_cannot_be_is_said(hub: CliHub, words: tuple[str, ...], said: str) -> None:
    hub.done("user", "add", "anna", "--role", "admin")

    ended = hub.run(*words)

    assert ended.code == 2
    assert said in ended.err
    assert opened(hub, lambda store: len(accounts.accounts.accounts(store))) == 1


@pytest.mark.parametrize("words", [("user", "list"), ("unit", "list"), ("user", "add", "anna"), ("unit", "add", "X")])
def test_without_a_hub_there_is_nobody(tmp_path, words: tuple[str, ...]) -> None:
    ended = CliHub(tmp_path / "nowhere").run(*words)

    assert ended.code in (1, 2)
    assert "hub.yaml" in ended.err
