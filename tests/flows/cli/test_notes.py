"""`case notes` and `case note add`; and a note that is internal to its system leaves it by no way out of the hub."""

from pathlib import Path

import pytest

from connectors.memory import MemorySystem
from connectors.memory.file import save
from mappings.exchange import View
from tests.flows.cli.cli_builders import HUB, CliHub, a_folder, clock
from tests.hub_builders import CRM, PEOPLE, TRK, a_deal, some_traits
from tests.notes_builders import COMMENT, INTERNAL, NOTES, PLACES, TRAITS

SECRET = "ДАМ-СКИДКУ-СОРОК"


@pytest.fixture
def talk(tmp_path: Path, empty_database: Path) -> CliHub:
    """CASE-1 with deal 1 and issue 1, in a hub that shares notes."""
    hub = a_folder(tmp_path / "hub", hub=HUB.rstrip("\n") + "\n" + NOTES, database=empty_database)
    files = {
        "record.crm.yaml": CRM,
        "record.trk.yaml": TRK,
        "comment.crm.yaml": COMMENT.format(name="crm"),
        "comment.trk.yaml": COMMENT.format(name="trk") + INTERNAL,
    }
    for name, text in files.items():
        (hub.folder / name).write_text(text, encoding="utf-8")
    for name in ("crm", "trk"):
        traits = TRAITS if name == "trk" else type(TRAITS)(**{**vars(TRAITS), "places": PLACES})
        kinds = {"record": some_traits(name), "comment": traits}
        save(MemorySystem(clock, kinds=kinds, people=PEOPLE), hub.folder / f"{name}.json")
    with hub.at("crm") as crm:
        crm.create("record", a_deal())
    hub.done("sync")
    return hub


def comment(hub: CliHub, system: str, parent: str, text: View, **views: View) -> str:
    with hub.at(system) as there:
        return there.create("comment", {"text": text, "parent": parent, **views}, by="7")


def texts(hub: CliHub, system: str) -> list[View]:
    with hub.at(system) as there:
        return [row.views["text"] for row in there.listed("comment")]


def test_a_note_that_is_added_at_the_hub_goes_to_all_systems(talk: CliHub) -> None:
    made = talk.done("case", "note", "add", "CASE-1", "Смета **готова**", "--by", "ann", "--json").json
    talk.done("sync")

    assert (made["key"], made["of"]) == ("NOTE-1", "CASE-1")
    assert texts(talk, "crm") == texts(talk, "trk") == ["ann (hub):\n\nСмета **готова**"]
    [noted] = talk.done("case", "notes", "CASE-1", "--json").json
    assert (noted["body"], noted["author"], noted["written_in"]) == ("Смета **готова**", "ann", "hub")
    assert {link["system"] for link in noted["links"]} == {"crm", "trk"}


def test_notes_are_listed_in_their_order(talk: CliHub) -> None:
    comment(talk, "crm", "1", "Первая\nстрока вторая", private=None)
    talk.done("case", "note", "add", "CASE-1", "Вторая")
    talk.done("sync")

    lines = talk.done("case", "notes", "case-1").out.splitlines()

    assert len(lines) == 3
    assert "Анна" in lines[1] or "ann@example.com" in lines[1]
    assert "Первая" in lines[1]
    assert "строка вторая" not in lines[1]
    assert "Вторая" in lines[2]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["CASE-9", "Смета"], "there is no case 'CASE-9'"),
        (["CASE-1", "  "], "a note must say something"),
        (["NOTE-1", "Смета"], "NOTE-1 is a note"),
    ],
)
def test_what_is_wrong_with_a_note_is_told(talk: CliHub, words: list[str], told: str) -> None:
    talk.done("case", "note", "add", "CASE-1", "Первая")

    ended = talk.run("case", "note", "add", *words)

    assert ended.code == 2
    assert told in ended.err


