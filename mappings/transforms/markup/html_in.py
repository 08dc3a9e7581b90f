"""
HTML into blocks: what the rich text fields of CRM systems hold.

Only text, structure and addresses are taken over. Nothing that could run is: scripts, event handlers and `javascript:`
addresses never become part of a text. What was left out is named (`Read.notes`).
"""

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .builder import Builder, Frame, Read
from .links import address, picture, title
from .tidy import clean
from .tree import CodeBlock, Link, Mark, Rule

_MARKS: dict[str, Mark] = {
    "strong": "strong", "b": "strong", "em": "em", "i": "em", "s": "s", "del": "s", "strike": "s",
    "u": "u", "ins": "u", "sup": "sup", "sub": "sub",
}  # fmt: skip
_FRAMES: dict[str, Frame] = {
    "blockquote": "quote", "ul": "list", "ol": "list", "li": "item", "dd": "item", "table": "table", "tr": "row",
    "td": "cell", "th": "cell", "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading",
    "h6": "heading",
}  # fmt: skip
_CODES = frozenset({"code", "kbd", "samp", "tt", "var"})
_BREAKING = frozenset({
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "body", "html", "head",
    "center", "figure", "figcaption", "caption", "form", "fieldset", "details", "summary", "dl", "dt", "thead", "tbody",
    "tfoot",
})  # fmt: skip
_PLAIN = frozenset({
    "span", "font", "small", "big", "abbr", "acronym", "cite", "q", "time", "label", "bdi", "bdo", "wbr", "nobr", "o:p",
    "colgroup", "col", "meta",
})  # fmt: skip
_HIDDEN = frozenset({"script", "style"})


def parse(source: str) -> Read:
    """Return what the HTML *source* says, in normal form."""
    reader = _Reader()
    for token in _tokens(clean(source)):
        reader.take(token)
    return reader.done()


# --- tokens ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag as it stands: what is between its name and its end is read only where it matters."""

    name: str
    closing: bool
    rest: str

    def attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(self.rest):
            found.setdefault(name.lower(), html.unescape(double or single or bare))
        return found


