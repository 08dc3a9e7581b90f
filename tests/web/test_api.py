"""The API: what the page reads and does, as JSON; acts seen before they are made; problems told as such."""

import re

import pytest

from flows.hub.acting import Desk
from flows.hub.browsing.waiting import GROUPS, OTHER
from tests.flows.hub.attachments.files_world import sharing
from tests.flows.hub.test_changed_mapping import changed
from tests.hub_builders import a_deal, a_hub, opened
from tests.undo_builders import edited
from tests.web.test_attention import differing, waiting
from tests.web_builders import Browser, a_viewer

BASE = "/api/v1"


class Program:
    """Asks the API of a hub as somebody, and does what it has looked at."""

    def __init__(self, hub, role="admin", **who):
        self.browser = Browser(hub.installation, a_viewer(role, **who))
        self.browser.app.state.desk = Desk(hub.installation, hub.make)
        self.headers = {"authorization": "Bearer x"}

    def get(self, path):
        return self.browser.get(BASE + path)

    def post(self, path, body=None):
        return self.browser.ask("POST", BASE + path, json=body, headers=self.headers)

    def do(self, **act):
        fingerprint = self.post("/acts/preview", {"act": act}).json()["fingerprint"]
        return self.post("/acts", {"act": act, "fingerprint": fingerprint})


def values(case):
    return {one["name"]: one["value"] for one in case["facts"]}


PARTS = ("", "/items", "/notes", "/files", "/documents", "/history")
EVERYTHING = ("/me", "/cases", "/board", "/search?q=сделка", "/attention", "/runs", "/systems")


def test_everything_is_answered_in_a_dozen_statements(tmp_path):
    hub = waiting(tmp_path)
    program = Program(hub)
    program.get("/cases")
    store = hub.installation.store

    for path in (*EVERYTHING, *(f"/cases/CASE-1{part}" for part in PARTS)):
        before = store.statements
        answer = program.get(path)
        assert (answer.status_code, path) == (200, path)
        assert store.statements - before <= 12, path


def test_the_list_is_filtered_sorted_and_in_pages(tmp_path):
    program = Program(waiting(tmp_path))

    first = program.get("/cases?sort=title&order=up&size=2").json()
    waits = program.get("/cases?show=attention&q=сделки").json()

    assert [one["title"] for one in first["cases"]] == ["Портал", "Сделка 0"]
    assert (first["total"], first["pages"], first["counts"]["outcomes"]) == (4, 2, {"open": 4})
    assert waits["total"] == 3
    assert first["cases"][1]["amount"] == {"money": "175000", "currency": "RUB"}


def test_a_fact_is_given_as_it_was_shown_and_reaches_both_systems(tmp_path):
    hub, _ = opened(tmp_path)
    program = Program(hub)
    act = {"do": "give", "key": "CASE-1", "fact": "amount", "text": "175 000 RUB"}

    plan = program.post("/acts/preview", {"act": act}).json()
    done = program.post("/acts", {"act": act, "fingerprint": plan["fingerprint"]})
    hub.sync()

    assert {one["system"]: one["new"][0]["money"] for one in plan["changes"]} == {"crm": "175000", "trk": "175000"}
    assert (done.status_code, done.json()["done"]["new"]) == (200, {"money": "175000", "currency": "RUB"})
    assert {hub.records(one)["1"]["amount"] for one in ("crm", "trk")} == {"175000"}
    assert values(program.get("/cases/CASE-1").json())["amount"] == done.json()["done"]["new"]


def test_what_has_moved_since_it_was_shown_is_not_done_but_shown_anew(tmp_path):
    hub, _ = opened(tmp_path)
    program = Program(hub)
    act = {"do": "give", "key": "CASE-1", "fact": "next_step", "text": "Звонок"}
    seen = program.post("/acts/preview", {"act": act}).json()
    program.do(do="give", key="CASE-1", fact="next_step", text="Встреча")

    late = program.post("/acts", {"act": act, "fingerprint": seen["fingerprint"]})

    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    assert late.json()["plan"]["old"] == "Встреча"
    assert hub.facts()["next_step"] == "Встреча"


