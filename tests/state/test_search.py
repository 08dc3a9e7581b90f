"""Words are found in any of their forms, on both databases alike."""

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state import lines, search
from state.search import Sought, asked, stem
from state.store import Store
from tests.browsed_builders import ANNA, BORIS, seeded
from tests.state_builders import revised

ALL = None


def found(store: Store, text: str, *, persons: frozenset[str] | None = ALL, internal: bool = False) -> list[str]:
    """The keys of what *text* finds, in order; the numbers say the same."""
    lines.catch_up_whole(store)
    words = asked(text)
    if not words:
        return []
    sought = Sought(tuple(words), persons, internal, key=text.upper())
    hits = [one.key for one in search.find(store, sought)]
    assert sum(search.numbers(store, sought).values()) == len(hits)
    return hits


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("внедрение", "внедрения"),
        ("внедрению", "Внедрениями"),
        ("Ромашке", "«Ромашка»"),
        ("ромашкой", "ООО «РОМАШКА»"),
        ("ёлка", "Елки"),
        ("объем-5", "Объём-5"),
        ("договоры", "договор"),
        ("servers", "server"),
        ("настро", "настройка"),
        ("1С", "учёт в 1с"),
    ],
)
def test_a_word_is_found_in_any_of_its_forms(store: Store, typed: str, written: str) -> None:
    seeds = seeded(store)
    seeds.case(title=f"Проект: {written}")
    seeds.case(title="Другое")
    seeds.put()

    assert found(store, typed) == ["CASE-1"]


@pytest.mark.parametrize(
    "typed", ["+7 (999) 123-45-67", "8 999 123 45 67", "79991234567", "9991234567", "8(999)1234567"]
)
@pytest.mark.parametrize(
    "written", ["89991234567", "+7 999 123-45-67", "тел.: 8-999-123-45-67, доб. 5", "+7(999)1234567"]
)
def test_a_phone_is_found_however_its_digits_are_grouped(store: Store, typed: str, written: str) -> None:
    seeds = seeded(store)
    seeds.case(title="Заявка", description=f"Анна Ли {written}")
    seeds.case(title="Другая", description="Анна Ли +7 999 123-45-68")
    seeds.put()

    assert found(store, typed) == found(store, f"анна {typed}") == ["CASE-1"]


@pytest.mark.parametrize(
    ("typed", "written"), [("+375 29 123 45 67", "+375 (29) 123-45-67"), ("+49 30 1234567", "+49301234567")]
)
def test_so_is_one_of_another_country(store: Store, typed: str, written: str) -> None:
    seeds = seeded(store)
    seeds.case(title=f"Заявка {written}")
    seeds.put()

    assert found(store, typed) == ["CASE-1"]


@pytest.mark.parametrize(
    "text",
    ["2026-12-01", "01.12.2026 10", "7707083893", "договор 12-34/56", "8 800", "4 500 000", "40702810900000012345"],
)
def test_other_numbers_are_found_as_they_are_written(store: Store, text: str) -> None:
    seeds = seeded(store)
    seeds.case(title=f"Заявка {text} и прочее")
    seeds.put()

    assert found(store, text) == ["CASE-1"]


@pytest.mark.parametrize("title", ["Внедрение 1С-8.3", "Корпус-2А", "Стенд S3C-10", "ГОСТ-34б", "Pro-256 и CASE-7"])
def test_a_title_is_found_as_it_is_written_though_a_piece_of_a_word_in_it_looks_like_a_key(
    store: Store, title: str
) -> None:
    seeds = seeded(store)
    seeds.case(title="Другое")
    seeds.case(title=title)
    seeds.put()

    assert found(store, title) == ["CASE-2"]


def test_all_words_must_be_there_wherever_they_stand(store: Store) -> None:
    seeds = seeded(store)
    seeds.case(title="Внедрение CRM", client="ООО «Ромашка»", description="Нужна смета")
    seeds.case(title="Внедрение CRM", client="АО «Лютик»")
    seeds.put()

    assert found(store, "смету для ромашки на внедрение") == ["CASE-1"]  # little words are not asked for
    assert found(store, "смета лютику") == []


def test_what_is_meant_by_its_key_comes_first_then_titles_then_the_newest(store: Store) -> None:
    seeds = seeded(store)
    for _ in range(2):
        seeds.case(title="Аудит", description="после внедрения и после CASE-1")
    seeds.case(title="Внедрение")
    seeds.put()

    assert found(store, "внедрение")[0] == "CASE-3"
    assert found(store, "case-1")[0] == "CASE-1"


def test_an_internal_note_is_found_by_those_who_may_read_it(store: Store) -> None:
    seeds = seeded(store)
    case = seeds.case(owner=ANNA)
    seeds.under("note", case, body="Скидка до сорока процентов", internal=True)
    seeds.under("note", case, body="Скидку обсудим", internal=False)
    seeds.put()

    assert found(store, "скидки") == ["NOTE-2"]
    assert sorted(found(store, "скидки", internal=True)) == ["NOTE-1", "NOTE-2"]
    assert found(store, "скидки", persons=frozenset({BORIS}), internal=True) == []


def test_a_client_is_found_by_those_who_see_a_case_of_it(store: Store) -> None:
    seeds = seeded(store)
    seeds.case(client="ООО «Ромашка»", owner=ANNA)
    for name in ("ООО «Ромашка»", "ООО «Ромашкино»"):
        seeds.entity("client", {"name": name})
    seeds.put()

    assert sorted(found(store, "ромашка", persons=frozenset({ANNA}))) == ["CASE-1", "CLIENT-1"]
    assert found(store, "ромашка", persons=frozenset({BORIS})) == []


@settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_whatever_is_typed_is_words_and_no_language(store: Store, text: str) -> None:
    found(store, text + "' OR \"*)(:&|!<-> NEAR ъ")
    found(store, text)


def test_what_was_changed_is_no_longer_found(store: Store) -> None:
    seeds = seeded(store)
    own, _ = seeds.case(title="Старое название")
    seeds.put()
    assert found(store, "старое") == ["CASE-1"]

    with store.write() as conn:
        lines.drop(conn, own)
    assert found(store, "старое") == ["CASE-1"]  # what is left out by a rebuild is taken in again


def test_a_stem_is_the_same_whatever_was_asked_before() -> None:
    words = ["внедрениями", "servers", "ёлками", "crm"]

    assert [stem(word) for word in words] == [stem(word) for word in words] == ["внедрен", "server", "елк", "crm"]


def test_phones_of_before_are_found_after_the_revision(store: Store) -> None:
    seeds = seeded(store)
    seeds.case(title="Заявка +7 999 123-45-67")
    seeds.put()
    lines.catch_up_whole(store)
    with store.write() as conn:
        revised(conn, command.downgrade, "0015")
        conn.execute(sa.text("UPDATE searched SET words = trim(replace(words || ' ', '9991234567 ', ''))"))
    assert found(store, "89991234567") == []

    with store.write() as conn:
        revised(conn, command.upgrade, "head")

    assert found(store, "89991234567") == ["CASE-1"]


def test_contacts_of_before_they_were_searched_are_taken_in_after_the_revision(store: Store) -> None:
    seeds = seeded(store)
    seeds.entity("contact", {"name": "Анна", "last_name": "Ли", "phones": frozenset({"+7 495 100"})})
    seeds.put()
    lines.catch_up_whole(store)
    with store.write() as conn:
        revised(conn, command.downgrade, "0010")
    assert found(store, "анна") == []

    with store.write() as conn:
        revised(conn, command.upgrade, "head")

    assert found(store, "анна ли 495") == ["CONTACT-1"]
