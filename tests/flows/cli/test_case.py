"""`case …`: one case whole, its history, and work with it by hand."""

import pytest

from tests.flows.cli.cli_builders import HUB


def test_cases_are_listed_with_their_records(opened):
    opened.deal("Второй", client="АО «Лютик»")
    opened.done("sync")

    found = opened.done("case", "list", "--json").json
    lines = opened.done("case", "list").out.splitlines()

    assert [(one["key"], one["title"], one["links"]) for one in found] == [
        ("CASE-1", "Внедрение CRM", {"crm": "1", "trk": "1"}),
        ("CASE-2", "Второй", {"crm": "2", "trk": "2"}),
    ]
    assert lines[2].split()[-4:] == ["crm#2", "trk#2", "0", "0"]


def test_a_list_goes_on_where_it_ended(opened):
    opened.deal("Второй")
    opened.done("sync")

    first = opened.done("case", "list", "--limit", "1", "--json")
    second = opened.done("case", "list", "--sync", "presales", "--after", "1", "--json")

    assert [one["key"] for one in first.json] == ["CASE-1"]
    assert [one["key"] for one in second.json] == ["CASE-2"]
    assert "--after 1" in opened.done("case", "list", "--limit", "1").err


def test_numbers_that_no_database_holds_are_as_good_as_all(opened):
    more = "9" * 25

    assert "CASE-1" in opened.done("case", "list", "--limit", more).out
    assert "CASE-1" not in opened.done("case", "list", "--after", more).out
    assert opened.done("case", "list", "--after", more).err == "no more cases\n"
    assert "presales" in opened.done("log", "--limit", more).out


def test_a_case_is_shown_with_who_said_what_and_how_each_system_stands(opened):
    opened.edit("trk", "1", status="In Progress")
    opened.done("sync")

    found = opened.done("case", "show", "case-1", "--json").json

    stage = found["facts"]["stage"]
    assert (stage["value"], stage["system"], stage["ref"]) == ("in_work", "trk", "#1")
    assert stage["at"].startswith("20")
    assert stage["systems"]["crm"]["view"] == "EXEC"
    assert stage["systems"]["crm"]["label"] == "Пресейл в работе"
    assert stage["systems"]["trk"] == {
        "field": "position",
        "base": "in_work",
        "view": "In Progress",
        "label": "In Progress",
        "parked": None,
    }
    assert found["facts"]["amount"]["value"] == {"money": "150000", "currency": "RUB"}
    assert [(one["system"], one["id"], one["gone"]) for one in found["links"]] == [
        ("crm", "1", False),
        ("trk", "1", False),
    ]
    assert found["history"] == len(opened.done("case", "history", "CASE-1", "--json").json)


def test_the_shown_case_is_readable(opened):
    lines = opened.done("case", "show", "CASE-1").out.splitlines()

    assert lines[0] == "CASE-1  Внедрение CRM · ООО «Ромашка»"
    assert lines[1].split() == ["fact", "value", "said", "by", "when", "crm", "trk"]
    [owner] = [line for line in lines if line.startswith("owner")]
    assert owner.split()[1] == "ann@example.com"
    assert owner.split()[-4:] == ["Анна", "Ли", "Анна", "Ли"]
    assert "trk record #1  memory://trk/record/1" in lines


def test_a_fact_that_only_a_system_shows_has_a_reason_behind_it_only_where_it_is_set_aside(opened):
    lines = opened.done("case", "show", "CASE-1").out.splitlines()

    [link] = [line for line in lines if line.startswith("link")]
    assert link.split() == ["link", "—", "memory://trk/record/1"]


def test_the_history_tells_what_happened_newest_last(opened):
    opened.edit("crm", "1", title="А")
    opened.edit("trk", "1", title="Б")
    opened.done("sync")

    found = opened.done("case", "history", "CASE-1", "--json").json
    lines = opened.done("case", "history", "CASE-1", "--limit", "1").out.splitlines()

    assert found[0]["what"] == "opened"
    assert (found[-1]["what"], found[-1]["field"]) == ("conflict", "title")
    [seen] = [one for one in found if one["what"] == "read" and one["new"] == "Б"]
    assert (seen["system"], seen["old"]) == ("trk", "Внедрение CRM")
    assert len(lines) == 2
    assert "crm А · trk Б" in lines[1]


