"""What somebody wants done, as values: they travel through a form and back, and are looked at before they are done."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Give:
    """
    Give the case KEY another value of FACT: TEXT as people write it, or what the party TAKE of a conflict says (a
    system, or ``hub``). Where systems differ over the fact, this settles it.
    """

    key: str
    fact: str
    text: str = ""
    take: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """Try the entry NUMBER of the attention list again."""

    number: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the entry NUMBER as it is: off the list until what is shown there changes."""

    number: int


@dataclass(frozen=True, slots=True)
class Match:
    """The RECORD of SYSTEM is the case KEY's. KIND tells which of several kinds of record it is."""

    key: str
    system: str
    record: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Same:
    """WORD (an id) in SYSTEM is PERSON (an e-mail, a key of hub.yaml); "": nobody whom we work with."""

    system: str
    word: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The record of SYSTEM is not the case KEY's any more. KIND tells which of several kinds of record it is."""

    key: str
    system: str
    kind: str = ""


Deed: TypeAlias = Give | Again | Leave | Match | Part | Same
