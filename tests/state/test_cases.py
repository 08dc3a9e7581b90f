"""Entities as they stand: by key, by id, by record, page by page."""

import pytest

from state import cases, lines
from state.store import Store
from state.types import Worker
from tests.browsed_builders import seeded
from tests.state_builders import a_record, link_in, linked, opened, planned


def test_a_case_is_found_by_its_key_with_links_and_open_writes(store: Store, worker: Worker) -> None:
    linked(store, worker)
    whole = planned(store, worker)

    found = cases.case(store, "CASE-1")

    assert found == whole
    assert found is not None
    write = link_in(found, "tracker").write
    assert write is not None
    assert (write.verb, write.state) == ("update", "planned")


def test_an_unknown_key_is_nobody(store: Store) -> None:
    assert cases.case(store, "CASE-404") is None


def test_an_entity_is_found_by_its_record(store: Store, worker: Worker) -> None:
    whole = linked(store, worker)

    assert cases.by_record(store, "tracker", kind="issue", ids=["41", "999"]) == {"41": whole}


def test_lists_are_in_the_order_of_numbers_and_paged(store: Store, worker: Worker) -> None:
    opened(store, worker, *(a_record(str(number)) for number in range(12)))
    keys, after = [], 0

    while True:
        page = cases.cases(store, limit=5, after=after)
        keys += [one.entity.key for one in page.entities]
        if page.next is None:
            break
        after = page.next

    assert keys == [f"CASE-{number}" for number in range(1, 13)]


def test_lists_and_counts_are_by_kind_and_sync(store: Store, worker: Worker) -> None:
    opened(store, worker, a_record("1"), a_record("2"))

    assert (cases.count(store), cases.count(store, sync="support"), cases.count(store, kind="item")) == (2, 0, 0)
    assert cases.cases(store, sync="support").entities == ()


@pytest.mark.parametrize("listed", [False, True], ids=["before the page has them", "as the page has them"])
def test_open_cases_are_found_by_what_their_facts_say_and_of_many_two(store: Store, listed: bool) -> None:
    seeds = seeded(store)
    for title, outcome in (("Смета", "open"), ("Смета", "lost"), ("100 % _", "open"), *[("Общее", "open")] * 3):
        seeds.entity("case", {"title": title, "outcome": outcome, "channel": "Смета" if title == "Общее" else "Сайт"})
    seeds.put()
    if listed:
        lines.catch_up_whole(store)

    def found(**asked: str) -> list[str]:
        words = {fact: {word, "нет такого"} for fact, word in asked.items()}
        return [one.entity.key for one in cases.open_saying(store, "presales", [words])]

    assert found(title="Смета") == ["CASE-1"]
    assert found(title="100 % _") == ["CASE-3"]
    assert found(title="Общее", channel="Смета") == ["CASE-4", "CASE-5"]
    assert found(title="Смета", channel="Смета") == found(title="Смет") == []
    assert cases.open_saying(store, "support", [{"title": {"Смета"}}]) == ()


def test_cases_are_found_by_a_word_of_any_fact_closed_ones_too(store: Store) -> None:
    seeds = seeded(store)
    for title in ("Смета", "100 % _", "100 Смет _"):
        seeds.entity("case", {"title": title, "outcome": "lost"})
    seeds.put()

    assert [one.entity.key for one in cases.by_words(store, "presales", ["100 % _"])] == ["CASE-2"]
    assert cases.by_words(store, "support", ["Смета"]) == cases.by_words(store, "presales", []) == ()
    assert cases.by_words(store, "presales", ["100 % _"], kind="contact") == ()
