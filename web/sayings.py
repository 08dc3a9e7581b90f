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
        later("writing would drop: %(value)s"),
        later("written, but the record does not show it"),
        later("written, but the record still shows what it did"),
        later("the system made something else of it"),
        later("it shows neither what was nor what was written"),
        later("left as it is by a person"),
        later("#%(record)s is deleted there"),
        later("#%(record)s was merged into #%(other)s there"),
        later("no way on to %(value)s within %(count)s steps that has not been tried"),
    )
)
"""What a sentence may begin with, as a pattern and as a text of the catalogues; what to do about it comes after."""
ENDS = r"(?:[;.] .*|$| .+ waits?;.*)"
_PATTERNS = tuple((re.compile(form + ENDS, re.DOTALL), text) for form, text in FORMS)


def said(text: str, translate: Callable[[str], str]) -> str:
    """Return a sentence of the hub in the words that TRANSLATE gives; "" where it is none of the known ones."""
    for pattern, form in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            words = translate(form)
            told = words % found.groupdict() if found.groupdict() else words
            return told if words.startswith("%") else f"{told[:1].upper()}{told[1:]}"
    return ""