# --- set --------------------------------------------------------------------------------------------------------------


SET = [
    ("deadline", "2026-12-01", "deadline", "2026-12-01"),
    ("amount", "175 000 ₽", "amount", "175000"),
    ("stage", "in_work", "status", "In Progress"),
    ("blocked", "да", "blocked", True),
    ("owner", "Bob@Example.com", "owner", "8"),
    ("client", "", "client", None),
]


def test_facts_set_at_the_hub_reach_the_systems(opened):
    ended = [opened.done("case", "set", "CASE-1", fact, text) for fact, text, _, _ in SET]
    opened.done("sync")

    shown = opened.records("trk")["1"]
    assert [(place, shown[place]) for _, _, place, _ in SET] == [(place, view) for _, _, place, view in SET]
    assert ended[0].out == "CASE-1 deadline: — → 2026-12-01\n"
    assert "casehub sync presales" in ended[0].err


def test_who_set_a_fact_is_kept(opened):
    found = opened.done("case", "set", "CASE-1", "next_step", "КП", "--by", "мария", "--json").json
    shown = opened.done("case", "show", "CASE-1", "--json").json["facts"]["next_step"]

    assert found == {"key": "CASE-1", "field": "next_step", "old": None, "new": "КП"}
    assert (shown["who"], shown["by"], shown["system"]) == ("мария", "person", "hub")


def test_a_fact_that_wants_a_record_made_has_it_made(hub):
    hub.deal(stage="NEW")
    hub.done("sync")
    before = hub.records("trk")

    hub.done("case", "set", "CASE-1", "stage", "qualified")
    hub.done("sync")

    assert before == {}
    assert len(hub.records("trk")) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["CASE-9", "title", "А"], "there is no case 'CASE-9'; `casehub case list` shows those there are"),
        (["CASE-1", "titel", "А"], "a case has no fact 'titel'; did you mean 'title'?"),
        (["CASE-1", "stage", "далеко"], "'далеко' is no stage; one of: lead, qualified, in_work"),
        (["CASE-1", "outcome", "maybe"], "'maybe' is no outcome; one of: open, won"),
        (["CASE-1", "amount", "много"], "'много' is not an amount with its currency, like 175000 RUB"),
        (["CASE-1", "deadline", "завтра"], "'завтра' is not a day, like 2026-12-01"),
        (["CASE-1", "link", "x"], "link is worked out by the hub"),
    ],
)
def test_what_cannot_be_set_is_told(opened, words, says):
    ended = opened.run("case", "set", *words)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_a_fact_that_is_only_read_is_refused_and_the_case_is_free_afterwards(opened):
    for name in ("crm", "trk"):
        path = opened.folder / f"record.{name}.yaml"
        text = path.read_text(encoding="utf-8").replace("fields:\n", "fields:\n  channel: {direction: in}\n")
        path.write_text(text, encoding="utf-8")

    refused = opened.run("case", "set", "CASE-1", "channel", "сайт")

    assert refused.code == 2
    assert "channel is only read from crm, trk (direction: in); edit it there" in refused.err
    assert opened.run("case", "set", "CASE-1", "next_step", "x").code == 0


# --- link, unlink -----------------------------------------------------------------------------------------------------


