"""Writes that a system refuses, and a field that it no longer shows: only what fails waits."""

from dataclasses import replace

import pytest

from connectors.memory.traits import KindTraits
from flows import wording
from flows.hub.casework import retry_parked
from tests.fault_builders import (
    Clock,
    at_peace,
    opened,
    parked,
    titles,
)
from tests.hub_builders import HUB, a_deal, a_hub
from tests.kinds_builders import a_case

# --- writes that are refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("exact", [True, False])
def test_of_a_refused_update_only_what_fails_is_parked(tmp_path, names, exact):
    hub = opened(tmp_path, deals=2, traits={"trk": KindTraits(names=names, conditional_writes=exact)})
    trk = hub.systems["trk"]
    trk.kinds["record"] = replace(trk.kinds["record"], refused=frozenset({"channel"}))
    hub.systems["crm"].edit(
        "record", "1", {"channel": "сайт", "title": "Имя", "amount": "7", "next_step": "шаг", "deadline": "2026-12-01"}
    )

    hub.sync()
    quiet = hub.sync()
    [entry] = parked(hub)
    trk.kinds["record"] = replace(trk.kinds["record"], refused=frozenset())
    hub.act("CASE-1", lambda act: retry_parked(act, "trk", "channel"))
    hub.sync()

    assert (entry.system, entry.field, entry.code) == ("trk", "channel", "rejected")
    assert sum(quiet.writing.values()) == 0
    written = {name: hub.records("trk")["1"][name] for name in ("title", "amount", "next_step", "deadline", "channel")}
    assert written == {
        "title": "Имя",
        "amount": "7",
        "next_step": "шаг",
        "deadline": "2026-12-01",
        "channel": "сайт",
    }
    assert at_peace(hub)


@pytest.mark.parametrize("names", [True, False])
def test_of_a_refused_create_only_what_fails_is_left_out(tmp_path, names):
    hub = a_hub(tmp_path, clock=Clock(), traits={"trk": KindTraits(names=names, refused=frozenset({"owner"}))})
    hub.systems["crm"].create("record", a_deal("Сделка", next_step="шаг"))

    hub.sync()
    hub.sync()

    [entry] = parked(hub)
    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", "trk", "owner", "rejected")
    assert (titles(hub), hub.records("trk")["1"]["next_step"]) == (["Сделка"], "шаг")


# --- a lost permission -----------------------------------------------------------------------------------------------

GUARDED = HUB + "    guards: {max_clears: 3}\n"


def emptied(tmp_path):
    """The hub's account can no longer see a field: all records show it empty."""
    hub = a_hub(tmp_path, clock=Clock(), hub=GUARDED)
    for number in range(5):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number + 1}", channel=f"канал {number}"))
    hub.sync()
    for number in range(5):
        hub.systems["crm"].edit("record", str(number + 1), {"channel": None}, by="permissions")
    return hub


def channels(hub, system):
    return [views["channel"] for _, views in sorted(hub.records(system).items())]


def test_a_field_emptied_everywhere_stops_the_pass_and_says_how_to_go_on(tmp_path):
    hub = emptied(tmp_path)

    report = hub.sync()

    text = wording.stopped("presales", [stop.text for stop in report.stops])
    assert "channel was emptied in 5 records of crm" in text
    assert "casehub plan presales -o FILE" in text
    assert channels(hub, "trk") == [f"канал {number}" for number in range(5)]


def test_when_the_permission_is_given_back_nothing_was_lost(tmp_path):
    hub = emptied(tmp_path)
    hub.sync()
    for number in range(5):
        hub.systems["crm"].edit("record", str(number + 1), {"channel": f"канал {number}"}, by="permissions")

    still = hub.sync()
    hub.sync(approved=True)

    assert still.writing == {"crm": 0, "trk": 0}
    assert channels(hub, "trk") == channels(hub, "crm") == [f"канал {number}" for number in range(5)]
    assert at_peace(hub)


# --- creates whose place is gone -------------------------------------------------------------------------------------


def test_an_item_that_cannot_be_made_since_the_cases_issue_is_gone_is_told_and_not_sent_with_every_pass(tmp_path):
    hub, deal, issue = a_case(tmp_path)
    hub.systems["trk"].delete("record", issue)
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    hub.sync()

    assert [entry.text for entry in parked(hub)] == ["not made: memory: record 1 does not exist"]
    assert hub.sync().writing == {"crm": 0, "trk": 0}

    hub.systems["trk"].restore("record", issue)
    hub.sync()
    hub.act("ITEM-1", lambda act: retry_parked(act, "trk", ""))
    hub.sync()

    assert [one["title"] for one in hub.records("trk").values() if one["tracker"] == "Task"] == ["Смета"]
    assert parked(hub) == []
