"""The work items that a record is tied to: those that have to be done before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Field, Refusal, Single

from .base import Plain
from .labels import Labels
from .settings import Setting, complete
from .vocabulary import Spot


@dataclass(frozen=True, slots=True)
class Ties(Plain):
    """
    The keys of items, in a place that lists records of the system itself.

    KNOWN says which record is which item; only the hub knows, and says so anew with every decision (`Kin`). A record
    that is no item's is not read and left there; an item without a record there cannot be said there, which is a
    declared loss until it has one. An edit is a step: what was added is added, what was removed is removed.

    Before anybody has said who is who (KNOWN is None) everything fits, so nothing is written; a record is then shown by
    its number.
    """

    name: ClassVar[str] = "ties"
    holds: ClassVar[type] = frozenset
    declared: ClassVar[tuple[Setting, ...]] = (
        Setting("separator", "text", "the place is one text with this between the numbers; without it, a list"),
    )

    separator: str | None = None
    known: Mapping[str, str] | None = field(default=None, hash=False)

    @classmethod
    def built(cls, given: Mapping[str, Any], _spot: Spot) -> "Ties":
        return cls(separator=complete(cls.declared, given)["separator"])

    @property
    def lossless(self) -> bool:
        return False

    def settings(self) -> Mapping[str, Any]:
        return {"separator": self.separator}

    def records(self, view: View) -> tuple[str, ...]:
        """Return the records that *view* names; none where it is malformed."""
        shown = self._list.means(view)
        return tuple(sorted(shown)) if isinstance(shown, frozenset) else ()

    def means(self, view: View) -> Value | Refusal:
        shown = self._list.means(view)
        if isinstance(shown, Refusal) or shown is None:
            return shown
        names = self.records(view)
        if self.known is None:
            return frozenset(f"#{one}" for one in names)
        return frozenset(self.known[one] for one in names if one in self.known) or None

    def kept(self, value: Value) -> Value:
        if not isinstance(value, frozenset) or self.known is None:
            return value
        return value.intersection(self.known.values()) or None

    def fits(self, value: Value, view: View) -> bool:
        if self.known is None:
            return self.holds_type(value) and not isinstance(self._list.means(view), Refusal)
        return Plain.fits(self, value, view)

    def empty(self, view: View) -> View | Refusal:
        return self.say(frozenset(), view)

    def say(self, value: frozenset[str], view: View) -> View | Refusal:
        known = self.known or {}
        shown = self.records(view)
        stay = {one for one in shown if known.get(one) in value or one not in known}
        said = {known[one] for one in stay if one in known}
        new = {one for one, key in known.items() if key in value - said}
        return self._list.say(frozenset(stay | new), view)

    def step(self, old: Value, new: Value, onto: Value) -> Value:
        before, after, here = (one if isinstance(one, frozenset) else frozenset() for one in (old, new, onto))
        return (here | (after - before)) - (before - after) or None

    def since_known(self, value: Value, view: View) -> tuple[Value, View]:
        """
        Return what a base (VALUE, VIEW) stands for, now that more records may be known: a record that has become an
        item since is not in it yet, nor is an item that has got its record since.
        """
        known = self.known or {}
        keys = value if isinstance(value, frozenset) else frozenset()
        shown = self.records(view)
        later = [one for one in shown if one in known and known[one] not in keys]
        standing = {known[one] for one in shown if one in known}
        left = frozenset(key for key in keys if key in standing or key not in known.values()) or None
        if not later and left == value:
            return value, view
        return left, self._list.say(frozenset(shown) - set(later), view) if later else view

    @property
    def _list(self) -> Labels:
        return Labels(self.separator)


def ties_in(fields: Mapping[str, Field]) -> Sequence[tuple[Field, Ties]]:
    """Return the fields that hold ties, with their transforms."""
    found = ((one, one.lens.transform) for one in fields.values() if isinstance(one.lens, Single))
    return [(one, transform) for one, transform in found if isinstance(transform, Ties)]
