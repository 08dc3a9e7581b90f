"""Sets of words: labels, tags, teams, participants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import UNKNOWN, Clash, Refusal

from .base import Plain, malformed
from .settings import BadSettings, Problem, Setting, complete
from .vocabulary import Spot


@dataclass(frozen=True, slots=True)
class Labels(Plain):
    """
    A set of words; the empty set means empty, and case counts: but in e-mail addresses (FOLDS), which are small inside,
    and left in a view as they are written there.

    - As a list, or with a SEPARATOR in one text. Writing keeps the order of what stays and adds the rest at the end.
    - PAIRS are the system's ids with what they stand for (labels, or people): a declared loss, since a label that it
      does not know cannot be kept there. An id that is not among them is refused (``unlisted``, ``unknown person``).
      Of several ids of one person the first that is not INACTIVE is written, where there is one.
    - VOCABULARY is the same loss declared by the mapping, for places that show the words themselves. A word beyond it
      that stands in a view is read, and left there.
    - An edit is a step: what was added is added, what was removed is removed.
    """

    name: ClassVar[str] = "set"
    holds: ClassVar[type] = frozenset
    declared: ClassVar[tuple[Setting, ...]] = (
        Setting("separator", "text", "the place is one text with this between the words; without it, a list"),
        Setting("vocabulary", "texts", "the only words that are written there"),
        Setting("ids", "word", "what its ids stand for", "labels", words=("labels", "people")),
    )

    separator: str | None = None
    vocabulary: frozenset[str] | None = None
    people: bool = False
    pairs: Mapping[str, str] | None = field(default=None, hash=False)
    inactive: frozenset[str] = frozenset()
    folds: bool = False
    writable: frozenset[str] | None = field(init=False, default=None, compare=False, repr=False)
    """The words that can be written at all; None where every word can."""

    def __post_init__(self) -> None:
        listed = None if self.pairs is None else frozenset(self.pairs.values())
        if listed is not None and self.vocabulary is not None:
            listed &= self.vocabulary
        object.__setattr__(self, "writable", self.vocabulary if listed is None else listed)

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Labels":
        asked = complete(cls.declared, given)
        people, words = asked["ids"] == "people", asked["vocabulary"]
        if people and words is not None:
            raise BadSettings([Problem("vocabulary", "people are known by the list of people, not by words")])
        listed = spot.words.people if people else {one.id: one.label for one in spot.choices}
        return cls(
            separator=asked["separator"],
            vocabulary=None if words is None else frozenset(words),
            people=people,
            pairs=listed if listed or people else None,
            inactive=spot.words.inactive if people else frozenset(),
            folds=spot.facts == ("emails",),
        )

    @property
    def lossless(self) -> bool:
        return self.vocabulary is None and self.pairs is None and not self.folds

    def settings(self) -> Mapping[str, Any]:
        words = None if self.vocabulary is None else sorted(self.vocabulary)
        return {"separator": self.separator, "vocabulary": words, "ids": "people" if self.people else "labels"}

    def means(self, view: View) -> Value | Refusal:
        entries = self._entries(view)
        if isinstance(entries, Refusal):
            return entries
        meant: set[str] = set()
        for entry in entries:
            word = self._word(entry)
            if isinstance(word, Refusal):
                return word
            meant.add(word)
        return frozenset(meant) or None

    def kept(self, value: Value) -> Value:
        if not isinstance(value, frozenset):
            return value
        return frozenset(word for word in self._small(value) if self._holds(word)) or None

    def empty(self, view: View) -> View | Refusal:
        return self.say(frozenset(), view)

    def say(self, value: frozenset[str], view: View) -> View | Refusal:
        entries = self._entries(view)
        standing = [] if isinstance(entries, Refusal) else entries
        words = {entry: self._word(entry) for entry in standing}
        stay = [entry for entry in standing if words[entry] in value or not self._ours(words[entry])]
        new = sorted(value.difference(str(words[entry]) for entry in stay))
        return self._joined([*stay, *(self._entry(word) for word in new)], view)

    def step(self, old: Value, new: Value, onto: Value) -> Value | Clash:
        before, after, here = (self._small(_words(value)) for value in (old, new, onto))
        return (here | (after - before)) - (before - after) or None

    # --- words and entries ---------------------------------------------------------------------------------------

    def _word(self, entry: str) -> str | Refusal:
        if self.pairs is None:
            return entry.lower() if self.folds else entry
        word = self.pairs.get(entry)
        if word is not None:
            return word
        if self.people:
            return Refusal(UNKNOWN, f"nobody is known by {entry!r} there")
        return Refusal("unlisted", f"{entry!r} is not among the labels of the system")

    def _small(self, words: frozenset[str]) -> frozenset[str]:
        return frozenset(word.lower() for word in words) if self.folds else words

    def _entry(self, word: str) -> str:
        """Return the entry that is written for a word that is kept."""
        entries = [entry for entry, label in (self.pairs or {}).items() if label == word]
        return next((entry for entry in entries if entry not in self.inactive), next(iter(entries), word))

    def _holds(self, word: str) -> bool:
        return self.writable is None or word in self.writable

    def _ours(self, word: str | Refusal) -> bool:
        """Say whether a word in a view is one that we could have written, and so may take away."""
        return isinstance(word, str) and self._holds(word)

    # --- the form of the view ------------------------------------------------------------------------------------

    def _entries(self, view: View) -> list[str] | Refusal:
        if view in (None, ""):
            return []
        if self.separator is not None:
            if not isinstance(view, str):
                return malformed("text with words", view)
            return [entry for part in view.split(self.separator) if (entry := part.strip())]
        if not isinstance(view, list) or not all(isinstance(entry, str) and entry for entry in view):
            return malformed("list of words", view)
        return view

    def _joined(self, entries: list[str], view: View) -> View | Refusal:
        if self.separator is None:
            return entries
        between = self.separator
        if isinstance(view, str) and f"{between} " in view:
            between += " "
        return between.join(entries) or None


def _words(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()
