"""Mentions: from each system's way to the name, and back to the person of another system."""

import pytest

from mappings.exchange import SystemPerson
from mappings.transforms.signed import Mentions

ANN = SystemPerson("7", "Анна Ли", "ann@example.org", "ann")
BOB = SystemPerson("8", "Боб", "bob@example.org", None)
EVE = SystemPerson("9", "Ева", None, "eve")


def a_way(form, *, known=(ANN, BOB)):
    return Mentions.of(form, (ANN, BOB, EVE), name_of=lambda one: one.name, known=lambda one: one in known)


def inside(mentions, raw):
    table = mentions.table(raw)
    return table.shown(table.hidden(raw, raw=True))


def outside(mentions, text, raw=""):
    table = mentions.table(raw)
    return table.spelled(table.hidden(text), raw)


@pytest.mark.parametrize(
    ("form", "raw", "text"),
    [
        ("login", "@ann, спросите user#8; почта x@ann.ru", "@Анна Ли, спросите @Боб; почта x@ann.ru"),
        ("login", "@anna и user#88", "@anna и user#88"),
        ("bbcode", "[USER=7]Аня[/USER], [user=99]Гость[/user]", "@Анна Ли, @Гость"),
        ("bracket", "@[8] и @[99]", "@Боб и @[99]"),
        ("none", "@ann", "@ann"),
    ],
)
def test_a_mention_is_the_persons_name_inside(form, raw, text):
    assert inside(a_way(form), raw) == text


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        ("login", "@ann и user#8 и @Ева"),
        ("bbcode", "[USER=7]Анна Ли[/USER] и [USER=8]Боб[/USER] и @Ева"),
        ("bracket", "@[7] и @[8] и @Ева"),
        ("none", "@Анна Ли и @Боб и @Ева"),
    ],
)
def test_the_same_person_is_mentioned_in_each_systems_way_and_somebody_unsure_in_plain_words(form, raw):
    assert outside(a_way(form), "@Анна Ли и @Боб и @Ева") == raw


def test_a_mention_stays_spelled_as_it_stands():
    assert outside(a_way("login"), "@Анна Ли!", raw="user#7?") == "user#7!"
    assert outside(a_way("bbcode"), "@Гость!", raw="[USER=99]Гость[/USER]") == "[USER=99]Гость[/USER]!"


def test_a_longer_word_is_no_mention():
    assert outside(a_way("bracket"), "@Бобслей и ann@Боб") == "@Бобслей и ann@Боб"
