"""`plan` and `apply`: every write can be seen before it is made, and only what was seen is made."""

import json
import re

import pytest

from flows.hub.documents.foreseeing import PlannedPaper
from flows.hub.plan import Plan
from tests.flows.cli.cli_builders import HUB

GUARDED = HUB + "    guards: {max_creates: 1}\n"


def plain(text: str) -> list[str]:
    """The lines with single blanks, and ordinary ones between thousands."""
    return [" ".join(line.replace("\u00a0", " ").split()) for line in text.splitlines()]


def test_a_plan_shows_old_and_new_with_labels_and_who_said_it(opened):
    opened.edit("crm", "1", amount="175000", owner="8")
    opened.edit("trk", "1", status="In Progress")

    lines = plain(opened.done("plan", "presales").out)

    assert lines[0] == "CASE-1 Внедрение CRM · ООО «Ромашка»"
    assert re.fullmatch(r"~ crm record #1 stage Квалификация → Пресейл в работе trk #1, \d\d:\d\d", lines[1])
    assert re.fullmatch(r"~ trk record #1 amount 150 000 ₽ → 175 000 ₽ crm #1, \d\d:\d\d", lines[2])
    assert re.fullmatch(r"~ trk record #1 owner Анна Ли → Bob crm #1, \d\d:\d\d", lines[3])
    assert re.fullmatch(
        r"Plan: 0 to create, 2 to change, 0 to delete, 0 conflicts, 0 parked\. Requests: ~6\. Fingerprint \w+", lines[4]
    )


def test_a_plan_shows_long_values_whole_where_that_is_asked_for(opened):
    long = "Внедрение для " + "очень " * 12
    opened.edit("crm", "1", title=f"{long}длинное")
    opened.done("sync")
    opened.edit("crm", "1", title=f"{long}короткое")
    change = f"title {long}длинное → {long}короткое crm #1,"

    cut, wide = (opened.done("plan", *options).out for options in ([], ["--wide"]))

    assert any(line.startswith(f"~ trk record #1 {change}") for line in plain(wide))
    assert "…очень очень очень длинное → …очень очень очень короткое" in cut


def test_a_plan_writes_nothing_anywhere(hub):
    hub.deal()
    before = (hub.records("crm"), hub.records("trk"))

    ended = hub.done("plan")

    assert (hub.records("crm"), hub.records("trk")) == before
    assert hub.done("case", "list", "--json").json == []
    assert plain(ended.out)[:3] == [
        "new case for #1 Внедрение CRM · ООО «Ромашка»",
        "+ trk record",
        "title Внедрение CRM",
    ]


def test_a_conflict_stands_in_the_plan_with_the_command_that_settles_it(opened):
    opened.edit("crm", "1", title="А")
    opened.edit("trk", "1", title="Б")

    out = opened.done("plan").out

    assert "! conflict title" in out
    assert "crm А · trk Б" in out
    assert "casehub conflicts resolve CASE-1 title --take …" in out
    assert "1 conflict, 0 parked" in out


def test_a_stored_conflict_still_counts(opened):
    opened.edit("crm", "1", title="А")
    opened.edit("trk", "1", title="Б")
    opened.done("sync")

    found = opened.done("plan", "--json").json

    assert found["counts"] == {"creates": 0, "changes": 0, "deletes": 0, "conflicts": 1, "parked": 0, "requests": 0}


def test_a_stored_conflict_counts_in_the_plan_of_its_own_case_alone(opened):
    opened.deal("Вторая")
    opened.done("sync")
    opened.edit("crm", "1", title="А")
    opened.edit("trk", "1", title="Б")
    opened.done("sync")

    found = [opened.done("plan", "--case", f"CASE-{number}", "--json").json["counts"] for number in (1, 2)]

    assert [counts["conflicts"] for counts in found] == [1, 0]


def test_the_exit_code_says_whether_there_is_something_to_do(opened):
    nothing = opened.run("plan", "--exit-code")
    opened.edit("crm", "1", amount="5")
    something = opened.run("plan", "--exit-code")

    assert (nothing.code, something.code) == (0, 6)
    assert nothing.out.startswith("Nothing to do.\n")


@pytest.mark.parametrize(("verb", "anything"), [("make", True), ("refresh", True), ("wait", False)])
def test_a_document_is_something_to_do_unless_it_waits_for_facts(verb, anything):
    paper = PlannedPaper(verb, "CASE-1", "brief", "store", "Бриф")

    assert Plan("presales", "m", (), (), (), {}, documents=(paper,)).anything is anything


