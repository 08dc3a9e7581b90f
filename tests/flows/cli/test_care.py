"""`case history --at`, `explain`, `restore`, `forget`: what was, why it is so, back again, and away for good."""

import sqlite3

import pytest

from tests.flows.cli.cli_builders import HUB


@pytest.fixture
def overruled(opened):
    """CASE-1: its home, the CRM, has decided over the tracker's next step."""
    opened.edit("crm", "1", next_step="КП")
    opened.edit("trk", "1", next_step="Звонок")
    opened.done("sync")
    return opened


def numbers(hub, **wanted):
    """Return the numbers of the lines of CASE-1's history that say *wanted*."""
    lines = hub.done("case", "history", "CASE-1", "--json").json
    return [line["number"] for line in lines if all(line[name] == value for name, value in wanted.items())]


def gone(hub, *systems):
    """Another case stays, so that CASE-1's records may go without a guard asking."""
    hub.deal("Второй", client="АО «Лютик»", next_step=None)
    hub.done("sync")
    for system in systems:
        hub.delete(system, "1")
    hub.done("sync", "--full")


# --- history ----------------------------------------------------------------------------------------------------------


def test_a_history_is_asked_for_one_fact(opened):
    opened.edit("crm", "1", stage="EXEC", next_step="КП")
    opened.done("sync")

    found = opened.done("case", "history", "CASE-1", "--field", "stage", "--json").json

    assert {line["field"] for line in found} == {"stage", "position"}
    assert [line["at"] for line in found] == sorted(line["at"] for line in found)


def test_a_history_is_asked_for_one_system_and_since_a_time(opened):
    opened.edit("trk", "1", next_step="Звонок")
    opened.done("sync")

    of_trk = opened.done("case", "history", "CASE-1", "--system", "trk", "--json").json
    since = opened.done("case", "history", "CASE-1", "--since", "2100-01-01", "--json").json

    assert {line["system"] or line["by"] for line in of_trk} == {"trk"}
    assert since == []


def test_the_case_as_it_was_then(overruled):
    [first] = [
        line["at"] for line in overruled.done("case", "history", "CASE-1", "--json").json if line["new"] == "КП"
    ][:1]
    overruled.edit("crm", "1", next_step="Договор")
    overruled.done("sync")
    lines = overruled.done("case", "history", "CASE-1", "--json").json
    [before_last] = [line["at"] for line in lines if line["what"] == "set" and line["new"] == "КП"]

    then = overruled.done("case", "history", "CASE-1", "--at", before_last, "--json").json
    now = overruled.done("case", "history", "CASE-1", "--at", "2100-01-01", "--json").json
    never = overruled.done("case", "history", "CASE-1", "--at", "2020-01-01")

    assert first <= before_last
    assert then["facts"]["next_step"]["value"] == "КП"
    assert then["records"]["trk"]["shows"]["title"] == "Внедрение CRM"
    assert now["facts"]["next_step"]["value"] == now["records"]["trk"]["shows"]["next_step"] == "Договор"
    assert now["records"]["trk"]["id"] == "1"
    assert "did not know this case yet" in never.out


def test_the_case_as_it_was_reads_well(opened):
    lines = opened.done("case", "history", "CASE-1", "--at", "2100-01-01").out.splitlines()

    [title] = [line for line in lines if line.startswith("title")]
    assert title.split()[1:4] == ["Внедрение", "CRM", "crm"]
    assert any(line.startswith("trk #1: ") for line in lines)


def test_a_time_that_is_none_is_told(opened):
    ended = opened.run("case", "history", "CASE-1", "--at", "вчера")

    assert ended.code == 2
    assert "2026-12-01" in ended.err


# --- explain ----------------------------------------------------------------------------------------------------------


