"""Carrying a change over to somebody's own spelling."""

import pytest

from mappings.transforms.markup.respell import HTML, LINES, MARKDOWN, respelt, spliced


def test_nothing_changed_keeps_the_whole_spelling() -> None:
    own = "* а\n\n\n* б  \n"

    assert respelt("- а\n- б", "- а\n- б", own=own, cut=MARKDOWN).text == own


def test_a_line_taken_out_goes_out_of_the_own_spelling() -> None:
    assert respelt("- а\n- в", "- а\n- б\n- в", own="* а\n* б\n* в", cut=MARKDOWN).text == "* а\n* в"


def test_a_new_item_gets_the_bullet_of_its_neighbours() -> None:
    assert respelt("- а\n- б", "- а", own="+   а", cut=MARKDOWN).text == "+   а\n+   б"


def test_a_changed_line_is_changed_inside() -> None:
    became = respelt("**а** в", "**а** б", own="__а__ б", cut=LINES)

    assert (became.text, became.replaced) == ("__а__ в", [])


def test_a_piece_replaced_as_a_whole_is_named() -> None:
    became = respelt("в", "б", own="__б__", cut=LINES, inside=False)

    assert (became.text, became.replaced) == ("в", ["__б__"])


def test_html_is_cut_at_the_borders_of_its_blocks() -> None:
    own = '<div class="x"><p>а</p><p id="y">б</p></div>'

    became = respelt("<p>а</p>\n<p>в</p>", "<p>а</p>\n<p>б</p>", own=own, cut=HTML)

    assert became.text == '<div class="x"><p>а</p><p id="y">в</p></div>'


@pytest.mark.parametrize(
    ("plain", "wanted", "own", "became"),
    [
        ("**Срок**", "**Срок сдачи**", "## Срок", "## Срок сдачи"),
        ("код x и", "код x или", "код `x` и", "код `x` или"),
        ("аб", "аxб", "а*б", "аx*б"),
        ("абв", "ав", "а**б**в", "а****в"),
        ("абв", "где", "xyz", None),
    ],
)
def test_a_change_inside_a_line_is_put_where_the_same_characters_stand(
    plain: str, wanted: str, own: str, became: str | None
) -> None:
    assert spliced(plain, wanted, own=own) == became
