"""Who is who over several systems."""

from mappings.exchange import SystemPerson
from mappings.people import KnownPerson, Remembered, Told, directories, identities, oddities

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


# --- what is remembered, and what people said -------------------------------------------------------------------------

WAS = {"crm": {"7": Remembered("ann@example.com", "Анна Ли", "ann@example.com")}}


def test_an_entry_of_the_table_is_the_e_mail_that_it_stands_under():
    table = [KnownPerson("ann@example.com", emails=("ann@old.example.com",))]
    old = SystemPerson("5", "Ann", email="ann@old.example.com")

    assert directories({"crm": [ANN], "trk": [old]}, table) == {
        "crm": {"7": "ann@example.com"},
        "trk": {"5": "ann@example.com"},
    }


def test_who_changes_the_e_mail_stays_who_they_are():
    moved = SystemPerson("7", "Анна Ли", email="anna@new.example.com")
    there = SystemPerson("41", "Ann Lee", email="ann@example.com")

    found = directories({"crm": [moved], "trk": [there]}, told=Told(remembered=WAS))

    assert found == {"crm": {"7": "ann@example.com"}, "trk": {"41": "ann@example.com"}}


def test_a_system_that_shows_the_new_e_mail_only_knows_the_same_person():
    moved = SystemPerson("7", "Анна Ли", email="anna@new.example.com")
    fresh = SystemPerson("3", "Anna Li", email="anna@new.example.com")

    assert directories({"crm": [moved], "wiki": [fresh]}, told=Told(remembered=WAS))["wiki"] == {"3": "ann@example.com"}


def test_an_e_mail_that_was_taken_over_by_somebody_of_another_name_makes_nobody_one():
    took = SystemPerson("7", "Анна Ли", email="bob@example.com")
    bob = SystemPerson("8", "Боб", email="bob@example.com")
    people = {"crm": [took], "trk": [bob]}

    found = directories(people, told=Told(remembered=WAS))
    [odd] = oddities(people, Told(remembered=WAS))

    assert found == {"crm": {"7": "ann@example.com"}, "trk": {"8": "bob@example.com"}}
    assert odd.apart
    assert "bob@example.com" in odd.text


def test_an_id_that_another_person_has_now_is_no_longer_who_it_was():
    other = SystemPerson("7", "Борис Год", email="boris@example.com")

    found = directories({"crm": [other]}, told=Told(remembered=WAS))
    [odd] = oddities({"crm": [other]}, Told(remembered=WAS))

    assert found == {"crm": {"7": "boris@example.com"}}
    assert "somebody else" in odd.text


def test_who_is_no_longer_listed_is_still_known():
    assert directories({"crm": []}, told=Told(remembered=WAS)) == {"crm": {"7": "ann@example.com"}}


def test_an_answer_counts_where_the_table_is_silent():
    told = Told((KnownPerson("bob@example.com", ids={"trk": "6"}),), {"trk": {"5": "ann@example.com", "6": "x@y.z"}})
    people = {"trk": [SystemPerson("5", "Анна"), SystemPerson("6", "Боб")]}

    [odd] = oddities(people, told)

    assert directories(people, told=told) == {"trk": {"6": "bob@example.com", "5": "ann@example.com"}}
    assert (odd.system, odd.apart) == ("trk", False)
    assert "forget-answer trk 6" in odd.text


def test_an_answer_means_the_person_of_the_table_by_any_of_their_e_mails():
    told = Told(
        (KnownPerson("ann@example.com", emails=("ann@old.example.com",)),), {"trk": {"5": "ann@old.example.com"}}
    )

    assert directories({"trk": [SystemPerson("5", "Анна")]}, told=told) == {"trk": {"5": "ann@example.com"}}
    assert oddities({"trk": [SystemPerson("5", "Анна")]}, told) == []


def test_who_is_said_to_be_nobody_is_nobody_whatever_the_e_mail():
    assert directories({"crm": [ANN]}, told=Told(answers={"crm": {"7": ""}})) == {"crm": {}}


def test_one_e_mail_of_two_names_is_one_person_and_told():
    people = {
        "crm": [SystemPerson("7", "Отдел продаж", email="a@b.c")],
        "trk": [SystemPerson("5", "Ann", email="A@b.c")],
    }

    [odd] = oddities(people, Told())

    assert directories(people) == {"crm": {"7": "a@b.c"}, "trk": {"5": "a@b.c"}}
    assert not odd.apart


def test_names_that_are_alike_are_not_worth_a_word():
    people = {"crm": [ANN], "trk": [SystemPerson("5", "Ли А.", email="ann@example.com")]}

    assert oddities(people, Told()) == []


def test_what_is_remembered_is_what_systems_showed_and_not_what_people_said():
    assert identities({"crm": [ANN], "trk": [SystemPerson("5", "Кто-то")]}, {}) == {
        "crm": {"7": "ann@example.com"},
        "trk": {},
    }