def test_a_number_that_waits_at_a_case_is_never_that_of_an_entry_elsewhere(tmp_path):
    program = Program(waiting(tmp_path))
    cases = {key: program.get(f"/cases/{key}").json() for key in ("CASE-1", "CASE-2", "CASE-3")}

    for key, case in cases.items():
        seen = [program.post("/acts/preview", {"act": {"do": "leave", "number": one}}) for one in case["waiting"]]
        assert {one.json()["key"] for one in seen} <= {key}
        assert case["conflicts"] == [{"key": key, "field": "deadline"}]
    assert [len(case["waiting"]) for case in cases.values()] == [1, 0, 0]


def test_what_to_do_about_entries_is_a_word_that_is_known(tmp_path):
    program = Program(a_hub(tmp_path))

    assert program.get("/attention?do=setle").status_code == 422
    assert {program.get(f"/attention?do={one}").status_code for one in ("", *GROUPS, OTHER)} == {200}


def test_a_card_is_moved_and_what_is_no_value_says_so(tmp_path):
    hub, _ = opened(tmp_path)
    program = Program(hub)

    moved = program.do(do="give", key="CASE-1", fact="stage", text="in_work")
    wrong = program.post("/acts/preview", {"act": {"do": "give", "key": "CASE-1", "fact": "amount", "text": "много"}})

    assert moved.status_code == 200
    assert hub.facts()["stage"] == "in_work"
    assert wrong.json()["refused"]["code"] == "unreadable"


def test_conflicts_are_settled_entries_left_and_people_named(tmp_path):
    hub = waiting(tmp_path)
    program = Program(hub)
    waits = {one["code"]: one for one in program.get("/attention").json()["entries"]}
    conflict, refused, unknown = (waits[code] for code in ("conflict", "rejected", "unknown person"))

    done = [
        program.do(do="give", key=conflict["case"], fact=conflict["field"], take="trk"),
        program.do(do="leave", number=refused["number"]),
        program.do(do="same", system=unknown["system"], record="9", person="ann@example.com"),
    ]

    assert {one["system"]: one["value"] for one in conflict["parties"]}["trk"] == {"date": "2026-12-05"}
    assert [one.status_code for one in done] == [200, 200, 200]
    assert {one["code"] for one in program.get("/attention").json()["entries"]} == {"conflict"}
    assert program.post("/acts/preview", {"act": {"do": "again", "number": 10**9}}).status_code == 404


def test_a_conflict_over_an_item_is_told_with_the_key_by_which_it_is_settled(tmp_path):
    hub = differing(tmp_path)
    program = Program(hub)
    [entry] = [one for one in program.get("/attention?do=settle").json()["entries"] if one["field"] == "title"]

    done = program.do(do="give", key=entry["key"], fact=entry["field"], take="trk")

    assert (entry["case"], entry["key"], done.status_code) == ("CASE-1", "ITEM-1", 200)
    assert len(program.get("/attention?do=settle").json()["entries"]) == 1


def test_a_conflict_does_not_show_what_is_set_aside_under_its_number(tmp_path):
    entries = Program(waiting(tmp_path)).get("/attention").json()["entries"]
    shows = {(one["code"], one["number"]): one["shows"] for one in entries}
    [refused] = [number for code, number in shows if code == "rejected"]

    assert shows["rejected", refused] == "150000 RUB"
    assert shows["conflict", refused] == ""


def test_a_record_of_a_case_out_of_reach_does_not_tell_of_that_case(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal("Своя", owner="8", stage="NEW"))
    hub.systems["crm"].create("record", a_deal("Чужая", owner="7"))
    hub.sync()
    act = {"do": "match", "key": "CASE-1", "system": "trk", "record": "1"}

    own, every = (Program(hub, role, person="bob@example.com").do(**act) for role in ("manager", "admin"))

    assert own.status_code == every.status_code == 409
    assert own.json()["plan"]["refused"]["code"] == "unlinkable"
    assert ("CASE-2" in own.text, "CASE-2" in every.text) == (False, True)


