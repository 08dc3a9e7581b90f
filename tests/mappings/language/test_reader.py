from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.language.problems import Problems, Sheet
from mappings.language.reader import LONGEST_FILE, Items, Keys, Node, Scalar, load, read


def plain(node: Node):
    """The tree without its lines, to compare with."""
    match node:
        case Scalar():
            return node.word
        case Items(items=items):
            return [plain(one) for one in items]
        case Keys(pairs=pairs):
            return {key.text: plain(one) for key, one in pairs}


def problem(text: str) -> str:
    with pytest.raises(Problems) as caught:
        load(text, "f.yaml")
    return str(caught.value)


def test_a_key_that_nothing_follows_has_its_value_in_its_own_line():
    tree = load("system: crm\nfields:\n\n# заметка\nmatch: []\n", "f.yaml")

    assert isinstance(tree, Keys)
    assert [node.line for _, node in tree.pairs] == [1, 2, 5]


def test_a_file_becomes_a_tree_of_plain_values():
    tree = load("a: 1\nб: [1.50, 'x', null, true, {в: г}]\n", "f.yaml")

    assert plain(tree) == {"a": 1, "б": [Decimal("1.50"), "x", None, True, {"в": "г"}]}


def test_every_key_and_value_knows_its_line():
    tree = load("# заметка\nsystem: crm\nfields:\n  title:\n    at: title\n", "f.yaml")

    assert isinstance(tree, Keys)
    lines = {key.text: key.line for key, _ in tree.pairs}
    fields = tree.get("fields")
    assert lines == {"system": 2, "fields": 3}
    assert isinstance(fields, Keys)
    assert [(key.text, key.line, node.line) for key, node in fields.pairs] == [("title", 4, 5)]


@pytest.mark.parametrize(
    "word", ["No", "no", "yes", "on", "off", "Off", "1e3", "0x1F", "010", "2026-12-01", "12:30", "да", "+7"]
)
def test_what_only_older_yaml_takes_for_something_else_keeps_its_text(word):
    node = load(f"a: {word}", "f.yaml")

    assert isinstance(node, Keys)
    assert node.pairs[0][1].text == word  # type: ignore[union-attr]  # a scalar, as the line above wrote it
    assert word == "+7" or plain(node) == {"a": word}


def test_a_quoted_word_is_always_text():
    assert plain(load("[\"1\", 'true', 'null', \"\"]", "f.yaml")) == ["1", "true", "null", ""]


def test_an_empty_file_is_an_empty_value():
    assert plain(load("", "f.yaml")) is None
    assert plain(load("# only a comment\n", "f.yaml")) is None


def test_an_alias_repeats_what_its_anchor_named():
    assert plain(load("a: &x [1]\nb: *x\n", "f.yaml")) == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "f.yaml: 1 problem\n   2  a: written twice, first in line 1"),
        ("a: 1\nстадия: 1\nстадия: 2\n", "f.yaml: 1 problem\n   3  стадия: written twice, first in line 2"),
        (
            "a: !!python/name:os.system x\n",
            "f.yaml: 1 problem\n   1  a tag is not allowed: 'tag:yaml.org,2002:python/name:os.system'",
        ),
        ("a: !!str 1\n", "f.yaml: 1 problem\n   1  a tag is not allowed: 'tag:yaml.org,2002:str'"),
        ("a: &x [*x]\n", "f.yaml: 1 problem\n   1  unknown alias '*x'"),
        ("a: 1\n---\nb: 2\n", "f.yaml: 1 problem\n   2  a second document; one file holds one"),
        ("? [a]\n: 1\n", "f.yaml: 1 problem\n   1  a key must be a single word or text"),
        ("a:\n\t- b\n", "f.yaml: 1 problem\n   2  not YAML: found character '\\t' that cannot start any token"),
        ("a: 1\nb: \x01\n", "f.yaml: 1 problem\n   2  not YAML: a character that is not allowed: U+0001"),
        ("[" * 30, "f.yaml: 1 problem\n   1  nested deeper than 24 levels"),
    ],
)
def test_what_is_not_ours_is_refused_with_its_line(text, message):
    assert problem(text) == message


def test_a_condition_that_wants_quotes_says_so():
    assert problem("a: b: c\n").endswith("quote text that holds one of : # [ ] { } , & *")


def test_aliases_cannot_make_a_small_file_large():
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]

    assert "too large: more than 50000 values" in problem("\n".join(lines))


def test_a_file_that_is_too_large_is_not_even_parsed():
    assert problem("#" * (LONGEST_FILE + 1)) == "f.yaml: 1 problem\n      too large: 512001 characters; at most 512000"


def test_a_key_written_twice_does_not_hide_the_rest_of_the_file():
    sheet = Sheet()

    tree = read("a: 1\na: 2\nb: 3\n", "f.yaml", sheet=sheet)

    assert plain(tree) == {"a": 1, "b": 3}
    assert len(sheet.problems) == 1


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(alphabet="ab:-[]{}&*!'\"#|>%@ \n\t?,яё1.0", max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text):
    try:
        node = load(text, "f.yaml")
    except Problems as problems:
        result = bool(problems.problems)
    else:
        result = node.nodes >= 1
    assert result
