"""A file that somebody renames: the name goes along, nobody's other name is lost, and all of it is told."""

from pathlib import Path

from connectors.errors import Rejected, RetryLater
from flows.hub.plan import Plan
from flows.hub.planning import make_plan
from flows.hub.wired import Wired
from state import history
from tests.fault_builders import Hook, failing
from tests.flows.hub.attachments.files_world import FilesHub, sharing


def a_copy(tmp_path: Path, *, rest: str = "") -> tuple[FilesHub, str, str]:
    """A file of a deal that stands at its issue too: the hub, the file and its copy."""
    hub, deal = sharing(tmp_path, rest=rest)
    file = hub.attach("crm", deal, "смета", "а.pdf")
    hub.sync()
    [copy] = hub.records("trk", "file")
    return hub, file, copy


def names(hub: FilesHub, system: str) -> list[str]:
    return sorted(str(views["name"]) for views in hub.records(system, "file").values())


async def plan(wired: Wired) -> Plan:
    return await make_plan(wired)


def test_of_two_equal_files_the_other_one_keeps_its_name(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    one = hub.attach("crm", deal, "шаблон", "Шаблон.docx")
    hub.attach("crm", deal, "шаблон", "Приложение 2.docx")
    hub.sync()

    hub.systems["crm"].edit("file", one, {"name": "Приложение 1.docx"})
    hub.sync()
    hub.sync(full=True)

    assert names(hub, "crm") == ["Приложение 1.docx", "Приложение 2.docx"]


def test_a_name_given_back_after_both_were_changed_alike_stays(tmp_path: Path) -> None:
    hub, file, copy = a_copy(tmp_path)
    hub.systems["crm"].edit("file", file, {"name": "б.pdf"})
    hub.systems["trk"].edit("file", copy, {"name": "б.pdf"})
    hub.sync(full=True)

    hub.systems["crm"].edit("file", file, {"name": "а.pdf"})
    hub.sync(full=True)
    hub.sync(full=True)

    assert names(hub, "crm") == names(hub, "trk") == ["а.pdf"]


def test_the_history_and_a_plan_tell_of_it(tmp_path: Path) -> None:
    hub, file, _ = a_copy(tmp_path)
    hub.systems["crm"].edit("file", file, {"name": "в.pdf"})

    planned = hub.wired(plan)
    hub.sync()

    told = [line.event for line in history.history(hub.installation.store, entity=hub.case().entity.id)]
    assert [one.line() for one in planned.files] == ["CASE-1  ~ trk file  а.pdf → в.pdf  renamed in crm"]
    assert [(one.old, one.new, one.system) for one in told if one.what == "renamed"] == [("а.pdf", "в.pdf", "trk")]
    assert names(hub, "trk") == ["в.pdf"]


def test_who_renamed_the_copy_meanwhile_keeps_his_name(tmp_path: Path) -> None:
    hub, file, copy = a_copy(tmp_path)
    hub.systems["crm"].edit("file", file, {"name": "в.pdf"})
    own = {"name": "г.pdf"}
    between = Hook("get", "before", lambda: hub.systems["trk"].edit("file", copy, own), kind="file")
    hub.systems["trk"].hook = between

    hub.sync()
    hub.sync(full=True)

    assert (names(hub, "crm"), names(hub, "trk")) == (["в.pdf"], ["г.pdf"])


def test_a_system_that_was_away_gets_the_name_later(tmp_path: Path) -> None:
    hub, file, _ = a_copy(tmp_path)
    hub.systems["crm"].edit("file", file, {"name": "в.pdf"})
    away = RetryLater("away", system="trk")
    hub.systems["trk"].hook = Hook("list", "before", failing(away), kind="record")

    hub.sync()
    hub.sync(full=True)

    assert names(hub, "trk") == ["в.pdf"]


def test_a_plan_shows_the_copies_that_go_with_their_file(tmp_path: Path) -> None:
    hub, file, _ = a_copy(tmp_path, rest="    gone: close\n")
    [deal] = hub.records("crm")
    hub.attach("crm", deal, "бриф", "бриф.pdf")
    hub.sync()
    hub.systems["crm"].delete("file", file)
    hub.attach("crm", deal, "третий", "3.pdf")

    planned = hub.wired(plan)
    hub.sync()

    assert "CASE-1  - trk file  а.pdf  deleted in crm" in [one.line() for one in planned.files]
    assert names(hub, "trk") == ["3.pdf", "бриф.pdf"]


def test_a_name_that_a_system_refuses_is_told_once(tmp_path: Path) -> None:
    hub, file, _ = a_copy(tmp_path)
    hub.systems["crm"].edit("file", file, {"name": "в.pdf"})
    no = Rejected("not so", system="trk", reason="имя занято")
    hub.systems["trk"].hook = Hook("update", "before", failing(no), kind="file", times=9)

    told = [hub.sync(full=True).notices for _ in range(3)]

    assert told == [["trk: file 'а.pdf' is not called 'в.pdf' there: имя занято"], [], []]
    assert (names(hub, "crm"), names(hub, "trk")) == (["в.pdf"], ["а.pdf"])


def test_a_copy_gets_no_type_that_its_system_does_not_take(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path, "    files: {crm: {}, trk: {not_types: [program]}}\n")
    file = hub.attach("crm", deal, "смета", "а.txt")
    hub.sync()
    hub.systems["crm"].edit("file", file, {"name": "а.exe"})

    planned = hub.wired(plan)
    told = [hub.sync(full=True).notices for _ in range(2)]

    assert planned.files == ()
    assert told == [["trk: file 'а.txt' is not called 'а.exe' there: files of the type exe are kept out"], []]
    assert (names(hub, "crm"), names(hub, "trk")) == (["а.exe"], ["а.txt"])
