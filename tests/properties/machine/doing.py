"""What the steps of a history do."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connectors.errors import ConnectorError
from flows.hub.casework import Act, Busy, resolve, set_value
from flows.hub.parking import NoSuchEntry, drop, retry
from flows.hub.remembering import all_lines
from flows.hub.restoring import restore_value, said_before
from flows.hub.sync import PassOptions
from flows.hub.undoing import NoSuchRun, carry_out, find_run, plan_undo
from flows.hub.wired import WHOLE, Wired
from mappings.exchange import View
from mappings.reconcile import Unresolvable
from state import attention, cases, inbox

from .approving import plan_and_apply
from .faults import Undoable
from .people import Step
from .settings import KIND
from .world import Life

PERSON = "Анна"
REFUSALS = (Unresolvable, NoSuchEntry, NoSuchRun, Busy, ConnectorError)


def do(life: Life, step: Step) -> None:
    """Do one step. Raises Undoable where it cannot be done now."""
    DEEDS[step["do"]](life, step)


# --- people in the systems -------------------------------------------------------------------------------------------


def _open(life: Life, step: Step) -> None:
    if step["case"] not in life.deals:
        life.deals[step["case"]] = life.systems["crm"].create(KIND, step["views"], by=PERSON)


def _twin(life: Life, step: Step) -> None:
    """Somebody has made the issue already."""
    views = life.views("crm", life.record("crm", step["case"]))
    same = {place: views[place] for place in ("title", "client") if views.get(place)}
    life.systems[step["in"]].create(KIND, same, by=PERSON)


def _edit(life: Life, step: Step) -> None:
    system = life.systems[step["in"]]
    record = life.record(step["in"], step["case"])
    standing = life.views(step["in"], record)
    place = step["place"]
    view = _edited(standing.get(place), step)
    views: dict[str, View] = {place: view}
    if (
        place == "amount"
        and view
        and not standing.get("currency")
        and "money" not in life.setting["systems"][step["in"]]
    ):
        views["currency"] = "RUB"
    if place == "title" and life.setting["systems"][step["in"]].get("title_cut"):
        views[place] = str(view)[: life.setting["systems"][step["in"]]["title_cut"]] if view else view
    if all(standing.get(name) == one for name, one in views.items()):
        raise Undoable
    system.edit(KIND, record, views, by=PERSON)


def _edited(standing: View, step: Step) -> View:
    if step["place"] == "labels":
        words = list(standing or ())
        if "add" in step:
            return sorted({*words, step["add"]})
        if not words:
            raise Undoable
        words.pop(step["drop"] % len(words))
        return words or None
    if step["place"] == "description":
        return _lines(standing, step)
    return step["view"]


def _lines(standing: View, step: Step) -> View:
    lines = str(standing).split("\n") if standing else []
    if "add" in step:
        lines.insert(step["add"] % (len(lines) + 1), step["text"])
    elif not lines:
        raise Undoable
    elif "change" in step:
        lines[step["change"] % len(lines)] = step["text"]
    else:
        lines.pop(step["drop"] % len(lines))
    return "\n".join(lines) or None


def _delete(life: Life, step: Step) -> None:
    record = life.record(step["in"], step["case"])
    life.views(step["in"], record)
    life.systems[step["in"]].delete(KIND, record)


def _untrash(life: Life, step: Step) -> None:
    record = life.record(step["in"], step["case"])
    row = life.systems[step["in"]].stands(record)
    if row is None or not row.deleted:
        raise Undoable
    life.systems[step["in"]].merged.pop((KIND, record), None)
    life.systems[step["in"]].restore(KIND, record)


def _away(life: Life, step: Step) -> None:
    record = life.record(step["in"], step["case"])
    life.views(step["in"], record)
    life.systems[step["in"]].move_away(KIND, record, away=step["do"] == "away")


def _clone(life: Life, step: Step) -> None:
    record = life.record(step["in"], step["case"])
    life.views(step["in"], record)
    life.systems[step["in"]].clone(KIND, record, by=PERSON)


def _merge(life: Life, step: Step) -> None:
    one, other = life.record(step["in"], step["case"]), life.record(step["in"], step["into"])
    life.views(step["in"], one)
    life.views(step["in"], other)
    if one == other:
        raise Undoable
    life.systems[step["in"]].merge(KIND, one, into=other)


# --- passes, time, faults --------------------------------------------------------------------------------------------


def _pass(life: Life, step: Step) -> None:
    options = PassOptions(only=step.get("only"), full=step.get("full", False), hinted=step.get("hinted", False))
    if life.depth:
        life.sync(options)
        return
    if step.get("approved") or life.stopped > 1:
        _apply(life, step)
    life.mortal(lambda: life.sync(options))
    life.stopped = life.stopped + 1 if life.last is not None and life.last.stops else 0
    for system in life.systems.values():
        system.blank = system.locked_out = False


def _apply(life: Life, _: Step) -> None:
    """A person looks at the plan and applies it; where it has moved meanwhile, there is another time."""
    with suppress(Undoable):
        life.mortal(lambda: plan_and_apply(life, by=PERSON))


def _wait(life: Life, step: Step) -> None:
    life.clock.ahead(timedelta(seconds=step["seconds"]))


def _fault(life: Life, step: Step) -> None:
    if step["in"] not in life.faults:
        raise Undoable
    life.faults[step["in"]].armed.append(dict(step))


def _kill(life: Life, step: Step) -> None:
    life.store.countdown.left, life.store.countdown.moment = step["commit"], step["moment"]


def _several(life: Life, step: Step) -> None:
    """One after the other, as far as each can be done."""
    for each in step["steps"]:
        with suppress(Undoable):
            do(life, each)


def _hint(life: Life, step: Step) -> None:
    record = life.record(step["in"], step["case"])
    for _ in range(step["times"]):
        inbox.hint(life.store, step["in"], kind=KIND, ids=[record], reason="webhook")


def _turn(life: Life, step: Step) -> None:
    system = life.systems[step["in"]]
    hidden = frozenset({step["hidden"]} if "hidden" in step else ())
    system.kinds[KIND] = replace(system.kinds[KIND], hidden=hidden)
    system.nulled = frozenset({step["nulled"]} if "nulled" in step else ())
    system.mixed, system.blank, system.locked_out = (word in step for word in ("mixed", "blank", "locked"))
    life.disturbed |= hidden | system.nulled
    if "well" not in step:
        life.hit(next(word for word in step if word not in ("do", "in")))


def _remap(life: Life, step: Step) -> None:
    if step["in"] not in life.systems:
        raise Undoable
    life.remap(step["in"], step["change"])


# --- at the hub ------------------------------------------------------------------------------------------------------


def _entity(life: Life, case: int) -> str:
    deal = life.deals.get(case)
    found = cases.by_record(life.store, "crm", kind=KIND, ids=[deal]) if deal else {}
    if deal is None or deal not in found:
        raise Undoable
    return found[deal].entity.id


def _at_hub(deed: Callable[[Life, Step, Act], object]) -> Callable[[Life, Step], None]:
    def done(life: Life, step: Step) -> None:
        owner = _entity(life, step["case"])
        try:
            life.wired(lambda wired: deed(life, step, Act(wired, owner, PERSON)))
        except REFUSALS:
            raise Undoable from None

    return done


def _set(life: Life, step: Step, act: Act) -> None:
    set_value(act, step["fact"], step["value"])
    life.tape.note("said", "", act.entity, place=step["fact"], new=step["value"])


def _resolve(life: Life, step: Step, act: Act) -> None:
    open_ones = attention.conflicts(life.store, entity_id=act.entity)
    if not open_ones:
        raise Undoable
    entry = open_ones[step["which"] % len(open_ones)]
    conflict = entry.conflict
    if conflict is None:
        raise Undoable
    party = conflict.parties[step["party"] % len(conflict.parties)]
    resolve(act, entry.field, take=None, value=party.value)
    life.tape.note("said", "", act.entity, place=entry.field, new=party.value, fresh=True)


def _bring_back(life: Life, step: Step, act: Act) -> None:
    former = said_before(list(all_lines(life.store, entity=act.entity)), step["fact"])
    restore_value(act, step["fact"], former)
    life.tape.note("said", "", act.entity, place=step["fact"], new=former.value)


def _parked(deed: Callable[[Wired, attention.Attention], None]) -> Callable[[Life, Step, Act], None]:
    def done(life: Life, step: Step, act: Act) -> None:
        entries = [one for one in attention.parked_fields(life.store, entity_id=act.entity) if one.field != WHOLE]
        if not entries:
            raise Undoable
        deed(act.wired, entries[step["which"] % len(entries)])

    return done


def _undo(life: Life, step: Step) -> None:
    if life.last is None:
        raise Undoable
    run = life.last.run

    async def work(wired: Wired) -> Any:
        plan = await plan_undo(wired, find_run(wired.store, run))
        return await carry_out(wired, plan, by=PERSON)

    try:
        life.mortal(lambda: life.wired(work))
    except REFUSALS:
        raise Undoable from None
    life.tape.note("undone", "", "")


DEEDS: dict[str, Callable[[Life, Step], None]] = {
    "open": _open,
    "twin": _twin,
    "edit": _edit,
    "delete": _delete,
    "untrash": _untrash,
    "away": _away,
    "back": _away,
    "clone": _clone,
    "merge": _merge,
    "pass": _pass,
    "apply": _apply,
    "wait": _wait,
    "fault": _fault,
    "kill": _kill,
    "several": _several,
    "hint": _hint,
    "turn": _turn,
    "remap": _remap,
    "set": _at_hub(_set),
    "resolve": _at_hub(_resolve),
    "bring back": _at_hub(_bring_back),
    "retry": _at_hub(_parked(lambda wired, entry: retry(wired, entry, person=PERSON))),
    "leave": _at_hub(_parked(lambda wired, entry: drop(wired, entry, person=PERSON))),
    "undo": _undo,
}
