"""The hub's own sentences, in the words of whoever reads them."""

import pytest

from mappings.lens import Refusal
from mappings.reconcile.advice import unreadable, unwritable
from web.languages import translations
from web.sayings import FORMS, said


def russian(text: str) -> str:
    return said(text, translations("ru").gettext)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            unreadable(Refusal("unlisted", "'Срочно' is not listed under values")),
            "Значения 'Срочно' нет в списке values",
        ),
        (unwritable(Refusal("too long", "70 characters, and the place holds 60")), "Знаков 70, а поле вмещает 60"),
        ("#5 was merged into #9 there; it will be made again", "Запись №5 там объединена с №9"),
        ("who is 17 (Анна Ли)? 3 cases wait; casehub people same", "Кто такой или такая 17 (Анна Ли)?"),
        ("who is hub@example.com there? 1 case waits; casehub people same", "Кто там hub@example.com?"),
        ("the record never shows this field", "Запись никогда не показывает этого поля"),
    ],
)
def test_a_sentence_that_is_often_said_is_said_in_russian(text: str, told: str) -> None:
    assert russian(text) == told


def test_a_sentence_that_nobody_knows_is_left_to_the_fold() -> None:
    assert russian("the printer is on fire") == ""


def test_every_form_is_another_one_in_russian() -> None:
    assert [text for _, text in FORMS if translations("ru").gettext(text) == text] == []