def test_an_unlinked_record_stays_and_the_right_one_is_linked_instead(opened):
    with opened.at("trk") as trk:
        other = trk.create("record", {"title": "Настоящая задача", "status": "In Progress"})

    unlinked = opened.done("case", "unlink", "CASE-1", "trk")
    linked = opened.done("case", "link", "CASE-1", "trk", other, "--by", "мария")
    opened.done("sync")

    assert "CASE-1 is no longer #1 in trk" in unlinked.out
    assert "casehub plan --case CASE-1" in linked.err
    assert opened.records("trk")["1"]["title"] == "Внедрение CRM"
    assert opened.records("crm")["1"]["stage"] == "EXEC"
    shown = opened.done("case", "show", "CASE-1", "--json").json
    assert {one["system"]: one["id"] for one in shown["links"]} == {"crm": "1", "trk": other}
    told = {one["what"]: one["by"] for one in opened.done("case", "history", "CASE-1", "--json").json}
    assert (told["unlinked"], told["linked"]) == ("ann", "мария")


def test_the_marker_of_an_unlinked_record_no_longer_counts(opened):
    opened.done("case", "unlink", "CASE-1", "trk")
    opened.edit("trk", "1", next_step="другое дело")

    opened.done("sync")

    shown = opened.done("case", "show", "CASE-1", "--json").json
    assert {one["system"]: one["id"] for one in shown["links"]} == {"crm": "1", "trk": "2"}
    [entry] = opened.done("parked", "list", "--json").json
    assert (entry["record"], entry["text"]) == ("1", "an old copy of CASE-1")


def test_an_unlinked_record_is_in_the_history_with_what_it_held(opened):
    ended = opened.done("case", "unlink", "CASE-1", "trk", "--json")

    last = opened.done("case", "history", "CASE-1", "--json").json[-1]

    assert ended.json == {"key": "CASE-1", "system": "trk", "kind": "record", "id": "1", "linked": False}
    assert last["old"]["title"] == "Внедрение CRM"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["link", "CASE-9", "trk", "1"], 2, "there is no case 'CASE-9'"),
        (["link", "CASE-1", "trk", "7"], 2, "CASE-1 has #1 in trk; `casehub case unlink CASE-1 trk` first"),
        (["link", "CASE-1", "crm", "1"], 2, "#1 of crm is CASE-1's; `casehub case unlink CASE-1 crm` first"),
        (["link", "CASE-1", "wiki", "1"], 2, "presales maps no records of wiki; there is: crm record, trk record"),
        (["link", "CASE-1", "trk", "1", "--kind", "task"], 2, "presales maps no records of trk task"),
        (["unlink", "CASE-1", "wiki"], 2, "CASE-1 has no record in wiki; it has one in: crm, trk"),
    ],
)
def test_what_cannot_be_linked_is_told(opened, words, code, says):
    ended = opened.run("case", *words)

    assert (ended.code, ended.out) == (code, "")
    assert says in ended.err


def test_a_record_that_does_not_exist_is_not_linked(opened):
    opened.done("case", "unlink", "CASE-1", "trk")

    ended = opened.run("case", "link", "CASE-1", "trk", "99")

    assert ended.code == 2
    assert "#99 of trk cannot be linked" in ended.err


def test_linking_in_a_system_that_is_down_ends_with_its_code(opened):
    opened.done("case", "unlink", "CASE-1", "trk")
    opened.break_file("trk")

    ended = opened.run("case", "link", "CASE-1", "trk", "1")

    assert ended.code == 3
    assert "Is trk up? `casehub check` asks again." in ended.err


def test_a_case_of_a_sync_that_is_no_more_is_told(opened):
    (opened.folder / "hub.yaml").write_text(HUB.replace("  presales:", "  tenders:"), encoding="utf-8")

    ended = opened.run("case", "set", "CASE-1", "title", "А")

    assert ended.code == 2
    assert "there is no sync 'presales'; there is: tenders" in ended.err


@pytest.mark.parametrize(("words", "said"), [(["case", "list"], "no cases yet"), (["log"], "no run yet")])
def test_a_list_with_nothing_in_it_says_so(hub, words, said):
    ended = hub.done(*words)

    assert (ended.out, ended.err) == ("", f"{said}\n")


def test_a_case_without_notes_says_so(opened):
    ended = opened.done("case", "notes", "CASE-1")

    assert (ended.out, ended.err) == ("", "it has no notes\n")
