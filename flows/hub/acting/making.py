"""An act is prepared, looked at, and made as it was shown or not at all."""

from dataclasses import replace

from mappings.canonical.show import Unreadable
from mappings.reconcile import Unresolvable

from ..casework import Busy
from ..entering import NoSuchFact
from ..linking import Unlinkable
from ..people_answers import NobodyMeant
from .deeds import Again, Deed, Give, Leave, Match, Part, Same
from .desk import Desk, Hand, at_work
from .foreseen import Foreseen, NotAsShown, Prepared
from .giving import give
from .listed import listed
from .matching import match_record, part
from .naming import name_person

REFUSALS = (Busy, Unresolvable, Unreadable, NoSuchFact, Unlinkable, NobodyMeant)
_CODES: dict[type[Exception], str] = {
    Busy: "busy",
    Unresolvable: "unresolvable",
    Unreadable: "unreadable",
    NoSuchFact: "no fact",
    Unlinkable: "unlinkable",
    NobodyMeant: "nobody",
}


def foresee(desk: Desk, deed: Deed, *, by: str = "") -> Foreseen:
    """
    Return what *deed* would bring about; no system is asked, nothing is written. What cannot be done says why in
    `Foreseen.refused`. Raises NoSuchCase, NoSuchEntry, NoSuchSync.
    """
    with at_work(desk, by) as hand:
        try:
            return _prepare(hand, deed).foreseen
        except REFUSALS as error:
            return _refused(deed, error)


def make(desk: Desk, deed: Deed, *, mark: str, by: str, shown: Foreseen | None = None) -> Foreseen:
    """
    Do *deed* as the person BY, if it still brings about what was shown as MARK.

    Of several that were shown together those that were made first move the case: SHOWN is what this one would have
    brought about before them, and it is made where it still brings about just that.

    Raises NotAsShown (nothing was done), what `foresee` raises, and for a `Match`, which asks the record's system, what
    connectors raise.
    """
    with at_work(desk, by) as hand:
        try:
            prepared = _prepare(hand, deed)
            now = prepared.foreseen
            as_shown = now.mark == mark or (shown is not None and shown.mark == mark and now.brings(shown))
            if now.refused or not as_shown:
                raise NotAsShown(now)
            prepared.done()
        except REFUSALS as error:
            raise NotAsShown(_refused(deed, error)) from error
    return prepared.foreseen


def _prepare(hand: Hand, deed: Deed) -> Prepared:
    match deed:
        case Give():
            return give(hand, deed)
        case Again() | Leave():
            return listed(hand, deed)
        case Match():
            return match_record(hand, deed)
        case Part():
            return part(hand, deed)
        case Same():
            return name_person(hand, deed)


def _refused(deed: Deed, error: Exception) -> Foreseen:
    code = next(code for kind, code in _CODES.items() if isinstance(error, kind))
    seen = Foreseen(type(deed).__name__.lower(), refused=(code, str(error)))
    match deed:
        case Give():
            return replace(seen, key=deed.key, fact=deed.fact)
        case Match():
            return replace(seen, key=deed.key, system=deed.system, record=deed.record)
        case Part():
            return replace(seen, key=deed.key, system=deed.system)
        case Same():
            return replace(seen, system=deed.system, record=deed.word)
    return seen
