"""The lens over a text with markup: what is left alone, what an edit does, what would be lost."""

from decimal import Decimal
from typing import Any

import pytest

from mappings.lens import Clash, Refusal
from mappings.transforms.markup import Markup, normal_markdown
from mappings.transforms.settings import BadSettings
from mappings.transforms.vocabulary import Spot, Vocabulary

HTML, BBCODE, TEXTILE = Markup("html"), Markup("bbcode"), Markup("textile")
MARKDOWN, PLAIN = Markup("markdown"), Markup("plain")
ALL = pytest.mark.parametrize("lens", [HTML, BBCODE, TEXTILE, MARKDOWN, PLAIN], ids=lambda lens: lens.markup)


# --- nothing, and what is no text ------------------------------------------------------------------------------------


@ALL
def test_an_empty_view_is_an_empty_value(lens: Markup) -> None:
    assert (lens.read(None), lens.read(""), lens.write(None, None), lens.write(None, "")) == (None, None, None, "")


@ALL
def test_emptying_a_text_empties_the_place(lens: Markup) -> None:
    assert lens.write(None, "текст") is None


@ALL
def test_a_number_is_no_text(lens: Markup) -> None:
    assert isinstance(lens.read(7), Refusal)
    assert isinstance(lens.write(Decimal(7), "текст"), Refusal)


# --- what fits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["- один\n- два", "* один\n* два", "+ один\n\n+ два"])
def test_bullets_of_any_kind_fit_and_are_not_rewritten(value: str) -> None:
    view = "* один\n* два"

    assert TEXTILE.fits(value, view)
    assert TEXTILE.write(value, view) == view


def test_a_heading_fits_where_there_are_no_headings() -> None:
    assert BBCODE.fits("## Заголовок", "[b]Заголовок[/b]")
    assert not BBCODE.fits("## Заголовок", "Заголовок")


def test_markdown_is_left_as_it_is_but_for_its_line_ends() -> None:
    assert MARKDOWN.read("* а\r\n* б") == "* а\n* б"
    assert MARKDOWN.fits("* а\n* б\n", "* а\r\n* б")
    assert not MARKDOWN.fits("- а\n- б", "* а\n* б")


def test_line_ends_stay_those_of_the_view() -> None:
    assert TEXTILE.write("первая\n\nвторая", "первая\r\n\r\nтретья") == "первая\r\n\r\nвторая"
    assert MARKDOWN.write("а\nб\nв", "а\r\nб") == "а\r\nб\r\nв"


# --- a write changes what it must ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lens", "value", "view", "written"),
    [
        (TEXTILE, "текст\n\n| а |\n| --- |\n| б |\n\nещё", "текст\n\n|_.а|\n|б |", "текст\n\n|_.а|\n|б |\n\nещё"),
        (TEXTILE, "**да** и _нет_\n\nновое", "**да** и __нет__\n\nстарое", "**да** и __нет__\n\nновое"),
        (BBCODE, "да\n\n- а\n- б", "да\n\n[LIST][*]а[*]б[/LIST]", "да\n\n[LIST][*]а[*]б[/LIST]"),
        (
            HTML,
            "Привет\n\nмир",
            '<p style="color:red">Привет</p><p>люди</p>',
            '<p style="color:red">Привет</p><p>мир</p>',
        ),
        (HTML, "да\n\nмир", "<div><p id='y'>да</p></div>", "<div><p id='y'>да</p></div><p>мир</p>"),
        (HTML, "Срок 5 мая", '<p class="x">Срок 4 мая</p>', '<p class="x">Срок 5 мая</p>'),
    ],
)
def test_a_write_leaves_alone_what_it_need_not_change(lens: Markup, value: str, view: str, written: str) -> None:
    assert lens.write(value, view) == written


def test_a_text_that_is_too_long_for_its_place_is_refused() -> None:
    lens = Markup("textile", limit=8)

    assert lens.write("**коротк**", None) == "*коротк*"
    refused = lens.write("**длинновато**", None)
    assert isinstance(refused, Refusal)
    assert refused.code == "too long"


@pytest.mark.parametrize(("lens", "code"), [(BBCODE, "x [/code] y"), (TEXTILE, "x </pre> y")])
def test_code_that_would_end_itself_is_refused(lens: Markup, code: str) -> None:
    refused = lens.write(f"```\n{code}\n```", None)

    assert isinstance(refused, Refusal)


def test_a_script_in_the_hub_is_text_in_a_system() -> None:
    view = HTML.write("<script>alert(1)</script> [жми](javascript:alert(1)) <img src=x onerror=y>", None)

    assert "<script" not in view
    assert "<img" not in view
    assert "<a" not in view


