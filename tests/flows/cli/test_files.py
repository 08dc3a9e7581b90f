"""`case files`: where the files of a case are, and why they are not elsewhere."""

from pathlib import Path

import pytest

from connectors.memory import MemorySystem
from connectors.memory.file import save
from connectors.memory.traits import KindTraits
from flows.hub.wiring import install
from state import cases, claims
from tests.flows.cli.cli_builders import HUB, CliHub, a_folder, clock
from tests.hub_builders import PEOPLE, a_deal, some_traits

FILE = KindTraits(marker=False, signed=True, hangs_on="record", holds=True)
SHARED = "    files: {crm: {}, trk: {max_size: 3B}}\n"


@pytest.fixture
def shared(tmp_path: Path, empty_database: Path) -> CliHub:
    """CASE-1 with a deal that has a file, which is too large for the tracker."""
    hub = a_folder(tmp_path / "hub", hub=HUB.rstrip("\n") + "\n" + SHARED, database=empty_database)
    for name in ("crm", "trk"):
        kinds = {"record": some_traits(name), "file": FILE}
        save(MemorySystem(clock, kinds=kinds, people=PEOPLE), hub.folder / f"{name}.json")
    with hub.at("crm") as crm:
        crm.attach("file", crm.create("record", a_deal()), "длинная смета".encode(), name="Смета «Ёж».pdf")
    hub.done("sync")
    return hub


def test_a_file_is_listed_with_why_it_is_not_elsewhere(shared: CliHub) -> None:
    lines = shared.done("case", "files", "CASE-1").out.splitlines()
    [form] = shared.done("case", "files", "case-1", "--json").json

    assert "Смета «Ёж».pdf" in lines[-1]
    assert "25 bytes" in lines[-1]
    assert "trk: not copied (it has 25 bytes, more than 3 bytes)" in lines[-1]
    assert form["systems"]["trk"] == {"state": "not copied", "why": "it has 25 bytes, more than 3 bytes"}
    assert (form["size"], form["internal"]) == (25, False)


def test_what_is_busy_stops_nothing_else_that_is_tried_again(shared: CliHub) -> None:
    shared.edit("crm", "1", stage="НЕТ ТАКОЙ")
    shared.done("sync")
    store = install(shared.folder, {}).store
    claims.claim(store, store.worker(), scopes=[], limit=1, only=[cases.by_keys(store, ["CASE-1"])["CASE-1"].entity.id])

    ended = shared.run("parked", "retry", "CASE-1")
    store.close()

    assert ended.code == 1
    [line] = ended.out.splitlines()
    assert line.startswith("CASE-1 Смета «Ёж».pdf")
    assert "another worker is deciding this case" in ended.err


def test_what_is_not_copied_is_on_the_attention_list_tried_again_and_left(shared: CliHub) -> None:
    [entry] = shared.done("parked", "list", "--json").json
    shared.done("parked", "retry", str(entry["number"]))
    between = shared.done("parked", "list", "--json").json
    shared.done("sync")
    [again] = shared.done("parked", "list", "--json").json
    shared.done("parked", "drop", str(again["number"]))
    shared.done("sync", "--full")

    assert between == []
    assert again["number"] != entry["number"]
    assert shared.done("parked", "list", "--json").json == []


def test_a_case_without_files_says_so(shared: CliHub) -> None:
    with shared.at("crm") as crm:
        crm.create("record", a_deal("Вторая"))
    shared.done("sync")

    assert shared.done("case", "files", "CASE-2").out == "CASE-2 has no files\n"


def test_a_sync_that_shares_none_says_so(opened: CliHub) -> None:
    assert opened.done("case", "files", "CASE-1").out.startswith("presales shares no files")
    assert opened.done("case", "files", "CASE-1", "--json").json == []


def test_a_case_that_is_not_there_is_told(shared: CliHub) -> None:
    ended = shared.run("case", "files", "CASE-9")

    assert ended.code == 2
    assert "there is no case 'CASE-9'" in ended.err


def test_a_file_to_copy_is_something_to_do(shared: CliHub) -> None:
    nothing = shared.run("plan", "--exit-code")
    with shared.at("crm") as crm:
        crm.attach("file", "1", b"ok", name="Ёж.txt")
    something = shared.run("plan", "--exit-code")

    assert (nothing.code, something.code) == (0, 6)
    assert something.out.startswith("CASE-1  + trk file  Ёж.txt")
