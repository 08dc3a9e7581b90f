"""
Words as they are searched: small letters, without endings, ё as е.

Russian and English words are told apart by their letters. The same stems are kept in both databases and asked for in
both, so that both find the same.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock

import snowballstemmer  # type: ignore[import-untyped]  # it has no annotations

TITLE = "ъ"
"""Stands before the stem of a word of a title; no word begins with it."""
LONGEST_WORD = 64
LITTLE = frozenset(
    {
        *("а", "и", "или", "в", "во", "на", "с", "со", "по", "для", "к", "ко", "от", "из", "у", "о", "об", "за", "при"),
        *("не", "the", "a", "an", "of", "for", "and", "or", "in", "on", "to", "at", "with"),
    }
)
"""Words that are not asked for where others are."""

_WORD = re.compile(r"[^\W_]+")
_KEY = re.compile(r"(?<![^\W_])[^\W\d_]+-\d+(?![^\W_])")
"""Letters and a number, as whole words: what is asked for beside a piece of a word would be looked for in vain."""
_APART = r"[ \u00a0().-]{0,2}"
_PHONE = re.compile(
    rf"(?<![\w+])(?:\+\d(?:{_APART}\d){{8,14}}|(?:[78]{_APART})?\d{{3}}(?:{_APART}\d){{7}})(?!\w)", re.ASCII
)
"""A number with its country's code behind a plus, or ten digits, in Russia with 7 or 8 before them; however grouped."""
NATIONAL = 10
"""So many of its last digits are the word for a phone, whichever way the country is said."""
_RUSSIAN = snowballstemmer.stemmer("russian")
_ENGLISH = snowballstemmer.stemmer("english")
_AT_WORK = Lock()
"""A stemmer keeps the word that it works on."""


def folded(text: str) -> str:
    """Return *text* in small letters, ё as е: people write either, and by its number ё stands after я."""
    return text.lower().replace("ё", "е")


def stems(text: str) -> Iterator[str]:
    """Give the stems of *text* in its order; a key of an entity (CASE-42) is one word more, and so is a phone."""
    small = folded(text)
    for word in _WORD.findall(small):
        yield stem(word[:LONGEST_WORD])
    for key in _KEY.findall(small):
        yield key.replace("-", "")
    yield from map(_phone, _PHONE.findall(small))


def _phone(text: str) -> str:
    return re.sub(r"\D", "", text)[-NATIONAL:]


def asked(text: str) -> list[str]:
    """
    Return the stems that *text*, typed by a person, asks for; a key is one word, and so is a phone, little words are
    none.
    """
    small = folded(text)
    keys = [key.replace("-", "") for key in _KEY.findall(small)]
    rest = _KEY.sub(" ", small)
    phones = [_phone(phone) for phone in _PHONE.findall(rest)]
    words = _WORD.findall(_PHONE.sub(" ", rest))
    large = [word for word in words if word not in LITTLE]
    return list(dict.fromkeys([*keys, *phones, *(stem(word[:LONGEST_WORD]) for word in large or words)]))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem of one word in small letters."""
    plain = word.replace("ё", "е")
    with _AT_WORK:
        found: str = (_ENGLISH if plain.isascii() else _RUSSIAN).stemWord(plain)
    return found


def indexed(title: str, *others: str) -> str:
    """Return the words under which something is found: those of its title are marked once more as such."""
    named = list(dict.fromkeys(stems(title)))
    words = [*named, *(f"{TITLE}{one}" for one in named), *(one for text in others for one in stems(text))]
    return " ".join(dict.fromkeys(words))


def places(text: str, wanted: frozenset[str], begins: str = "") -> Iterator[tuple[int, int]]:
    """Give where in *text* a word stands whose stem is one of *wanted*, or begins with *begins*."""
    for found in _WORD.finditer(text):
        own = stem(found.group().lower()[:LONGEST_WORD])
        if own in wanted or (begins and own.startswith(begins)):
            yield found.span()
