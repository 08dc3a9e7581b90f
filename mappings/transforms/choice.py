"""Choices by a table: which views stand for which values, of one fact or of several in one cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeAlias

from mappings.canonical.values import Facts, Value, encode
from mappings.exchange import View
from mappings.lens import Clash, Held, Lens, Refusal, Single

from .keys import resolve_keys
from .label import Label
from .settings import BadSettings, Problem, Setting, complete, nearest
from .vocabulary import Spot

Says: TypeAlias = Mapping[str, tuple[Value, ...]]
"""Fact -> the values that a view may stand for, the one that it is written for first."""
Key: TypeAlias = str | bool | None
"""A view that may be listed: true and false are those of a place that shows them, None is the empty one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a view (None: the empty one) and what it SAYS. On other facts it is silent."""

    view: Key
    says: tuple[tuple[str, tuple[Value, ...]], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """
    A lens over one cell and one or several FACTS, by a table of ROWS.

    - A value fits a view that lists it. On a fact that a view does not mention it is silent: every value fits.
    - A view that stands for several values reads as the present one, else as the one held last, else as the first.
    - A view that says the facts already is left. Else the first view that lists them in the first place is written,
      else the first that lists them. A view that is silent on all that has to change is no answer, and is not taken.
    - The empty view means empty, unless a row says what it means; EMPTY ``allowed``: it is also written.
    - OTHERWISE decides what an unlisted view is: ``park`` refuses it; ``keep`` leaves it alone, whatever the hub says.
    """

    name: ClassVar[str] = "choice"
    declared: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "values", "table", "view -> value, list of values, or table of facts; without it the label is the value"
        ),
        Setting("sets", "texts", "the facts that the cell says, where they are several"),
        Setting("otherwise", "word", "what to do with a view that is not listed", "park", words=("park", "keep")),
        Setting("empty", "word", "whether the cell may be emptied", "refuse", words=("refuse", "allowed")),
    )

    facts: tuple[str, ...]
    rows: tuple[Row, ...]
    otherwise: Literal["park", "keep"] = "park"
    empty: Literal["refuse", "allowed"] = "refuse"
    table: Mapping[Key, Says] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", {row.view: dict(row.says) for row in self.rows})

    @classmethod
    def make(cls, given: Mapping[str, Any], spot: Spot) -> Lens:
        """Return the lens that the settings *given* ask for. Raises `BadSettings`."""
        asked = complete(cls.declared, given)
        if asked["values"] is None:
            if left := [key for key in given if given[key] is not None]:
                raise BadSettings([Problem(key, "says nothing without values") for key in left])
            return Single(spot.facts[0], Label.built({}, spot))
        facts = tuple(asked["sets"] or spot.facts)
        rows, problems = rows_of(asked["values"], facts, spot=spot)
        if problems:
            raise BadSettings(problems)
        return cls(facts=facts, rows=rows, otherwise=asked["otherwise"], empty=asked["empty"])

    def settings(self) -> Mapping[str, Any]:
        rows = [[row.view, {fact: [encode(one) for one in values] for fact, values in row.says}] for row in self.rows]
        return {"as": self.name, "facts": self.facts, "rows": rows, "otherwise": self.otherwise, "empty": self.empty}

    def read(self, view: View, held: Held) -> Facts | Refusal:
        says = self._says(view)
        if says is not None:
            return {fact: _meant(values, held.get(fact, ())) for fact, values in says.items()}
        if self.otherwise == "keep":
            return {fact: held[fact][0] for fact in self.facts if held.get(fact)}
        shown = repr(view) if isinstance(view, str) else f"a {type(view).__name__}"
        return Refusal("unlisted", f"{shown} is not listed under values")

    def candidates(self, fact: str, view: View) -> tuple[Value, ...] | None:
        says = self._says(view)
        return None if says is None else says.get(fact)

    def fits(self, fact: str, value: Value, view: View) -> bool:
        says = self._says(view)
        if says is None:
            return self.otherwise == "keep"
        return fact not in says or value in says[fact]

    def write(self, facts: Facts, view: View) -> View | Refusal:
        missed = {fact for fact, value in facts.items() if not self.fits(fact, value, view)}
        if not missed:
            return view
        able = [one for one, says in self._views() if missed & says.keys() and _lists(says, facts)]
        if not able:
            words = ", ".join(f"{fact} {value!r}" for fact, value in facts.items())
            return Refusal("no view", f"no view is listed for {words}")
        return min(able, key=lambda one: self._reluctance(one, facts))

    def step(self, fact: str, old: Value, new: Value, onto: Value) -> Value | Clash:
        return onto if old == new else new

    def drops(self, facts: Facts, view: View) -> tuple[str, ...]:
        return ()

    def _says(self, view: View) -> Says | None:
        """Return what *view* says; None where it is not listed."""
        known = None if view == "" else view
        if known is not None and not isinstance(known, str | bool):
            return None
        says = self.table.get(known)
        return dict.fromkeys(self.facts, (None,)) if says is None and known is None else says

    def _views(self) -> list[tuple[Key, Says]]:
        """Return the views that may be written, in the mapping's order."""
        views = list(self.table.items())
        if self.empty == "allowed" and None not in self.table:
            views.append((None, dict.fromkeys(self.facts, (None,))))
        return views

    def _reluctance(self, view: Key, facts: Facts) -> tuple[bool, bool]:
        """Rank a view that lists *facts*: rather none that claims what is not known, rather one written for them."""
        says = self._says(view) or {}
        claims = not says.keys() <= facts.keys()
        second = any(facts[fact] != values[0] for fact, values in says.items() if fact in facts)
        return claims, second


