"""Forms as a browser sends them, read from a plain page."""

from connectors.sandbox.page import Input, form, page_answer, paragraph
from flows.hub.demo.forms import Page

PEOPLE = (("5", "Анна Ковалёва"), ("6", "Пётр Щукин"))
INPUTS = (
    Input("guard", "", "g&1", "hidden"),
    Input("title", "Название", 'Ёж & "К°"'),
    Input("text", "Описание", "\nпервая\n\nвторая <b>", "area"),
    Input("as", "Кто", "6", "select", PEOPLE),
    Input("unset", "Кто ещё", "", "select", PEOPLE),
    Input("labels", "Метки", ("a", "c"), "several", (("a", "А"), ("b", "Б"), ("c", "В"))),
    Input("yes", "Да", "Y", "check"),
    Input("no", "Нет", "", "check"),
)


def page(*inputs):
    body = [paragraph("Сохранено.", kind="said"), paragraph("тише"), form("/here", inputs, button="Сохранить")]
    return Page(page_answer("Страница", body).body.decode())


def test_an_untouched_form_is_sent_as_a_browser_sends_it():
    found = page(*INPUTS).form("post")

    sent = [pair for pair in found.pairs() if pair != ("labels", "")]
    assert sent == [
        ("guard", "g&1"),
        ("title", 'Ёж & "К°"'),
        ("text", "\nпервая\n\nвторая <b>"),
        ("as", "6"),
        ("unset", "5"),
        ("labels", "a"),
        ("labels", "c"),
        ("yes", "0"),
        ("yes", "1"),
        ("no", "0"),
    ]


def test_an_option_is_found_by_its_label_or_its_value():
    field = page(*INPUTS).form("post").field("as")

    assert (field.chosen("Анна Ковалёва"), field.chosen("5"), field.chosen("Анна")) == ("5", "5", None)


def test_what_the_page_says_to_a_person_is_read_and_nothing_else():
    assert page().said == "Сохранено."


def test_a_page_may_have_no_form_of_the_wanted_method():
    assert page().form("get") is None
