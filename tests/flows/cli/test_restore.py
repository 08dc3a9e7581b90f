"""`case restore`: back again."""

import pytest

from tests.flows.cli.cli_builders import gone, numbers


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
