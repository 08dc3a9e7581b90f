"""Whole passes over memory systems: what people edit in one, everybody sees in the other."""

from datetime import date

import pytest

from connectors.memory.traits import KindTraits
from flows.hub.casework import leave_parked, resolve, retry_parked, set_value
from state import attention, history
from tests.hub_builders import CRM, HUB, TRK, a_deal, a_hub, opened, some_traits


def test_a_deal_becomes_an_issue_with_its_facts_and_a_marker(tmp_path):
    hub, _ = opened(tmp_path)

    [issue] = hub.records("trk").values()

    assert issue["title"] == "Внедрение CRM"
    assert issue["status"] == "New"
    assert (issue["amount"], issue["currency"], issue["owner"]) == ("150000", "RUB", "7")
    assert issue["marker"].startswith("ch-")


def test_a_pass_with_nothing_to_do_writes_nowhere(tmp_path):
    hub, _ = opened(tmp_path)
    before = (hub.writes("crm"), hub.writes("trk"), len(history.history(hub.installation.store)))

    report = hub.sync()

    assert report.writing == {"crm": 0, "trk": 0}
    assert (hub.writes("crm"), hub.writes("trk"), len(history.history(hub.installation.store))) == before


def test_edits_of_different_fields_cross_over(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"amount": "175000"})
    hub.systems["trk"].edit("record", "1", {"next_step": "позвонить"})

    hub.sync()

    assert hub.records("trk")["1"]["amount"] == "175000"
    assert hub.records("crm")[deal]["next_step"] == "позвонить"


def test_a_status_moves_the_stage_and_a_restyled_one_does_not_throw_it_back(tmp_path):
    hub, _deal = opened(tmp_path)
    hub.systems["trk"].edit("record", "1", {"status": "Resolved"})
    hub.sync()
    assert hub.facts()["stage"] == "defence"

    hub.systems["trk"].edit("record", "1", {"status": "Feedback"})
    hub.sync()

    assert hub.facts()["stage"] == "defence"
    assert hub.records("trk")["1"]["status"] == "Feedback"


def test_a_conflict_waits_for_a_person_and_the_rest_goes_on(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"title": "А", "amount": "1"})
    hub.systems["trk"].edit("record", "1", {"title": "Б"})

    hub.sync()
    [entry] = attention.conflicts(hub.installation.store)

    assert (entry.field, entry.key) == ("title", "CASE-1")
    assert (hub.records("crm")[deal]["title"], hub.records("trk")["1"]["title"]) == ("А", "Б")
    assert hub.records("trk")["1"]["amount"] == "1"


def test_a_resolved_conflict_reaches_both_sides_and_is_quiet_then(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"title": "А"})
    hub.systems["trk"].edit("record", "1", {"title": "Б"})
    hub.sync()

    hub.act("CASE-1", lambda act: resolve(act, "title", take="trk"))
    hub.sync()
    report = hub.sync()

    assert hub.records("crm")[deal]["title"] == hub.records("trk")["1"]["title"] == "Б"
    assert attention.conflicts(hub.installation.store) == ()
    assert sum(report.writing.values()) == 0


def test_a_hub_edit_reaches_every_system(tmp_path):
    hub, deal = opened(tmp_path)

    hub.act("CASE-1", lambda act: set_value(act, "deadline", date(2026, 12, 1)))
    hub.sync()

    assert hub.records("crm")[deal]["deadline"] == hub.records("trk")["1"]["deadline"] == "2026-12-01"


def test_a_silently_dropped_write_is_parked_once_and_retried_when_asked(tmp_path):
    hub, deal = opened(tmp_path, traits={"trk": KindTraits(dropped=frozenset({"channel"}))})
    hub.systems["crm"].edit("record", deal, {"channel": "выставка"})
    hub.sync()
    [entry] = [e for e in attention.parked_fields(hub.installation.store) if e.field == "channel"]

    quiet = hub.sync()
    hub.systems["trk"].kinds["record"] = some_traits("trk")
    hub.act("CASE-1", lambda act: retry_parked(act, "trk", "channel"))
    hub.sync()

    assert entry.code == "dropped"
    assert sum(quiet.writing.values()) == 0
    assert hub.records("trk")["1"]["channel"] == "выставка"
    assert attention.parked_fields(hub.installation.store) == ()


def test_what_a_person_leaves_is_off_the_list(tmp_path):
    hub, deal = opened(tmp_path, traits={"trk": KindTraits(dropped=frozenset({"channel"}))})
    hub.systems["crm"].edit("record", deal, {"channel": "выставка"})
    hub.sync()

    hub.act("CASE-1", lambda act: leave_parked(act, "trk", "channel"))
    report = hub.sync()

    assert sum(report.writing.values()) == 0
    assert attention.parked_fields(hub.installation.store) == ()


