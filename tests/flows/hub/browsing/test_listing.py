"""Lists, boards and searches as people use them."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from flows.hub.access import EVERYTHING, Access
from flows.hub.browsing import BoardQuery, CaseQuery, SearchQuery, Sort, board, find, list_cases, openable
from flows.hub.wiring import Installation
from mappings.canonical.values import Money, Value
from tests.browsed_builders import ANNA, BORIS, NOW, a_conflict, a_parked, acquainted, seeded
from tests.hub_builders import a_hub


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Four cases of two clients."""
    found = a_hub(tmp_path).installation
    acquainted(found.store)
    seeds = seeded(found.store)
    seeds.case(title="Ярмарка", client="ООО «Ромашка»", owner=ANNA, amount=Money(Decimal("150000.5"), "RUB"))
    seeds.case(title="аудит", client="АО «Лютик»", owner=BORIS, stage="proposal", amount=Money(Decimal(90), "RUB"))
    seeds.case(title="Бюджет", client="ООО «Ромашка»", case_manager=ANNA, stage="in_work", deadline=date(2026, 12, 1))
    ended = {"title": "Внедрение", "outcome": "won", "stage": "defence", "deadline": date(2026, 11, 30)}
    seeds.entity("case", ended, conflicts=a_conflict(), at=NOW - timedelta(days=3))
    seeds.put()
    return found


def keys(installation: Installation, query: CaseQuery, me: str = "") -> list[int]:
    rows = list_cases(installation, Access(None, me), query).rows
    return [int(row.key.removeprefix("CASE-")) for row in rows]


@pytest.mark.parametrize(
    ("query", "those"),
    [
        (CaseQuery(mine=True), {1, 3}),
        (CaseQuery(person=BORIS.upper()), {2}),
        (CaseQuery(stages=("proposal", "in_work")), {2, 3}),
        (CaseQuery(outcomes=("open",), client="ООО «Ромашка»"), {1, 3}),
        (CaseQuery(client="ромаш"), {1, 3}),
        (CaseQuery(client=" оао"), set()),
        (CaseQuery(client=" АО «лют "), {2}),
        (CaseQuery(client="%"), set()),
        (CaseQuery(attention=True), {4}),
        (CaseQuery(text="ромашке"), {1, 3}),
        (CaseQuery(text="бюджетом ромашки"), {3}),
        (CaseQuery(text="?!"), set()),
        (CaseQuery(sync="presales"), {1, 2, 3, 4}),
        (CaseQuery(sync="other"), set()),
    ],
)
def test_a_filter_leaves_the_cases_that_fit(installation: Installation, query: CaseQuery, those: set[int]) -> None:
    assert set(keys(installation, query, ANNA)) == those


@pytest.mark.parametrize(
    ("sort", "up", "down"),
    [
        ("key", [1, 2, 3, 4], [4, 3, 2, 1]),
        ("title", [2, 3, 4, 1], [1, 4, 3, 2]),
        ("client", [2, 1, 3, 4], [1, 3, 2, 4]),
        ("stage", [1, 3, 2, 4], [4, 2, 3, 1]),
        ("amount", [2, 1, 3, 4], [1, 2, 3, 4]),
        ("deadline", [4, 3, 1, 2], [3, 4, 1, 2]),
        ("created", [4, 1, 2, 3], [1, 2, 3, 4]),
    ],
)
def test_a_list_is_sorted_and_what_says_nothing_comes_last(
    installation: Installation, sort: Sort, up: list[int], down: list[int]
) -> None:
    assert keys(installation, CaseQuery(sort=sort, descending=False)) == up
    assert keys(installation, CaseQuery(sort=sort, descending=True)) == down


def test_each_filter_counts_what_it_would_leave_beside_the_others(installation: Installation) -> None:
    found = list_cases(installation, Access(None, ANNA), CaseQuery(mine=True, stages=("lead",)))

    assert (found.total, found.counts.all, found.counts.mine, found.counts.attention) == (1, 4, 1, 0)
    assert found.counts.stages == {"lead": 1, "in_work": 1}
    assert found.counts.outcomes == {"open": 1}