def _meant(values: Sequence[Value], held: Sequence[Value]) -> Value:
    return next((value for value in held if value in values), values[0])


def _lists(says: Says, facts: Facts) -> bool:
    return all(fact not in says or value in says[fact] for fact, value in facts.items())


# --- from the words of a mapping ---------------------------------------------------------------------------------


def rows_of(
    values: Mapping[Any, Any], facts: tuple[str, ...], *, spot: Spot
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """Return the rows of a ``values:`` table, its keys resolved among the choices of the place, and what is wrong."""
    written = {_key(key): says for key, says in values.items()}
    resolved = resolve_keys(written, spot.choices)
    problems = [Problem(f"values.{one.key}", one.text, one.right) for one in resolved.problems]
    if not values:
        problems.append(Problem("values", "lists no view"))
    rows = []
    for key, view in resolved.ids.items():
        says = _row(written[key], facts)
        if spot.type == "bool" and view not in (None, *_FLAGS):
            problems.append(Problem(f"values.{key}", "not a value of the place, which shows true or false"))
        elif isinstance(says, Problem):
            problems.append(Problem(f"values.{key}{says.key}", says.text, says.right))
        else:
            rows.append(Row(_FLAGS.get(view or "", view) if spot.type == "bool" else view, says))
    return tuple(rows), tuple(problems)


_FLAGS: Mapping[str, Key] = {"true": True, "false": False}


def _key(key: Any) -> str:
    """Return a key as text: ``3:`` and ``true:`` in YAML are meant as they are written."""
    if key is None:
        return ""
    return str(key).lower() if isinstance(key, bool) else str(key)


def _row(said: Any, facts: tuple[str, ...]) -> tuple[tuple[str, tuple[Value, ...]], ...] | Problem:
    if not isinstance(said, Mapping):
        if len(facts) != 1:
            return Problem("", f"say which fact it is: {', '.join(facts)}")
        said = {facts[0]: said}
    says = []
    for fact, listed in said.items():
        if fact not in facts:
            return Problem(f".{fact}", "not among the facts of the cell", nearest(str(fact), facts))
        values = [_value(one) for one in (listed if isinstance(listed, list | tuple) else [listed])]
        if not values or any(isinstance(value, Problem) for value in values):
            return Problem(f".{fact}", "must be a value or a list of values")
        says.append((str(fact), tuple(dict.fromkeys(value for value in values if not isinstance(value, Problem)))))
    return tuple(says)


def _value(word: Any) -> Value | Problem:
    """Return a word of YAML as a value: an empty text means empty, a whole number is a number."""
    if word == "" or word is None:
        return None
    if isinstance(word, str | bool | Decimal):
        return word
    return Decimal(word) if isinstance(word, int) else Problem("", "not a value")
