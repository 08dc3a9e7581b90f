"""Texts that are made to break readers: deep, endless, unfinished. No reader fails, none takes for ever."""

from collections.abc import Callable

import pytest

from mappings.transforms.markup import Markup, normal_markdown

MANY = 4_000
HTML, BBCODE, TEXTILE = Markup("html"), Markup("bbcode"), Markup("textile")

SIGNS: dict[Callable[[str], object], str] = {
    BBCODE.read: "[b] [quote] [list][*] [url] [code] [img] [table][tr][td] [/b] [b][quote] [",
    HTML.read: '<b> <div> <blockquote> <ul><li> <table><tr><td> < <a·" <!-- <!d <pre> </i> & <a·b',
    TEXTILE.read: '> * *a· ·*a " "a":http:// @ ·@a ! ·!a <pre> <code> | [[ h2( &#',
    normal_markdown: "> -· *a· **a `a`` <b> &a ~~a _a· [a](b |a",
}
DEEP = [(read, sign.replace("·", " ") * MANY + "x") for read, signs in SIGNS.items() for sign in signs.split()]


@pytest.mark.parametrize(("read", "source"), DEEP, ids=[source[:12] for _, source in DEEP])
def test_a_sign_thousands_of_times_is_read(read: Callable[[str], object], source: str) -> None:
    assert "x" in str(read(source))


def test_an_address_may_be_long_and_end_in_dots() -> None:
    source = '"a":http://x' + "." * 100_000 + "y"

    assert str(TEXTILE.read(source)).startswith("[a](http://x")


@pytest.mark.parametrize("lens", [HTML, BBCODE, TEXTILE], ids=lambda lens: lens.markup)
def test_a_long_text_of_many_blocks_survives_the_way_there_and_back(lens: Markup) -> None:
    value = "\n\n".join(f"Абзац {n}, **важно**: _срок_\n\n- один\n- два" for n in range(300))

    view = lens.write(value, None)

    assert lens.fits(value, view)
    assert str(lens.write(value + "\n\nещё", view)).startswith(str(view)[:1000])


def test_quotes_nested_deeper_than_can_be_held_are_text_and_not_lost() -> None:
    assert "глубоко" in normal_markdown("> " * 100 + "глубоко")
    assert "глубоко" in str(HTML.read("<blockquote>" * 100 + "глубоко"))
