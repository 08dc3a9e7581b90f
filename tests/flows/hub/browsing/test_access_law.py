"""Whoever looks sees just the cases of their people: in lists, counts, on the board, in searches, feeds and entries."""

from pathlib import Path

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.hub.access import Access
from flows.hub.browsing import (
    AttentionQuery,
    BoardQuery,
    CaseQuery,
    FeedQuery,
    NoSuchCase,
    RunQuery,
    SearchQuery,
    attention_list,
    board,
    feed,
    find,
    list_cases,
    list_runs,
    open_case,
    systems,
)
from flows.hub.wiring import Installation
from state.tables import metadata
from tests.browsed_builders import ANNA, BORIS, NOW, VERA, Seeded, a_conflict, a_parked, seeded
from tests.hub_builders import a_hub

PEOPLE = (ANNA, BORIS, VERA, "ИВАН@пример.рф")
PERSON = st.sampled_from((*PEOPLE, ""))
CASES = st.lists(
    st.fixed_dictionaries(
        {
            "owner": PERSON,
            "case_manager": PERSON,
            "participants": st.frozensets(st.sampled_from(PEOPLE), max_size=2),
            "stage": st.sampled_from(("lead", "in_work")),
        }
    ),
    max_size=6,
)
READERS = st.one_of(st.none(), st.frozensets(st.sampled_from([name.lower() for name in PEOPLE]), max_size=3))


def emptied(installation: Installation) -> Installation:
    with installation.store.write() as conn:
        for table in reversed(metadata.sorted_tables):
            conn.execute(sa.delete(table))
    return installation


def fill(seeds: Seeded, cases: list[dict[str, object]]) -> dict[str, set[str]]:
    """Put the cases there, each with an item, a note and something that waits; returns key -> its people."""
    people: dict[str, set[str]] = {}
    for one in cases:
        said = {name: value for name, value in one.items() if value != ""}
        facts: dict[str, object] = {"title": "Внедрение", "client": f"Клиент {len(people)}", "outcome": "open", **said}
        case = seeds.entity("case", facts, conflicts=a_conflict())  # type: ignore[arg-type]  # strategies of values
        item = {"case": case[1], "title": "Внедрить"}
        seeds.entity("item", item, parent=case[0], records=("trk",), parked=a_parked())
        seeds.under("note", case, body="Внедряем")
        seeds.entity("client", {"name": f"Клиент {len(people)}"})
        participants = one["participants"]
        assert isinstance(participants, frozenset)
        named = {str(one["owner"]), str(one["case_manager"]), *participants} - {""}
        people[case[1]] = {name.lower() for name in named}
    seeds.put()
    return people


@settings(derandomize=True, deadline=None, max_examples=20)
@given(CASES, READERS)
def _law(installation: Installation, cases: list[dict[str, object]], persons: frozenset[str] | None) -> None:
    hub = emptied(installation)
    people = fill(seeded(hub.store), cases)
    allowed = {key for key, mine in people.items() if persons is None or mine & persons}
    access = Access(persons, ANNA)

    listed = list_cases(hub, access, CaseQuery(size=50))
    assert {row.key for row in listed.rows} == allowed
    assert listed.total == listed.counts.all == sum(listed.counts.stages.values()) == len(allowed)
    assert listed.counts.attention == len(allowed)
    assert listed.counts.mine == len({key for key in allowed if ANNA in people[key]})
    laid = board(hub, access, BoardQuery(), now=NOW)
    assert {card.row.key for column in laid.columns for card in column.cards} == allowed
    result = find(hub, access, SearchQuery("внедрить", size=50))
    assert {hit.case for hit in result.hits if hit.kind == "case"} == allowed
    assert {hit.case for hit in result.hits} <= allowed
    assert result.total == len(result.hits)
    clients = find(hub, access, SearchQuery("клиент", kind="client", size=50))
    assert len(clients.hits) == clients.total == len(allowed)
    waits = attention_list(hub, access, AttentionQuery(size=50))
    assert {entry.case for entry in waits.entries} == allowed
    assert waits.total == sum(group.number for group in waits.groups) == 2 * len(allowed)
    for key in people:
        assert _opens(hub, access, key) == (key in allowed)


def _opens(hub: Installation, access: Access, key: str) -> bool:
    try:
        open_case(hub, access, key, now=NOW)
    except NoSuchCase:
        try:
            feed(hub, access, key, FeedQuery())
        except NoSuchCase:
            return False
        raise AssertionError("a feed of a case that cannot be opened") from None
    return bool(feed(hub, access, key, FeedQuery()).lines)


def test_everything_that_is_shown_is_of_cases_that_the_reader_may_see(tmp_path: Path) -> None:
    _law(a_hub(tmp_path).installation)


def test_figures_of_the_whole_hub_are_for_those_who_see_all_of_it(tmp_path: Path) -> None:
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", {"title": "Внедрение", "stage": "PREP", "owner": "7"})
    hub.sync()
    some = Access(frozenset({BORIS}), BORIS)

    assert list_runs(hub.installation, Access(None, ""), RunQuery()).runs[0].counts
    assert not any(run.counts or run.text for run in list_runs(hub.installation, some, RunQuery()).runs)
    shown = systems(hub.installation, some, now=NOW)
    assert all(one.figures == () and one.parked is None for one in shown.systems)
    assert all(not one.last.counts for one in shown.syncs if one.last)
