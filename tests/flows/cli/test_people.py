"""`casehub people …`: who is asked about, and what one answer does."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mappings.exchange import SystemPerson
from tests.flows.cli.cli_builders import HUB, CliHub
from tests.hub_builders import PEOPLE

NEW = SystemPerson("9", "Щукин Егор")
SHCHUKIN = SystemPerson("31", "Egor Shchukin", email="shchukin@example.com")


def staffed(hub: CliHub) -> CliHub:
    """A new colleague without an e-mail in the CRM, with one in the tracker, and two deals of theirs."""
    for name, people in {"crm": (*PEOPLE, NEW), "trk": (*PEOPLE, SHCHUKIN)}.items():
        with hub.at(name) as system:
            system.people = people
    hub.deal("Один", owner="9")
    hub.deal("Два", owner="9")
    hub.done("sync")
    return hub


@pytest.fixture
def firm(hub: CliHub) -> CliHub:
    return staffed(hub)


def owners(hub: CliHub) -> list[object]:
    return [views.get("owner") for views in hub.records("trk").values()]


def test_who_is_unknown_is_listed_once_with_a_suggestion(firm: CliHub) -> None:
    [asked] = firm.done("people", "list", "--unknown", "--json").json
    text = firm.done("people", "list", "--unknown")

    assert (asked["system"], asked["about"], asked["cases"]) == ("crm", "9", 2)
    assert asked["perhaps"] == [{"answer": "shchukin@example.com", "name": "Egor Shchukin"}]
    assert "Egor Shchukin (shchukin@example.com)" in text.out
    assert "casehub people same crm 9 shchukin@example.com" in text.err


def test_a_pass_counts_one_question_and_not_the_cases(firm: CliHub) -> None:
    again = firm.done("sync")
    listed = firm.done("parked", "list", "--json").json

    assert "1 parked" in again.err
    assert [(one["system"], one["kind"], one["record"], one["code"]) for one in listed] == [
        ("crm", "person", "9", "unknown person")
    ]
    assert [one["field"] for one in firm.done("parked", "list", "--case", "CASE-1", "--json").json] == ["owner"]


def test_the_case_shows_the_name_that_its_system_shows(firm: CliHub) -> None:
    text = firm.done("case", "show", "CASE-1").out
    form = firm.done("case", "show", "CASE-1", "--json").json

    assert "Щукин Егор (unknown person)" in text
    assert form["unread"]["owner"]["crm"]["label"] == "Щукин Егор"


def test_one_answer_serves_every_case(firm: CliHub) -> None:
    said = firm.done("people", "same", "crm", "Щукин Егор", "shchukin@example.com", "--json").json
    firm.done("sync")
    listed = firm.done("people", "list", "--json").json

    assert (said["id"], said["person"], said["cases"]) == ("9", "shchukin@example.com", 2)
    assert owners(firm) == ["31", "31"]
    assert firm.done("parked", "list", "--json").json == []
    [egor] = [one for one in listed if one["person"] == "shchukin@example.com"]
    assert [(one["system"], one["id"]) for one in egor["accounts"]] == [("crm", "9"), ("trk", "31")]


def test_an_answer_that_is_taken_back_is_asked_for_again(firm: CliHub) -> None:
    firm.done("people", "leave", "crm", "9")
    silent = firm.done("people", "list", "--unknown", "--json").json
    text = firm.done("people", "forget-answer", "crm", "9")

    assert silent == []
    assert "is nobody the hub knows" in text.out
    assert [one["about"] for one in firm.done("people", "list", "--unknown", "--json").json] == ["9"]


@pytest.mark.parametrize("shown", ["Щукин Егор", ""])
def test_who_was_taken_for_a_person_is_asked_about_at_once_when_that_is_taken_back(hub: CliHub, shown: str) -> None:
    staffed(hub)
    if not shown:  # the CRM shows no more of them than a number
        with hub.at("crm") as system:
            system.people = PEOPLE
        with closing(sqlite3.connect(hub.folder / "casehub.db")) as conn, conn:
            conn.execute("DELETE FROM identity WHERE external_id = '9'")
            conn.execute("DELETE FROM dictionary WHERE name LIKE 'discovery:%'")
    hub.done("people", "same", "crm", "9", "shchukin@example.com")
    hub.done("sync")

    hub.done("people", "forget-answer", "crm", "9")
    at_once = hub.done("people", "list", "--unknown", "--json").json
    hub.done("sync")
    [later] = hub.done("parked", "list", "--json").json
    twice = hub.run("people", "forget-answer", "crm", "9")
    hub.done("people", "same", "crm", "9", "anna@example.com")
    hub.done("sync")

    assert [(one["system"], one["about"], one["name"]) for one in at_once] == [("crm", "9", shown or "9")]
    assert "? no case waits; " in later["text"].replace(" (Щукин Егор)", "")
    assert "nothing was answered about 9 in crm" in twice.err
    assert hub.done("people", "list", "--unknown", "--json").json == []


def test_a_question_that_is_dropped_is_an_answer_too(firm: CliHub) -> None:
    [entry] = firm.done("parked", "list", "--json").json
    firm.done("parked", "drop", str(entry["number"]))
    firm.deal("Три", owner="9")
    firm.done("sync")

    assert firm.done("parked", "list", "--json").json == []


def test_a_question_may_be_tried_again(firm: CliHub) -> None:
    [entry] = firm.done("parked", "list", "--json").json
    firm.done("parked", "retry", str(entry["number"]))
    firm.done("sync")

    assert [one["number"] for one in firm.done("parked", "list", "--json").json] == [entry["number"]]


def test_a_key_of_the_table_means_the_person(make_hub: Callable[..., CliHub]) -> None:
    hub = staffed(make_hub(hub=HUB + "people:\n  egor: {emails: [shchukin@example.com]}\n"))

    assert hub.done("people", "same", "crm", "9", "egor", "--json").json["person"] == "shchukin@example.com"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("people", "same", "crm", "404", "a@example.com"), "has shown nobody who is called 404"),
        (("people", "same", "nowhere", "9", "a@example.com"), "no system nowhere; there is: crm, trk"),
        (("people", "same", "crm", "9", "Кто-то"), "nobody is called Кто-то: give an e-mail"),
        (("people", "leave", "crm", "404"), "has shown nobody"),
        (("people", "forget-answer", "crm", "9"), "nothing was answered about 9 in crm"),
    ],
)
def test_what_nobody_is_called_is_told(firm: CliHub, words: tuple[str, ...], told: str) -> None:
    ended = firm.run(*words)

    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


def test_hub_yaml_is_not_contradicted(make_hub: Callable[..., CliHub]) -> None:
    hub = staffed(make_hub(hub=HUB + "people:\n  bob@example.com: {crm: '9'}\n"))

    ended = hub.run("people", "same", "crm", "9", "shchukin@example.com")

    assert ended.code == 2
    assert "hub.yaml says under people: that 9 in crm is bob@example.com, and wins" in ended.err


def test_a_contradiction_is_told_by_check(firm: CliHub) -> None:
    firm.done("people", "same", "crm", "9", "shchukin@example.com")
    file = firm.folder / "hub.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "people:\n  bob@example.com: {crm: '9'}\n", encoding="utf-8")

    text = firm.done("check").out

    assert "hub.yaml, which wins, and was answered as shchukin@example.com" in text


def test_without_anybody_the_list_says_so(hub: CliHub) -> None:
    assert "no system has shown anybody yet" in hub.done("people", "list").err
    assert hub.done("people", "list", "--unknown", "--json").json == []
    assert "nobody is asked about" in hub.done("people", "list", "--unknown").err


def test_a_wrong_hub_is_told(tmp_path: Path) -> None:
    ended = CliHub(tmp_path).run("people", "list")

    assert ended.code == 2
    assert "hub.yaml" in ended.err


def test_who_is_forgotten_leaves_no_answer_no_account_and_no_question(firm: CliHub) -> None:
    firm.done("people", "same", "trk", "31", "egor@example.com")
    firm.done("people", "same", "crm", "9", "egor@example.com")
    firm.done("case", "forget", "egor@example.com", "--yes")
    firm.done("case", "forget", "Щукин Егор", "--yes")

    with closing(sqlite3.connect(firm.folder / "casehub.db")) as database:
        tables = ("answer", "identity", "person", "parked where kind = 'person'")
        left = {name: str(database.execute(f"select * from {name}").fetchall()) for name in tables}  # noqa: S608  our own names

    assert left["answer"] == "[]"
    assert [name for name, rows in left.items() if "egor@" in rows or "Щукин" in rows] == []
