"""`conflicts …`: what systems disagree on, and a person's word on it."""

import pytest


def test_a_conflict_is_listed_with_what_each_party_says(torn):
    [entry] = torn.done("conflicts", "list", "--json").json
    shown = torn.done("conflicts", "list")

    assert (entry["key"], entry["field"], entry["hub"]) == ("CASE-1", "title", "Внедрение CRM")
    assert {one["system"]: one["value"] for one in entry["parties"]} == {"crm": "А", "trk": "Б"}
    assert "crm А · trk Б" in shown.out
    assert "casehub conflicts resolve CASE-1 title --take SYSTEM" in shown.err


def test_meanwhile_nothing_of_it_is_written_and_the_rest_goes_on(torn):
    torn.edit("crm", "1", amount="5")

    torn.done("sync")

    assert (torn.records("crm")["1"]["title"], torn.records("trk")["1"]["title"]) == ("А", "Б")
    assert torn.records("trk")["1"]["amount"] == "5"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["--take", "crm"], "А"),
        (["--take", "trk"], "Б"),
        (["--take", "hub"], "Внедрение CRM"),
        (["--value", "Внедрение ERP"], "Внедрение ERP"),
    ],
)
def test_a_resolved_conflict_reaches_both_sides(torn, words, title):
    ended = torn.done("conflicts", "resolve", "CASE-1", "title", *words)
    torn.done("sync", "--strict")

    assert ended.out == f"CASE-1 title: {title}\n"
    assert torn.records("crm")["1"]["title"] == torn.records("trk")["1"]["title"] == title


def test_a_resolved_conflict_is_off_the_list(torn):
    found = torn.done("conflicts", "resolve", "CASE-1", "title", "--take", "trk", "--json").json

    assert found == {"key": "CASE-1", "field": "title", "value": "Б"}
    assert torn.done("conflicts", "list", "--json").json == []
    assert torn.done("conflicts", "list").err == "nothing is in conflict\n"


def test_an_edit_that_was_not_shown_is_not_overwritten(torn):
    torn.edit("trk", "1", title="В")

    torn.done("conflicts", "resolve", "CASE-1", "title", "--take", "crm")
    torn.done("sync")

    assert torn.records("trk")["1"]["title"] == "В"


def test_the_list_can_be_narrowed_to_a_case(torn):
    assert len(torn.done("conflicts", "list", "--case", "CASE-1", "--json").json) == 1
    assert torn.run("conflicts", "list", "--case", "CASE-9").code == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["CASE-9", "title", "--take", "crm"], "there is no case 'CASE-9'"),
        (["CASE-1", "amount", "--take", "crm"], "amount is not in conflict here (in conflict: title)"),
        (["CASE-1", "title", "--take", "wiki"], "'wiki' is no party to the conflict over title; take one of: hub, crm"),
        (["CASE-1", "title"], "say either --take SYSTEM (or hub), or --value TEXT"),
        (["CASE-1", "title", "--take", "crm", "--value", "x"], "say either --take SYSTEM (or hub), or --value TEXT"),
        (["CASE-1", "titel", "--value", "x"], "a case has no fact 'titel'; did you mean 'title'?"),
    ],
)
def test_what_cannot_be_resolved_is_told(torn, words, says):
    ended = torn.run("conflicts", "resolve", *words)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_a_refused_resolution_leaves_the_case_free(torn):
    refused = torn.run("conflicts", "resolve", "CASE-1", "title", "--take", "wiki")

    assert (refused.code, torn.run("conflicts", "resolve", "CASE-1", "title", "--take", "crm").code) == (2, 0)
