"""
Names of people, as English and Russian systems write them: `Щукин Е. В.` and `Egor Shchukin` may be one.

Only ever a suggestion for a person to look at: nothing is decided by a name.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = str.maketrans("абвгдеёзийклмнопрстуфыэ", "abvgdeeziiklmnoprstufie", "ъь")
# Several spellings of one sound: those of passports, of libraries and of people themselves.
_SAME = (
    ("щ", "shch"),
    ("ш", "sh"),
    ("ч", "ch"),
    ("ж", "zh"),
    ("х", "kh"),
    ("ц", "ts"),
    ("ю", "iu"),
    ("я", "ia"),
    ("shch", "q"),
    ("sch", "q"),
    ("sh", "q"),
    ("tch", "c"),
    ("ch", "c"),
    ("zh", "$"),
    ("kh", "h"),
    ("ts", "z"),
    ("tz", "z"),
    ("ph", "f"),
    ("x", "ks"),
    ("w", "v"),
    ("y", "i"),
    ("j", "i"),
    ("ii", "i"),
    ("iu", "u"),
    ("ia", "a"),
    ("ie", "e"),
    ("io", "e"),
)
_ENDING = re.compile(r"(?<=..)[aeiou]+$")


def alike(one: str, other: str) -> bool:
    """
    Say whether two names may be one person's: in any order, in either alphabet, with initials for first names.

    At least one whole word must be the same, and no word may stand against it: an initial stands for every word that
    begins so, a word that only one of them has (a patronymic) for nothing.
    """
    words, others = _words(one), _words(other)
    if len(others) < len(words):
        words, others = others, words
    whole, left = 0, list(others)
    for word in sorted(words, key=lambda each: each.initial):
        found = word if word in left else next((each for each in left if word.may_be(each)), None)
        if found is None:
            return False
        left.remove(found)
        whole += not (word.initial or found.initial)
    return whole > 0 and (len(words) > 1 or len(others) == 1)


class _Word(NamedTuple):
    """How a word sounds, roughly, in Latin letters; of an INITIAL its first sound."""

    sound: str
    initial: bool

    def may_be(self, other: "_Word") -> bool:
        same = self.initial or other.initial
        return self.sound[:1] == other.sound[:1] if same else self.sound == other.sound


@lru_cache(maxsize=20_000)
def _words(name: str) -> tuple[_Word, ...]:
    return tuple(_word(word) for word in _LETTERS.findall(name.casefold()))


def _word(word: str) -> _Word:
    latin = word.translate(_LATIN)
    for spelled, sound in _SAME:
        latin = latin.replace(spelled, sound)
    return _Word(latin[:1], initial=True) if len(word) == 1 else _Word(_ENDING.sub("", latin), initial=False)
