"""Files of cases, from one system to another: each once, known by what it holds."""

from pathlib import Path

import pytest

from tests.flows.hub.attachments.files_world import digest_of, sharing


@pytest.mark.parametrize("where", ["crm", "trk"])
def test_a_file_appears_on_the_other_record_of_its_case_and_nothing_stays_in_the_spool(
    tmp_path: Path, where: str
) -> None:
    hub, deal = sharing(tmp_path)
    records = {"crm": deal, "trk": hub.issue()}
    hub.attach(where, records[where], "Смета на 150 000 ₽", "Смета 1.pdf")

    report = hub.sync()
    again = hub.sync()
    full = hub.sync(full=True)

    assert hub.files("crm", deal) == hub.files("trk", hub.issue()) == {"Смета 1.pdf": "Смета на 150 000 ₽"}
    assert report.files["copied"] == 1
    assert not again.files
    assert not full.files
    assert len(hub.fetched) == 1
    assert not hub.lying()
    assert sum(again.writing.values()) == sum(full.writing.values()) == 0


def test_the_same_content_on_both_sides_is_one_file_whatever_it_is_called(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "одно и то же", "смета.pdf")
    hub.attach("trk", hub.issue(), "одно и то же", "Смета (финал).pdf")

    assert not hub.sync().files

    assert hub.files("crm", deal) == {"смета.pdf": "одно и то же"}
    assert hub.files("trk", hub.issue()) == {"Смета (финал).pdf": "одно и то же"}


def test_two_contents_of_one_name_are_two_files(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "первая")
    hub.attach("trk", hub.issue(), "вторая")

    hub.sync()

    assert sorted(hub.files("crm", deal).values()) == sorted(hub.files("trk", hub.issue()).values())
    assert sorted(hub.files("crm", deal).values()) == ["вторая", "первая"]


def test_files_wait_for_the_case_to_get_a_second_record(tmp_path: Path) -> None:
    hub, _ = sharing(tmp_path)
    lead = hub.systems["crm"].create("record", {"title": "Заявка", "client": "ИП", "stage": "NEW"})
    hub.attach("crm", lead, "бриф", "бриф.docx")
    hub.sync()
    before = list(hub.fetched)
    hub.systems["crm"].edit("record", lead, {"stage": "PREP"})
    hub.sync()

    [issue] = [link.external_id for link in hub.case("CASE-2").links if link.system == "trk"]
    assert before == []
    assert hub.files("trk", issue) == {"бриф.docx": "бриф"}