# --- what would be lost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lens", "value", "view", "lost"),
    [
        (HTML, "## новое", '<p style="color:red">Привет</p>', ("style",)),
        (HTML, "новое", '<p style="color:red">Привет</p>', ()),
        (HTML, "новое", '<p style="margin:0" class="x">Привет</p>', ()),
        (HTML, "новое", "<table><tr><td colspan=2>а</td></tr><tr><td>б</td><td>в</td></tr></table>", ("merged cells",)),
        (HTML, "новое", "<script>x()</script>старое", ("script",)),
        (HTML, "новое", "<p onclick='x()'>старое</p>", ("script",)),
        (HTML, "новое", "<a href='javascript:x()'>старое</a>", ("script link",)),
        (HTML, "## новое", "<p><iframe src=x></iframe>старое</p><!-- а -->", ("iframe",)),
        (HTML, "новое", "<img src=a.png width=10>", ("image size",)),
        (HTML, "новое", '<p>Схема:</p><img src="cid:7" alt="схема">', ("image",)),
        (HTML, "Схема: новая", '<p>Схема: <img src="data:image/svg+xml;base64,AA"> старая</p>', ()),
        (HTML, "новое", "<p>старое</p>", ()),
        (TEXTILE, "новое", "|\\2. широко|\n|а|б|", ("table formatting",)),
        (TEXTILE, "новое", "h2(#x). Заголовок", ("style",)),
        (TEXTILE, "новое", "|_. а|б|\n|_. в|г|", ("table titles",)),
        (BBCODE, "новое", "[table][tr][td][list][*]а[/list][/td][/tr][/table]", ("blocks in a line",)),
    ],
)
def test_what_markdown_has_no_words_for_is_named_before_it_is_lost(
    lens: Markup, value: str, view: str, lost: tuple[str, ...]
) -> None:
    assert lens.drops(value, view) == lost


@pytest.mark.parametrize("lens", [HTML, TEXTILE])
def test_what_is_left_alone_is_not_lost(lens: Markup) -> None:
    view = {
        "html": '<p style="color:red">Привет</p><p>мир</p>',
        "textile": "h2(#якорь). Привет\n\nмир",
    }[lens.markup]
    value = str(lens.read(view)).replace("мир", "люди")

    assert lens.drops(value, view) == ()
    assert lens.drops(str(lens.read(view)), view) == ()


# --- an edit ---------------------------------------------------------------------------------------------------------


def edited(lens: Markup, *, before: str, after: str, hub: str) -> Any:
    """Return the hub's text after somebody changed the view *before* to *after*."""
    return lens.step(lens.read(before), lens.read(after), hub)


def test_a_line_more_in_textile_leaves_the_bullets_of_the_hub_alone() -> None:
    assert edited(TEXTILE, before="* i\n* j", after="* i\n* j\n* k", hub="* i\n* j") == "* i\n* j\n* k"


def test_a_line_more_between_others_takes_their_bullet() -> None:
    hub = "+ один\n+ три\n    * внутри"

    became = edited(
        TEXTILE, before="* один\n* три\n** внутри", after="* один\n* два\n* три\n** внутри\n** там же", hub=hub
    )

    assert became == "+ один\n+ два\n+ три\n    * внутри\n    * там же"


@pytest.mark.parametrize(
    ("lens", "before", "after", "hub", "became"),
    [
        (TEXTILE, "*да*\n\nстарое", "*да*\n\nновое", "__да__\n\nстарое", "__да__\n\nновое"),
        (TEXTILE, "h1. Заголовок\n\nа", "h1. Заголовок\n\nб", "Заголовок\n===\n\nа", "Заголовок\n===\n\nб"),
        (BBCODE, "[b]Срок[/b]\n\nа", "[b]Срок сдачи[/b]\n\nа", "## Срок\n\nа", "## Срок сдачи\n\nа"),
        (BBCODE, "вызов f(x) тут", "вызов f(x) там", "вызов `f(x)` тут", "вызов `f(x)` там"),
        (BBCODE, "а\n\nб\n\nв", "а\n\nв", "а\n\nб\n\nв", "а\n\nв"),
        (HTML, "<p>а</p>", "<p>а</p><p>б</p>", "а", "а\n\nб"),
        (HTML, "<ol><li>а</li></ol>", "<ol><li>а</li><li>б</li></ol>", "1) а", "1) а\n2) б"),
        (MARKDOWN, "а\n\nб", "а\n\nб\n\nв", "начало\n\nа\n\nб", "начало\n\nа\n\nб\n\nв"),
    ],
)
def test_an_edit_changes_what_was_edited(lens: Markup, before: str, after: str, hub: str, became: str) -> None:
    assert edited(lens, before=before, after=after, hub=hub) == became


def test_an_edit_meets_an_edit_of_the_hub_elsewhere() -> None:
    became = edited(TEXTILE, before="а\n\nб\n\nв", after="а\n\nб\n\nвв", hub="аа\n\nб\n\nв")

    assert became == "аа\n\nб\n\nвв"


def test_two_edits_of_one_line_clash() -> None:
    assert isinstance(edited(TEXTILE, before="а", after="б", hub="в"), Clash)


def test_a_line_rewritten_where_its_look_cannot_be_seen_clashes() -> None:
    became = edited(BBCODE, before="вызов f(x) тут", after="совсем другое", hub="вызов `f(x)` тут")

    assert isinstance(became, Clash)


def test_a_text_emptied_in_a_system_is_emptied_in_the_hub() -> None:
    assert edited(TEXTILE, before="* а", after="", hub="- а") is None


def test_a_first_text_fills_an_empty_hub() -> None:
    assert TEXTILE.step(None, TEXTILE.read("*а*"), None) == "**а**"


# --- settings --------------------------------------------------------------------------------------------------------


def test_the_markup_is_a_setting_and_the_limit_a_discovery() -> None:
    spot = Spot(("description",), ("comments",), Vocabulary(limits={"comments": 100}))

    lens = Markup.built({"markup": "bbcode"}, spot)

    assert lens == Markup("bbcode", limit=100)
    assert lens.settings() == {"markup": "bbcode"}


def test_a_markup_that_is_none_is_refused() -> None:
    with pytest.raises(BadSettings, match="did you mean 'textile'"):
        Markup.built({"markup": "textil"}, Spot(("x",)))


def test_two_spellings_of_one_text_are_one() -> None:
    assert normal_markdown("* а\n* **б**\n") == normal_markdown("- а\n\n- __б__")
