"""The words of a step: a few forms, in which CAPITALS stand for what a story fills in."""

import shlex
from collections.abc import Iterator
from functools import cache

from mappings.language.problems import hint, shown

FORMS: dict[str, str] = {
    # people in their systems
    "create SYSTEM": "create",
    "create SYSTEM as NAME": "create",
    "edit SYSTEM": "edit",
    "edit SYSTEM NAME": "edit",
    "say SYSTEM": "say",
    "say SYSTEM NAME": "say",
    "delete SYSTEM": "delete",
    "delete SYSTEM NAME": "delete",
    "untrash SYSTEM": "untrash",
    "untrash SYSTEM NAME": "untrash",
    "move away SYSTEM": "move away",
    "move away SYSTEM NAME": "move away",
    "move back SYSTEM": "move back",
    "move back SYSTEM NAME": "move back",
    "clone SYSTEM as NAME": "clone",
    "clone SYSTEM OF as NAME": "clone",
    "merge SYSTEM NAME into OTHER": "merge",
    "comment SYSTEM": "comment",
    "comment SYSTEM NAME": "comment",
    "comment SYSTEM as NOTE": "comment",
    "comment SYSTEM NAME as NOTE": "comment",
    # passes and time
    "sync": "sync",
    "sync only SYSTEM": "sync",
    "full scan": "full scan",
    "approve": "approve",
    "webhook SYSTEM": "webhook",
    "webhook SYSTEM NAME": "webhook",
    "look": "look",
    "wait": "wait",
    "retry refused": "retry refused",
    # at the hub
    "resolve FACT": "resolve",
    "resolve FACT of NAME": "resolve",
    "set FACT": "set",
    "set FACT of NAME": "set",
    "bring back FACT": "bring back",
    "bring back FACT of NAME": "bring back",
    "retry SYSTEM": "retry",
    "retry SYSTEM FIELD": "retry",
    "leave SYSTEM FIELD": "leave",
    "undo": "undo",
    "rewrite FILE": "rewrite",
    # what goes wrong, and who comes in between
    "turn SYSTEM": "turn",
    "at SYSTEM VERB before": "at",
    "at SYSTEM VERB after": "at",
    # and what is seen then
    "see": "see",
}
"""How a step is written -> what it is."""
HOLES = ("SYSTEM", "NAME", "OTHER", "OF", "NOTE", "FACT", "FIELD", "FILE", "VERB")


@cache
def _forms() -> tuple[tuple[tuple[str, ...], str], ...]:
    return tuple((tuple(form.split()), verb) for form, verb in FORMS.items())


class Unknown(ValueError):
    """Words that are no step; the message says what is nearest."""


def understood(text: str) -> tuple[str, dict[str, str]]:
    """Return the verb of the words *text*, and what they name. Raises Unknown."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise Unknown(f"{shown(text)}: a quote that is not closed") from None
    found = [(verb, args) for form, verb in _forms() if (args := _filled(form, words)) is not None]
    if not found:
        raise Unknown(_advice(text, words))
    verb, args = found[0]
    if verb == "at":
        args["moment"] = words[-1]
    return verb, args


def _filled(form: tuple[str, ...], words: list[str]) -> dict[str, str] | None:
    if len(form) != len(words):
        return None
    if any(part not in HOLES and part != word for part, word in zip(form, words, strict=True)):
        return None
    return {part.lower(): word for part, word in zip(form, words, strict=True) if part in HOLES}


def _advice(text: str, words: list[str]) -> str:
    known = [form for form in FORMS if words and form.split()[0] == words[0]]
    if known:
        return f"{shown(text)}: it is written {' or '.join(shown(form) for form in known)}"
    return f"{shown(text)}: no step{hint(words[0] if words else '', list(_firsts()))}"


def _firsts() -> Iterator[str]:
    return iter(dict.fromkeys(form.split()[0] for form in FORMS))
