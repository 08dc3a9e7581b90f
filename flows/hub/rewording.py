"""
When the words change (a new colleague, a stage that the mapping lists by now, a longer field), what could not be read
or written in the old ones is looked at again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from mappings.reconcile import retry
from mappings.reconcile.model import Side
from mappings.transforms.vocabulary import Vocabulary
from state import dictionaries, waiting

from .wired import Scope, Wired

WORDLESS = ("unreadable", "refused")
"""Codes of what the words of a system or of its mapping did not have."""
_EVER = timedelta(days=3650)


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
    before = dictionaries.recall(wired.store, "", name=_name(wired), within=_EVER)
    if before not in (None, _now(wired)):
        wired.reworded = True
        waiting.wake_parked(wired.store, wired.shape.name, codes=WORDLESS)


def words_met(wired: Wired) -> None:
    """Take note of the words that a pass has worked with."""
    if dictionaries.recall(wired.store, "", name=_name(wired), within=_EVER) != _now(wired):
        dictionaries.remember(wired.store, "", name=_name(wired), form=_now(wired))


def asked_again(side: Side) -> Side:
    """Return *side* without what could not be written in the old words; it is tried in the new ones."""
    link = side.link
    for name, parked in side.link.parked.items():
        if parked.code == "refused":
            link = retry(link, name)
    return replace(side, link=link)


def _name(wired: Wired) -> str:
    return f"words:{wired.shape.name}"


def _now(wired: Wired) -> list[str]:
    return [wired.shape.fingerprint, wired.words]
