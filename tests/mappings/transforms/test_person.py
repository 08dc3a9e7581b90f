"""One person, known in each system by an id of its own."""

import pytest

from mappings.lens import Refusal
from mappings.transforms.person import Person
from mappings.transforms.settings import BadSettings
from mappings.transforms.vocabulary import Spot, Vocabulary

ANN, OLEG, GONE = "ann.lee@example.org", "олег@пример.рф", "gone@example.org"
PEOPLE = Person({"4": ANN, "5": ANN, "7": OLEG, "9": GONE}, inactive=frozenset({"4", "9"}))


def code(refused):
    return refused.code if isinstance(refused, Refusal) else None


def test_several_ids_are_one_person():
    assert PEOPLE.read("4") == ANN
    assert PEOPLE.read("5") == ANN


def test_the_id_that_stands_is_left():
    assert PEOPLE.write(ANN, "4") == "4"


def test_else_the_first_that_can_be_chosen_is_written():
    assert PEOPLE.write(ANN, "7") == "5"
    assert PEOPLE.write(OLEG, None) == "7"


def test_an_unknown_id_never_reads_as_nobody():
    refused = PEOPLE.read("77")

    assert code(refused) == "unknown person"
    assert "'77'" in refused.text


def test_an_unknown_person_never_clears_a_known_one():
    assert code(PEOPLE.write("new@example.org", "7")) == "unknown person"


def test_who_can_no_longer_be_chosen_is_read_and_left_but_not_written():
    assert PEOPLE.read("9") == GONE
    assert PEOPLE.write(GONE, "9") == "9"
    assert code(PEOPLE.write(GONE, "7")) == "inactive person"


def test_somebody_unknown_is_told_by_the_name_that_stands_there():
    people = Person({"5": ANN}, called={"6": "Иван Новый"})

    assert people.read("6").text == "nobody is known by '6' there (Иван Новый)"
    assert people.read("7").text == "nobody is known by '7' there"


def test_nobody_is_nobody():
    assert PEOPLE.read(None) is None
    assert PEOPLE.write(None, "7") is None


def test_an_id_is_a_text():
    assert code(PEOPLE.read(7)) == "malformed"
    assert code(PEOPLE.read({"id": "7"})) == "malformed"


def test_the_directory_is_no_setting():
    made = Person.built({}, Spot(("owner",), ("assigned_to",), Vocabulary(people={"5": ANN}, called={"5": "Анна"})))

    assert made == Person({"5": ANN})
    assert made.settings() == PEOPLE.settings()


def test_it_takes_no_settings():
    with pytest.raises(BadSettings, match="people: unknown"):
        Person.built({"people": {}}, Spot(("owner",)))
