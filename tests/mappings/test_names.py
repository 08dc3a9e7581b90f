"""Names of people in two alphabets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.names import alike

SAME = [
    ("Щукин Егор", "Egor Shchukin"),
    ("Щукин Е. В.", "Egor Shchukin"),
    ("Е. Щукин", "Щукин Егор Викторович"),
    ("Юлия Хохлова", "Julia Hohlova"),
    ("Юлия Хохлова", "Yulia Khokhlova"),
    ("Цветков Яков", "Yakov Tsvetkov"),
    ("Сергей Соловьёв", "Sergey Solovyov"),
    ("Дмитрий Ильин", "Dmitriy Ilin"),
    ("Жанна Ёлкина", "Zhanna Elkina"),
    ("Щукин", "Shchukin"),
    ("Иван И.", "И. Иван"),
]
OTHERS = [
    ("Жанна Ли", "Анна Ли"),
    ("Иван Петров", "Иван Сидоров"),
    ("А. Ли", "Борис Ли"),
    ("И. И.", "Иван Ильин"),
    ("Анна", "Анна Ли"),
    ("", ""),
]
NAMES = st.lists(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяё", min_size=2, max_size=8), min_size=1, max_size=3)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_of_one_person_are_alike(one: str, other: str) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_names_of_two_people_are_not(one: str, other: str) -> None:
    assert not alike(one, other)
    assert not alike(other, one)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(NAMES)
def test_the_order_and_the_case_of_a_name_say_nothing(words: list[str]) -> None:
    assert alike(" ".join(words), " ".join(reversed(words)).upper())