def test_a_case_that_says_no_outcome_is_open(installation: Installation) -> None:
    seeds = seeded(installation.store)
    seeds.number, seeds.of["case"] = 100, 4
    seeds.entity("case", {"title": "Портал", "owner": ANNA})  # of a stage that no mapping lists
    seeds.put()

    found = list_cases(installation, Access(None, ANNA), CaseQuery(outcomes=("open",), sort="key"))
    laid = board(installation, EVERYTHING, BoardQuery(), now=NOW)
    ended = list_cases(installation, EVERYTHING, CaseQuery(outcomes=("won",)))

    assert [(row.key, row.outcome) for row in found.rows][:2] == [("CASE-5", "open"), ("CASE-3", "open")]
    assert (found.total, found.counts.outcomes, found.counts.mine) == (4, {"open": 4, "won": 1}, 3)
    assert [card.row.key for column in laid.columns if not column.stage for card in column.cards] == ["CASE-5"]
    assert [row.key for row in ended.rows] == ["CASE-4"]


@pytest.mark.parametrize(("internal", "waits"), [(True, [1]), (False, [])])
def test_what_waits_at_an_internal_note_is_counted_for_who_may_see_it(
    installation: Installation, internal: bool, waits: list[int]
) -> None:
    seeds = seeded(installation.store)
    seeds.number = 100
    facts: dict[str, Value] = {"case": "CASE-1", "internal": True}
    seeds.entity("note", facts, parent="e00000001", records=("trk",), parked=a_parked("author", "unknown person"))
    seeds.put()

    found = list_cases(installation, EVERYTHING, CaseQuery(outcomes=("open",)), internal=internal)
    asked = list_cases(installation, EVERYTHING, CaseQuery(outcomes=("open",), attention=True), internal=internal)
    laid = board(installation, EVERYTHING, BoardQuery(), now=NOW, internal=internal)

    assert [row.attention for row in found.rows if row.attention] == waits
    assert [row.key for row in asked.rows] == ["CASE-1"] * len(waits)
    assert found.counts.attention == len(waits)
    assert [card.row.attention for column in laid.columns for card in column.cards if card.row.attention] == waits


def test_pages_follow_each_other(installation: Installation) -> None:
    pages = [keys(installation, CaseQuery(sort="key", descending=False, page=page, size=3)) for page in (1, 2, 3)]

    assert pages == [[1, 2, 3], [4], []]
    assert list_cases(installation, EVERYTHING, CaseQuery(size=3)).pages == 2


def test_a_row_has_exact_values_and_people_have_names(installation: Installation) -> None:
    found = list_cases(installation, EVERYTHING, CaseQuery(sort="key", descending=False))

    assert found.rows[0].amount == Money(Decimal("150000.5"), "RUB")
    assert found.names.of(found.rows[0].owner) == "Анна Ли"
    assert found.names.of("кто-то") == "кто-то"
    assert [row.attention for row in found.rows] == [0, 0, 0, 1]


def test_the_board_has_a_column_for_every_stage_and_ages_in_days(installation: Installation) -> None:
    laid = board(installation, EVERYTHING, BoardQuery(outcomes=()), now=NOW + timedelta(days=2, hours=5))

    assert [column.stage for column in laid.columns] == list(list_cases(installation, EVERYTHING, CaseQuery()).stages)
    assert {card.row.key: card.days for column in laid.columns for card in column.cards} == {
        "CASE-1": 2,
        "CASE-2": 2,
        "CASE-3": 2,
        "CASE-4": 5,
    }
    assert laid.total == 4
    assert not laid.more


@pytest.mark.parametrize(("hours", "days"), [(11, 0), (12, 1), (35, 1), (36, 2)])
def test_a_day_in_a_stage_ends_at_midnight_in_the_zone_of_the_hub(
    installation: Installation, hours: int, days: int
) -> None:
    laid = board(installation, EVERYTHING, BoardQuery(), now=NOW + timedelta(hours=hours))  # noon in Moscow, and later

    assert {card.days for column in laid.columns for card in column.cards} == {days}


def test_a_hit_shows_the_words_where_they_stand(installation: Installation) -> None:
    seeds = seeded(installation.store)
    seeds.number = 100
    seeds.under("note", ("e00000001", "CASE-1"), body="Очень длинное вступление. " * 20 + "Ждём смету от Ромашки.")
    seeds.put()

    [hit] = find(installation, EVERYTHING, SearchQuery("смета", kind="note")).hits

    assert (hit.case, hit.case_title) == ("CASE-1", "Ярмарка")
    assert [piece.text for piece in hit.snippet if piece.hit] == ["смету"]
    assert "".join(piece.text for piece in hit.snippet).startswith("…")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://redmine.example.org/issues/41", "https://redmine.example.org/issues/41"),
        ("http://127.0.0.1:3000/сделка/1", "http://127.0.0.1:3000/сделка/1"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("//example.org", ""),
        ("memory://trk/record/1", ""),
        ("https://[", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_page_links_to_web_addresses_only(url: str | None, shown: str) -> None:
    assert openable(url) == shown
