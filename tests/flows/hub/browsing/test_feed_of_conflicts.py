"""What the history tells of a conflict: what each party says, in the words of its system."""

from pathlib import Path

from flows.hub.access import EVERYTHING
from flows.hub.browsing import FeedQuery, feed, open_case
from flows.hub.casework import set_value
from tests.hub_builders import HUB, AHub, opened

PARKED = HUB.replace("stage: furthest", "stage: furthest, outcome: park")


def parties(hub: AHub) -> tuple[tuple[str, str], ...]:
    [line] = feed(hub.installation, EVERYTHING, "CASE-1", FeedQuery(whats=("conflict",))).lines
    return line.parties


def test_the_hub_is_told_with_what_it_says(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)
    hub.act("CASE-1", lambda act: set_value(act, "title", "Из хаба"))
    hub.systems["crm"].edit("record", deal, {"title": "Из CRM"})

    hub.sync()

    assert parties(hub) == (("hub", "Из хаба"), ("crm", "Из CRM"))


def test_long_titles_that_differ_at_their_end_are_told_apart(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)
    [issue] = hub.records("trk")
    long = "Внедрение системы управления отношениями с клиентами во всех филиалах, этап "
    hub.systems["crm"].edit("record", deal, {"title": f"{long}1"})
    hub.sync()
    hub.systems["crm"].edit("record", deal, {"title": f"{long}2"})
    hub.systems["trk"].edit("record", issue, {"title": f"{long}3"})

    hub.sync()

    shown = open_case(hub.installation, EVERYTHING, "CASE-1", now=hub.installation.store.clock())
    [title] = [one for one in shown.facts if one.name == "title"]
    read = next(one for one in shown.feed.lines if (one.what, one.system) == ("read", "crm"))
    assert {one.system: one.label for one in title.sides.values()} == {"crm": f"{long}2", "trk": f"{long}3"}
    assert (read.before, read.after) == (f"{long}1", f"{long}2")
    assert parties(hub) == (("crm", f"{long}2"), ("trk", f"{long}3"))


def test_a_fact_is_told_in_the_words_of_the_field_that_shows_it(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path, hub=PARKED)
    [issue] = hub.records("trk")
    hub.systems["crm"].edit("record", deal, {"stage": "WON"})
    hub.systems["trk"].edit("record", issue, {"status": "Rejected"})

    hub.sync()

    assert parties(hub) == (("crm", "Выиграна"), ("trk", "Rejected"))
