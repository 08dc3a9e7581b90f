"""What of a text survives in a markup: the names of pictures that are attached, and the numbers of a list."""

import pytest

from mappings.transforms.markup import bbcode_in, bbcode_out, keep, markdown_in, markdown_out, textile_in, textile_out
from mappings.transforms.markup.transform import Markup


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


@pytest.mark.parametrize("said", [in_bbcode, in_textile])
@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("2. Да, согласен", "2. Да, согласен"),
        ("2026. Итоги года", "2026. Итоги года"),
        ("0. ноль\n1. один", "0. ноль\n1. один"),
        ("пояснение\n\n2. два\n3. три", "пояснение\n\n2. два\n3. три"),
    ],
)
def test_numbers_that_a_list_would_lose_are_written_out(said, markdown, shown):
    assert said(markdown) == shown


def test_numbers_go_on_behind_what_textile_cannot_have_in_a_list():
    assert in_textile("1. раз\n2. ```\n   код\n   ```\n3. три") == "1. раз\n2.\n\n<pre>\nкод\n</pre>\n\n3. три"
    assert in_textile("1. раз\n2. два\n   > цитата") == "# раз\n# два\n\nbq. цитата"


@pytest.mark.parametrize("markup", ["bbcode", "textile"])
def test_an_edit_beside_numbers_that_were_written_out_is_no_clash(markup):
    lens, hub = Markup(markup=markup), "пояснение\n\n2. два\n3. три"
    before = lens.write(hub, None)
    after = f"{before}\n4. четыре"

    became = lens.step(lens.read(before), lens.read(after), hub)
    assert lens.write(became, None) == after


def test_a_list_that_begins_with_1_stays_one():
    assert in_bbcode("1. раз\n2. два") == "[list=1]\n[*]раз\n[*]два\n[/list]"
    assert in_textile("1. раз\n2. два") == "# раз\n# два"
