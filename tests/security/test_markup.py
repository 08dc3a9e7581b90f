"""Stored scripts: what somebody typed into one system never runs in another, whichever markups the two have."""

import re
from html.parser import HTMLParser
from itertools import product
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from mappings.lens import Refusal
from mappings.transforms.markup import bbcode_in, textile_in
from mappings.transforms.markup.builder import Read
from mappings.transforms.markup.transform import Markup
from mappings.transforms.markup.tree import Image
from tests.security.xss import CORPUS

ELEMENTS = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "a", "img", "strong", "em", "s", "u", "sub", "sup", "code", "pre"),
    *("blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "hr", "br", "ins", "del", "b", "i"),
}
ATTRIBUTES = frozenset({"href", "src", "title", "alt", "class", "start", "style"})
SAFE = re.compile(r"(?i)(https?|mailto|tel|user):|data:image/(gif|png|jpeg|webp);")
SCHEME = re.compile(r"^[^/?#]*:")
CONVERTED = ("html", "bbcode", "textile")
MIXED = [*CORPUS, *(f"Задача {one} и\n\n* {one}\n\n> {one}" for one in CORPUS)]


def safe(address: str) -> bool:
    """As a browser reads it: without white space and what is before the first letter."""
    bare = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f]", "", address)
    return bool(SAFE.match(bare)) or not SCHEME.match(bare)


class Page(HTMLParser):
    """Collects what of a page would run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.running: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.running += [tag] if tag not in ELEMENTS else []
        for name, value in attrs:
            unsafe = name in ("href", "src") and not safe(value or "")
            styled = name == "style" and not re.fullmatch(r"text-align:\s?(left|right|center)", value or "")
            if name not in ATTRIBUTES or unsafe or styled:
                self.running.append(f"{tag} {name}={value}")

    def handle_comment(self, data):
        self.running.append(f"comment {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def running(html: str) -> list[str]:
    page = Page()
    page.feed(html)
    page.close()
    return page.running


def running_in(markup: str, text: str) -> list[str]:
    """Say what of *text* would run in a system with *markup*."""
    if markup == "html":
        return running(text)
    if markup == "markdown":  # a system that lets HTML through
        return running(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))
    if markup == "textile":  # Redmine keeps <pre> and <code> and shows every other tag
        code = re.sub(r"(?s)<pre>.*?</pre>", "", text)
        found = re.findall(r"<(?!/?(?:pre|code)\b)/?[a-zA-Z!][^>]*>", code) if "<notextile" in code else []
        found += [one for one in re.findall(r'":([^\s]+)', code) if not safe(one) and SCHEME.match(one)]
        return found + addresses(textile_in.parse(text))
    found = [one for one in re.findall(r"(?i)\[(?:url|img)=([^\]]*)\]", text) if not safe(one)]
    return found + addresses(bbcode_in.parse(text))


def addresses(read: Read) -> list[str]:
    """Return the addresses of links and images that are not safe."""
    found: list[str] = []

    def walk(part: object) -> None:
        if isinstance(part, tuple):
            for one in part:
                walk(one)
        elif hasattr(part, "__dataclass_fields__"):
            href = part.src if isinstance(part, Image) else getattr(part, "href", "")
            if href and not (safe(href) and safe(unquote(href))):
                found.append(href)
            for name in part.__dataclass_fields__:
                walk(getattr(part, name))

    walk(read.blocks)
    return found


@pytest.mark.parametrize(("source", "target"), [*product(CONVERTED, (*CONVERTED, "markdown"))])
def test_what_runs_in_one_markup_runs_in_no_other(source, target):
    for text in MIXED:
        meant = Markup(source).means(text)
        assert not isinstance(meant, Refusal)
        written = Markup(target).write(meant, None)

        assert running_in(target, written or "") == [], (text, meant, written)


@pytest.mark.parametrize("target", CONVERTED)
def test_what_was_typed_as_markdown_runs_nowhere_else(target):
    for text in MIXED:
        written = Markup(target).write(text.replace("\x00", " "), None)
        if isinstance(written, Refusal):
            continue  # code that would end its own block: parked, and told

        assert running_in(target, written or "") == [], (text, written)


def test_an_edit_beside_a_link_that_runs_never_sends_it_back():
    for text in CORPUS:
        transform = Markup("html")
        written = transform.write(f"{transform.means(text) or ''}\n\nДобавлено", text)
        assert not isinstance(written, Refusal)

        assert [one for one in running(written or "") if one.startswith(("a href", "img src"))] == [], (text, written)


def test_the_judges_see_what_runs():
    assert running("<a href='java\tscript:x'>")
    assert running("<p onclick=x>")
    assert running("<svg>")
    assert running_in("markdown", "[x](vbscript:x)<b onclick=x>y</b>")
    assert running_in("bbcode", "[url=javascript:x]y[/url]")
    assert running_in("textile", '"x":javascript:alert(1)')
    assert running("<p><a href='https://x.ru'>x</a></p>") == []
    assert len(CORPUS) > 90