def test_a_rename_follows_and_is_no_second_file(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    number = hub.attach("crm", deal, "смета", "черновик.pdf")
    hub.sync()
    hub.systems["crm"].edit("file", number, {"name": "Смета финал.pdf"})

    report = hub.sync()
    again = hub.sync(full=True)

    assert hub.files("trk", hub.issue()) == {"Смета финал.pdf": "смета"}
    assert report.files["renamed"] == 1
    assert not again.files


def test_a_deleted_file_stays_elsewhere_and_does_not_come_back(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    number = hub.attach("crm", deal, "смета")
    hub.attach("crm", deal, "бриф", "бриф.txt")
    hub.sync()
    hub.systems["crm"].delete("file", number)

    hub.sync(full=True)
    hub.sync()

    assert hub.files("crm", deal) == {"бриф.txt": "бриф"}
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "смета", "бриф.txt": "бриф"}
    assert [one.state for one in hub.known().copied if one.identity == digest_of("смета")] == ["removed", "here"]


def test_a_deleted_file_is_put_back_where_the_sync_says_restore(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path, rest="    gone: restore\n")
    number = hub.attach("crm", deal, "смета")
    hub.sync()
    hub.systems["crm"].delete("file", number)
    hub.sync(full=True)

    assert hub.files("crm", deal) == hub.files("trk", hub.issue()) == {"смета.pdf": "смета"}


def test_a_deletion_is_noticed_when_another_file_of_the_record_is_read(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    number = hub.attach("crm", deal, "смета")
    hub.sync()
    hub.systems["crm"].delete("file", number)
    hub.attach("crm", deal, "новая", "новая.pdf")
    hub.sync()

    assert {one.record for one in hub.known().held if one.gone} == {number}


def test_files_of_internal_notes_stay_where_they_are_and_nobody_hears_of_them(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path, "    files: {crm: {max_size: 3B}, trk: {}}\n", comments=True)
    secret = hub.attach("trk", hub.issue(), "маржа 40 %", "маржа.xlsx")
    hub.private = frozenset({secret})
    hub.sync()
    hub.sync(full=True)

    assert hub.files("crm", deal) == {}
    assert not hub.records("crm", "comment")
    assert hub.fetched == []
    assert hub.told() == []


@pytest.mark.parametrize(
    ("limits", "name", "why"),
    [
        ("{max_size: 10B}", "смета.pdf", "it has 31 bytes, more than 10 bytes"),
        ("{not_types: [program]}", "Setup.EXE", "files of the type exe are kept out"),
        ("{types: [pdf, image]}", "план.docx", "files of the type docx are not among pdf, image"),
    ],
)
def test_what_may_not_go_is_told_once_with_its_address(tmp_path: Path, limits: str, name: str, why: str) -> None:
    hub, deal = sharing(tmp_path, f"    files: {{crm: {{}}, trk: {limits}}}\n")
    number = hub.attach("crm", deal, "длинный текст, да", name)

    first, second = hub.sync(), hub.sync(full=True)

    assert hub.files("trk", hub.issue()) == {}
    assert hub.fetched == []
    assert hub.told() == [f"{name} is not copied to trk: {why}; it is at memory://crm/file/{number}"]
    assert (first.files["linked"], first.parked) == (1, 1)
    assert not second.files


def test_where_there_are_notes_a_line_says_where_the_file_is(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path, "    files: {crm: {}, trk: {max_size: 10B}}\n", comments=True)
    number = hub.attach("crm", deal, "длинный текст")
    hub.sync()
    hub.sync(full=True)

    [line] = hub.records("trk", "comment").values()
    assert line["text"] == (f"смета.pdf (25 bytes): memory://crm/file/{number}\nit has 25 bytes, more than 10 bytes")
    assert line["parent"] == hub.issue()
    assert hub.told() == []


def test_larger_limits_have_it_copied_after_all_and_the_entry_goes_away(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path, "    files: {crm: {}, trk: {max_size: 10B}}\n")
    hub.attach("crm", deal, "длинный текст")
    hub.sync()
    settings = tmp_path / "hub.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("10B", "1MB"), encoding="utf-8")
    from flows.hub.wiring import install

    hub.installation.store.close()
    hub.installation = install(tmp_path, {}, clock=hub.systems["crm"].clock)
    hub.sync(approved=True)

    assert hub.files("trk", hub.issue()) == {"смета.pdf": "длинный текст"}
    assert hub.told() == []


def test_what_a_system_refuses_becomes_a_link_and_is_tried_again_with_a_full_read(tmp_path: Path) -> None:
    from dataclasses import replace

    from tests.flows.hub.attachments.files_world import FILE

    hub, deal = sharing(tmp_path)
    hub.systems["trk"].kinds["file"] = replace(FILE, refused=frozenset({"content"}), required=frozenset({"content"}))
    hub.attach("crm", deal, "смета")
    hub.sync()
    told = hub.told()
    hub.sync()
    hub.systems["trk"].kinds["file"] = FILE
    hub.sync(full=True)

    assert len(told) == 1
    assert "content" in told[0]
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "смета"}
    assert hub.told() == []


def test_a_broken_download_is_no_file_and_comes_whole_with_the_next_pass(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    number = hub.attach("crm", deal, "длинная смета")
    hub.broken = frozenset({number})
    report = hub.sync()
    before = hub.files("trk", hub.issue())
    hub.broken = frozenset()
    hub.sync()

    assert before == {}
    assert any(number in notice for notice in report.notices)
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "длинная смета"}
    assert not hub.lying()


def test_dangerous_names_arrive_as_safe_ones(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "1", "../../etc/passwd")
    hub.attach("crm", deal, "2", "CON.txt")
    hub.attach("crm", deal, "3", "Отчёт\u202efdp.exe")
    hub.sync()
    hub.sync(full=True)

    assert hub.files("trk", hub.issue()) == {"_.._etc_passwd": "1", "_CON.txt": "2", "Отчётfdp.exe": "3"}
    assert set(hub.files("crm", deal)) == {"../../etc/passwd", "CON.txt", "Отчёт\u202efdp.exe"}


def test_a_system_without_files_is_told_before_anything_runs(tmp_path: Path) -> None:
    from mappings.language import Problems
    from tests.hub_builders import HUB, a_hub

    hub = a_hub(tmp_path, hub=HUB + "    files: {crm: {}, trk: {}}\n")
    with pytest.raises(Problems, match="crm holds no files to share"):
        hub.sync()


def test_a_plan_lists_what_would_be_copied_and_copies_nothing(tmp_path: Path) -> None:
    from flows.hub.planning import make_plan

    hub, deal = sharing(tmp_path, "    files: {crm: {}, trk: {not_types: [exe]}}\n")
    hub.attach("crm", deal, "смета", "Смета.pdf")
    hub.attach("crm", deal, "вирус", "setup.exe")

    [planned] = hub.wired(make_plan).files
    before = hub.files("trk", hub.issue())
    hub.sync()

    assert planned.line() == "CASE-1  + trk file  Смета.pdf  10 bytes  from crm  (unless it is there already)"
    assert before == {}
    assert hub.files("trk", hub.issue()) == {"Смета.pdf": "смета"}


def test_the_files_of_a_case_are_shown_with_why_they_are_not_elsewhere(tmp_path: Path) -> None:
    from flows.hub.attachments.looking import files_of

    hub, deal = sharing(tmp_path, "    files: {crm: {}, trk: {not_types: [exe]}}\n")
    hub.attach("crm", deal, "смета", "Смета.pdf")
    hub.attach("crm", deal, "вирус", "setup.exe")
    hub.sync()

    sync = hub.installation.sync(None)
    shown = [one.form() for one in files_of(hub.installation.store, hub.case(), sync.files)]

    assert [one["name"] for one in shown] == ["Смета.pdf", "setup.exe"]
    assert [{name: place["state"] for name, place in one["systems"].items()} for one in shown] == [
        {"crm": "here", "trk": "here"},
        {"crm": "here", "trk": "not copied"},
    ]
    assert shown[0]["sha256"] == digest_of("смета")
    assert shown[1]["systems"]["trk"]["why"] == "files of the type exe are kept out"
