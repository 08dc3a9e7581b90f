"""The keys of a ``values:`` table: what a person writes, by id or by label, becomes the ids that views carry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mappings.exchange import Choice

from .settings import Problem, nearest


@dataclass(frozen=True, slots=True)
class Resolved:
    """IDS: key -> the id in views (None: the empty view). Keys with PROBLEMS are left out."""

    ids: dict[str, str | None]
    problems: tuple[Problem, ...] = ()


def resolve_keys(keys: Iterable[str | None], choices: Sequence[Choice]) -> Resolved:
    """
    Return the ids that *keys* stand for among the *choices* of a place.

    - A key is an id or a label, compared as text; an id goes before a label that reads the same.
    - The empty key (or null) is the empty view.
    - A label that several choices have, a key that none has, and a second key for the same id are problems.
    - A former label counts where no choice has it now.
    - Where no choices are known, keys are ids.
    """
    ids: dict[str, str | None] = {}
    problems: list[Problem] = []
    for key in ("" if key is None else key for key in keys):
        found = _found(key, choices)
        if isinstance(found, Problem):
            problems.append(found)
        elif found in ids.values():
            first = next(other for other, one in ids.items() if one == found)
            problems.append(Problem(key, f"the same one as {first!r}, which stands above"))
        else:
            ids[key] = found
    return Resolved(ids, tuple(problems))


def _found(key: str, choices: Sequence[Choice]) -> str | Problem | None:
    if key == "":
        return None
    if not choices or any(choice.id == key for choice in choices):
        return key
    named = [choice for choice in choices if choice.label == key] or [one for one in choices if key in one.former]
    if len(named) == 1:
        return named[0].id
    if named:
        listed = ", ".join(f"{choice.id!r}{f' ({choice.group})' if choice.group else ''}" for choice in named)
        return Problem(key, f"several choices are called so; use the id: {listed}")
    words = [word for choice in choices for word in (choice.label, choice.id)]
    return Problem(key, "not among the choices of the place", nearest(key, words))