def test_progress_tells_what_the_hub_itself_has_moved(tmp_path):
    crm = CRM.replace("link: {at: link, direction: out, of: trk}", "progress: {at: link, direction: out}")
    hub, deal = opened(tmp_path, mappings={"record.crm.yaml": crm, "record.trk.yaml": TRK})
    before = hub.records("crm")[deal]["link"]

    hub.act("CASE-1", lambda act: set_value(act, "stage", "in_work"))
    hub.sync()

    assert (before.split(" ")[0], hub.records("crm")[deal]["link"].split(" ·")[0]) == ("New", "In Progress")


@pytest.mark.parametrize(
    "spelled", ["as: bool, true_is: Да, false_is: [Нет, null]", "as: choice, values: {Да: true, Нет: false}"]
)
def test_progress_says_that_the_work_is_blocked_however_the_tracker_spells_it(tmp_path, spelled):
    crm = CRM.replace("link: {at: link, direction: out, of: trk}", "progress: {at: link, direction: out}")
    trk = f"{TRK}  channel: null\n  blocked: {{at: channel, {spelled}}}\n"
    hub, deal = opened(tmp_path, mappings={"record.crm.yaml": crm, "record.trk.yaml": trk})

    hub.systems["trk"].edit("record", "1", {"channel": "Да"})
    hub.sync()

    assert hub.facts()["blocked"] is True
    assert hub.records("crm")[deal]["link"].endswith(" · blocked")


WORKFLOW = {
    "status": {
        "New": ("In Progress", "Rejected"),
        "In Progress": ("Resolved", "Feedback"),
        "Resolved": ("In Progress", "Closed"),
    }
}
STATUS = KindTraits(workflow=WORKFLOW, silent=True)


def test_a_status_takes_the_way_through_the_workflow(tmp_path):
    hub, _deal = opened(tmp_path, traits={"trk": STATUS})
    hub.act("CASE-1", lambda act: set_value(act, "stage", "defence"))

    hub.sync()

    assert hub.records("trk")["1"]["status"] == "Resolved"


def test_a_changed_mapping_asks_before_it_writes(tmp_path):
    hub, deal = opened(tmp_path)
    text = (tmp_path / "record.trk.yaml").read_text(encoding="utf-8")
    (tmp_path / "record.trk.yaml").write_text(text + "  channel: null\n", encoding="utf-8")
    changed = a_hub_again(tmp_path, hub)
    hub.systems["crm"].edit("record", deal, {"amount": "5"})

    stopped = changed.sync()
    approved = changed.sync(approved=True)

    assert [stop.guard for stop in stopped.stops] == ["mapping"]
    assert approved.stops == []
    assert hub.records("trk")["1"]["amount"] == "5"


def a_hub_again(folder, hub):
    """The same hub and systems, its files read anew."""
    from dataclasses import replace

    from flows.hub.wiring import install

    return replace(hub, installation=install(folder, {}, clock=hub.installation.store.clock))


def test_one_system_down_does_not_stop_the_other(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["trk"].locked_out = True
    hub.systems["crm"].edit("record", deal, {"amount": "7"})

    down = hub.sync()
    hub.systems["trk"].locked_out = False
    hub.sync()

    assert list(down.trouble) == ["trk"]
    assert down.refused_us == {"trk"}
    assert hub.records("trk")["1"]["amount"] == "7"


def test_a_pass_that_could_talk_to_nobody_has_failed(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].locked_out = True
    half = hub.sync().state
    hub.systems["trk"].locked_out = True

    assert (half, hub.sync().state) == ("done", "failed")


def test_a_mass_of_emptied_fields_stops_the_pass_until_it_is_approved(tmp_path):
    hub = a_hub(tmp_path, hub=HUB_WITH_GUARD)
    deals = [hub.systems["crm"].create("record", a_deal(f"Сделка {n}", channel="сайт")) for n in range(4)]
    hub.sync()
    for deal in deals:
        hub.systems["crm"].edit("record", deal, {"channel": None})

    stopped, still = hub.sync(), hub.sync()
    untouched = {views["channel"] for views in hub.records("trk").values()}
    hub.sync(approved=True)

    assert [stop.guard for stop in stopped.stops] == [stop.guard for stop in still.stops] == ["max_clears"]
    assert untouched == {"сайт"}
    assert {views["channel"] for views in hub.records("trk").values()} == {None}


HUB_WITH_GUARD = HUB + "    guards: {max_clears: 3}\n"
