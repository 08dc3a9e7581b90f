"""Addresses as they may stand in any markup."""

import pytest

from mappings.transforms.markup.links import address, picture, title


@pytest.mark.parametrize(
    "source",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\u200bscript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "feed:javascript:alert(1)",
        "view-source:https://x.ru",
        "jar:https://x.ru!/a",
        "ms-word:ofe|u|https://x.ru/a",
        "http\u00ad:x",
        "",
        "  ",
    ],
)
def test_what_runs_or_is_nothing_is_no_address(source: str) -> None:
    assert address(source) is None


@pytest.mark.parametrize(
    ("source", "clean"),
    [
        ("https://пример.рф/путь?a=1&b=2#x", "https://пример.рф/путь?a=1&b=2#x"),
        ("https://x.ru/a b", "https://x.ru/a%20b"),
        ('https://x.ru/"<>[]', "https://x.ru/%22%3C%3E%5B%5D"),
        ("mailto:ivan@x.ru", "mailto:ivan@x.ru"),
        ("/wiki/Вики", "/wiki/Вики"),
        ("//cdn.example.org/a", "//cdn.example.org/a"),
        ("?page=a:b", "?page=a:b"),
    ],
)
def test_an_address_is_one_word_that_no_markup_trips_over(source: str, clean: str) -> None:
    assert address(source) == clean
    assert address(clean) == clean


def test_pixels_are_a_picture_but_nothing_to_follow() -> None:
    assert picture("data:image/png;base64,AAAA") == "data:image/png;base64,AAAA"
    assert picture("data:image/svg+xml;base64,AAAA") is None
    assert picture("https://x.ru/a.png") == "https://x.ru/a.png"


def test_a_title_is_one_line() -> None:
    assert title(" первая \r\n  вторая\u2028") == "первая вторая"
