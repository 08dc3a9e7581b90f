"""How alike two names are, in English and Russian, whatever their case, their letter ё and their endings."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_WORD = re.compile(r"[^\W_]+")
_ENDINGS = re.compile(
    r"(иями|ями|ами|ого|его|ому|ему|ыми|ими|ция|ции|цию|ией|ый|ий|ой|ая|яя|ое|ее|ые|ие|ых|их|ую|юю|ом|ем|ов|ев|ей|ам|ям|ах|ях"
    r"|ing|ed|es|[аеиоуыьюяйs])$"
)
_DENIALS = frozenset(["не", "ни", "нет", "без", "not", "no", "non", "never", "without", "t"])
"""Words that turn the others about; ``t`` is what is left of ``won't``."""
_AGAINST = ("не", "un", "in")
"""Beginnings that turn a word about."""
ENOUGH = 0.78
"""Names that are less alike than this are not taken for the same."""


def plain(text: str) -> tuple[str, ...]:
    """Return the words of *text* without case, punctuation and endings."""
    words = _WORD.findall(text.casefold().replace("ё", "е"))
    return tuple(_stem(word) for word in words)


def _stem(word: str) -> str:
    if len(word) <= 3:
        return word
    stem = _ENDINGS.sub("", word)
    return stem if len(stem) >= 3 else word


def likeness(name: str, synonyms: Iterable[str]) -> float:
    """
    Return how well *name* fits one of *synonyms*: 1 the same words, above `ENOUGH` probably, 0 not at all.

    A synonym whose words all stand in the name fits better the more of the name it is. A name that denies something
    fits no synonym that does not, nor the other way round: "not won" is not "won".
    """
    return max((_alike(plain(name), plain(one)) for one in synonyms), default=0.0)


def _alike(name: tuple[str, ...], other: tuple[str, ...]) -> float:
    if not name or not other:
        return 0.0
    if name == other:
        return 1.0
    if _DENIALS.isdisjoint(name) != _DENIALS.isdisjoint(other) or _turned(name, other) or _turned(other, name):
        return 0.0
    if set(other) <= set(name):
        return 0.85 + 0.1 * len(other) / len(name)
    ratio = SequenceMatcher(None, " ".join(name), " ".join(other)).ratio()
    return ratio if ratio >= ENOUGH else 0.0


def _turned(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether a word of *name* is one of *other* turned about: "неуспешна" is not "успешна"."""
    return any(one.startswith(f"{against}{word}") for one in name for against in _AGAINST for word in other)
