"""`case item …`: the work items of a case."""

from pathlib import Path

import pytest

from connectors.memory import MemorySystem
from connectors.memory.file import save
from tests.flows.cli.cli_builders import HUB, CliHub, a_folder, clock
from tests.hub_builders import PEOPLE, a_deal
from tests.kinds_builders import FILES, KINDS, kinds_of


@pytest.fixture
def family(tmp_path: Path, empty_database: Path) -> CliHub:
    """CASE-1 with a deal and an issue, in a hub that moves items and clients."""
    hub = a_folder(tmp_path / "hub", hub=HUB.rstrip("\n") + KINDS, database=empty_database)
    for name, text in FILES.items():
        (hub.folder / name).write_text(text, encoding="utf-8")
    for name, kinds in kinds_of().items():
        save(MemorySystem(clock, kinds=kinds, people=PEOPLE), hub.folder / f"{name}.json")
    with hub.at("crm") as crm:
        crm.create("company", {"name": "ООО «Ромашка»", "owner": "7"})
        crm.create("record", a_deal())
    hub.done("sync")
    return hub


def test_an_item_that_is_added_at_the_hub_becomes_an_issue_under_the_cases_issue(family: CliHub) -> None:
    made = family.done(
        "case", "item", "add", "CASE-1", "Смета", "--due", "2026-12-01", "--assignee", "ann@example.com", "--json"
    ).json
    family.done("sync")

    assert (made["key"], made["of"]) == ("ITEM-1", "CASE-1")
    [issue] = [views for views in family.records("trk").values() if views["tracker"] == "Task"]
    assert (issue["title"], issue["deadline"], issue["owner"], issue["parent"]) == ("Смета", "2026-12-01", "7", "2")
    shown = family.done("case", "show", "CASE-1", "--json").json
    assert [one["key"] for one in shown["items"]] == ["ITEM-1"]
    assert {link["system"] for link in shown["items"][0]["links"]} == {"trk"}
    assert shown["client"]["key"] == "CLIENT-1"


def test_a_plan_of_one_case_shows_its_items_too(family: CliHub) -> None:
    family.done("case", "item", "add", "CASE-1", "Смета")
    family.done("sync")
    family.done("case", "set", "ITEM-1", "title", "Смета и сроки")
    with family.at("crm") as crm:
        crm.create("record", a_deal("Другая"))

    whole, of_one = (family.done("plan", *words, "--json").json for words in ([], ["--case", "case-1"]))

    assert [write["title"] for write in of_one["writes"]] == ["Смета и сроки"]
    assert len(whole["writes"]) > 1


def test_a_case_is_shown_with_its_client_and_its_items(family: CliHub) -> None:
    family.done("case", "item", "add", "case-1", "Смета")
    family.done("case", "item", "add", "item-1", "Согласовать")
    family.done("sync")

    text = family.done("case", "show", "CASE-1").out
    listed = family.done("case", "item", "list", "CASE-1").out.splitlines()

    assert "client CLIENT-1  ООО «Ромашка»" in text
    assert [line.split()[0] for line in listed] == ["item", "ITEM-1", "ITEM-2"]
    assert listed[2].split()[-2:] == ["ITEM-1", "trk#4"]
    assert [one["key"] for one in family.done("case", "item", "list", "CASE-1", "--json").json] == ["ITEM-1", "ITEM-2"]


def test_an_item_is_set_and_moved_like_a_case(family: CliHub) -> None:
    family.done("case", "item", "add", "CASE-1", "Смета")

    family.done("case", "set", "ITEM-1", "due", "2026-12-24")
    wrong = family.run("case", "set", "ITEM-1", "stage", "lead")
    astray = family.run("case", "set", "ITEM-1", "case", "CASE-9")

    assert family.done("case", "show", "ITEM-1", "--json").json["facts"]["due"]["value"] == {"date": "2026-12-24"}
    assert (wrong.code, "an item has no fact 'stage'" in wrong.err) == (2, True)
    assert (astray.code, "CASE-9 is no case" in astray.err) == (2, True)


def test_what_an_item_said_and_had_comes_back_as_of_a_case(family: CliHub) -> None:
    family.done("case", "item", "add", "CASE-1", "Смета", "--due", "2026-12-01")
    family.done("sync")
    [number] = [number for number, views in family.records("trk").items() if views["tracker"] == "Task"]
    family.edit("trk", number, deadline="2026-12-24")
    family.done("sync")
    explained = family.done("case", "explain", "ITEM-1", "due", "--json").json
    [later] = [
        one["number"] for one in family.done("case", "history", "ITEM-1", "--json").json if one["what"] == "read"
    ]
    settled = family.run("conflicts", "resolve", "ITEM-1", "due", "--value", "2026-12-09")

    first = family.done("case", "restore", "ITEM-1", "due", "--yes").out
    second = family.done("case", "restore", "ITEM-1", "due", "--event", str(later), "--yes").out
    with family.at("trk") as trk:
        trk.delete("record", number)
    family.done("sync", "--full")
    family.done("case", "restore", "ITEM-1", "--system", "trk", "--yes")
    family.done("sync")

    assert [one["value"] for one in explained] == [{"date": "2026-12-24"}]
    assert "due is not in conflict here" in settled.err
    assert (first.split("  ")[0], second.split("  ")[0]) == (
        "ITEM-1 due: 2026-12-24 → 2026-12-01",
        "ITEM-1 due: 2026-12-01 → 2026-12-24",
    )
    [made] = [views for views in family.records("trk").values() if views["tracker"] == "Task"]
    assert (made["title"], made["deadline"]) == ("Смета", "2026-12-24")


def test_the_item_that_a_person_names_has_to_be_one_however_they_give_it(family: CliHub) -> None:
    family.done("case", "item", "add", "CASE-1", "Смета")
    family.done("case", "item", "add", "CASE-1", "Согласовать")
    nobody = ("ITEM-2", "parent", "--value", "item-9")

    restored = family.run("case", "restore", *nobody, "--yes")
    settled = family.run("conflicts", "resolve", *nobody)
    family.done("case", "restore", "ITEM-2", "parent", "--value", "item-1", "--yes")

    assert (restored.code, settled.code) == (2, 2)
    assert ("item-9 is no item" in restored.err, "item-9 is no item" in settled.err) == (True, True)
    assert family.done("case", "show", "ITEM-2", "--json").json["facts"]["parent"]["value"] == "ITEM-1"


def test_a_sync_without_items_says_so(opened: CliHub) -> None:
    ended = opened.run("case", "item", "add", "CASE-1", "Смета")

    assert ended.code == 2
    assert "no system of it has a mapping with entity: item" in ended.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["CASE-9", "Смета"], "there is no case 'CASE-9'"),
        (["CASE-1", "Смета", "--due", "завтра"], "завтра"),
        (["CLIENT-1", "Смета"], "CLIENT-1 is a client"),
        (["CASE-1", " "], "a work item needs a title"),
    ],
)
def test_what_is_wrong_with_an_item_is_told(family: CliHub, words: list[str], told: str) -> None:
    ended = family.run("case", "item", "add", *words)

    assert ended.code == 2
    assert told in ended.err
