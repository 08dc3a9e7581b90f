"""
When the words change (a new colleague, a stage that the mapping lists by now, a longer field), what could not be read
or written in the old ones is looked at again.

Beside the words of the last pass it is kept in which cases every field at rest stands for the hub's value in them. As
long as nobody works in other words they go on doing so: bases are only taken where they fit.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from typing import Any

from mappings.lens import UNKNOWN
from mappings.reconcile import retry
from mappings.reconcile.model import Side
from mappings.transforms.vocabulary import Vocabulary
from state import dictionaries, waiting
from state.types import Claimed

from .returning import came_back
from .wired import Scope, Wired

WORDLESS = ("unreadable", "refused", UNKNOWN)
"""Codes of what the words of a system or of its mapping did not have."""
_EVER = timedelta(days=3650)
LOOK = timedelta(days=7)
"""So long it is taken for granted that in unchanged words nothing drifts; then all is looked at all the same."""
MOST = 1000
"""With more cases than this to be looked at nevertheless, all are."""


def fingerprint(words: Mapping[Scope, Vocabulary]) -> str:
    """Return a hash of people, choices and limits, as far as they decide what can be read and written."""
    told = {
        "/".join(scope): [
            sorted(each.people.items()),
            sorted(each.inactive),
            sorted((place, sorted(choice.id for choice in choices)) for place, choices in each.choices.items()),
            sorted(each.limits.items()),
        ]
        for scope, each in words.items()
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def look_again(wired: Wired) -> None:
    """
    Have cases decided again whose fields are parked for want of words, if there are other words since the last pass.

    `words_met` ends it, once a pass has come to its end.
    """
    before = _kept(wired)
    if before is None:
        if not waiting.ids(wired.store, wired.shape.name, limit=1):
            note_rest(wired, [])  # whatever there will be is read in these words
    elif before[:2] != _now(wired):
        wired.reworded = True
        _keep(wired, before[:2])
        waiting.wake_parked(wired.store, wired.shape.name, codes=WORDLESS)


def words_met(wired: Wired) -> None:
    """Take note of the words that a pass has worked with."""
    if (_kept(wired) or [])[:2] != _now(wired):
        _keep(wired, _now(wired))


def not_at_rest(wired: Wired) -> list[str] | None:
    """
    Return the cases that have to be looked at for drift: of all others it is known that what is at rest there stands
    for the hub's values in the present words. None: nothing is known.
    """
    rest = _rest(wired)
    fresh = rest is not None and wired.clock() - datetime.fromisoformat(rest[1]) < LOOK
    return list(rest[2]) if rest is not None and fresh else None


def note_rest(wired: Wired, others: Sequence[str]) -> None:
    """Take note that it is so in all cases but OTHERS; where all were looked at, as of now."""
    before = _rest(wired) if not_at_rest(wired) is not None else None
    after = [_version(), before[1] if before else wired.clock().isoformat(), sorted(others)]
    if len(others) > MOST:
        _keep(wired, _now(wired))
    elif after != before:
        _keep(wired, [*_now(wired), *after])


def look_at_again(wired: Wired, claimed: Iterable[Claimed | None]) -> None:
    """What comes back after nobody has looked at it for a while may be in older words."""
    back = {one.entity.id for one in claimed if one is not None and came_back(one)}
    rest = not_at_rest(wired) if back else None
    if rest is not None:
        note_rest(wired, sorted({*rest, *back}))


def asked_again(side: Side) -> Side:
    """Return *side* without what could not be written in the old words; it is tried in the new ones."""
    link = side.link
    for name, parked in side.link.parked.items():
        if parked.code in ("refused", UNKNOWN):
            link = retry(link, name)
    return replace(side, link=link)


def _rest(wired: Wired) -> list[Any] | None:
    """The version of the hub that looked, when it last looked at everything, and the cases that are no part of it."""
    kept = _kept(wired)
    return kept[2:] if kept and kept[:3] == [*_now(wired), _version()] else None


def _kept(wired: Wired) -> list[Any] | None:
    """Mapping and words; behind them the rest, where it is known."""
    kept: list[Any] | None = dictionaries.recall(wired.store, "", name=_name(wired), within=_EVER)
    return kept


def _keep(wired: Wired, kept: Sequence[Any]) -> None:
    dictionaries.remember(wired.store, "", name=_name(wired), form=list(kept))


def _name(wired: Wired) -> str:
    return f"words:{wired.shape.name}"


def _now(wired: Wired) -> list[str]:
    return [wired.shape.fingerprint, wired.words]


@cache
def _version() -> str:
    return version("casehub")
