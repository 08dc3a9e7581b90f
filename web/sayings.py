"""
What the hub's own sentences say in the language of whoever reads them.

The engine tells why something is set aside in English sentences, of which the most frequent are made from few forms.
What fits one of them is said in the reader's words; everything else is shown as it is, behind a fold.
"""

import re
from collections.abc import Callable, Sequence

from .languages import later

FORMS: Sequence[tuple[str, str]] = tuple(
    (re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(text)), text)
    for text in (
        later("edited since"),
        later("people have worked on it since it was made"),
        later("another worker is deciding this case"),
        later("a write to it is on its way"),
        later("in conflict now"),
        later("the record is gone"),
        later("the record takes no part any more"),
        later("it is no longer the case's record"),
        later("the mapping no longer has this field"),
        later("what it showed before cannot be read any more"),
        later("what it was about was forgotten"),
        later("it was deleted"),
        later("%(value)s is not listed under values"),
        later("no view is listed for %(value)s"),
        later("%(value)s is not among the choices of the place"),
        later("no choice of the place is called %(value)s"),
        later("%(value)s is not known there"),
        later("%(value)s can no longer be chosen there"),
        later("nobody is known by %(value)s there"),
        later("%(value)s is not among the labels of the system"),
        later("no record with the id %(value)s is known there"),
        later("it belongs to no case any more"),
        later("it must belong to a case"),
        later("%(count)s characters, and the place holds %(most)s"),
        later("an amount without a currency code"),
        later("%(value)s is not among the currencies of the system"),
        later("%(value)s, and the place holds %(most)s; nothing is converted"),
        later("a number with more digits than anything has"),
        later("a day outside the years that can be counted"),
        later("who is %(value)s there?"),
        later("who is %(value)s?"),
        later("whoever stood there has no account there any more, so it is empty; the value stays elsewhere"),
        later("read only here"),
        later("neither side moved, yet what it shows no longer stands for the hub's value"),
        later("changed there, where the hub only writes"),
        later("the record never shows this field"),
        later("not read since the mapping says another place"),
        later("writing would drop: %(value)s"),
        later("written, but the record does not show it"),
        later("written, but the record still shows what it did"),
        later("the system made something else of it"),
        later("it shows neither what was nor what was written"),
        later("left as it is by a person"),
        later("#%(record)s is deleted there"),
        later("#%(record)s was merged into #%(other)s there"),
        later("no way on to %(value)s within %(count)s steps that has not been tried"),
        later("%(document)s waits for %(value)s"),
        later("%(document)s cannot be named"),
        later("a page called %(value)s is there already and is not ours"),
        later("a folder %(value)s is there already and was not made by the hub"),
        later("%(system)s makes something else of the block of %(document)s"),
        later("the block of facts of %(value)s is damaged"),
        later("%(document)s cannot be read"),
        later("%(document)s is gone"),
        later("%(system)s refuses a part of %(document)s"),
        later("%(document)s was changed after it was sent"),
        later("the facts in %(document)s have moved since it was sent"),
        later("%(document)s was called %(value)s and is %(other)s now"),
        later("%(file)s is not copied to %(system)s: %(why)s; it is at %(place)s"),
        later("it has %(size)s, more than %(most)s"),
        later("files of the type %(value)s are not among %(types)s"),
        later("files of the type %(value)s are kept out"),
        later("its content cannot be had"),
        later("is being taken back by an undo"),
        later("taken back by an undo: it shows what it did before, the hub says otherwise"),
        later("an undo took back what a run had made"),
        later("it keeps this name, which an undo does not take back; it was %(value)s"),
        later("#%(record)s was made by a run that was undone"),
        later("#%(record)s was deleted: an undo took back what a run had made"),
        later("#%(record)s was to be deleted and stays"),
        later("#%(record)s has left: its leave_when holds"),
        later("a record was to be made and no answer came; it may be there"),
        later("somebody put %(value)s there in the same moment and the hub wrote over it"),
        later("%(who)s put %(value)s there in the same moment and the hub wrote over it"),
        later("the record %(record)s that was made for this entity is linked to another one"),
        later("a copy: it carries the marker of a case that has its record already (%(case)s)"),
        later("an old copy of %(case)s"),
        later("carries the marker of %(case)s, of another sync"),
        later("carries the marker of a case that this hub does not know (its memory may have been restored)"),
        later("shows what several open cases say"),
        later("is tied to the records of several cases"),
        later("may be %(case)s"),
        later("%(system)s refuses %(document)s"),
    )
)
"""What a sentence may begin with, as a pattern and as a text of the catalogues; what to do about it comes after."""
ENDS = r"(?:[;:.] .*|$| .+ waits?;.*)"
_PATTERNS = tuple((re.compile(form + ENDS, re.DOTALL), text) for form, text in FORMS)


def said(text: str, translate: Callable[[str], str]) -> str:
    """Return a sentence of the hub in the words that TRANSLATE gives; "" where it is none of the known ones."""
    found = _found(text)
    if found is None:
        return ""
    facts, form = found
    why = facts.get("why", "")
    words = translate(form)
    told = words % {**facts, "why": _reason(why, translate)} if facts else words
    return told if words.startswith("%") else f"{told[:1].upper()}{told[1:]}"


def _reason(text: str, translate: Callable[[str], str]) -> str:
    """Return a reason that stands in a sentence; one that nobody knows as it is."""
    found = _found(text)
    return translate(found[1]) % found[0] if found else text


def _found(text: str) -> tuple[dict[str, str], str] | None:
    """Return what a sentence names, and the form that it was made from."""
    for pattern, form in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return match.groupdict(), form
    return None
