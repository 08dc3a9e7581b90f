"""
What most transforms share: `fits` from `read` and `kept`, and a `write` that keeps laws 2 and 3 by its shape.

A transform of one plain value says how a view reads, what of a value survives, and which view says a value; what was
written is read back before it is given out, so that a view which would not say the value is refused here and never
sent.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Clash, Lens, Refusal, Single

from .settings import Setting
from .vocabulary import Spot


def malformed(kind: str, view: View) -> Refusal:
    """Refuse a *view* that is not the shape of a *kind*. The content is not repeated: it may be personal."""
    words = {str: "a text", bool: "yes or no", int: "a number", list: "a list", type(None): "nothing"}
    return Refusal("malformed", f"{words.get(type(view), 'something')} that is no {kind}")


def same(one: Value, other: Value) -> bool:
    """Compare two values as a person would: `True` is not the number 1."""
    return type(one) is type(other) and one == other


class Plain(ABC):
    """A transform of one plain value: an edit of it takes the new value, and nothing beside it can be dropped."""

    __slots__ = ()

    name: ClassVar[str]
    declared: ClassVar[tuple[Setting, ...]] = ()
    holds: ClassVar[type | tuple[type, ...]]
    """The types of its values, beside None."""

    @classmethod
    def make(cls, given: Mapping[str, Any], spot: Spot) -> Lens:
        """Return the lens over `spot.facts` that the settings *given* ask for. Raises `BadSettings`."""
        return Single(spot.facts[0], cls.built(given, spot))

    @classmethod
    @abstractmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Plain":
        """Return the transform itself. Raises `BadSettings`."""

    @property
    @abstractmethod
    def lossless(self) -> bool: ...

    @abstractmethod
    def means(self, view: View) -> Value | Refusal:
        """Return what *view* means, whatever was held before."""

    @abstractmethod
    def say(self, value: Any, view: View) -> View | Refusal:
        """Return a view for *value* (never None, already `kept`), as like *view* as it can be."""

    @abstractmethod
    def settings(self) -> Mapping[str, Any]: ...

    def holds_type(self, value: Value) -> bool:
        return value is None or isinstance(value, self.holds)

    def kept(self, value: Value) -> Value:
        return value

    def empty(self, _view: View) -> View | Refusal:
        """Return the view that says *empty* where *view* stands now."""
        return None

    def read(self, view: View, held: Sequence[Value] = ()) -> Value | Refusal:
        return self.means(view)

    def fits(self, value: Value, view: View) -> bool:
        shown = self.means(view)
        if type(shown) is type(value) and shown == value:
            return True
        if isinstance(shown, Refusal) or not self.holds_type(value):
            return False
        return same(self.kept(value), self.kept(shown))

    def write(self, value: Value, view: View) -> View | Refusal:
        if not self.holds_type(value):
            return Refusal("malformed", f"{self.name} cannot hold a {type(value).__name__}")
        if self.fits(value, view):
            return view
        kept = self.kept(value)
        written = self.empty(view) if kept is None else self.say(kept, view)
        if isinstance(written, Refusal) or self.fits(value, written):
            return written
        return Refusal("no view", f"{self.name}: no view here reads back as this value")

    def step(self, old: Value, new: Value, onto: Value) -> Value | Clash:
        return onto if same(old, new) else new

    def drops(self, value: Value, view: View) -> tuple[str, ...]:
        return ()
