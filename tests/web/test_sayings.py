"""The hub's own sentences, in the words of whoever reads them."""

import pytest

from flows.hub.undoing.judging import detached
from flows.hub.undoing.traces import Place
from mappings.lens import Refusal
from mappings.reconcile.advice import unreadable, unwritable
from mappings.reconcile.undo import ASKED, STANDS
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
        (
            "kp waits for amount, deadline; it is made once they are known",
            "Документ kp ждёт данных: amount, deadline",
        ),
        ("kp is gone: deleted by Анна; bring it back there, or have a new one made", "Документа kp больше нет"),
        ("wiki refuses a part of kp: too long", "wiki не принимает часть документа kp"),
        ("wiki refuses kp: too long", "wiki не принимает документ kp"),
        (
            "ТЗ.pdf is not copied to trk: it has 20 MiB, more than 10 MiB; it is at https://crm/17",
            "ТЗ.pdf не копируется в trk: размер 20 MiB, а можно не больше 10 MiB; файл здесь: https://crm/17",
        ),
        (
            "ТЗ.pdf is not copied to trk: the disk is full; it is at https://crm/17",
            "ТЗ.pdf не копируется в trk: the disk is full; файл здесь: https://crm/17",
        ),
        (detached(Place("trk", "issue", "5")).text, "Запись №5 создал прогон, который отменён"),
        (ASKED, "Возвращается отменой"),
        (STANDS, "Возвращено отменой: показывает то, что было раньше, а хаб считает иначе"),
    ],
)
def test_a_sentence_that_is_often_said_is_said_in_russian(text: str, told: str) -> None:
    assert russian(text) == told


def test_a_sentence_that_nobody_knows_is_left_to_the_fold() -> None:
    assert russian("the printer is on fire") == ""


def test_every_form_is_another_one_in_russian() -> None:
    assert [text for _, text in FORMS if translations("ru").gettext(text) == text] == []
