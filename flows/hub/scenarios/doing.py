"""What the steps of a story do: people edit, passes run, time goes by, somebody acts at the hub."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from connectors.errors import AuthFailed, ConnectorError, Rejected, RetryLater
from mappings.canonical.show import Unreadable
from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.language.reader import Keys, Scalar
from mappings.lens import Refusal
from mappings.reconcile import Unresolvable
from state import attention, inbox

from ..casework import Act, resolve, set_value
from ..entering import NoSuchFact, entered, fact_of
from ..parking import NoSuchEntry, drop, retry, retry_refused
from ..remembering import all_lines
from ..restoring import restore_value, said_before
from ..sync import PassOptions
from ..undoing import carry_out, find_run, plan_undo
from ..wired import Wired
from .model import Step, plain
from .standins import TEXT
from .turning import turned
from .world import PARENT, Lost, World

PERSON = "Анна"
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_TIME = re.compile(r"(\d+) (second|minute|hour|day)s?")


def do(world: World, step: Step) -> None:
    """Do one step. Raises Lost where it cannot be done as it is written."""
    DEEDS[step.verb](world, step)


def duration(text: str) -> timedelta | None:
    """Return how long "10 minutes" is; None where it is no time."""
    found = _TIME.fullmatch(text.strip())
    return timedelta(seconds=int(found[1]) * UNITS[found[2]]) if found else None


# --- people -----------------------------------------------------------------------------------------------------------


def _views(step: Step) -> dict[str, View]:
    found = plain(step.value)
    views = found if isinstance(found, dict) else {}
    return {place: sorted(view) if isinstance(view, list) else view for place, view in views.items()}


def _create(world: World, step: Step) -> None:
    system = step.args["system"]
    kind = world.kind(system)
    views = {**_scoped(world, system, kind), **_views(step)}
    record = world.systems[system].create(kind, views, by=PERSON)
    if "name" in step.args:
        world.names[step.args["name"]] = (system, kind, record)


def _scoped(world: World, system: str, kind: str) -> dict[str, View]:
    """What every record shows that the hub is to take: people begin it where it belongs."""
    specs = world.installation.hub.mappings_of(system, kind=kind)
    spec = min(specs, key=lambda one: one.entity != "case")
    return {clause.place: clause.views[0] for clause in spec.take if clause.equals}


def _edit(world: World, step: Step) -> None:
    system = step.args["system"]
    world.systems[system].edit(*world.record(system, step.args.get("name", "")), _views(step), by=PERSON)


def _say(world: World, step: Step) -> None:
    """A person says facts; the mapping knows the places."""
    system = step.args["system"]
    kind, record = world.record(system, step.args.get("name", ""))
    standing = world.systems[system].row(kind, record).views
    said = {name: _value(world, name, text) for name, text in _views(step).items()}

    def spelled(wired: Wired) -> dict[str, View]:
        written: dict[str, View] = {}
        for entry in wired.shape.channels[system, kind].fields.values():
            mine = {fact: said[fact] for fact in entry.facts if fact in said}
            if mine:
                blank = {place: standing.get(place) for place in entry.places}
                view = entry.lens.write(mine, entry.view(blank))
                if isinstance(view, Refusal):
                    raise Lost(f"{system} cannot say {', '.join(mine)}: {view.text}")
                written |= entry.spread(view)
        return written

    world.systems[system].edit(kind, record, world.wired(spelled), by=PERSON)


def _value(world: World, fact: str, said: View) -> Value:
    sync = world.installation.sync(world.sync_name)
    text = ", ".join(map(str, said)) if isinstance(said, list) else _text(said)
    try:
        return entered(sync, fact_of(sync, fact), text)
    except (NoSuchFact, Unreadable, Unresolvable) as error:
        raise Lost(str(error)) from error


def _text(said: View) -> str:
    if isinstance(said, bool):
        return "yes" if said else "no"
    return "" if said is None else str(said)


def _comment(world: World, step: Step) -> None:
    """The first of its people says something, where the story names nobody else."""
    system = step.args["system"]
    words = step.value
    views = _views(step) if isinstance(words, Keys) else {TEXT: words.text if isinstance(words, Scalar) else None}
    parent = world.commented(system, step.args.get("name", ""))
    kind, by = world.comment_kind(system), world.systems[system].people[0].id
    made = world.systems[system].create(kind, {PARENT: parent, **views}, by=by)
    if "note" in step.args:
        world.names[step.args["note"]] = (system, kind, made)


def _delete(world: World, step: Step) -> None:
    system = step.args["system"]
    world.systems[system].delete(*world.record(system, step.args.get("name", "")))


def _untrash(world: World, step: Step) -> None:
    system = step.args["system"]
    world.systems[system].restore(*world.record(system, step.args.get("name", ""), gone=True))


def _move_away(world: World, step: Step) -> None:
    system = step.args["system"]
    away = step.verb == "move away"
    world.systems[system].move_away(*world.record(system, step.args.get("name", "")), away=away)


def _clone(world: World, step: Step) -> None:
    system = step.args["system"]
    kind, record = world.record(system, step.args.get("of", ""))
    world.names[step.args["name"]] = (system, kind, world.systems[system].clone(kind, record, by=PERSON))


def _merge(world: World, step: Step) -> None:
    system = step.args["system"]
    kind, record = world.record(system, step.args["name"])
    world.systems[system].merge(kind, record, into=world.record(system, step.args["other"])[1])


def _turn(world: World, step: Step) -> None:
    system = world.systems[step.args["system"]]
    if not isinstance(step.value, Keys):
        raise Lost("turn SYSTEM wants the habits that change: `turn trk: {hides: [amount]}`")
    system.kinds.update(turned(system.kinds, step.value)[0])
    locked = step.value.get("locked_out")
    if locked is not None:
        system.locked_out = plain(locked) is True


# --- passes and time --------------------------------------------------------------------------------------------------


def _sync(world: World, step: Step) -> None:
    only = step.args.get("system")
    world.mortal(lambda: world.sync(PassOptions(only=only)))


def _webhook(world: World, step: Step) -> None:
    system = step.args["system"]
    kind, record = world.record(system, step.args.get("name", ""))
    inbox.hint(world.installation.store, system, kind=kind, ids=[record], reason="webhook")


def _wait(world: World, step: Step) -> None:
    by = duration(str(plain(step.value)))
    if by is None:
        raise Lost('wait wants a time, like "wait: 10 minutes"')
    world.clock.ahead(by)


# --- at the hub -------------------------------------------------------------------------------------------------------

REFUSALS = (Unresolvable, NoSuchEntry, NoSuchFact, Unreadable)


def _at_hub(deed: Callable[[World, Step, Act], object]) -> Callable[[World, Step], None]:
    """A deed with one case; that the hub refuses it is for the story to see."""

    def done(world: World, step: Step) -> None:
        owner = world.case(step.args.get("name", "")).entity.id
        world.refused = ""
        try:
            world.wired(lambda wired: deed(world, step, Act(wired, owner, PERSON)))
        except REFUSALS as error:
            world.refused = str(error)

    return done


def _resolve(world: World, step: Step, act: Act) -> None:
    given = plain(step.value)
    form: Mapping[str, View] = given if isinstance(given, dict) else {"value": given}
    fact = step.args["fact"]
    if isinstance(given, str) and given.startswith("take "):
        form = {"take": given.removeprefix("take ")}
    if "take" in form:
        resolve(act, fact, take=str(form["take"]))
    else:
        resolve(act, fact, take=None, value=_value(world, fact, form.get("value")))


def _set(world: World, step: Step, act: Act) -> None:
    set_value(act, step.args["fact"], _value(world, step.args["fact"], plain(step.value)))


def _bring_back(world: World, step: Step, act: Act) -> None:
    fact = step.args["fact"]
    restore_value(act, fact, said_before(list(all_lines(world.installation.store, entity=act.entity)), fact))


def _parked(deed: Callable[[Wired, attention.Attention], None]) -> Callable[[World, Step], None]:
    def done(world: World, step: Step) -> None:
        system, name = step.args["system"], step.args.get("field")
        entries = [e for e in attention.parked_fields(world.installation.store) if e.system == system]
        mine = [one for one in entries if name in (None, one.field)]
        if not mine:
            raise Lost(f"nothing is parked in {system}{f' under {name}' if name else ''}")

        def each(wired: Wired) -> None:
            for entry in mine:
                deed(wired, entry)

        world.wired(each)

    return done


def _undo(world: World, step: Step) -> None:
    if world.last is None:
        raise Lost(f"{step.verb}: no pass has run yet")
    run = world.last.run

    async def work(wired: Wired) -> None:
        await carry_out(wired, await plan_undo(wired, find_run(wired.store, run)), by=PERSON)

    world.wired(work)


# --- faults -----------------------------------------------------------------------------------------------------------


def fault(world: World, system: str, what: str) -> None:
    """Let a request go wrong. Raises what a connector would, or Killed."""
    errors: dict[str, ConnectorError] = {
        "time-out": RetryLater("the answer did not come", system=system, sent=True),
        "no connection": RetryLater("no connection", system=system),
        "server error": RetryLater("answered 500", system=system, sent=True),
        "busy": RetryLater("answered 429", system=system, after=1.0),
        "refused": Rejected("was refused", system=system, reason="it says no", whole=True),
        "not allowed": AuthFailed("answered 401", system=system),
    }
    if what == "kill":
        world.death.strike()
    raise errors[what]


DEEDS: dict[str, Callable[[World, Step], None]] = {
    "create": _create,
    "edit": _edit,
    "say": _say,
    "delete": _delete,
    "untrash": _untrash,
    "move away": _move_away,
    "move back": _move_away,
    "clone": _clone,
    "merge": _merge,
    "comment": _comment,
    "turn": _turn,
    "sync": _sync,
    "full scan": lambda world, _: world.mortal(lambda: world.sync(PassOptions(full=True))),
    "approve": lambda world, _: world.mortal(world.approve),
    "look": lambda world, _: world.mortal(lambda: world.sync(PassOptions(hinted=True))),
    "retry refused": lambda world, _: world.wired(retry_refused),
    "webhook": _webhook,
    "wait": _wait,
    "resolve": _at_hub(_resolve),
    "set": _at_hub(_set),
    "bring back": _at_hub(_bring_back),
    "retry": _parked(lambda wired, entry: retry(wired, entry, person=PERSON)),
    "leave": _parked(lambda wired, entry: drop(wired, entry, person=PERSON)),
    "undo": _undo,
}
