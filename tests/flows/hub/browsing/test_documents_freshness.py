"""How fresh what the page says of documents is: a wiki tells in every pass, a folder is looked at by full scans."""

from datetime import timedelta
from pathlib import Path

from flows.hub.access import EVERYTHING
from flows.hub.browsing import open_case, systems
from state import runs
from tests.fault_builders import Clock
from tests.flows.hub.documents.test_keeping import a_wiki_hub
from tests.hub_builders import a_deal


def test_a_page_is_as_fresh_as_the_last_pass_in_which_its_wiki_answered(tmp_path: Path) -> None:
    clock = Clock()
    hub = a_wiki_hub(tmp_path, clock=clock)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    clock.ahead(minutes=3)
    hub.sync()
    asked = clock()
    clock.ahead(minutes=3)
    hub.wiki.fails = lambda form: "before"
    hub.sync()

    soon, late = (
        open_case(hub.installation, EVERYTHING, "CASE-1", now=asked + timedelta(minutes=after)).documents[0].fresh
        for after in (5, 50)
    )
    [wiki] = [one for one in systems(hub.installation, EVERYTHING, now=asked).systems if one.name == "wiki"]

    assert soon.as_of is not None
    assert timedelta() < asked - soon.as_of < timedelta(minutes=1)
    assert (soon.stale, late.stale) == (False, True)
    assert wiki.last_pull == soon.as_of


def test_a_wiki_that_is_down_is_not_well(tmp_path: Path) -> None:
    clock = Clock()
    hub = a_wiki_hub(tmp_path, clock=clock)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    [well] = [one for one in systems(hub.installation, EVERYTHING, now=clock()).systems if one.name == "wiki"]
    hub.wiki.fails = lambda form: "before"
    hub.sync()

    [down] = [one for one in systems(hub.installation, EVERYTHING, now=clock()).systems if one.name == "wiki"]

    assert (well.healthy, well.requests > 0) == (True, True)
    assert (down.healthy, "did not reach the server" in down.trouble) == (False, True)


def test_a_system_that_is_away_is_not_well_while_the_next_pass_is_under_way(tmp_path: Path) -> None:
    clock = Clock()
    hub = a_wiki_hub(tmp_path, clock=clock)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    hub.wiki.fails = lambda form: "before"
    hub.sync()
    before = {
        one.name: (one.trouble, one.requests) for one in systems(hub.installation, EVERYTHING, now=clock()).systems
    }

    clock.ahead(minutes=2)
    begun = runs.start(hub.installation.store, "presales")
    found = systems(hub.installation, EVERYTHING, now=clock())

    assert before["wiki"][0]
    assert before["crm"][1]
    assert {one.name: (one.trouble, one.requests) for one in found.systems} == before
    assert [one.last.id for one in found.syncs if one.last] == [begun.id]
