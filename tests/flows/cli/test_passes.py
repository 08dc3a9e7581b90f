"""`sync`, `status` and `log`, as people give them."""

import asyncio
from functools import partial

import pytest

from flows.cli.passes import Wish, again_and_again, one_pass
from flows.cli.terminal import Terminal
from tests.flows.cli.cli_builders import HUB, THREE


def test_the_first_pass_makes_an_issue_of_a_deal(hub):
    hub.deal("Внедрение CRM")

    ended = hub.done("sync", "presales")

    [issue] = hub.records("trk").values()
    assert (issue["title"], issue["client"], issue["status"]) == ("Внедрение CRM", "ООО «Ромашка»", "New")
    assert hub.records("crm")["1"]["link"] == "memory://trk/record/1"
    assert ended.out.splitlines()[0].startswith("presales: done in ")


def test_edits_on_both_sides_cross_over_and_then_all_is_quiet(opened):
    opened.edit("crm", "1", amount="175000")
    opened.edit("trk", "1", status="In Progress", next_step="позвонить")

    opened.done("sync", "presales")
    quiet = opened.done("sync", "presales", "--json").json

    assert (opened.records("trk")["1"]["amount"], opened.records("trk")["1"]["currency"]) == ("175000", "RUB")
    assert (opened.records("crm")["1"]["stage"], opened.records("crm")["1"]["next_step"]) == ("EXEC", "позвонить")
    assert (quiet["created"], quiet["updated"]) == ({"crm": 0, "trk": 0}, {"crm": 0, "trk": 0})


def test_three_systems_show_the_same(make_hub):
    hub = make_hub(hub=THREE)
    hub.deal()
    hub.done("sync")
    hub.edit("wiki", "1", next_step="КП до пятницы")

    hub.done("sync", "presales")

    shown = {name: hub.records(name)["1"]["next_step"] for name in ("crm", "trk", "wiki")}
    assert shown == dict.fromkeys(("crm", "trk", "wiki"), "КП до пятницы")


def test_the_json_of_a_pass_has_every_figure(hub):
    hub.deal()

    found = hub.done("sync", "presales", "--json").json

    assert (found["sync"], found["read"], found["created"]) == ("presales", {"crm": 1, "trk": 0}, {"crm": 0, "trk": 1})
    assert (found["conflicts"], found["parked"], found["updated"]) == (0, 0, {"crm": 1, "trk": 0})
    assert set(found["cpu_seconds"]) == {"hub", "transport"}
    assert all(found["requests"][name] > 0 for name in ("crm", "trk"))
    assert all(found["overhead"][name] > 0 for name in ("crm", "trk"))
    assert found["run"]
    assert found["statements"] > 0
    assert found["seconds"] >= 0
    assert found["max_rss_mb"] > 0


def test_a_full_pass_finds_what_was_deleted_and_says_so(opened):
    opened.deal("Второй")
    opened.done("sync")
    opened.delete("trk", "1")

    unnoticed = opened.done("sync", "--strict")
    ended = opened.run("sync", "--full", "--strict")

    assert unnoticed.code == 0
    assert ended.code == 5
    assert "1 parked (casehub parked list)" in ended.err
    [entry] = opened.done("parked", "list", "--json").json
    assert (entry["code"], entry["key"], entry["record"]) == ("gone", "CASE-1", "1")
    assert opened.records("crm")["1"]["title"] == "Внедрение CRM"


def test_a_system_that_does_not_answer_is_told_and_the_others_go_on(opened):
    held = opened.break_file("trk")
    opened.edit("crm", "1", amount="7")

    down = opened.run("sync")
    spared = opened.run("sync", "--only", "crm")
    opened.mend_file("trk", held)
    opened.done("sync")

    assert (down.code, spared.code) == (3, 0)
    assert down.err.startswith("trk: the file trk.json cannot be read")
    assert opened.records("trk")["1"]["amount"] == "7"


def test_a_case_that_was_opened_while_a_system_was_never_met_gets_its_record_there_later(hub):
    held = hub.break_file("trk")
    hub.deal()
    first = hub.run("sync")
    hub.mend_file("trk", held)

    hub.done("sync")

    assert first.code == 3
    assert len(hub.records("trk")) == 1


