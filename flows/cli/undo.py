"""`casehub undo`: take back what a run wrote, where it still stands."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import in_sync, the_hub
from .terminal import FAILED, STOPPED, UNREACHABLE, AsJson, By, Wide, Yes, emit, progress, say, tell, terminal

if TYPE_CHECKING:
    from flows.hub.undoing import Left, Taking, Undone, UndoPlan
    from flows.hub.wired import Wired
    from flows.hub.wiring import Installation

RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run as `casehub log` lists it, or how its name begins.")]
OneCase = Annotated[
    str | None,
    typer.Option("--case", metavar="KEY", help="Take back only what concerns this case, its items and comments."),
]
Delete = Annotated[
    bool,
    typer.Option(
        "--delete",
        help="Delete the records, documents and copies of files that the run made, where nobody has worked on them.",
    ),
]
VERBS: Mapping[str, str] = {"detach": "is detached: it stays and takes no part", "rejoin": "takes part again"}


def undo(
    ctx: typer.Context,
    run: RunName,
    *,
    case: OneCase = None,
    delete: Delete = False,
    wide: Wide = False,
    yes: Yes = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """
    Take back what a run wrote, where it still stands.

    Shows what would be written, then asks. What has been edited since is left and listed. Records that the run made
    are closed where the mapping has a view for it, else detached; documents and copies of files that it made stay, and
    are named. With --delete all these go, except what somebody has worked on. Files that it renamed keep their names,
    and are named. The edit that caused the run stays where it was made: the fields are parked as `undone` between both
    values. An undo is a run too, and can be undone.

    \b
    Examples:
      casehub undo 3f2a9c
      casehub undo 3f2a9c --case CASE-42 --yes
      casehub undo 3f2a9c --case CASE-42 --wide
      casehub undo 3f2a9c --delete
    """
    from flows.hub.looking import find_case
    from flows.hub.undoing import carry_out, find_run, plan_undo

    with the_hub(terminal(ctx)) as installation:
        found = find_run(installation.store, run)
        only = find_case(installation.store, case).entity.id if case else None
        with progress("meeting the systems", quiet=as_json) as step:

            async def look(wired: "Wired") -> "tuple[UndoPlan, list[str]]":
                made = await plan_undo(wired, found, only=only, delete=delete, step=step)
                return made, list(plan_lines(installation, wired, made, wide=wide))

            plan, lines = in_sync(installation, found.sync, look)
        if not as_json:
            say("\n".join(lines))
        _warned(plan)
        if not plan.anything:
            _nothing(plan, as_json=as_json)
        if not (yes or _agreed()):
            _only_shown(plan, as_json=as_json)

        async def take(wired: "Wired") -> "Undone":
            return await carry_out(wired, plan, by=by)

        undone = in_sync(installation, found.sync, take)
        waits = _waits(installation, undone)
    _ended(plan, undone, waits=waits, as_json=as_json)


def _agreed() -> bool:
    """Ask where somebody sits at the terminal; a program says --yes."""
    return sys.stdin.isatty() and typer.confirm("Take it back?", err=True)


def _nothing(plan: "UndoPlan", *, as_json: bool) -> None:
    if as_json:
        emit(form(plan, None))
    raise typer.Exit(UNREACHABLE if plan.trouble else 0)


def _only_shown(plan: "UndoPlan", *, as_json: bool) -> None:
    if as_json:
        emit(form(plan, None))
    tell("nothing was written; the same command with --yes takes it back")
    raise typer.Exit(STOPPED)


def _warned(plan: "UndoPlan") -> None:
    from flows.wording import unreachable

    if plan.run.state == "running":  # or its process died: that is told as lost after a day
        tell(f"run {plan.run.id} has not ended: what it writes from now on stays; undo it once more when it has")
    if plan.undeletable:
        systems = ", ".join(plan.undeletable)
        tell(f"the hub cannot delete records of {systems}; they are closed or detached, delete them there by hand")
    if plan.trouble:
        tell(unreachable(dict(plan.trouble)))


def _waits(installation: "Installation", undone: "Undone") -> bool:
    """Say whether a person has to say which value counts; undoing an undo leaves both sides agreed."""
    from flows.hub.looking import all_parked
    from mappings.reconcile.undo import UNDONE

    back = {(key, one.place.system, one.field) for key, one in undone.done if one.verb in ("restore", "close")}
    entries = all_parked(installation.store) if back else ()
    return any(entry.code == UNDONE and (entry.key, entry.system, entry.field) in back for entry in entries)


def _ended(plan: "UndoPlan", undone: "Undone", *, waits: bool, as_json: bool) -> None:
    if as_json:
        emit(form(plan, undone))
    else:
        counts = [f"{undone.count(verb)} {word}" for verb, word in COUNTED if undone.count(verb)]
        counts += [f"{len(undone.removed)} documents and files deleted"] if undone.removed else []
        say(f"undone in run {undone.run.id}: {', '.join(counts) or 'nothing'}; {len(plan.left)} left")
    for key, taking, why in undone.not_done:
        tell(f"not done: {key} {taking.place.system} #{taking.place.record} {taking.field}: {why}")
    for one in undone.kept:
        tell(f"not done: {one.line()}: {one.why}")
    if waits:
        tell("what caused the run stays where it was made; the fields wait for a word: casehub parked list")
    if undone.trouble:
        raise typer.Exit(UNREACHABLE)
    raise typer.Exit(FAILED if undone.not_done or undone.kept else 0)


COUNTED = (
    ("restore", "restored"),
    ("close", "closed"),
    ("detach", "detached"),
    ("delete", "deleted"),
    ("rejoin", "taking part again"),
)


# --- how it reads -----------------------------------------------------------------------------------------------------


def plan_lines(installation: "Installation", wired: "Wired", plan: "UndoPlan", *, wide: bool = False) -> Iterator[str]:
    """
    Yield the plan of an undo as people read it: the writes, what happens to whole records, and what is left; WIDE: with
    its values whole.
    """
    from flows.hub.planning import Plan
    from mappings.canonical.show import LONGEST

    from .plan_text import Reader

    longest = sys.maxsize if wide else LONGEST
    reader = Reader(wired.shape, installation.hub.timezone, installation.store.clock(), longest)
    writes = tuple(_writes(plan))
    yield from reader.lines(Plan(plan.run.sync, wired.shape.fingerprint, writes, (), (), {}))
    for entity, taking in plan.taking:
        if taking.verb == "delete":
            yield f"  - {entity.key}: {_record(taking)} is deleted"
        elif taking.verb in VERBS:
            yield f"  ! {entity.key}: {_record(taking)} {VERBS[taking.verb]}"
    for one in plan.left:
        yield f"  = {_left_text(reader, one)}"
    removing = plan.removing
    yield from (f"  - {one.line()} is deleted, if nobody has worked on it" for one in removing)
    left = [one for one in plan.beside if one not in removing]
    yield from (f"  = {one.line()} stays: {one.why or '--delete takes it away'}" for one in left)
    counts = {verb: sum(1 for _, one in plan.taking if one.verb == verb) for verb, _ in COUNTED}
    text = ", ".join(f"{counts[verb]} {word}" for verb, word in COUNTED if counts[verb] or verb == "restore")
    text += f", {len(removing)} documents and files deleted" if removing else ""
    yield f"Undo of run {plan.run.id}: {text}, {len(plan.left)} left."


def _writes(plan: "UndoPlan") -> "Iterator[Any]":
    from flows.hub.looking import title_of
    from flows.hub.planning import PlannedWrite

    for entity, one in plan.taking:
        if one.write is not None:
            place = one.place
            title = title_of(entity)
            made = PlannedWrite(entity.key, title, place.system, "update", place.record, (one.write,), kind=place.kind)
            yield replace(made, entity=entity.kind)


def _record(taking: "Taking") -> str:
    return f"{taking.place.system} {taking.place.kind} #{taking.place.record}"


def _left_text(reader: Any, one: "Left") -> str:
    from mappings.canonical.show import contrasted

    place = one.place
    channel = reader.channel_of(one.entity, place.scope)
    entry = channel.fields.get(one.field) if channel else None
    shows = ""
    if one.shows != one.wrote and channel is not None and entry is not None:
        there, wrote = contrasted(
            [_label(channel, entry.places, view) for view in (one.shows, one.wrote)], reader.longest
        )
        shows = f": shows {there}, the run wrote {wrote}"
    who = ", ".join(part for part in (one.by, reader.time(one.at) if one.at else "") if part)
    tail = f" ({who})" if who else ""
    record = f"#{place.record}" if place.record else "a new record"
    return f"{one.case} {place.system} {record} {one.field} is left, {one.why}{shows}{tail}".replace("  ", " ")


def _label(channel: Any, places: "tuple[str, ...]", view: Any) -> str:
    from flows.hub.telling import label
    from mappings.canonical.show import EMPTY

    parts = [view.get(place) for place in places] if isinstance(view, dict) and len(places) > 1 else [view]
    shown = [(place, part) for place, part in zip(places, parts, strict=False) if part not in (None, "", [])]
    return " ".join(label(channel, place, part, longest=sys.maxsize) for place, part in shown) or EMPTY


def form(plan: "UndoPlan", undone: "Undone | None") -> dict[str, Any]:
    """Return an undo as JSON; UNDONE is null where it was only shown."""
    return {
        "run": plan.run.id,
        "plan": [{"case": entity.key, **_taking_form(one)} for entity, one in plan.taking],
        "left": [
            {
                "case": one.case,
                **_place_form(one),
                "why": one.why,
                "wrote": one.wrote,
                "shows": one.shows,
                "by": one.by or None,
                "at": one.at.isoformat() if one.at else None,
            }
            for one in plan.left
        ],
        "documents_and_files": [{**one.form(), "delete": one in plan.removing} for one in plan.beside],
        "cannot_delete": list(plan.undeletable),
        "trouble": dict(plan.trouble),
        "undone": None
        if undone is None
        else {
            "run": undone.run.id,
            "done": [{"case": key, **_taking_form(one)} for key, one in undone.done],
            "removed": [one.form() for one in undone.removed],
            "kept": [one.form() for one in undone.kept],
            "not_done": [{"case": key, **_taking_form(one), "why": why} for key, one, why in undone.not_done],
        },
    }


def _place_form(one: Any) -> dict[str, Any]:
    return {"system": one.place.system, "kind": one.place.kind, "record": one.place.record, "field": one.field}


def _taking_form(one: "Taking") -> dict[str, Any]:
    views = {"from": one.write.expected, "to": one.write.view} if one.write else {}
    return {"verb": one.verb, **_place_form(one), **views}
