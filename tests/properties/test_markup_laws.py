"""Markup, tried with texts that nobody would write: readers and writers are inverses, and the lens keeps its laws."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings.lens import Clash, Refusal, Single
from mappings.transforms.markup import (
    Markup,
    bbcode_in,
    bbcode_out,
    html_in,
    html_out,
    markdown_in,
    markdown_out,
    normal_markdown,
    textile_in,
    textile_out,
)
from mappings.transforms.markup.keep import Name, kept
from mappings.transforms.markup.tree import Blocks
from tests.properties.lens_laws import Case, check
from tests.properties.markup_texts import JUNK, TREES, signs

WRITERS: dict[Name, Callable[[Blocks], str]] = {
    "html": html_out.write,
    "bbcode": bbcode_out.write,
    "textile": textile_out.write,
}
READERS = {"html": html_in.parse, "bbcode": bbcode_in.parse, "textile": textile_in.parse}
ENDS = {"bbcode": "[/code]", "textile": "</pre"}
"""What cannot stand in a code block: its own end."""
MARKDOWN = st.one_of(JUNK, TREES.map(markdown_out.write))
each_markup = pytest.mark.parametrize("name", list(READERS))


def views(name: Name) -> st.SearchStrategy[str]:
    return st.one_of(signs(name), JUNK, TREES.map(lambda tree: WRITERS[name](kept(tree, name))))


def can_be_written(name: Name, text: str) -> bool:
    return name not in ENDS or ENDS[name] not in text.lower()


def thorough(examples: int) -> Callable[[Any], Any]:
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=examples, derandomize=True, deadline=None, suppress_health_check=slow)


# --- readers and writers ---------------------------------------------------------------------------------------------


@thorough(80)
@given(TREES)
def test_markdown_reads_back_as_it_was_written(tree: Blocks) -> None:
    assert markdown_in.parse(markdown_out.write(tree)) == tree


@thorough(80)
@given(JUNK)
def test_the_normal_form_of_any_text_is_its_own_normal_form(text: str) -> None:
    normal = normal_markdown(text)

    assert normal_markdown(normal) == normal
    assert markdown_in.parse(normal) == markdown_in.parse(text)


@each_markup
def test_a_markup_reads_back_as_it_was_written(name: Name) -> None:
    @thorough(60)
    @given(TREES)
    def run(tree: Blocks) -> None:
        said = kept(tree, name)

        assert kept(said, name) == said
        if can_be_written(name, repr(said)):
            assert READERS[name](WRITERS[name](said)).blocks == said

    run()


@each_markup
def test_whatever_stands_in_a_system_can_be_read_and_said_again(name: Name) -> None:
    @thorough(60)
    @given(views(name))
    def run(view: str) -> None:
        read = READERS[name](view).blocks

        assert markdown_in.parse(markdown_out.write(read)) == read
        said = kept(read, name)
        assert READERS[name](WRITERS[name](said)).blocks == said

    run()


@each_markup
def test_no_letter_of_a_text_is_lost_on_the_way(name: Name) -> None:
    words = st.lists(st.sampled_from(["Привет", "мир", "ёж", "№ 42"]), min_size=1, max_size=4).map(" ".join)
    between = st.sampled_from(["\n", "\n\n", "\n- ", "\n> ", "\n## ", "\n1. ", " **да** ", "\n    ", " `код` ", "|"])

    @thorough(40)
    @given(st.lists(st.tuples(words, between), min_size=1, max_size=4))
    def run(parts: list[tuple[str, str]]) -> None:
        value = "".join(text + sign for text, sign in parts)

        view = Markup(name).write(value, None)

        assert cyrillic(str(view)) == cyrillic(value)

    run()


def cyrillic(text: str) -> list[str]:
    return [char for char in text if char.isalpha() and char > "z"]


# --- the lens --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*READERS, "markdown", "plain"])
def test_markup_keeps_the_laws_of_a_lens(name: Any) -> None:
    shown = views(name) if name in READERS else JUNK
    facts = st.fixed_dictionaries({"x": st.none() | MARKDOWN.map(lambda text: text or None)})

    check(Case("markup", Single("x", Markup(name)), st.none() | shown, facts, label=name), examples=40)


@each_markup
def test_a_write_arrives_whatever_stood_there(name: Name) -> None:
    lens = Markup(name)

    @thorough(60)
    @given(st.none() | views(name), MARKDOWN)
    def run(view: str | None, value: str) -> None:
        written = lens.write(value or None, view)

        if isinstance(written, Refusal):
            assert not can_be_written(name, value)
        else:
            assert lens.fits(value or None, written)
            assert lens.write(value or None, written) == written

    run()


@each_markup
def test_an_edit_arrives_at_the_hub_or_clashes(name: Name) -> None:
    lens = Markup(name)

    @thorough(60)
    @given(MARKDOWN, MARKDOWN)
    def run(hub: str, other: str) -> None:
        old, new = lens.kept(hub), lens.kept(other)

        became = lens.step(old, new, hub)

        assert isinstance(became, Clash) or lens.kept(became) == new
        assert lens.step(old, old, hub) == hub

    run()
