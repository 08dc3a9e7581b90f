"""People: who an id is, as it was first known, and what was answered about it."""

from mappings.exchange import SystemPerson
from state import people
from state.people import Answer
from state.store import Store

ANN = SystemPerson("7", "Анна Ли", email="Ann@Example.org", login="ann")
WHO = {"7": "ann@example.org"}


def by_system(store: Store) -> dict[tuple[str, str], str]:
    return {(one.system, one.known.id): one.person for one in people.identities(store)}


def test_one_name_in_two_systems_is_one_person(store: Store) -> None:
    people.store_people(store, "crm", people=[ANN], who=WHO)
    people.store_people(store, "tracker", people=[SystemPerson("31", "Ann Lee")], who={"31": "ann@example.org"})

    found = by_system(store)

    assert found["crm", "7"] == found["tracker", "31"]
    assert {one.named for one in people.identities(store)} == {"ann@example.org"}


def test_somebody_unknown_is_a_person_of_their_own_and_stays_the_same_until_they_are_known(store: Store) -> None:
    nameless = SystemPerson("8", "Робот")
    people.store_people(store, "crm", people=[nameless, ANN], who=WHO)
    before = by_system(store)
    people.store_people(store, "crm", people=[nameless], who={})
    again = by_system(store)
    people.store_people(store, "crm", people=[nameless], who={"8": "ann@example.org"})

    assert again == before
    assert before["crm", "8"] != before["crm", "7"]
    assert by_system(store)["crm", "8"] == before["crm", "7"]


def test_what_a_system_says_of_a_person_is_kept_and_renewed(store: Store) -> None:
    people.store_people(store, "crm", people=[ANN], who=WHO)
    left = SystemPerson("7", "Анна Ли", email="ann@new.example.org", login="ann", active=False)

    people.store_people(store, "crm", people=[left], who=WHO)

    assert [(one.known, one.named) for one in people.identities(store, system="crm")] == [(left, "ann@example.org")]
    assert people.identities(store, system="wiki") == ()


def test_the_last_answer_counts_until_it_is_forgotten(store: Store) -> None:
    people.keep_answer(store, Answer("trk", "5", "ann@example.org", by="olga"))
    people.keep_answer(store, Answer("trk", "5", "", by="ann"))
    [kept] = people.answers(store)

    assert (kept.system, kept.id, kept.identity, kept.by, kept.at is not None) == ("trk", "5", "", "ann", True)
    assert people.forget_answer(store, "trk", "5")
    assert not people.forget_answer(store, "trk", "5")
    assert people.answers(store) == ()


def test_who_is_forgotten_leaves_neither_ids_nor_answers(store: Store) -> None:
    people.store_people(store, "crm", people=[ANN, SystemPerson("8", "Боб")], who=WHO)
    people.keep_answer(store, Answer("trk", "5", "ann@example.org"))
    people.keep_answer(store, Answer("crm", "7", "x@example.org"))
    people.keep_answer(store, Answer("trk", "6", "bob@example.org"))

    with store.write() as conn:
        people.forget_people(conn, named=["Ann@example.org"], ids=[("crm", "7")])

    assert [one.known.id for one in people.identities(store)] == ["8"]
    assert [one.id for one in people.answers(store)] == ["6"]