def test_a_run_is_taken_back_as_it_was_shown(tmp_path):
    hub, _, run = edited(tmp_path, stage="EXEC")
    program = Program(hub)
    seen = program.get(f"/runs/{run}/undo").json()

    stale = program.post(f"/runs/{run}/undo", {"fingerprint": "another"})
    done = program.post(f"/runs/{run}/undo", {"fingerprint": seen["fingerprint"]})

    assert (stale.status_code, stale.json()["plan"]["fingerprint"]) == (409, seen["fingerprint"])
    assert (done.status_code, done.json()["not_done"]) == (200, 0)
    assert hub.records("trk")["1"]["status"] == "New"
    assert program.get(f"/runs/{done.json()['run']['id']}").json()["number_of_lines"] > 0


def test_a_run_is_looked_at_and_taken_back_at_one_case(tmp_path):
    hub, _, run = edited(tmp_path, stage="EXEC")
    hub.systems["crm"].create("record", a_deal("Другая"))
    hub.sync()
    program = Program(hub)

    other, here = (program.get(f"/runs/{run}/undo?case=CASE-{number}").json() for number in (2, 1))
    done = program.post(f"/runs/{run}/undo?case=CASE-1", {"fingerprint": here["fingerprint"]})

    assert (len(other["taking"]), len(here["taking"])) == (0, 1)
    assert (done.status_code, hub.records("trk")["1"]["status"]) == (200, "New")
    assert program.get(f"/runs/{run}/undo?case=CASE-9").status_code == 404


def test_files_that_an_undo_leaves_are_told_before(tmp_path):
    hub, deal = sharing(tmp_path)
    file = hub.attach("crm", deal, "Итого: 100")
    hub.sync()
    hub.systems["crm"].edit("file", file, {"name": "итог.pdf"})
    run = hub.sync(full=True).run

    [beside] = Program(hub).get(f"/runs/{run}/undo").json()["beside"]

    assert (beside["what"], beside["key"], beside["system"], beside["name"]) == ("file", "CASE-1", "trk", "итог.pdf")
    assert "it was смета.pdf" in beside["why"]


def test_a_sync_is_paused_and_resumed(tmp_path):
    hub, _ = opened(tmp_path)
    program = Program(hub)

    program.post("/syncs/presales/pause", {"why": "обновляем Redmine"})
    paused = program.get("/systems").json()["syncs"][0]["paused"]
    refused = program.post("/syncs/presales/start")
    program.post("/syncs/presales/resume")

    assert paused["why"] == "обновляем Redmine"
    assert (refused.status_code, refused.json()["status"]) == (409, 409)
    assert program.get("/systems").json()["syncs"][0]["paused"] is None
    assert program.post("/syncs/nothing/resume").status_code == 404


def test_cases_of_a_sync_that_was_renamed_are_told(tmp_path):
    hub, _ = opened(tmp_path)
    changed(hub, hub=("presales:", "sales:"))

    assert Program(hub).get("/systems").json()["left"] == {"presales": 1}


def test_what_is_wrong_with_a_question_is_said_without_what_stood_there(tmp_path):
    hub, _ = opened(tmp_path)
    program = Program(hub)

    wrong = program.get("/cases?page=0&strange=СЕКРЕТ")

    assert wrong.status_code == 422
    assert {one["at"] for one in wrong.json()["errors"]} == {"query.page", "query.strange"}
    assert "СЕКРЕТ" not in wrong.text


def test_a_page_elsewhere_cannot_have_a_browser_act(tmp_path):
    hub, _ = opened(tmp_path)
    program = Program(hub)
    program.headers = {}

    assert program.post("/acts/preview", {"act": {"do": "leave", "number": 1}}).status_code == 403


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_reference_shows_every_call_and_loads_nothing_foreign(tmp_path, language):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language=language)

    paths = browser.get(f"{BASE}/openapi.json").json()["paths"]
    page = browser.get("/api").text

    assert all(path in page for path in paths)
    assert len(paths) >= 20
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
    assert {"en": "Show the board", "ru": "Показать доску"}[language] in page
