"""Who is who over several systems."""

from mappings.exchange import SystemPerson
from mappings.people import KnownPerson, directories

ANN = SystemPerson("7", "Анна Ли", email="Ann@Example.com", login="ann")


def test_an_email_is_one_person_whatever_its_case():
    other = SystemPerson("41", "Ann Lee", email="ann@example.com")

    assert directories({"crm": [ANN], "trk": [other]}) == {
        "crm": {"7": "ann@example.com"},
        "trk": {"41": "ann@example.com"},
    }


def test_a_login_counts_where_another_system_knows_its_email():
    other = SystemPerson("41", "A. Lee", login="Ann")

    assert directories({"crm": [ANN], "trk": [other]})["trk"] == {"41": "ann@example.com"}


def test_a_login_that_two_emails_claim_is_nobody():
    double = SystemPerson("8", "Ann Other", email="other@example.com", login="ann")
    nameless = SystemPerson("41", "Ann", login="ann")

    assert directories({"crm": [ANN, double], "trk": [nameless]})["trk"] == {}


def test_the_hubs_own_table_wins():
    boss = KnownPerson("ann", emails=("ann@example.com", "ann@old.example.com"), ids={"trk": "5"})
    old = SystemPerson("9", "Ann", email="ann@old.example.com")
    silent = SystemPerson("5", "Энн")

    assert directories({"crm": [old], "trk": [silent]}, [boss]) == {
        "crm": {"9": "ann@example.com"},
        "trk": {"5": "ann@example.com"},
    }


def test_somebody_unknown_is_left_out():
    assert directories({"trk": [SystemPerson("5", "Кто-то")]}) == {"trk": {}}


def test_the_hubs_table_may_use_a_name_that_only_one_has():
    table = [KnownPerson("ann", emails=("ann@example.com",), ids={"trk": "Анна Ли"})]

    one = directories({"trk": [SystemPerson("5", "Анна Ли"), SystemPerson("6", "Боб")]}, table)
    two = directories({"trk": [SystemPerson("5", "Анна Ли"), SystemPerson("6", "Анна Ли")]}, table)

    assert (one["trk"], two["trk"]) == ({"5": "ann@example.com"}, {})
