"""
Values beside the texts that are stored of them: nothing is decoded or encoded twice that need not be.

A pass reads and writes each link and each entity several times; most of them as it has just left them, and of the rest
most values unchanged.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from mappings.exchange import Json

from .columns import Ready, loads, stored

V = TypeVar("V")


class Kept(dict[str, V]):
    """
    Decoded values, beside the FORMS that they were decoded from, and the TEXT of all where it is known: what is stored
    unchanged is not encoded again. Nobody changes one.
    """

    __slots__ = ("forms", "text")
    forms: Mapping[str, Any]
    text: Ready | None


def kept(forms: Mapping[str, Any], of: Callable[[Any], V]) -> Kept[V]:
    """Return the values that *forms* stand for."""
    values = Kept({name: of(form) for name, form in forms.items()})
    values.forms, values.text = forms, None
    return values


class Recent(Generic[V]):
    """
    Values that were read or stored lately, by their text: OF decodes one, FORM encodes it. At most twice MOST texts are
    kept, and twice LONGEST letters. Workers in threads share one: a text that is forgotten in between is decoded anew.
    """

    def __init__(
        self, of: Callable[[Any], V], form: Callable[[V], Json], *, most: int = 1024, longest: int = 1_000_000
    ) -> None:
        self._of, self._form, self._most, self._longest = of, form, most, longest
        self._letters = 0
        self._new: dict[str, Kept[V]] = {}
        self._old: dict[str, Kept[V]] = {}

    def decoded(self, text: str) -> Kept[V]:
        """Return the values that *text* stands for."""
        known = self._new.get(text)
        if known is None:
            known = self._old.get(text) or kept(loads(text), self._of)
            self._remember(text, known)
        return known

    def encoded(self, values: Mapping[str, V], before: Mapping[str, V] | None) -> Ready:
        """Return the text of *values*, of which some may stand in BEFORE as the very same objects."""
        if isinstance(values, Kept) and values.text is not None:
            return values.text
        forms = spliced(values, self._form, before)
        after = Kept(values)
        after.forms = forms
        return self._remember(stored(forms), after)

    def _remember(self, text: str, values: Kept[V]) -> Ready:
        if len(self._new) >= self._most or self._letters >= self._longest:
            self._old, self._new, self._letters = self._new, {}, 0
        values.text = ready = Ready(text)  # before anybody else can meet them
        self._new[text] = values
        self._letters += len(text)
        return ready


class Lazy(Mapping[str, V]):
    """Values that are decoded when somebody asks for them: the TEXT of all when for any, each when for itself."""

    __slots__ = ("_forms", "_known", "_of", "_text")

    def __init__(self, text: str, of: Callable[[Any], V]) -> None:
        self._text, self._of = text, of
        self._forms: Mapping[str, Any] | None = None
        self._known: dict[str, V] = {}

    @property
    def forms(self) -> Mapping[str, Any]:
        """The forms of all values."""
        if self._forms is None:
            self._forms = loads(self._text)
        return self._forms

    def __getitem__(self, name: str) -> V:
        if name not in self._known:
            self._known[name] = self._of(self.forms[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self.forms

    def __iter__(self) -> Iterator[str]:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)


def spliced(values: Mapping[str, V], form: Callable[[V], Json], before: Mapping[str, V] | None) -> dict[str, Json]:
    """Return the forms of *values*; those that stand in BEFORE as the very same objects have theirs already."""
    if not isinstance(before, Kept):
        return {name: form(value) for name, value in values.items()}
    forms, same = before.forms, before.get
    return {name: forms[name] if value is same(name) else form(value) for name, value in values.items()}
