"""No question of the page takes more than twelve statements, however large the hub and the case are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.hub import browsing
from flows.hub.access import EVERYTHING, Access
from flows.hub.browsing import AttentionQuery, BoardQuery, CaseQuery, FeedQuery, RunQuery, SearchQuery
from flows.hub.wiring import Installation
from mappings.reconcile.model import Event
from state import lines, runs
from tests.browsed_builders import ANNA, BORIS, NOW, a_conflict, a_parked, acquainted, seeded
from tests.hub_builders import a_hub

MOST = 12
Ask = Callable[[Installation, Access], object]
ASKS: dict[str, Ask] = {
    "list": lambda hub, access: browsing.list_cases(hub, access, CaseQuery(text="внедрения", person=ANNA)),
    "board": lambda hub, access: browsing.board(hub, access, BoardQuery(), now=NOW),
    "search": lambda hub, access: browsing.find(hub, access, SearchQuery("внедрения")),
    "case": lambda hub, access: browsing.open_case(hub, access, "CASE-1", now=NOW),
    "feed": lambda hub, access: browsing.feed(hub, access, "CASE-1", FeedQuery(size=5)),
    "attention": lambda hub, access: browsing.attention_list(hub, access, AttentionQuery()),
    "systems": lambda hub, access: browsing.systems(hub, access, now=NOW),
    "runs": lambda hub, access: browsing.list_runs(hub, access, RunQuery()),
    "run": lambda hub, access: browsing.open_run(hub, access, runs.runs(hub.store)[0].id),
}


def fill(installation: Installation, size: int) -> None:
    """Put as many cases there, and the first one has as many items, notes and lines."""
    store = installation.store
    acquainted(store)
    run = runs.start(store, "presales")
    seeds = seeded(store)
    events = tuple(Event("set", "stage", None, "lead", by="crm") for _ in range(size))
    for number in range(size):
        facts = {"title": f"Внедрение {number}", "owner": ANNA, "case_manager": BORIS, "outcome": "open"}
        seeds.entity(
            "case", facts, records=("crm", "trk"), conflicts=a_conflict(), parked=a_parked(), events=events[: size // 9]
        )
    first = ("e00000001", "CASE-1")
    for number in range(size):
        seeds.under("item", first, title=f"Задача {number}", assignee=ANNA)
        seeds.under("note", first, body=f"Внедряем {number}", author=BORIS)
        seeds.under("document", first, title=f"Смета {number}")
    seeds.put()
    runs.finish(store, run)


@pytest.mark.parametrize("size", [2, 60])
@pytest.mark.parametrize("access", [EVERYTHING, Access(frozenset({ANNA}), ANNA)], ids=["all", "some"])
def test_a_page_takes_at_most_twelve_statements(tmp_path: Path, access: Access, size: int) -> None:
    installation = a_hub(tmp_path).installation
    fill(installation, size)
    taken: dict[str, int] = {}
    for cold in (True, False):
        lines.catch_up_whole(installation.store)
        for name, ask in ASKS.items():
            if cold:
                with installation.store.write() as conn:
                    lines.drop(conn)
            before = installation.store.statements
            assert ask(installation, access)
            taken[f"{name} {'cold' if cold else 'warm'}"] = installation.store.statements - before

    assert {name: number for name, number in taken.items() if number > MOST} == {}
    assert taken["case warm"] <= 10
    assert taken["list warm"] <= 5