def test_a_guard_stops_a_pass_until_its_plan_is_applied(make_hub):
    hub = make_hub(hub=HUB + "    guards: {max_creates: 1}\n")
    for title in ("Первый", "Второй"):
        hub.deal(title)

    ended = hub.run("sync")

    assert ended.code == 4
    assert "2 records would be made in trk; the guard allows 1" in ended.err
    assert "casehub plan presales -o FILE; casehub apply FILE" in ended.err
    assert hub.records("trk") == {}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["sync", "nosuch"], "there is no sync 'nosuch'; there is: presales"),
        (["sync", "--only", "wiki"], "presales has no system 'wiki'; there is: crm, trk"),
        (["sync", "--watch", "soon"], "'soon' is no span of time, like 5s or 2m"),
        (["log", "nosuch"], "there is no sync 'nosuch'"),
    ],
)
def test_what_cannot_be_meant_is_told(hub, words, says):
    ended = hub.run(*words)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_watching_repeats_the_pass_until_it_is_stopped():
    done, waits = [], []

    async def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(again_and_again(lambda: done.append(1) or 0, 5.0, sleep=sleep))

    assert (len(done), waits) == (3, [5.0, 5.0, 5.0])


def watched(hub, *between):
    """Watch the hub; each of BETWEEN happens after a pass, and after the last one somebody stops it."""
    left = iter(between)

    async def sleep(_):
        happens = next(left, None)
        if happens is None:
            raise KeyboardInterrupt
        happens()

    work = partial(one_pass, Terminal(hub.folder), Wish("presales"))
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(again_and_again(work, 5.0, sleep=sleep))


def test_watching_goes_on_after_a_pause_and_after_a_file_that_was_wrong_for_a_moment(hub, capsys):
    settings = hub.folder / "hub.yaml"
    right = settings.read_text(encoding="utf-8")

    watched(
        hub,
        lambda: hub.done("pause", "presales"),
        lambda: (hub.done("resume", "presales"), settings.write_text("syncs: [", encoding="utf-8")),
        lambda: (settings.write_text(right, encoding="utf-8"), hub.deal("Внедрение CRM")),
    )

    told = capsys.readouterr().err
    assert ("presales is paused" in told, "hub.yaml: 1 problem" in told) == (True, True)
    assert [issue["title"] for issue in hub.records("trk").values()] == ["Внедрение CRM"]


def test_what_is_wrong_from_the_start_ends_the_watch(hub):
    hub.done("pause", "presales")

    assert hub.run("sync", "presales", "--watch", "5s").code == 4


# --- status, log ------------------------------------------------------------------------------------------------------


def test_the_status_has_every_figure_of_every_system(opened):
    opened.edit("crm", "1", title="А")
    opened.edit("trk", "1", title="Б", next_step="ждём")
    opened.done("sync")

    found = opened.done("status", "--json").json

    assert set(found["systems"]) == {"crm", "trk"}
    crm = found["systems"]["crm"]
    assert (crm["reachable"], crm["open_writes"], crm["parked"], crm["conflicts"]) == (True, 0, 0, 1)
    assert crm["longest_write_window"] >= 0
    assert crm["last_pull"].startswith("20")
    assert crm["cursor"]["record"].startswith("20")
    assert found["syncs"]["presales"]["cases"] == 1
    assert found["syncs"]["presales"]["last_run"]["state"] == "done"


def test_the_status_of_a_system_that_is_down_is_told_by_name_and_code(opened):
    opened.break_file("trk")

    asked, not_asked = opened.run("status", "--json"), opened.run("status", "--json", "--offline")

    assert (asked.code, not_asked.code) == (3, 0)
    reachable = {name: one["reachable"] for name, one in asked.json["systems"].items()}
    assert reachable == {"crm": True, "trk": False}
    assert not_asked.json["systems"]["trk"]["reachable"] is None


def test_the_status_is_readable(opened):
    lines = opened.done("status").out.splitlines()

    assert lines[0].startswith("system  type    reachable  last pull")
    assert "open writes  parked  conflicts  visible after" in lines[0]
    assert lines[0].endswith("longest window")
    assert lines[1].split()[:3] == ["crm", "memory", "yes"]
    assert lines[3].startswith("presales: 1 case; last run done, ")


def test_strict_status_says_that_something_is_open(opened):
    opened.edit("crm", "1", title="А")
    opened.edit("trk", "1", title="Б")
    opened.done("sync")

    assert (opened.run("status", "--offline").code, opened.run("status", "--offline", "--strict").code) == (0, 5)


def test_runs_are_listed_newest_first(opened):
    opened.run("sync", "presales", "--by", "боб")

    found = opened.done("log", "--json").json
    shown = opened.done("log", "presales", "--limit", "1").out.splitlines()

    assert [(one["by"], one["state"]) for one in found] == [("боб", "done"), ("ann", "done")]
    assert found[1]["counts"]["created"] == {"crm": 0, "trk": 1}
    assert len(shown) == 2
    assert "боб" in shown[1]