_ATTRIBUTE = re.compile(r"([^\s=\"'>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_START = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
_REST = re.compile(r"[^\"'>]*(?:(?:\"[^\"]*\"|'[^']*')[^\"'>]*)*>")
_DECLARATION = 1000
"""How long a declaration (`<!doctype …>`) may be."""
_PATIENCE = 50
"""How many tags with an open quote are looked at closely: each look may go to the end of the text."""


def _tokens(source: str) -> Iterator[_Tag | str]:
    """Yield the tags of *source* and the text between them; a `<` that begins no tag is text."""
    done, misses, last = 0, 0, source.rfind("-->")
    for start in re.finditer("<", source):
        at = start.start()
        if at < done:
            continue
        tag = _START.match(source, at)
        if tag is None:
            end = _aside(source, at, last=last)
            if end > at:
                yield from ([source[done:at]] if done < at else [])
                yield _Tag("!", closing=False, rest="")
                done = end
            continue
        rest = _REST.match(source, tag.end()) if misses < _PATIENCE else None
        misses += rest is None
        end = rest.end() if rest else source.find(">", tag.end()) + 1
        if end == 0:
            break
        if done < at:
            yield source[done:at]
        done = end
        yield _Tag(tag.group(2).lower(), closing=bool(tag.group(1)), rest=source[tag.end() : end - 1])
        if tag.group(2).lower() in _HIDDEN and not tag.group(1):
            close = re.compile(rf"</{tag.group(2)}\s*>", re.IGNORECASE).search(source, end)
            done = close.start() if close else len(source)
    if done < len(source):
        yield source[done:]


def _aside(source: str, at: int, *, last: int) -> int:
    """
    Return where a comment or a declaration that begins at *at* ends, or *at* where none begins or none ends.

    LAST is the place of the last end of a comment.
    """
    if source.startswith("<!--", at):
        return source.find("-->", at + 4) + 3 if last >= at + 4 else at
    if source[at + 1 : at + 2] in ("!", "?") and source[at + 2 : at + 3].isalpha():
        return max(at, source.find(">", at, at + _DECLARATION) + 1)
    return at


# --- reading -----------------------------------------------------------------------------------------------------

_QUIET = frozenset({
    "inherit", "initial", "unset", "auto", "normal", "none", "transparent", "black", "white", "windowtext", "start",
    "left", "#000", "#000000", "#fff", "#ffffff", "rgb(0,0,0)", "rgb(255,255,255)",
})  # fmt: skip
_SHOWN = frozenset({"color", "background", "background-color", "text-align", "font-size", "font-family"})


class _Reader:
    """Hands tags and text to a `Builder`."""

    def __init__(self) -> None:
        self._build = Builder()
        self._put: dict[str, list[tuple[Mark, ...]]] = defaultdict(list)
        self._unopened: Counter[str] = Counter()
        self._links = 0
        self._code = 0
        self._pre: list[str] | None = None
        self._lang = ""

    def done(self) -> Read:
        self._end_pre()
        return Read(self._build.blocks(), tuple(self._build.notes))

    def take(self, token: _Tag | str) -> None:
        if isinstance(token, str):
            self._text(html.unescape(token))
        elif self._pre is not None and token.name != "pre":
            self._in_pre(token)
        elif token.closing:
            self._end(token.name)
        else:
            self._begin(token)

    def _text(self, text: str) -> None:
        if self._pre is not None:
            self._pre.append(text)
        elif self._code:
            self._build.code(text.replace("\n", " "))
        else:
            self._build.text(text)

    def _in_pre(self, tag: _Tag) -> None:
        if tag.name == "br" and self._pre is not None:
            self._pre.append("\n")
        elif tag.name == "code" and not tag.closing:
            self._lang = self._lang or _language(tag.attributes())

    def _end_pre(self) -> None:
        if self._pre is not None:
            self._build.add(CodeBlock("".join(self._pre), self._lang))
        self._pre = None

    def _begin(self, tag: _Tag) -> None:
        attributes = tag.attributes() if tag.rest else {}
        self._judge(tag.name, attributes)
        name = tag.name
        if name in _FRAMES:
            self._block(name, attributes)
        elif name in _BREAKING:
            self._build.flush()
        elif name in _CODES:
            self._code += 1
        elif name in _MARKS or name in _PLAIN:
            self._style(name, attributes)
        elif name in ("a", "img", "br", "hr", "pre"):
            self._special(name, attributes)
        else:
            self._build.notes.append("comment" if name == "!" else name)

    def _end(self, name: str) -> None:
        if name in _FRAMES:
            if self._unopened[name]:
                self._unopened[name] -= 1
            else:
                self._build.end(_FRAMES[name])
        elif name in _BREAKING:
            self._build.flush()
        elif name in _CODES:
            self._code = max(0, self._code - 1)
        elif self._put[name]:
            for mark in self._put[name].pop():
                self._build.mark(mark, -1)
        elif name == "a" and self._links:
            self._links -= 1
            self._build.end_link()
        elif name == "pre":
            self._end_pre()

    def _block(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = _FRAMES[name]
        if kind == "heading":
            self._build.end("heading")
        start = attributes.get("start", "")
        level = int(name[1]) if kind == "heading" else int(start) if re.fullmatch(r"\d{1,9}", start) else 1
        if not self._build.begin(kind, ordered=name == "ol", level=level):
            self._unopened[name] += 1
        elif kind == "cell":
            self._build.header(is_header=name == "th")

    def _style(self, name: str, attributes: Mapping[str, str]) -> None:
        styles = _styles(attributes.get("style", ""))
        marks: list[Mark] = [_MARKS[name]] if name in _MARKS else []
        weight = styles.get("font-weight", "")
        if weight in ("normal", "400") and "strong" in marks:
            marks.remove("strong")  # what Google Docs wraps everything in
        marks += ["strong"] if re.fullmatch(r"bold|bolder|[6-9]00", weight) else []
        marks += ["em"] if styles.get("font-style") in ("italic", "oblique") else []
        line = styles.get("text-decoration", "") + styles.get("text-decoration-line", "")
        marks += ["u"] if "underline" in line else []
        marks += ["s"] if "line-through" in line else []
        for mark in marks:
            self._build.mark(mark, 1)
        self._put[name].append(tuple(marks))

    def _special(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "a":
                href = address(attributes.get("href", ""))
                if attributes.get("href", "").strip() and href is None:
                    self._build.notes.append("script link")
                self._links += 1
                self._build.link(Link(href, title(attributes.get("title", ""))) if href else None)
            case "img":
                src, alt = picture(attributes.get("src", "")), title(attributes.get("alt", ""))
                if src:
                    self._build.image(src, alt)
                else:
                    self._build.notes += ["image"] if attributes.get("src", "").strip() else []
                    self._build.text(alt)
            case "br":
                self._build.line()
            case "hr":
                self._build.add(Rule())
            case _:
                self._end_pre()
                self._pre, self._lang = [], _language(attributes)

    def _judge(self, name: str, attributes: Mapping[str, str]) -> None:
        """Name what of *attributes* means something to a reader and cannot be taken over."""
        notes = self._build.notes
        if any(key.startswith("on") for key in attributes):
            notes.append("script")
        if any(attributes.get(key, "1") not in ("", "1") for key in ("colspan", "rowspan")):
            notes.append("merged cells")
        if name == "img" and ("width" in attributes or "height" in attributes):
            notes.append("image size")
        styles = _styles(attributes.get("style", ""))
        if "color" in attributes or any(styles.get(key, "none") not in _QUIET for key in _SHOWN):
            notes.append("style")


def _styles(source: str) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in source.lower().split(";") if ":" in part)
    return {name.strip(): re.sub(r"\s+", "", value).removesuffix("!important") for name, value in pairs}


def _language(attributes: Mapping[str, str]) -> str:
    found = re.search(r"(?:language|lang)-([\w+#.-]+)", attributes.get("class", ""))
    return found.group(1) if found else ""