def test_an_explanation_names_source_mapping_policy_and_what_lost(overruled):
    [found] = overruled.done("case", "explain", "CASE-1", "next_step", "--json").json

    assert (found["value"], found["who"], found["ref"]) == ("КП", "crm", "#1")
    assert found["decided"] == "its home decided"
    assert found["policy"] == "home: crm"
    assert found["policy_at"].startswith("hub.yaml:")
    assert found["mapping"].startswith("catalog/memory/record.yaml:")
    [lost] = found["lost"]
    assert (lost["value"], lost["by"]) == ("Звонок", "trk")
    assert lost["restore"] == f"casehub case restore CASE-1 next_step --event {lost['event']}"
    assert {one["system"]: one["label"] for one in found["systems"]} == {"crm": "КП", "trk": "КП"}


def test_the_mapping_line_is_that_of_the_very_value(opened):
    [found] = opened.done("case", "explain", "CASE-1", "stage", "--json").json
    text = (opened.folder / "record.crm.yaml").read_text(encoding="utf-8").splitlines()

    name, _, line = found["mapping"].partition(":")

    assert name == "record.crm.yaml"
    assert text[int(line) - 1].strip() == "PREP: {stage: qualified, outcome: open}"


def test_an_explanation_is_readable(overruled):
    lines = overruled.done("case", "explain", "CASE-1", "next_step").out.splitlines()

    assert lines[0] == "next_step: КП"
    assert lines[1].split()[:3] == ["said", "by", "crm"]
    assert "  policy     home: crm (hub.yaml:" in lines[3]
    [lost] = [line for line in lines if line.startswith("  lost")]
    assert "Звонок (trk, " in lost
    assert lost.endswith(lost[lost.index("casehub case restore CASE-1 next_step --event") :])


def test_a_whole_case_is_explained_and_a_former_value_has_its_way_back(opened):
    opened.edit("crm", "1", title="Новое имя")
    opened.done("sync")

    found = {one["fact"]: one for one in opened.done("case", "explain", "CASE-1", "--json").json}

    [former] = found["title"]["former"]
    assert (former["value"], former["why"]) == ("Внедрение CRM", "replaced")
    assert {"stage", "owner", "amount"} < found.keys()


def test_what_a_person_set_and_what_is_in_conflict_is_said(torn):
    torn.done("case", "set", "CASE-1", "next_step", "КП", "--by", "мария")

    title, step = (torn.done("case", "explain", "CASE-1", one, "--json").json[0] for one in ("title", "next_step"))

    assert title["conflict"] == "crm · trk differ"
    assert {one["value"] for one in title["lost"]} == {"А", "Б"}
    assert step["decided"] == "мария set it at the hub"


def test_an_explanation_asks_no_system(opened):
    opened.break_file("trk")
    opened.break_file("crm")

    assert opened.done("case", "explain", "CASE-1", "title").out.startswith("title: Внедрение CRM")


def test_a_fact_that_is_none_is_told(opened):
    ended = opened.run("case", "explain", "CASE-1", "titel")

    assert ended.code == 2
    assert "title" in ended.err


# --- restore ----------------------------------------------------------------------------------------------------------


def test_the_value_before_comes_back_with_one_word(opened):
    opened.edit("crm", "1", title="Новое имя")
    opened.done("sync")

    ended = opened.done("case", "restore", "CASE-1", "title", "--yes")
    opened.done("sync")

    assert ended.out.startswith("CASE-1 title: Новое имя → Внедрение CRM")
    assert {opened.records(one)["1"]["title"] for one in ("crm", "trk")} == {"Внедрение CRM"}


def test_without_a_word_it_is_only_named(opened):
    opened.edit("crm", "1", title="Новое имя")
    opened.done("sync")

    ended = opened.run("case", "restore", "CASE-1", "title")

    assert ended.code == 4
    assert "Внедрение CRM" in ended.out
    assert "--yes" in ended.err
    assert opened.done("case", "show", "CASE-1", "--json").json["facts"]["title"]["value"] == "Новое имя"


def test_a_value_that_lost_comes_back_by_its_line(overruled):
    [lost] = overruled.done("case", "explain", "CASE-1", "next_step", "--json").json[0]["lost"]

    overruled.done(*lost["restore"].split()[1:], "--yes")
    overruled.done("sync")

    assert {overruled.records(one)["1"]["next_step"] for one in ("crm", "trk")} == {"Звонок"}
    last = overruled.done("case", "history", "CASE-1", "--field", "next_step", "--json").json
    assert f"restored from line {lost['event']}" in {line["cause"] for line in last}


