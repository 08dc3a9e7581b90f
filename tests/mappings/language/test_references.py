import pytest

from mappings.language.entries import Entry
from mappings.language.problems import Sheet
from mappings.language.reader import load
from mappings.language.references import refers, replaced, secret, url

ENV = {"NAME": "значение", "_a1": "b", "EMPTY": "", "HOST": "example.org"}


def entry(text: str) -> Entry:
    return Entry(load(f"'{text}'", "hub.yaml"), "key", 1, file="hub.yaml", sheet=Sheet())


def noted(one: Entry) -> list[str]:
    return [problem.text for problem in one.sheet.problems]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("${NAME}", "значение"),
        ("a${_a1}c${NAME}", "abcзначение"),
        ("$NAME and $ {NAME}", "$NAME and $ {NAME}"),
        ("$${NAME}", "${NAME}"),
        ("100 $", "100 $"),
    ],
)
def test_a_reference_is_replaced_and_nothing_else(text, meant):
    assert replaced(entry(text), ENV) == meant


def test_what_a_reference_stands_for_is_not_looked_into_again():
    assert replaced(entry("${A}"), {"A": "${B}", "B": "secret"}) == "${B}"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "${NOBODY}${EMPTY}",
            ["key: ${NOBODY} is not set in the environment", "key: ${EMPTY} is empty in the environment"],
        ),
        ("${NAME", ["key: a ${ without its }"]),
        ("${NAME:-x}", ["key: ${NAME:-x} is not the name of a variable"]),
        ("${}", ["key: ${} is not the name of a variable"]),
    ],
)
def test_a_reference_to_nothing_is_told_by_its_name(text, problems):
    one = entry(text)

    assert replaced(one, ENV) is None
    assert noted(one) == problems


@pytest.mark.parametrize("text", ["https://${HOST}/rest", "http://127.0.0.1:3000", "https://пример.рф/путь"])
def test_a_url_is_a_web_address(text):
    one = entry(text)

    assert url(one, ENV) is not None
    assert noted(one) == []


@pytest.mark.parametrize("text", ["example.org", "ftp://example.org", "https://", "https://a b", "https://[1"])
def test_anything_else_is_no_url(text):
    one = entry(text)

    assert url(one, ENV) is None
    assert noted(one) == [f"key: not a URL: {text!r}"]


def test_a_secret_in_the_file_is_refused_and_not_shown():
    one = entry("s3cret")

    assert secret(one, ENV) is None
    assert "s3cret" not in str(noted(one))


def test_a_dollar_that_was_meant_as_one_is_no_reference():
    assert not refers("$${NAME}")
    assert refers("$${NAME} ${NAME}")
