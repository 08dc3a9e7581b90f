"""
What a guard has stopped: kept until somebody approves it, or until its cause is gone, and then the pass goes on by
itself. A cause is looked at again after reading, before anything is written.
"""

from collections.abc import Callable
from datetime import timedelta

from mappings.exchange import View
from mappings.reconcile.guards import EMPTY, MAX_CHANGES, MAX_CLEARS, MAX_CREATES, MAX_DELETES, Stop, lacking
from state import cases, dictionaries, waiting
from state.store import Store
from state.types import Whole

from .wired import Wired

ACCOUNT = "account"
"""The guard against working as somebody else than before."""
MISSING = (EMPTY, MAX_DELETES)
"""Guards that a full read sets off; another full read says whether their cause is gone."""
_EVER = timedelta(days=3650)


# --- what is kept -----------------------------------------------------------------------------------------------------


def kept(store: Store, sync: str) -> list[Stop]:
    """Return the guards that stopped *sync* and that nobody has answered."""
    forms = dictionaries.recall(store, "", name=_name(sync), within=_EVER) or []
    return [Stop(**{**form, "entities": tuple(form.get("entities", ()))}) for form in forms]


def keep(store: Store, sync: str, stops: list[Stop]) -> None:
    """Keep *stops* as what stops *sync* from now on; writes nothing where that is so already."""
    form = [
        {
            "guard": stop.guard,
            "text": stop.text,
            "system": stop.system,
            "field": stop.field,
            "shown": stop.shown,
            "entities": list(stop.entities),
        }
        for stop in stops
        if stop.guard != ACCOUNT  # worked out anew each time
    ]
    if form != (dictionaries.recall(store, "", name=_name(sync), within=_EVER) or []):
        dictionaries.remember(store, "", name=_name(sync), form=form)


def _name(sync: str) -> str:
    return f"halt:{sync}"


# --- is its cause gone? -----------------------------------------------------------------------------------------------


def still_standing(wired: Wired) -> Callable[[Stop], bool]:
    """Return what says of a kept guard whether its cause is still there, now that the systems have been read."""

    def stands(stop: Stop) -> bool:
        limits = wired.shape.limits
        if stop.guard in MISSING:
            return (stop.system, stop.field) not in wired.all_read
        if stop.guard == MAX_CREATES:
            return _planned_creates(wired, stop.system) > limits.max_creates
        if stop.guard == MAX_CLEARS:
            return _showing(wired, stop, lacking) > limits.max_clears
        if stop.guard == MAX_CHANGES:
            return _showing(wired, stop, lambda view: repr(view) == stop.shown) > limits.max_changes
        return True

    return stands


def _planned_creates(wired: Wired, system: str) -> int:
    planned = waiting.planned(wired.store, wired.shape.name)
    return sum(1 for one in planned if one.system == system and one.verb == "create")


def _showing(wired: Wired, stop: Stop, holds: Callable[[View], bool]) -> int:
    """Count the cases of *stop* whose record still shows what set it off; all, where it does not know its cases."""
    if not stop.entities:
        return max(wired.shape.limits.max_clears, wired.shape.limits.max_changes) + 1
    found = cases.by_ids(wired.store, stop.entities).values()
    return sum(1 for whole in found if any(holds(view) for view in _views(whole, stop)))


def _views(whole: Whole, stop: Stop) -> list[View]:
    """What the records of *whole* in the guard's system show in its field."""
    views: list[View] = []
    for link in whole.links:
        if link.system != stop.system or link.tombstone:
            continue
        if stop.field in link.seen:
            views.append(link.seen[stop.field])
        else:
            slots = [base for name, base in link.bases.items() if name.partition(".")[0] == stop.field]
            views += [slots[0].view] if slots else []
    return views


# --- who we are -------------------------------------------------------------------------------------------------------


def account_stops(wired: Wired) -> list[Stop]:
    """Return the guard against working as somebody else: what we may see and do may be something else too."""
    stops = []
    for system, account in sorted(wired.accounts.items()):
        before = dictionaries.recall(wired.store, system, name=ACCOUNT, within=_EVER)
        if before is not None and before["id"] != account.id:
            text = f"the hub is {account.name} in {system} now, and was {before['name']}"
            stops.append(Stop(ACCOUNT, text, system=system))
    return stops


def note_accounts(wired: Wired, *, approved: bool = False) -> None:
    """Take note of who we are where that was not known yet, or everywhere where it is APPROVED."""
    for system, account in wired.accounts.items():
        before = dictionaries.recall(wired.store, system, name=ACCOUNT, within=_EVER)
        if before is None or (approved and before["id"] != account.id):
            form = {"id": account.id, "name": account.name}
            dictionaries.remember(wired.store, system, name=ACCOUNT, form=form)