def test_a_value_in_conflict_is_restored_as_a_resolution(torn):
    [number] = numbers(torn, what="read", new="Б")

    torn.done("case", "restore", "CASE-1", "title", "--event", str(number), "--yes")
    torn.done("sync")

    assert {torn.records(one)["1"]["title"] for one in ("crm", "trk")} == {"Б"}
    assert torn.done("conflicts", "list", "--json").json == []


def test_the_value_of_a_time_comes_back(opened):
    opened.done("sync")
    before = opened.done("case", "history", "CASE-1", "--json").json[-1]["at"]
    opened.edit("crm", "1", title="Новое имя")
    opened.done("sync")

    opened.done("case", "restore", "CASE-1", "title", "--at", before, "--yes", "--json")

    assert opened.done("case", "show", "CASE-1", "--json").json["facts"]["title"]["value"] == "Внедрение CRM"


def test_a_status_is_restored_from_the_view_that_a_record_showed(opened):
    opened.edit("trk", "1", status="Resolved")
    opened.done("sync")
    opened.edit("trk", "1", status="In Progress")
    opened.done("sync")
    [number] = numbers(opened, what="read", field="position", new="Resolved")

    done = opened.done("case", "restore", "CASE-1", "stage", "--event", str(number), "--yes", "--json").json

    assert done["new"] == "defence"


def test_a_value_is_given_by_hand(opened):
    done = opened.done("case", "restore", "CASE-1", "deadline", "--value", "2026-12-01", "--yes", "--json").json

    assert (done["old"], done["new"], done["event"]) == (None, {"date": "2026-12-01"}, None)


WRONG = [
    (("title",), "never had another value"),
    (("title", "--event", "9999"), "no line 9999"),
    (("title", "--at", "2020-01-01"), "said nothing of title then"),
    (("title", "--at", "2026-12-01", "--event", "1"), "one of --value, --event and --at"),
    ((), "name a fact"),
    (("--system", "trk"), "living record"),
    (("--system", "wiki"), "no record there"),
]


@pytest.mark.parametrize(("words", "told"), WRONG)
def test_what_cannot_be_restored_is_told(opened, words, told):
    ended = opened.run("case", "restore", "CASE-1", *words, "--yes")

    assert ended.code == 2
    assert told in ended.err.replace("\n", " ").replace("│", "")


def test_a_line_that_says_nothing_of_the_fact_is_told(opened):
    [number] = numbers(opened, what="set", field="title")

    ended = opened.run("case", "restore", "CASE-1", "amount", "--event", str(number), "--yes")

    assert ended.code == 2
    assert "says nothing of amount" in ended.err


def test_a_record_that_is_gone_is_made_again(opened):
    gone(opened, "trk")

    ended = opened.done("case", "restore", "CASE-1", "--system", "trk", "--yes")
    opened.done("sync")
    opened.done("sync")

    assert "#1 is gone; a new record is made" in ended.out
    assert {key: row["title"] for key, row in opened.records("trk").items()} == {"2": "Второй", "3": "Внедрение CRM"}
    assert opened.done("parked", "list", "--json").json == []


def test_a_record_where_cases_are_born_is_restored_there(opened):
    gone(opened, "crm")

    ended = opened.run("case", "restore", "CASE-1", "--system", "crm", "--yes")

    assert ended.code == 2
    assert "can only be restored there" in ended.err


def test_what_a_gone_record_held_can_still_be_taken(opened):
    gone(opened)
    opened.edit("trk", "1", next_step="Звонок")
    opened.done("sync")
    opened.done("case", "set", "CASE-1", "next_step", "КП")
    opened.delete("trk", "1")
    opened.done("sync", "--full")
    [number] = [one for one in numbers(opened, what="gone", system="trk") if one][:1]

    done = opened.done("case", "restore", "CASE-1", "next_step", "--event", str(number), "--yes", "--json").json

    assert done["new"] == "Звонок"