def test_a_plan_can_be_narrowed(opened):
    opened.deal("Второй")
    opened.edit("crm", "1", amount="5")

    one = opened.done("plan", "--case", "case-1", "--json").json
    other = opened.run("plan", "--system", "crm", "--json")

    assert [write["case"] for write in one["writes"]] == ["CASE-1"]
    assert other.json["writes"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["plan", "nosuch"], "there is no sync 'nosuch'"),
        (["plan", "--case", "CASE-9"], "there is no case 'CASE-9'; `casehub case list` shows those there are"),
        (["plan", "--system", "wiki"], "presales has no system 'wiki'; there is: crm, trk"),
        (["plan", "--case", "CASE-1", "-o", "p.json"], "a plan file holds the whole plan"),
        (["apply", "nosuch.json"], "nosuch.json cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_meant_is_told(hub, words, says):
    ended = hub.run(*words)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_a_folder_where_the_plan_was_to_be_kept_is_told_by_its_name(hub):
    there = hub.folder / "планы"
    there.mkdir()

    ended = hub.run("plan", "-o", str(there))

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"{there}: Is a directory\n"


@pytest.mark.parametrize("text", ["", "[]", '{"casehub": 2}', '{"casehub": 2, "sync": "a", "fingerprint": "b"'])
def test_a_file_that_is_no_plan_is_refused(hub, text):
    path = hub.folder / "plan.yaml"
    path.write_text(text)

    ended = hub.run("apply", str(path))

    assert ended.code == 2
    assert "is no plan file" in ended.err


def test_a_plan_of_a_later_format_is_refused(hub):
    path = hub.folder / "plan.yaml"
    form = {"casehub": 3, "sync": "presales", "fingerprint": "f", "mapping": "m", "writes": []}
    path.write_text(json.dumps(form))

    assert "format 3; this version reads 2" in hub.run("apply", str(path)).err


# --- apply ------------------------------------------------------------------------------------------------------------


def test_an_applied_plan_is_carried_out(opened):
    path = opened.folder / "план.yaml"
    opened.edit("crm", "1", amount="175000")
    kept = opened.done("plan", "-o", str(path))

    ended = opened.done("apply", str(path), "--json")

    assert path.stat().st_mode & 0o777 == 0o600
    assert f"casehub apply {path}" in kept.err
    assert ended.json["updated"] == {"crm": 0, "trk": 1}
    assert opened.records("trk")["1"]["amount"] == "175000"


def test_a_stale_plan_is_not_carried_out_and_what_moved_is_told(opened):
    path = opened.folder / "plan.yaml"
    opened.edit("crm", "1", amount="175000")
    opened.done("plan", "-o", str(path))
    opened.edit("crm", "1", amount="190000")
    opened.edit("trk", "1", next_step="позвонить")

    ended = opened.run("apply", str(path))

    assert (ended.code, ended.out) == (4, "")
    assert "new: CASE-1: crm #1 next_step: позвонить" in plain(ended.err)
    assert (
        "different: CASE-1: trk #1 amount: the plan says 150 000 ₽ → 175 000 ₽, by now it is 150 000 ₽ → 190 000 ₽"
        in plain(ended.err)
    )
    assert "casehub apply FILE --still-valid" in ended.err
    assert "casehub plan presales -o FILE" in ended.err
    assert opened.records("trk")["1"]["amount"] == "150000"


def test_a_plan_whose_writes_are_done_is_stale(opened):
    path = opened.folder / "plan.yaml"
    opened.edit("crm", "1", amount="175000")
    opened.done("plan", "-o", str(path))
    opened.done("sync")

    ended = opened.run("apply", str(path))

    assert ended.code == 4
    assert "no longer: CASE-1: trk #1 amount: 150 000 ₽ → 175 000 ₽" in plain(ended.err)


def test_a_plan_is_not_carried_out_while_a_system_is_down(opened):
    path = opened.folder / "plan.yaml"
    opened.edit("trk", "1", next_step="позвонить")
    opened.done("plan", "-o", str(path))
    held = opened.break_file("trk")
    opened.deal("Второй")

    ended = opened.run("apply", str(path))
    opened.mend_file("trk", held)

    assert ended.code == 3
    assert "not every system answers" in ended.err


def test_what_a_guard_held_back_is_planned_shown_and_applied(make_hub):
    hub = make_hub(hub=GUARDED)
    path = hub.folder / "plan.yaml"
    for title in ("Первый", "Второй"):
        hub.deal(title)
    hub.run("sync")

    plan = hub.done("plan", "-o", str(path))
    hub.done("apply", str(path))

    assert [line for line in plain(plan.out) if line.startswith("CASE")] == [
        "CASE-1 Первый · ООО «Ромашка»",
        "CASE-2 Второй · ООО «Ромашка»",
    ]
    assert "the guard allows 1" in plan.err
    assert sorted(issue["title"] for issue in hub.records("trk").values()) == ["Второй", "Первый"]
    assert hub.done("sync", "--json").json["created"] == {"crm": 0, "trk": 0}


def test_the_fingerprint_covers_what_was_held_back(make_hub):
    hub = make_hub(hub=GUARDED)
    path = hub.folder / "plan.yaml"
    for title in ("Первый", "Второй"):
        hub.deal(title)
    hub.run("sync")
    hub.done("plan", "-o", str(path))
    hub.done("case", "set", "CASE-2", "next_step", "позвонить")

    ended = hub.run("apply", str(path))

    assert ended.code == 4
    assert "new: CASE-2: trk a new record next_step: позвонить" in ended.err
    assert hub.records("trk") == {}


def test_a_changed_mapping_asks_and_an_applied_plan_answers(opened):
    mapping = opened.folder / "record.trk.yaml"
    path = opened.folder / "plan.yaml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "  channel: null\n", encoding="utf-8")
    opened.edit("crm", "1", amount="5")

    stopped = opened.run("sync")
    plan = opened.done("plan", "-o", str(path))
    opened.done("apply", str(path))

    assert stopped.code == 4
    assert "the mapping of presales has changed since its last pass" in stopped.err
    assert "the mapping of presales has changed since its last pass" in plan.err
    assert opened.records("trk")["1"]["amount"] == "5"
    opened.done("sync")


def test_writes_that_wait_from_another_mapping_are_planned_anew(make_hub):
    hub = make_hub(hub=GUARDED)
    for title in ("Первый", "Второй"):
        hub.deal(title, channel="сайт")
    hub.run("sync")
    mapping = hub.folder / "record.trk.yaml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "  channel: null\n", encoding="utf-8")

    found = hub.done("plan", "--json").json

    fields = [[one["field"] for one in write["fields"]] for write in found["writes"]]
    assert len(fields) == 2
    assert not any("channel" in one for one in fields)
