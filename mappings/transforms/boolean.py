"""Yes and no, however a system spells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Refusal

from .base import Plain
from .settings import BadSettings, Problem, Setting, complete
from .vocabulary import Spot


@dataclass(frozen=True, slots=True)
class Bool(Plain):
    """
    True and false. The first view of each list is written; the others are read, and left where they are.

    A system in which an empty cell means no lists ``null`` under `false_is`: then it cannot say *empty*, which is a
    declared loss: empty is kept there as false. Without that an empty cell is an empty value.
    """

    name: ClassVar[str] = "bool"
    holds: ClassVar[type] = bool
    declared: ClassVar[tuple[Setting, ...]] = (
        Setting("true_is", "views", "what the system shows for true; the first is written", default=True),
        Setting("false_is", "views", "what it shows for false; null: an empty cell means false", default=False),
    )

    true_is: tuple[View, ...] = (True,)
    false_is: tuple[View, ...] = (False,)

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Bool":
        asked = complete(cls.declared, given)
        true_is, false_is = _listed(asked["true_is"]), _listed(asked["false_is"])
        if any(_among(view, true_is) for view in false_is):
            raise BadSettings([Problem("false_is", "a view that means true cannot mean false too")])
        if _among(None, true_is):
            raise BadSettings([Problem("true_is", "an empty cell cannot mean true")])
        if spot.type == "bool" and (wrong := [*_strange("true_is", true_is), *_strange("false_is", false_is)]):
            raise BadSettings(wrong)
        return cls(true_is=true_is, false_is=false_is)

    @property
    def lossless(self) -> bool:
        return not _among(None, self.false_is)

    def settings(self) -> Mapping[str, Any]:
        return {"true_is": list(self.true_is), "false_is": list(self.false_is)}

    def means(self, view: View) -> Value | Refusal:
        if _among(view, self.true_is):
            return True
        if _among(view, self.false_is):
            return False
        return None if view is None else Refusal("unlisted", f"{view!r:.40} means neither true nor false here")

    def kept(self, value: Value) -> Value:
        return False if value is None and not self.lossless else value

    def say(self, value: bool, _view: View) -> View | Refusal:  # noqa: FBT001 - the value is a boolean, not an option
        return self.true_is[0] if value else self.false_is[0]


def _listed(views: Any) -> tuple[View, ...]:
    return tuple(views) if isinstance(views, list | tuple) else (views,)


def _strange(key: str, views: Sequence[View]) -> list[Problem]:
    """Return what is wrong where a place shows true and false, and all VIEWS are words that it never shows."""
    if any(isinstance(view, bool) for view in views):
        return []
    words = [view for view in views if isinstance(view, str)]
    return [Problem(key, f"{words[0]!r} is a text; the place shows true or false, without quotes")] if words else []


def _among(view: View, views: Sequence[View]) -> bool:
    """Look for *view* as JSON does: ``true`` is not the number 1."""
    return any(type(one) is type(view) and one == view for one in views)
