"""Pictures that are attached to a record and shown inside its text, by their names."""

import pytest

from mappings.transforms.markup import bbcode_in, bbcode_out, keep, markdown_in, markdown_out, textile_in, textile_out


def in_textile(markdown):
    return textile_out.write(keep.kept(markdown_in.parse(markdown), "textile"))


def in_bbcode(markdown):
    return bbcode_out.write(keep.kept(markdown_in.parse(markdown), "bbcode"))


@pytest.mark.parametrize(
    ("markdown", "textile"),
    [
        ("Схема: ![](план.png)", "Схема: !план.png!"),
        ("![план этажа](план%201.PNG)", "!план%201.PNG(план этажа)!"),
    ],
)
def test_between_markdown_and_textile_a_name_stays_a_picture(markdown, textile):
    assert in_textile(markdown) == textile
    assert markdown_out.write(textile_in.parse(textile).blocks) == markdown


def test_where_no_name_can_be_shown_the_name_is_left_to_read():
    assert in_bbcode("Схема: ![](план%201.png)") == "Схема: план 1.png"
    assert in_bbcode("![](https://example.org/a.png)") == "[img]https://example.org/a.png[/img]"


def test_what_is_left_of_a_picture_is_no_edit_of_the_text():
    kept = keep.kept(markdown_in.parse("Схема: ![](план.png)"), "bbcode")
    back = bbcode_in.parse(bbcode_out.write(kept)).blocks

    assert keep.kept(back, "bbcode") == kept
