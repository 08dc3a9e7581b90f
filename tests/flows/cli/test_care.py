"""`case history --at` and `explain`: what was, and why it is so."""

from tests.flows.cli.cli_builders import HUB


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


def test_a_history_is_not_asked_for_what_nobody_knows(opened):
    field = opened.run("case", "history", "CASE-1", "--field", "stag")
    system = opened.run("case", "history", "CASE-1", "--system", "tracker")

    assert (field.code, system.code) == (2, 2)
    assert "a case has no fact 'stag'; did you mean" in field.err
    assert "there is no system 'tracker'; there is: crm, trk" in system.err


def test_a_history_without_a_line_says_so(opened):
    ended = opened.done("case", "history", "CASE-1", "--since", "2100-01-01")

    assert (ended.out, ended.err) == ("", "nothing of that is in its history\n")


def test_a_history_without_a_line_of_what_is_known_is_empty(opened):
    for asked in (("--field", "budget"), ("--field", "progress"), ("--system", "crm", "--since", "2100-01-01")):
        assert opened.done("case", "history", "CASE-1", *asked, "--json").json == []


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
    opened.edit("trk", "1", labels=["срочно", "тендер"])
    opened.done("sync")

    lines = opened.done("case", "history", "CASE-1", "--at", "2100-01-01").out.splitlines()

    [title] = [line for line in lines if line.startswith("title")]
    assert title.split()[1:4] == ["Внедрение", "CRM", "crm"]
    [shows] = [line for line in lines if line.startswith("trk #1: ")]
    assert ("amount amount 150000, currency RUB" in shows, "labels срочно, тендер" in shows) == (True, True)


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


def test_what_a_record_shows_stays_in_its_line_when_explained(opened):
    opened.edit("crm", "1", next_step="Звонок\n  decided    by nobody" + " и ещё" * 100)
    opened.done("sync")

    lines = opened.done("case", "explain", "CASE-1", "next_step").out.splitlines()

    shown = [line for line in lines if line.startswith("  shown by   crm #1 next_step: Звонок decided by nobody и ещё")]
    assert [line.split()[0] for line in lines] == ["next_step:", "said", "decided", "policy", "shown", "shown"]
    assert "…; catalog/memory/record.yaml" in shown[0]


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


def test_the_settings_of_these_tests_know_a_home():
    assert "{home: crm}" in HUB
