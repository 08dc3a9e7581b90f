"""What the page reads is brought up to date by whoever reads first, in pieces of bounded size."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from mappings.canonical.values import Money, Value
from mappings.reconcile.model import Fact, Origin, Outcome
from state import cases, claims, commits, lines
from state.forgetting import forget_entity, forget_person
from state.lines import Chosen, keeping
from state.store import Store
from state.tables import case_line, case_person, searched
from state.types import Decided
from tests.browsed_builders import ANNA, BORIS, VERA, a_conflict, a_parked, seeded
from tests.state_builders import SCOPES, revised

ALL = Chosen(None)


def listed(store: Store, chosen: Chosen = ALL, order: str = "key") -> list[str]:
    lines.catch_up(store)
    return [one.key for one in lines.listed(store, chosen, order=order)]


def say(store: Store, own: str, **facts: Value) -> None:
    """Decide an entity anew with other facts."""
    worker = store.worker()
    claimed = claims.claim(store, worker, scopes=SCOPES, limit=1, only=[own]).cases[0]
    said = {name: Fact(value, Origin("person", "ann")) for name, value in facts.items()}
    changed = replace(claimed.entity, facts={**claimed.entity.facts, **said})
    commits.commit(store, worker, decided=[Decided(Outcome(changed), claimed)])


def test_a_reader_of_an_idle_hub_pays_one_statement(store: Store) -> None:
    seeds = seeded(store)
    for number in range(30):
        seeds.case(title=f"Кейс {number}")
    seeds.put()
    lines.catch_up_whole(store)

    before = store.statements
    assert not lines.catch_up(store)
    assert store.statements - before == 1


def test_a_case_has_its_documents_and_what_waits_there_before_anybody_has_brought_its_line_up_to_date(
    store: Store,
) -> None:
    seeds = seeded(store)
    mine = seeds.entity("case", {"title": "Внедрение CRM"}, records=("crm",), conflicts=a_conflict())
    other = seeds.case(title="Другое")
    paper = seeds.under("document", mine, title="Смета")
    seeds.put()
    for _ in range(2):
        found = lines.household(store, mine[1])
        assert found is not None
        assert [one.entity.key for one in found.documents] == [paper[1]]
        assert [one.key for one in lines.awaiting_of(store, found.ids)] == [mine[1]]
        lines.catch_up_whole(store)

    say(store, paper[0], case=other[1])

    assert [len(one.documents) for key in (mine, other) if (one := lines.household(store, key[1]))] == [0, 1]


def test_what_is_behind_is_taken_in_by_pieces_of_few_statements(store: Store) -> None:
    seeds = seeded(store)
    for number in range(30):
        seeds.case(title=f"Кейс {number}", owner=ANNA)
    seeds.put()

    for left in (True, True, False):
        before = store.statements
        assert lines.catch_up(store, limit=10) is left
        assert store.statements - before <= 6
    assert len(lines.listed(store, ALL, order="key", limit=100)) == 30


def test_a_reader_does_not_wait_for_another_one_who_is_at_it(store: Store) -> None:
    seeds = seeded(store)
    seeds.case()
    seeds.put()

    with keeping.AT_IT:
        assert lines.catch_up(store)
    assert lines.listed(store, ALL, order="key") == ()
    assert not lines.catch_up(store)
    assert len(lines.listed(store, ALL, order="key")) == 1


def test_many_readers_at_once_take_in_everything_once(store: Store) -> None:
    seeds = seeded(store)
    for number in range(40):
        seeds.case(title=f"Кейс {number}", owner=ANNA)
    seeds.put()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: lines.catch_up(store, limit=5), range(40)))
    lines.catch_up_whole(store)

    assert len(lines.listed(store, Chosen(frozenset({ANNA})), order="key", limit=100)) == 40


def test_a_line_follows_its_case(store: Store) -> None:
    seeds = seeded(store)
    own, _ = seeds.case(title="Внедрение", owner=ANNA)
    seeds.put()
    assert listed(store, Chosen(frozenset({ANNA}))) == ["CASE-1"]

    say(store, own, title="Аудит", owner=BORIS, participants=frozenset({VERA.upper()}))

    assert listed(store, Chosen(frozenset({ANNA}))) == []
    assert [one.title for one in lines.listed(store, Chosen(frozenset({VERA})), order="key")] == ["Аудит"]


@pytest.mark.parametrize("part", ["ПИТЕР_2 100", "тер_2 ", 'ооо "питер_', "/питер", "\\ё"])
def test_a_part_of_the_clients_name_finds_as_it_is_written_in_either_case(store: Store, part: str) -> None:
    seeds = seeded(store)
    seeds.case(client='ООО "Питер_2 100%"/Питер\\Ё')
    seeds.case(client='ООО "Питер 2 1000"')
    seeds.put()

    assert listed(store, Chosen(None, client=part)) == ["CASE-1"]


def test_a_letter_with_dots_stands_with_the_one_without_and_is_found_by_it(store: Store) -> None:
    seeds = seeded(store)
    for name in ("Яблоко", "Ёлка", "Егоза", "Жук"):
        seeds.case(title=name, client=f"ООО «{name}»")
    seeds.put()

    assert listed(store, order="ordered_title") == ["CASE-3", "CASE-2", "CASE-4", "CASE-1"]
    assert listed(store, order="ordered_client") == ["CASE-3", "CASE-2", "CASE-4", "CASE-1"]
    assert listed(store, Chosen(None, client="елка")) == listed(store, Chosen(None, client="Ёлка")) == ["CASE-2"]


def test_lines_of_before_a_letter_with_dots_counted_as_the_one_without_are_made_anew(store: Store) -> None:
    seeds = seeded(store)
    seeds.case(title="Яблоко", client="Ёлка")
    seeds.put()
    lines.catch_up_whole(store)
    with store.write() as conn:
        revised(conn, command.downgrade, "0014")
        conn.execute(sa.update(case_line).values(ordered_client="ёлка"))
        revised(conn, command.upgrade, "head")

    assert listed(store, Chosen(None, client="елка")) == ["CASE-1"]


def test_a_pass_that_stores_sends_no_statement_for_it(store: Store) -> None:
    with store.recorded() as texts:
        seeds = seeded(store)
        seeds.case()
        seeds.put()

    assert not [text for text in texts if "case_line" in text or "searched" in text or "case_person" in text]


def test_what_waits_at_an_item_waits_at_its_case(store: Store) -> None:
    seeds = seeded(store)
    quiet = seeds.case()
    busy = seeds.entity("case", {"title": "Спор"}, conflicts=a_conflict())
    seeds.entity("item", {"case": quiet[1]}, parent=quiet[0])
    seeds.entity("item", {"case": busy[1]}, parent=busy[0], records=("trk",), parked=a_parked())
    seeds.put()
    lines.catch_up_whole(store)

    assert lines.open_of_cases(store, [quiet[1], busy[1]]) == {busy[1]: (1, 1)}
    assert listed(store, Chosen(None, attention=True)) == [busy[1]]
    assert [(one.case, one.entry.code) for one in lines.awaiting(store, None)] == [
        (busy[1], "conflict"),
        (busy[1], "rejected"),
    ]


def test_nothing_of_what_was_forgotten_stays_beside_the_entities(store: Store) -> None:
    seeds = seeded(store)
    gone, _ = seeds.case(title="Секретный клиент", owner=ANNA)
    seeds.case(title="Открытый клиент", owner=BORIS)
    seeds.put()
    lines.catch_up_whole(store)

    forget_entity(store, gone, plain=lambda name: name == "stage", by="boris")

    with store.read() as conn:
        told = [
            str(tuple(row)) for table in (case_line, case_person, searched) for row in conn.execute(sa.select(table))
        ]
    assert told
    assert not [text for text in told if "Секретный" in text or ANNA in text]
    assert listed(store) == ["CASE-1", "CASE-2"]
    assert [one.title for one in lines.listed(store, ALL, order="key")] == ["", "Открытый клиент"]


def test_a_person_who_was_forgotten_is_in_no_line(store: Store) -> None:
    seeds = seeded(store)
    seeds.case(owner=ANNA)
    seeds.put()
    lines.catch_up_whole(store)

    forget_person(store, [ANNA], by="boris")
    lines.catch_up_whole(store)

    with store.read() as conn:
        assert conn.execute(sa.select(case_person.c.person).where(case_person.c.person == ANNA)).all() == []


def test_the_same_order_of_letters_wherever_it_is_kept(store: Store) -> None:
    seeds = seeded(store)
    for title in ("яблоко", "Арбуз", "банан", ""):
        seeds.case(title=title)
    seeds.put()
    lines.catch_up_whole(store)

    assert [one.title for one in lines.listed(store, ALL, order="ordered_title")] == ["Арбуз", "банан", "яблоко", ""]


def test_a_household_has_items_with_their_parts_and_the_last_notes(store: Store) -> None:
    seeds = seeded(store)
    case = seeds.case()
    item = seeds.under("item", case, title="Смета")
    seeds.under("item", case, parent=item[0], title="Часть сметы")
    for number in range(5):
        seeds.under("note", case, body=f"Заметка {number}")
    seeds.under("document", seeds.case(), title="Чужой")
    seeds.put()

    found = lines.household(store, case[1], notes=3)

    assert found is not None
    assert found.more_notes
    assert cases.case(store, case[1]) == found.case
    assert [one.entity.key for one in found.items] == ["ITEM-1", "ITEM-2"]
    assert [one.entity.key for one in found.notes] == ["NOTE-3", "NOTE-4", "NOTE-5"]
    assert found.documents == ()


def test_what_of_a_kind_the_lists_do_not_have_yet_is_found_without_reading_every_entity(store: Store) -> None:
    seeds = seeded(store)
    cases_made = [seeds.case(title=f"Кейс {number}") for number in range(300)]
    seeds.put()
    lines.catch_up_whole(store)

    ways = plans(store, lambda: lines.household(store, cases_made[7][1]))

    assert "ix_entity_behind_kind" in ways[0]
    assert not any(re.search(r"Seq Scan on entity|SCAN entity(?! USING)", way) for way in ways)


def plans(store: Store, work: Callable[[], object]) -> list[str]:
    """How the database would answer each question of *work*, were the tables large, knowing what is in them now."""
    asked: list[tuple[str, Any]] = []

    def before(*given: Any) -> None:
        asked.append((given[2], given[3]))

    sa.event.listen(store.engine, "before_cursor_execute", before)
    try:
        work()
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", before)
    explain = "EXPLAIN QUERY PLAN " if store.dialect == "sqlite" else "EXPLAIN "
    with store.read() as conn:
        if store.dialect != "sqlite":  # which reads a small table whole, and may have counted rows of tests before this
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
            conn.exec_driver_sql("ANALYZE entity")
        return ["\n".join(str(row) for row in conn.exec_driver_sql(explain + one, given)) for one, given in asked]


@pytest.mark.parametrize(("descending", "shown"), [(True, "500 90 7000 20"), (False, "90 500 20 7000")])
def test_amounts_are_put_in_order_within_their_currency(store: Store, shown: str, *, descending: bool) -> None:
    seeds = seeded(store)
    for amount, currency in (("90", "RUB"), ("7000", "USD"), ("500", "RUB"), ("20", "USD")):
        seeds.case(title=amount, amount=Money(Decimal(amount), currency))
    seeds.case(title="")
    seeds.put()
    lines.catch_up_whole(store)

    found = lines.listed(store, ALL, order="amount", descending=descending)

    assert [one.title for one in found] == [*shown.split(), ""]
