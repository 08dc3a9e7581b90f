"""Texts that nobody would write: trees of everything, and lines of what could be taken for markup."""

from typing import Any

from hypothesis import strategies as st

from mappings.transforms.markup.tidy import tidy
from mappings.transforms.markup.tree import (
    MARKS,
    Break,
    Code,
    CodeBlock,
    Heading,
    Image,
    Link,
    Listing,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
    Text,
)

_WORDS = """
Привет мир ё x_y 2*3 «он» # ## h2. bq. * ** - -- --- + 1. 2) | || |_. @ @x@ _ __ ~ ~~ ^ ` `` [ ] ( ) ](u) [b] [/b] [*]
[list] [url=x] < <b> </b> <br> & &amp; &#91; &#42; \\ \\* " ": ":http://x.ru ! !a! http://x.ru/a_b {{toc}} [[Вики|имя]]
#12 > = === : 😀 <pre> <code> % *a* _a_ -a- +a+ т.е. [x]: p. table. -> $ [quote] [user=7] ? , . /
"""
_HREFS = """
http://x.ru http://x.ru/a(b) http://x.ru/a) https://пример.рф/путь?a=1&copy; #якорь page mailto:a@b.c /wiki/A_b user:7
http://x.ru/a. http://x.ru/*a*_b_ www.x.ru http://x.ru/?q=a;b=
"""
WORD = st.sampled_from([*_WORDS.split(), "\u00a0", "\u2003", "e\u0301"])
PIECE = st.one_of(WORD, WORD, st.sampled_from([" ", "  ", "\t"]), st.text(max_size=2))
LINE = st.lists(PIECE, max_size=6).map("".join)
JUNK = st.lists(LINE, max_size=5).map("\n".join)
"""Lines of anything."""

HREF = st.sampled_from(_HREFS.split())
TITLE = st.sampled_from(["", "", "титул", 'a "b"', "x)", "a|b"])
LINK = st.one_of(st.none(), st.none(), st.builds(Link, HREF, TITLE))
ALT = st.sampled_from(["", "картинка", "a]b", "x (y)", "*a*", "a|b"])
LEAF = st.one_of(LINE.map(Text), LINE.map(Text), LINE.map(Code), st.just(Break()), st.builds(Image, HREF, ALT))
RUN = st.builds(Run, LEAF, st.frozensets(st.sampled_from(MARKS), max_size=3), LINK)
RUNS = st.lists(RUN, min_size=1, max_size=4).map(tuple)
SOURCE = st.lists(st.one_of(WORD, st.sampled_from(["\n", " ", "```", "\t"])), max_size=5).map("".join)
CELLS = st.lists(RUNS, max_size=3).map(tuple)
FLAT = st.one_of(
    RUNS.map(Paragraph),
    RUNS.map(Paragraph),
    st.builds(Heading, st.integers(1, 6), RUNS),
    st.builds(CodeBlock, SOURCE, st.sampled_from(["", "ruby", "c++"])),
    st.just(Rule()),
    st.builds(Table, CELLS, st.lists(CELLS, max_size=2).map(tuple)),
)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, max_size=3).map(tuple)
    lists = st.builds(Listing, st.booleans(), st.lists(several, max_size=3).map(tuple), st.sampled_from([1, 1, 0, 3]))
    return st.one_of(several.map(Quote), lists)


TREES = st.lists(st.recursive(FLAT, _around, max_leaves=5), max_size=3).map(tidy)
"""Blocks of every kind, in normal form."""

_SIGNS = {
    "html": """<p> </p> <ul> <li> </ul> <ol> <table> <tr> <td> <th> </td> </table> <b> </b> <i> </i> <br> <pre> </pre>
        <h2> </h2> <a·href='http://x.ru'> </a> <blockquote> </blockquote> <div> </div> <code> </code> x Я · ¶ <script>
        <p·style='color:red'> </script> <!-- --> <td·colspan=2> <img·src=a.png>""",
    "bbcode": """[b] [/b] [i] [/i] [list] [*] [/list] [table] [tr] [td] [/td] [/tr] [/table] [quote] [/quote] [/url]
        [url=http://x.ru] [url] [code] [/code] [color=red] [p] [/p] [user=7] [/user] x Я · ¶""",
    "textile": """*· **· #· h2.· bq.· >· | |_.· |\\2.· * _ @ "x":http://x.ru !a.png! <pre> </pre> --- {{toc}} p.· - + x
        Я · ¶ ¶¶""",
}


def signs(markup: str) -> st.SearchStrategy[str]:
    """The signs of a *markup* in any order."""
    listed = [sign.replace("·", " ").replace("¶", "\n") for sign in _SIGNS[markup].split()]
    return st.lists(st.sampled_from(listed), max_size=14).map("".join)