# --- forget -----------------------------------------------------------------------------------------------------------


def on_disk(hub, *words):
    """Return those of *words* that are found in the files of the hub's database, log included."""
    held = b"".join(path.read_bytes() for path in hub.folder.glob("casehub.db*"))
    return [word for word in words if word.encode() in held]


def test_a_case_whose_records_are_gone_is_forgotten_to_the_last_byte(opened):
    opened.edit("crm", "1", contact="Пётр Тайный", next_step="Тайный шаг")
    opened.done("sync")
    opened.edit("trk", "1", next_step="Другой шаг")
    opened.done("sync")
    gone(opened, "crm", "trk")
    secrets = ("Пётр Тайный", "Тайный шаг", "Другой шаг", "Ромашка", "Внедрение CRM")
    assert on_disk(opened, *secrets) == list(secrets)

    done = opened.done("case", "forget", "CASE-1", "--yes", "--by", "мария", "--json").json

    assert (done["all"], done["still_shown_by"], done["compacted"]) == (True, [], True)
    assert on_disk(opened, *secrets) == []
    lines = opened.done("case", "history", "CASE-1", "--json").json
    assert [(line["what"], line["by"]) for line in lines][-1] == ("forgotten", "мария")
    assert {line["new"] for line in lines if line["field"] == "title"} == {"[forgotten]"}
    assert [line["new"] for line in lines if line["what"] == "set" and line["field"] == "stage"] == ["qualified"]
    opened.done("sync")
    opened.done("case", "show", "CASE-1")


def test_of_a_living_case_the_past_is_forgotten_and_what_stays_is_said(opened):
    opened.edit("crm", "1", contact="Пётр Тайный")
    opened.done("sync")
    opened.edit("crm", "1", contact="Иван Явный")
    opened.done("sync")

    ended = opened.done("case", "forget", "CASE-1", "--yes")
    opened.done("sync")

    assert on_disk(opened, "Пётр Тайный", "Иван Явный") == ["Иван Явный"]
    assert "still shown by living records, and by the hub as their mirror: crm #1, trk #1" in ended.out
    assert opened.records("trk")["1"]["contact"] == "Иван Явный"
    assert opened.done("plan", "--json").json["writes"] == []


def test_a_person_is_forgotten_wherever_the_past_names_them(opened):
    opened.edit("crm", "1", next_step="Спросить Петра (petr@romashka.example)")
    opened.done("sync")
    opened.edit("crm", "1", next_step="КП")
    opened.done("sync")
    opened.done("case", "set", "CASE-1", "next_step", "Готово", "--by", "petr@romashka.example")
    opened.done("sync")

    done = opened.done("case", "forget", "PETR@romashka.example", "--yes", "--json").json

    assert on_disk(opened, "petr@romashka.example") == []
    assert done["lines"] > 0
    lines = opened.done("case", "history", "CASE-1", "--json").json
    assert "Спросить Петра ([forgotten])" in [line["new"] for line in lines]


def test_whom_living_records_still_show_is_said(opened):
    ended = opened.done("case", "forget", "Анна Ли", "--yes", "--json").json

    assert ended["forgotten"] == ["ann@example.com", "Анна Ли"]
    assert {one["system"] for one in ended["still_shown_by"]} == {"crm", "trk"}


def test_nothing_is_forgotten_without_a_word_nor_for_nobody(opened):
    unsaid = opened.run("case", "forget", "CASE-1")
    nobody = opened.run("case", "forget", "Никто", "--yes")

    assert (unsaid.code, nobody.code) == (4, 2)
    assert "cannot be taken back" in unsaid.err
    assert on_disk(opened, "Ромашка") == ["Ромашка"]


def test_a_busy_database_is_told(opened):
    other = sqlite3.connect(opened.folder / "casehub.db")
    other.execute("BEGIN")
    other.execute("SELECT * FROM event").fetchall()

    ended = opened.done("case", "forget", "CASE-1", "--yes")

    other.close()
    assert "the file still holds what was replaced" in ended.err


def test_the_settings_of_these_tests_know_a_home():
    assert "{home: crm}" in HUB
