"""An entry of the attention list is tried again, or left as it is."""

from dataclasses import replace
from functools import partial

from state import attention, cases
from state.attention import Attention

from ..attachments.telling import NOT_COPIED
from ..casework import claim_case, left_there, store_deed, tried_again
from ..looking import title_of
from ..parking import NoSuchEntry, drop, is_away, is_of_document, retry, sync_of
from ..wired import IN_DOUBT, WHOLE
from .deeds import Again, Leave
from .desk import Hand
from .foreseen import Foreseen, Prepared, mark_of
from .weighing import after, weigh


def entry_of(hand: Hand, number: int) -> Attention:
    """Return the open entry *number*. Raises NoSuchEntry."""
    found = attention.parked_fields(hand.desk.installation.store, after=number - 1, limit=1)
    if not found or found[0].id != number:
        raise NoSuchEntry(f"nothing is parked under number {number}")
    return found[0]


def listed(hand: Hand, deed: Again | Leave) -> Prepared:
    """Prepare `Again` or `Leave`. Raises NoSuchEntry, Busy."""
    entry = entry_of(hand, deed.number)
    if (
        entry.entity is not None
        and _is_field(entry)
        and not is_away(hand.at(sync_of(hand.desk.installation, entry)), entry)
    ):
        return _field(hand, deed, entry)
    return _whole(hand, deed, entry)


def _is_field(entry: Attention) -> bool:
    """Say whether one field of a record waits; the others are records as a whole, files, documents, creates."""
    return entry.field != WHOLE and entry.code not in (NOT_COPIED, IN_DOUBT) and not is_of_document(entry)


def _field(hand: Hand, deed: Again | Leave, entry: Attention) -> Prepared:
    """What follows is decided at once: a write that is tried again is seen before it is made."""
    whole = cases.by_ids(hand.desk.installation.store, [entry.entity or ""])[entry.entity or ""]
    act = hand.act(whole)
    claimed, sides = claim_case(act)
    made = tried_again if isinstance(deed, Again) else left_there
    moved, event = made(sides, entry.system, entry.field, person=hand.by)
    what = "again" if isinstance(deed, Again) else "leave"
    seen = weigh(act.wired, claimed, after(claimed, claimed.entity, moved), what=what, told=(entry.id, entry.code))
    seen = replace(seen, system=entry.system, record=entry.record, fact=entry.field)
    return Prepared(seen, lambda: store_deed(act, claimed, claimed.entity, sides=moved, events=[event]))


def _whole(hand: Hand, deed: Again | Leave, entry: Attention) -> Prepared:
    """The record is looked at again with the next pass, or never until it changes: nothing is decided here."""
    installation = hand.desk.installation
    known = cases.by_ids(installation.store, [entry.entity]) if entry.entity else {}
    title = title_of(known[entry.entity or ""].entity) if known else ""
    done = partial(retry if isinstance(deed, Again) else drop, hand.at(sync_of(installation, entry)), entry)
    seen = Foreseen(
        "again" if isinstance(deed, Again) else "leave",
        entry.key,
        title,
        entry.field,
        system=entry.system,
        record=entry.record,
        mark=mark_of(type(deed).__name__, entry.id, entry.code, entry.text),
    )
    return Prepared(seen, lambda: done(person=hand.by))
