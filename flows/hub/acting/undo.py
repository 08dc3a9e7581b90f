"""Taking back what a run wrote: seen as a plan first, carried out as it was shown."""

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.canonical.values import Value
from mappings.exchange import View
from state import workers
from state.runs import Run

from ..beside import Beside
from ..looking import find_case, title_of
from ..undoing import Left, Taking, Undone, UndoPlan, carry_out, find_run, plan_undo
from ..wired import Wired
from ..wiring import open_sync
from .desk import Desk
from .foreseen import Change, mark_of, seen_as


@dataclass(frozen=True)
class TakenBack:
    """One thing that an undo does at the case KEY: CHANGE is what it writes; without one, VERB says what it does."""

    key: str
    title: str
    verb: str
    system: str
    kind: str
    record: str
    change: Change | None = None


@dataclass(frozen=True)
class Stays:
    """Something that an undo leaves: WHY, what it SHOWS now, and what the run WROTE there."""

    left: Left
    shows: tuple[Value, ...] = ()
    wrote: tuple[Value, ...] = ()


@dataclass(frozen=True)
class UndoSeen:
    """
    What an undo of RUN would do, at one CASE (its key) or wherever it wrote. TROUBLE: systems that did not answer. MARK
    stands for what it takes back. BESIDE: documents and files of the run, which stay as they are.
    """

    run: Run
    taking: tuple[TakenBack, ...]
    left: tuple[Stays, ...]
    trouble: dict[str, str]
    mark: str
    beside: tuple[Beside, ...] = ()
    case: str = ""


class UndoMoved(Exception):
    """What an undo would take back has moved since it was shown: SEEN is what it would be now. Nothing was done."""

    def __init__(self, seen: UndoSeen) -> None:
        super().__init__(f"run {seen.run.id}: what an undo would take back has moved; nothing was done")
        self.seen = seen


def foresee_undo(desk: Desk, name: str, *, case: str = "") -> UndoSeen:
    """
    Read the systems and return what an undo of the run *name* would do; CASE: at this one alone, with its items and
    comments. Raises NoSuchRun, NoSuchCase, ConnectorError.
    """
    run, only = _found(desk, name, case)
    found: list[UndoSeen] = []

    async def look() -> None:
        async with open_sync(desk.installation, run.sync, desk.make) as wired:
            try:
                found.append(_seen(wired, await plan_undo(wired, run, only=only), case))
            finally:
                workers.retire(wired.store, wired.worker)

    desk.run(look())
    return found[0]


def undo(desk: Desk, name: str, *, mark: str, by: str, case: str = "") -> Undone:
    """
    Take back what the run *name* wrote (at CASE alone, if it is named), as it was shown. Raises UndoMoved, NoSuchRun,
    NoSuchCase, ConnectorError.
    """
    run, only = _found(desk, name, case)
    done: list[Undone] = []

    async def take() -> None:
        async with open_sync(desk.installation, run.sync, desk.make) as wired:
            try:
                plan = await plan_undo(wired, run, only=only)
                seen = _seen(wired, plan, case)
                if seen.mark != mark:
                    raise UndoMoved(seen)
                done.append(await carry_out(wired, plan, by=by))
            finally:
                workers.retire(wired.store, wired.worker)

    desk.run(take())
    return done[0]


def _found(desk: Desk, name: str, case: str) -> tuple[Run, str | None]:
    """Return the run, and the id of the case that alone is meant."""
    store = desk.installation.store
    return find_run(store, name), find_case(store, case).entity.id if case else None


def _seen(wired: Wired, plan: UndoPlan, case: str) -> UndoSeen:
    taking = tuple(_taken(wired, plan))
    left = tuple(Stays(one, _shown(wired, one, one.shows), _shown(wired, one, one.wrote)) for one in plan.left)
    return UndoSeen(plan.run, taking, left, dict(plan.trouble), mark_of(plan.run.id, taking), plan.beside, case)


def _taken(wired: Wired, plan: UndoPlan) -> Iterator[TakenBack]:
    for entity, one in plan.taking:
        place, title = one.place, title_of(entity)
        change = _change(wired, entity.kind, one)
        yield TakenBack(entity.key, title, one.verb, place.system, place.kind, place.record, change)


def _change(wired: Wired, kind: str, one: Taking) -> Change | None:
    if one.write is None:
        return None
    place, write = one.place, one.write
    channel = wired.of(kind).shape.channels.get(place.scope)
    entry = channel.fields.get(write.field) if channel else None
    return Change(
        place.system,
        place.kind,
        place.record,
        "",
        write.field,
        tuple(entry.facts) if entry else (write.field,),
        seen_as(channel, write.field, write.expected),
        seen_as(channel, write.field, write.view),
    )


def _shown(wired: Wired, one: Left, view: View) -> tuple[Value, ...]:
    channel = wired.of(one.entity).shape.channels.get(one.place.scope)
    return seen_as(channel, one.field, view)
