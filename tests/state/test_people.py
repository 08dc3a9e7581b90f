"""People: the e-mail address is the identity."""

from mappings.exchange import SystemPerson
from state import people
from state.store import Store

ANN = SystemPerson("7", "Анна Ли", email="Ann@Example.org", login="ann")


def by_system(store: Store) -> dict[tuple[str, str], str]:
    return {(one.system, one.known.id): one.person for one in people.identities(store)}


def test_one_address_in_two_systems_is_one_person(store: Store) -> None:
    people.store_people(store, "crm", people=[ANN])
    people.store_people(store, "tracker", people=[SystemPerson("31", "Ann Lee", email="ann@example.org")])

    found = by_system(store)

    assert found["crm", "7"] == found["tracker", "31"]


def test_somebody_without_an_address_is_a_person_of_their_own_and_stays_the_same(store: Store) -> None:
    nameless = SystemPerson("8", "Робот")
    people.store_people(store, "crm", people=[nameless, ANN])
    before = by_system(store)
    people.store_people(store, "crm", people=[nameless])

    assert by_system(store) == before
    assert before["crm", "8"] != before["crm", "7"]


def test_what_a_system_says_of_a_person_is_kept_and_renewed(store: Store) -> None:
    people.store_people(store, "crm", people=[ANN])
    left = SystemPerson("7", "Анна Ли", email="Ann@Example.org", login="ann", active=False)

    people.store_people(store, "crm", people=[left])

    assert [one.known for one in people.identities(store, system="crm")] == [left]
    assert people.identities(store, system="wiki") == ()
