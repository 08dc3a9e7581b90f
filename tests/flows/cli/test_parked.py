"""`parked …`: what was set aside, tried again or left as it is."""

import pytest

from tests.flows.cli.cli_builders import HUB, THREE, gone


def test_what_a_system_does_not_let_through_is_parked_once_with_its_reason(stuck):
    [entry] = stuck.done("parked", "list", "--json").json
    quiet = stuck.done("sync", "--json").json

    assert (entry["key"], entry["system"], entry["field"]) == ("CASE-1", "trk", "position")
    assert entry["text"]
    assert quiet["updated"] == {"crm": 0, "trk": 0}
    assert stuck.done("parked", "list", "--json").json[0]["number"] == entry["number"]
    assert stuck.run("sync", "--strict").code == 5


@pytest.mark.parametrize("words", [["{number}"], ["case-1", "position", "--system", "trk"]])
def test_a_retried_entry_is_written_with_the_next_pass(stuck, words):
    number = str(stuck.done("parked", "list", "--json").json[0]["number"])
    stuck.workflow("trk", {})

    ended = stuck.done("parked", "retry", *(word.replace("{number}", number) for word in words))
    stuck.done("sync", "--strict")

    assert ended.out == "CASE-1 position is tried again with the next pass\n"
    assert stuck.records("trk")["1"]["status"] == "In Progress"


def test_a_dropped_entry_is_off_the_list_and_nothing_is_written(stuck):
    [entry] = stuck.done("parked", "list", "--json").json

    dropped = stuck.done("parked", "drop", str(entry["number"]), "--json")
    stuck.done("sync", "--strict")

    assert [one["number"] for one in dropped.json] == [entry["number"]]
    assert stuck.records("trk")["1"]["status"] == "New"
    assert stuck.done("parked", "list").err == "nothing is parked\n"


def test_the_list_is_readable_and_names_the_next_step(stuck):
    ended = stuck.done("parked", "list", "--case", "CASE-1", "--system", "trk")

    assert "trk record #1" in ended.out
    assert "casehub parked retry 1; leave it as it is: casehub parked drop 1" in ended.err
    assert stuck.done("parked", "list", "--system", "crm", "--json").json == []


def test_a_record_that_came_back_is_revived_when_it_is_retried(opened):
    opened.deal("Второй")
    opened.done("sync")
    opened.delete("trk", "1")
    opened.done("sync", "--full")
    with opened.at("trk") as trk:
        trk.restore("record", "1")

    opened.done("parked", "retry", "CASE-1")
    opened.done("sync", "--strict")

    shown = opened.done("case", "show", "CASE-1", "--json").json
    assert [one["gone"] for one in shown["links"]] == [False, False]


def test_a_gone_record_that_is_dropped_stays_off_the_list(opened):
    opened.deal("Второй")
    opened.done("sync")
    opened.delete("trk", "1")
    opened.done("sync", "--full")

    opened.done("parked", "drop", "CASE-1")
    opened.edit("crm", "1", title="Первый")
    opened.done("sync", "--full", "--strict")

    assert opened.done("parked", "list", "--json").json == []


def test_a_copy_is_listed_and_can_be_dropped_and_retried(opened):
    with opened.at("trk") as trk:
        copy = trk.clone("record", "1")
    opened.done("sync")
    [entry] = opened.done("parked", "list", "--json").json

    retried = opened.done("parked", "retry", str(entry["number"]))
    meanwhile = opened.done("parked", "list", "--json").json
    opened.done("sync")
    [again] = opened.done("parked", "list", "--json").json
    opened.done("parked", "drop", str(again["number"]))
    opened.done("sync", "--strict")

    assert (entry["key"], entry["record"]) == (None, copy)
    assert retried.out == f"trk #{copy} (record) is tried again with the next pass\n"
    assert (meanwhile, again["record"]) == ([], copy)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["retry", "77"], "nothing is parked under number 77; `casehub parked list` shows what is"),
        (["drop", "CASE-1"], "nothing is parked at CASE-1; `casehub parked list` shows what is"),
        (["drop", "CASE-1", "title", "--system", "trk"], "nothing is parked at CASE-1 in trk title"),
        (["retry", "CASE-9"], "there is no case 'CASE-9'"),
        (["retry", "1", "title"], "a number says it all; leave out FIELD and --system"),
        (["list", "--case", "CASE-9"], "there is no case 'CASE-9'"),
        (["list", "--system", "tkr"], "there is no system 'tkr'; there is: crm, trk"),
    ],
)
def test_what_is_not_parked_is_told(opened, words, says):
    ended = opened.run("parked", *words)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_each_reason_is_told_once_with_how_many_since_when_and_what_helps(opened):
    opened.deal("Второй")
    opened.done("sync")
    for number in "12":
        opened.edit("crm", number, stage="НЕТ ТАКОЙ")
    opened.done("sync")

    err = opened.done("parked", "list").err

    assert err.count("unreadable: 2, oldest of ") == 1
    assert "list the value in the mapping or change it there" in err


def test_a_field_of_a_record_that_is_gone_can_be_dropped_and_retried(stuck):
    [entry] = stuck.done("parked", "list", "--json").json
    gone(stuck, "trk")

    retried = stuck.done("parked", "retry", str(entry["number"]))
    stuck.done("sync")
    codes = [one["code"] for one in stuck.done("parked", "list", "--json").json]
    dropped = stuck.done("parked", "drop", str(entry["number"]))
    stuck.edit("crm", "1", title="Первый")
    stuck.done("sync", "--full")

    assert retried.out == "CASE-1 position is tried again with the next pass\n"
    assert codes == [entry["code"], "gone"]
    assert dropped.out == "CASE-1 position is left as it is\n"
    assert [one["code"] for one in stuck.done("parked", "list", "--json").json] == ["gone"]


def test_what_waited_in_a_system_that_takes_no_part_any_more_is_dropped_and_not_retried(make_hub):
    hub = make_hub(hub=THREE)
    hub.deal()
    hub.done("sync")
    [entry] = hub.done("parked", "list", "--system", "wiki", "--json").json
    (hub.folder / "hub.yaml").write_text(HUB, encoding="utf-8")
    (hub.folder / "record.wiki.yaml").unlink()

    retried = hub.run("parked", "retry", str(entry["number"]))
    listed = hub.done("parked", "list", "--json").json
    hub.done("parked", "drop", str(entry["number"]))

    assert (retried.code, [one["number"] for one in listed]) == (2, [entry["number"]])
    assert f"casehub parked drop {entry['number']}" in retried.err
    assert hub.done("parked", "list", "--json").json == []
