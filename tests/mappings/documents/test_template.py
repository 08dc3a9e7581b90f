"""Templates name facts and nothing else; what people typed stays text in whatever it is put into."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.canonical.values import Money
from mappings.documents import Flawed, parse_template
from mappings.documents.escape import Target

KNOWN = {"client.name", "deal.amount", "case.key", "case.deadline", "case.поставка"}
FACTS = {
    "client.name": "ООО «Ромашка»",
    "deal.amount": Money(Decimal(150000), "RUB"),
    "case.deadline": date(2026, 12, 1),
    "case.key": "CASE-7",
}


def filled(text: str, target: Target = "text", **facts: object) -> str:
    given = {**FACTS, **{name.replace("__", "."): value for name, value in facts.items()}}
    return parse_template(text, target, KNOWN).fill(given)  # type: ignore[arg-type]  # any value, in a test


def test_facts_stand_where_they_are_named() -> None:
    text = filled("{{ case.key }}: {{client.name}}, {{ deal.amount }} до {{ case.deadline }}; {{ case.поставка }}")

    assert text == "CASE-7: ООО «Ромашка», 150\u00a0000\u00a0₽ до 2026-12-01; —"


def test_an_unknown_fact_is_told_with_its_line_and_the_nearest_right_one() -> None:
    with pytest.raises(Flawed) as caught:
        parse_template("Добрый день\n{{ client.nmae }}\n{{ 1 + 1 }}\n{{ deal.amount }", "text", KNOWN)

    assert [(flaw.line, flaw.text) for flaw in caught.value.flaws] == [
        (2, "unknown fact 'client.nmae'; did you mean 'client.name'?"),
        (3, "unknown fact '1 + 1'"),
        (4, "a {{ without its }}"),
    ]


def test_a_wikis_own_braces_are_left_alone_but_a_mistyped_fact_is_not() -> None:
    text = "{{Карточка|имя={{ client.name }}}} {{{1|}}} {{!}}"

    assert filled(text, "wikitext") == "{{Карточка|имя=ООО «Ромашка»}} {{{1|}}} {{!}}"
    with pytest.raises(Flawed, match=r"client\.nam"):
        parse_template("{{ client.nam }}", "wikitext", KNOWN)


def test_what_somebody_typed_cannot_become_wikitext() -> None:
    nasty = "</nowiki><script>{{Delete}}[[Файл:x.png|thumb]] '''a''' ~~~~ __NOTOC__ http://evil -->\n----\n* b"

    text = filled("{{ client.name }}", "wikitext", client__name=nasty)

    assert not set("<>{}[]|'~_*:#=") & set(text.replace("<br />", "").replace("&#", ""))
    assert "<br />&#45;---<br />&#42; b" in text


def test_what_somebody_typed_cannot_become_html() -> None:
    text = filled('<a title="{{ client.name }}">', "html", client__name='"><img onerror=x>&\nниже')

    assert text == '<a title="&quot;&gt;&lt;img onerror=x&gt;&amp;<br>ниже">'


def test_what_somebody_typed_cannot_become_markdown() -> None:
    text = filled("{{ client.name }}", "markdown", client__name="# a\n- b\n1. c\n<b> [x](y) `d`")

    assert text == "\\# a  \n\\- b  \n1\\. c  \n\\<b\\> \\[x\\](y) \\`d\\`"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        (" @cmd", "' @cmd"),
        ("-5", "'-5"),
        ('ООО "Лотос"; Москва', '"ООО ""Лотос""; Москва"'),
        ("=A1,B1", '"\'=A1,B1"'),
    ],
)
def test_a_cell_is_never_computed_nor_becomes_two(value: str, cell: str) -> None:
    assert filled("{{ client.name }};x", "csv", client__name=value) == f"{cell};x"


def test_a_cell_that_has_its_quotation_marks_gets_no_others() -> None:
    assert filled('"{{ client.name }}";1', "csv", client__name='a "b"; c') == '"a ""b""; c";1'


@pytest.mark.parametrize(
    ("template", "cells"),
    [
        ('"КП для {{ client.name }}";1', ['КП для a "b"; c', "1"]),
        ('\ufeff"{{ client.name }}: КП";1', ['a "b"; c: КП', "1"]),
        ('"";"от ""нас"" для\n{{ client.name }}, {{ client.name }}"', ["", 'от "нас" для\na "b"; c, a "b"; c']),
        ('"x";{{ client.name }};""', ["x", 'a "b"; c', ""]),
    ],
)
def test_a_cell_in_quotation_marks_stays_one_whatever_else_stands_in_it(template: str, cells: list[str]) -> None:
    text = filled(template, "csv", client__name='a "b"; c').removeprefix("\ufeff")

    assert next(csv.reader(io.StringIO(text, newline=""), delimiter=";")) == cells


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_no_value_leaves_its_place_in_html(value: str) -> None:
    text = filled("<p>{{ client.name }}</p>", "html", client__name=value)

    assert text.replace("<br>", "").count("<") == 2


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_no_value_calls_a_template_or_opens_a_tag_in_wikitext(value: str) -> None:
    text = filled("{{ client.name }}", "wikitext", client__name=value).replace("<br />", "")

    assert not set("<>{}[]|") & set(text)