def test_a_sync_without_notes_says_so(opened: CliHub) -> None:
    ended = opened.run("case", "note", "add", "CASE-1", "Смета")

    assert ended.code == 2
    assert "no system of it has a mapping with entity: note" in ended.err
    assert opened.run("case", "notes", "CASE-9").code == 2


# --- what is internal -------------------------------------------------------------------------------------------------

WAYS = [
    ["plan", "--json"],
    ["plan"],
    ["sync"],
    ["sync", "--full", "--json"],
    ["status", "--json"],
    ["log", "--json"],
    ["parked", "list", "--json"],
    ["conflicts", "list", "--json"],
    ["case", "show", "CASE-1", "--json"],
    ["case", "show", "NOTE-1", "--json"],
    ["case", "show", "NOTE-1"],
    ["case", "history", "CASE-1", "--json"],
    ["case", "history", "NOTE-1", "--json"],
    ["case", "explain", "NOTE-1", "--json"],
    ["case", "explain", "NOTE-1", "body", "--json"],
]


def said_by(hub: CliHub) -> str:
    """Everything that the hub says, by any of its ways out."""
    ended = [hub.run(*words) for words in WAYS]
    return "\n".join(one.out + one.err for one in ended)


def written_by(hub: CliHub) -> list[str]:
    """The files of the hub that hold the secret, but for the tracker's own."""
    files = [file for file in hub.folder.rglob("*") if file.is_file() and file.name != "trk.json"]
    spelled = [SECRET.encode(), SECRET.encode("unicode_escape")]
    return [file.name for file in files if any(one in file.read_bytes() for one in spelled)]


def test_an_internal_note_leaves_its_system_by_no_way(talk: CliHub) -> None:
    secret = comment(talk, "trk", "1", f"Только нам: {SECRET}", private=True)
    comment(talk, "trk", "1", "Всем", private=False)
    talk.run("plan", "-o", str(talk.folder / "plan.yaml"))

    said = said_by(talk)
    with talk.at("trk") as trk:
        trk.edit("comment", secret, {"text": f"И ещё: {SECRET}"})
    said += said_by(talk)

    assert texts(talk, "crm") == ["Анна Ли (trk):\n\nВсем"]
    assert SECRET not in said
    assert written_by(talk) == []
    listed = talk.done("case", "notes", "CASE-1", "--json").json
    assert [(one["internal"], one["body"]) for one in listed] == [(True, None), (False, "Всем")]


def test_a_note_that_becomes_internal_is_read_no_further_and_one_that_is_shared_at_last_travels(talk: CliHub) -> None:
    shared = comment(talk, "trk", "1", "Было всем", private=False)
    secret = comment(talk, "trk", "1", f"Только нам: {SECRET}", private=True)
    talk.done("sync")

    with talk.at("trk") as trk:
        trk.edit("comment", shared, {"text": f"Теперь нет: {SECRET}", "private": True})
    said = said_by(talk)
    assert texts(talk, "crm") == ["Анна Ли (trk):\n\nБыло всем"]
    assert (SECRET in said, written_by(talk)) == (False, [])

    with talk.at("trk") as trk:
        trk.edit("comment", secret, {"text": "Теперь всем", "private": False})
    talk.done("sync")
    assert texts(talk, "crm") == ["Анна Ли (trk):\n\nБыло всем", "Анна Ли (trk):\n\nТеперь всем"]


def test_a_mark_that_nobody_can_read_keeps_a_note_where_it_is(talk: CliHub) -> None:
    comment(talk, "trk", "1", f"Только нам: {SECRET}", private="наверное")

    said = said_by(talk)

    assert texts(talk, "crm") == []
    assert (SECRET in said, written_by(talk)) == (False, [])


def test_an_internal_note_of_the_hub_stays_there(talk: CliHub) -> None:
    talk.done("case", "note", "add", "CASE-1", SECRET, "--internal")

    said = said_by(talk)

    assert texts(talk, "crm") == texts(talk, "trk") == []
    assert SECRET not in said
    assert [one["body"] for one in talk.done("case", "notes", "CASE-1", "--json").json] == [SECRET]
