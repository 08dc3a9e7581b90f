"""`undo`: the plan first, then what was taken back, and what is left."""

import sqlite3
from contextlib import closing

from tests.flows.cli.cli_builders import HUB, THREE


def a_run(hub, **views):
    """An edit of the deal, carried to the issue; returns the run that did it."""
    hub.done("sync")
    hub.edit("crm", "1", **(views or {"title": "Новое имя"}))
    return hub.done("sync", "--json").json["run"]


def test_without_a_word_only_the_plan_is_shown(opened):
    run = a_run(opened)

    ended = opened.run("undo", run)

    assert ended.code == 4
    assert ended.out.splitlines()[0] == "CASE-1  Новое имя · ООО «Ромашка»"
    assert ended.out.splitlines()[1].split()[:8] == [
        "~",
        "trk",
        "record",
        "#1",
        "title",
        "Новое",
        "имя",
        "→",
    ]
    assert ended.out.splitlines()[-1] == f"Undo of run {run}: 1 restored, 0 left."
    assert "--yes" in ended.err
    assert opened.records("trk")["1"]["title"] == "Новое имя"


def test_long_values_are_shown_whole_where_that_is_asked_for(opened):
    long = "Внедрение для " + "очень " * 12
    a_run(opened, title=f"{long}длинное")
    run = a_run(opened, title=f"{long}короткое")

    cut, wide = (opened.run("undo", run, *options).out.splitlines()[1] for options in ([], ["--wide"]))

    assert f"{long}короткое → {long}длинное" in wide
    assert "…очень очень очень короткое → …очень очень очень длинное" in cut


def test_with_a_word_it_is_taken_back(opened):
    run = a_run(opened)

    ended = opened.done("undo", run[:8], "--yes", "--by", "мария")

    assert opened.records("trk")["1"]["title"] == "Внедрение CRM"
    assert opened.records("crm")["1"]["title"] == "Новое имя"
    assert ended.out.endswith(": 1 restored; 0 left\n")
    assert "casehub parked list" in ended.err
    logged = opened.done("log", "--json").json[0]
    assert (logged["what"], logged["by"], logged["counts"]["undoes"]) == ("undo", "мария", run)


def test_where_nothing_waits_after_an_undo_nobody_is_sent_to_the_list(opened):
    run = a_run(opened)
    opened.done("undo", run, "--yes")
    undo = opened.done("log", "--json").json[0]["run"]

    again = opened.done("undo", undo, "--yes")

    assert again.out.endswith(": 1 restored; 0 left\n")
    assert "parked list" not in again.err
    assert opened.done("parked", "list", "--json").json == []


def test_what_an_undo_leaves_for_another_reason_is_not_told_as_edited(make_hub):
    hub = make_hub(hub=THREE)
    hub.deal()
    run = hub.done("sync", "--json").json["run"]
    (hub.folder / "hub.yaml").write_text(HUB, encoding="utf-8")
    (hub.folder / "record.wiki.yaml").unlink()

    ended = hub.done("undo", run, "--yes")

    assert "wiki #1 is left, the record takes no part any more" in ended.out
    assert "edited" not in ended.out


def test_what_is_left_is_listed_with_both_values(opened):
    run = a_run(opened, next_step="КП", stage="EXEC")
    opened.edit("trk", "1", next_step="Звонок")

    ended = opened.done("undo", run, "--yes")

    [left] = [line for line in ended.out.splitlines() if line.startswith("  =")]
    assert left == "  = CASE-1 trk #1 next_step is left, edited since: shows Звонок, the run wrote КП"
    shown = opened.records("trk")["1"]
    assert (shown["next_step"], shown["status"]) == ("Звонок", "New")


def test_an_undo_as_json(opened):
    run = a_run(opened)

    shown = opened.run("undo", run, "--json").json
    done = opened.done("undo", run, "--yes", "--json").json

    assert shown["undone"] is None
    assert shown["plan"] == [
        {
            "case": "CASE-1",
            "verb": "restore",
            "system": "trk",
            "kind": "record",
            "record": "1",
            "field": "title",
            "from": "Новое имя",
            "to": "Внедрение CRM",
        }
    ]
    assert done["undone"]["done"] == shown["plan"]
    assert (done["left"], done["undone"]["not_done"]) == ([], [])


def test_that_a_run_has_not_ended_is_told_before_it_is_taken_back(opened):
    run = a_run(opened)
    ended = opened.run("undo", run)
    with closing(sqlite3.connect(opened.folder / "casehub.db")) as base, base:
        base.execute("UPDATE run SET state = 'running', finished = NULL WHERE id = ?", (run,))

    running = opened.done("undo", run, "--yes")

    assert "has not ended" not in ended.err
    assert f"run {run} has not ended: what it writes from now on stays; undo it once more when it has" in running.err
    assert opened.records("trk")["1"]["title"] == "Внедрение CRM"


def test_what_was_made_is_named_and_closed_or_deleted_where_that_is_asked_for(hub):
    hub.deal()
    run = hub.done("sync", "--json").json["run"]

    shown = hub.run("undo", run, "--delete")
    ended = hub.done("undo", run, "--delete", "--yes")

    assert "- CASE-1: trk record #1 is deleted" in shown.out
    assert "1 deleted" in ended.out
    assert hub.records("trk") == {}


def test_the_undo_of_an_undo_names_what_that_has_deleted(hub):
    hub.deal()
    run = hub.done("sync", "--json").json["run"]
    hub.done("undo", run, "--delete", "--yes")
    undo = hub.done("log", "--json").json[0]["run"]

    ended = hub.done("undo", undo, "--yes")
    hub.done("case", "restore", "CASE-1", "--system", "trk", "--yes")
    hub.done("sync")
    later = hub.run("undo", undo)

    [left] = [line for line in ended.out.splitlines() if line.startswith("  =")]
    assert left.startswith(
        "  = CASE-1 trk #1 is left, it was deleted; `casehub case restore CASE-1 --system trk` has a new"
    )
    assert ended.out.endswith("; 1 left\n")
    assert [views["title"] for views in hub.records("trk").values()] == ["Внедрение CRM"]
    assert "it was deleted" not in later.out


def test_one_case_is_undone_alone(opened):
    opened.deal("Второй")
    opened.done("sync")
    opened.edit("crm", "1", title="А")
    opened.edit("crm", "2", title="Б")
    run = opened.done("sync", "--json").json["run"]

    opened.done("undo", run, "--case", "case-2", "--yes")

    assert [opened.records("trk")[one]["title"] for one in ("1", "2")] == ["А", "Второй"]


def test_a_run_that_wrote_nothing_has_nothing_to_take_back(opened):
    run = opened.done("sync", "--json").json["run"]

    ended = opened.done("undo", run)

    assert ended.out == f"Undo of run {run}: 0 restored, 0 left.\n"


def test_wrong_words_are_told(opened):
    unknown = opened.run("undo", "ffffffff")
    no_case = opened.run("undo", a_run(opened), "--case", "CASE-99")

    assert (unknown.code, no_case.code) == (2, 2)
    assert "casehub log" in unknown.err
    assert "CASE-99" in no_case.err


def test_a_system_that_does_not_answer_is_told_and_nothing_is_lost(opened):
    run = a_run(opened)
    held = opened.break_file("trk")

    ended = opened.run("undo", run, "--yes")
    opened.mend_file("trk", held)
    opened.run("sync")
    opened.run("sync")

    assert ended.code == 3
    assert "trk" in ended.err
    assert opened.records("trk")["1"]["title"] == "Внедрение CRM"
