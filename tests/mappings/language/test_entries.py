from datetime import timedelta

import pytest

from mappings.language.entries import Entry, need, views
from mappings.language.problems import Sheet
from mappings.language.reader import load


def entry(text: str) -> Entry:
    return Entry(load(text, "f.yaml"), "", 1, file="f.yaml", sheet=Sheet())


def noted(one: Entry) -> list[str]:
    return [str(problem) for problem in one.sheet.problems]


def test_known_keys_are_given_and_unknown_ones_noted_with_their_own_line():
    root = entry("url: a\ntokn: b\n")

    keys = root.keys(("url", "token"))

    assert list(keys) == ["url"]
    assert noted(root) == ["f.yaml:2: tokn: unknown; did you mean 'token'?"]


def test_a_path_leads_to_what_is_wrong():
    root = entry("a:\n  список:\n    - x\n    - {b: да}\n")

    root.open_keys()["a"].open_keys()["список"].items()[1].open_keys()["b"].flag()

    assert noted(root) == ["f.yaml:4: a.список[2].b: must be true or false"]


@pytest.mark.parametrize("text", ["1", "1.5", "No", "да", "'x'"])
def test_text_is_what_is_written(text):
    assert entry(text).text() == text.strip("'")


@pytest.mark.parametrize(
    ("text", "method", "problem"),
    [
        ("[a]", "text", "f.yaml:1: must be a single value"),
        ("''", "text", "f.yaml:1: must not be empty"),
        ("a: 1", "items", "f.yaml:1: must be a list"),
        ("a", "open_keys", "f.yaml:1: must be a mapping of keys to values"),
        ("true", "number", "f.yaml:1: must be a whole number, 0 or more"),
        ("-1", "number", "f.yaml:1: must be a whole number, 0 or more"),
        ("1", "flag", "f.yaml:1: must be true or false"),
        ("[a, a]", "texts", "f.yaml:1: [2]: 'a' is written twice"),
        ("${A}", "plain", "f.yaml:1: ${…} is replaced only in secrets and URLs"),
    ],
)
def test_what_does_not_fit_is_noted_and_reading_goes_on(text, method, problem):
    one = entry(text)

    getattr(one, method)()

    assert noted(one) == [problem]


def test_nothing_is_an_empty_mapping_and_an_empty_list():
    assert entry("").open_keys() == {}
    assert entry("~").items() == []


def test_a_single_value_stands_for_a_list_of_one():
    assert entry("a").texts() == ("a",)
    assert entry("[a, б]").texts() == ("a", "б")


def test_a_span_is_read():
    assert entry("90d").duration() == timedelta(days=90)


def test_views_keep_what_json_keeps_apart():
    assert views(entry("[3, '3', true, null, 1.50, No]")) == ("3", "3", True, None, "1.50", "No")
    assert views(entry("~")) == (None,)


def test_a_missing_key_is_noted_where_it_should_stand():
    root = entry("a:\n  b: 1\n")
    inner = root.open_keys()["a"]

    assert need(inner.open_keys(), "c", of=inner) is None
    assert noted(root) == ["f.yaml:1: a.c: missing"]
