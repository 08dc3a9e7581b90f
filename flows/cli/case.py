"""`casehub case …`: look at cases, and work with one by hand."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import care, items
from .files import files
from .forget import forget
from .notes import note, notes
from .opening import AtCase, at_case, the_hub
from .terminal import AsJson, By, CaseKey, Limit, emit, say, storable, table, tell, terminal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.hub.looking import CaseView, Standing
    from state.types import Whole

Sync = Annotated[str | None, typer.Option("--sync", metavar="SYNC", help="Only cases of this sync.")]
After = Annotated[
    int,
    typer.Option("--after", min=0, metavar="NUMBER", callback=storable, help="Begin after the case of this number."),
]
Fact = Annotated[str, typer.Argument(metavar="FACT", help="A fact of cases: title, amount, deadline, stage …")]
Text = Annotated[str, typer.Argument(metavar="VALUE", help='The value as people write it; "" makes it empty.')]
System = Annotated[str, typer.Argument(metavar="SYSTEM", help="Name of a system in hub.yaml.")]
Record = Annotated[str, typer.Argument(metavar="ID", help="Id of the record there.")]
Kind = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help="Which kind of record, where there are several.")
]

case = typer.Typer(help="Look at cases, and work with one by hand.", no_args_is_help=True, rich_markup_mode=None)
case.add_typer(items.item, name="item")
case.add_typer(note, name="note")
case.command()(notes)
case.command()(files)


@case.command("list")
def list_(
    ctx: typer.Context, *, sync: Sync = None, after: After = 0, limit: Limit = 100, as_json: AsJson = False
) -> None:
    """
    List cases in the order of their keys.

    \b
    Examples:
      casehub case list
      casehub case list --sync presales --after 100
    """
    from flows.hub.looking import list_cases
    from mappings.canonical.show import show
    from mappings.canonical.values import decode

    with the_hub(terminal(ctx)) as installation:
        name = installation.sync(sync).name if sync else None
        found = [line.form() for line in list_cases(installation.store, sync=name, after=after, limit=limit)]
    if as_json:
        emit(found)
        return
    if not found:
        tell("no more cases" if after else "no cases yet")
        return
    rows = [
        [
            one["key"],
            *(show(decode(one[name]), longest=40) for name in ("title", "client", "stage", "outcome")),
            " ".join(f"{system}#{record}" for system, record in one["links"].items()),
            one["conflicts"],
            one["parked"],
        ]
        for one in found
    ]
    table(["key", "title", "client", "stage", "outcome", "records", "conflicts", "parked"], rows)
    if len(found) == limit:
        tell(f"there may be more: --after {found[-1]['key'].rpartition('-')[2]}")


@case.command()
def show(ctx: typer.Context, key: CaseKey, *, as_json: AsJson = False) -> None:
    """
    Show one case whole: facts, sources, linked records.

    \b
    Examples:
      casehub case show CASE-42
      casehub case show CASE-42 --json
    """
    from flows.hub.items import around
    from flows.hub.looking import view_case

    with the_hub(terminal(ctx)) as installation:
        found = view_case(installation, key)
        beside = around(installation.store, found.whole)
        zone = installation.hub.timezone
    if as_json:
        emit({**found.form(), **beside.form()})
        return
    _show(found, zone)
    items.show_around(beside, zone)


def _show(found: "CaseView", zone: str) -> None:
    from flows.hub.looking import title_of
    from flows.hub.telling import said_by
    from mappings.canonical.show import show as shown

    entity = found.whole.entity
    say(f"{entity.key}  {title_of(entity)}")
    systems = [link.system for link in found.whole.links]
    rows = []
    for name, said in found.facts:
        labels = _labels(found.standings.get(name, ()))
        who = said_by(said.origin)
        flag = "conflict" if name in entity.conflicts else ""
        at = shown(said.origin.at, zone=zone)
        rows.append([name, shown(said.value, zone=zone), who, at, *(labels.get(one, "") for one in systems), flag])
    for name, standings in found.unread:
        labels = _labels(standings)
        rows.append([name, shown(None), "", "", *(labels.get(one, "") for one in systems), ""])
    table(["fact", "value", "said by", "when", *systems, ""], rows)
    for link in found.whole.links:
        gone = ", gone" if link.tombstone else ""
        waits = f", a write is {link.write.state}" if link.write else ""
        say(f"{link.system} {link.kind} #{link.external_id}{gone}{waits}  {link.url or ''}".rstrip())
    say(f"{found.history} lines of history: casehub case history {entity.key}")


def _labels(standings: "Iterable[Standing]") -> dict[str, str]:
    """Return system -> what it shows, with the reason where that is set aside."""
    return {one.system: f"{one.label} ({one.parked})" if one.parked else one.label for one in standings}


# --- working with one -------------------------------------------------------------------------------------------------


@case.command("set")
def set_(ctx: typer.Context, key: CaseKey, fact: Fact, value: Text, *, by: By = "", as_json: AsJson = False) -> None:
    """
    Set a fact at the hub.

    Every system follows with the next pass. In a conflict this settles it.

    \b
    Examples:
      casehub case set CASE-42 amount "175000 RUB"
      casehub case set CASE-42 deadline 2026-12-01
      casehub case set CASE-42 next_step ""
    """
    from flows.hub.casework import set_value
    from flows.hub.entering import entered, fact_of, named

    async def work(at: AtCase) -> None:
        info = fact_of(at.sync, fact, at.kind)
        new = named(at.act.wired.store, info, entered(at.sync, info, value))
        set_value(at.act, fact, new)
        _changed(at.whole, fact, new, as_json=as_json)

    at_case(terminal(ctx), key, work, by=by)


def _changed(whole: "Whole", fact: str, new: Any, *, as_json: bool) -> None:
    from mappings.canonical.show import show as shown
    from mappings.canonical.values import encode

    entity = whole.entity
    old = entity.facts[fact].value if fact in entity.facts else None
    if as_json:
        emit({"key": entity.key, "field": fact, "old": encode(old), "new": encode(new)})
    else:
        say(f"{entity.key} {fact}: {shown(old)} → {shown(new)}")
    tell(f"it reaches the systems with the next pass: casehub sync {entity.sync}")


@case.command()
def link(
    ctx: typer.Context,
    key: CaseKey,
    system: System,
    record: Record,
    *,
    kind: Kind = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """
    Say that a record is this case's.

    What differs between them is decided as ever.

    \b
    Example:
      casehub case link CASE-42 presales-tracker 41
    """
    from flows.hub.linking import link as link_by_hand

    async def work(at: AtCase) -> None:
        done = await link_by_hand(at.act, system, record, kind=kind)
        if as_json:
            emit({"key": done.case, "system": done.scope[0], "kind": done.scope[1], "id": done.record, "linked": True})
        else:
            say(f"{done.case} is #{done.record} in {done.scope[0]}")
        tell(f"what differs is written with the next pass; see it first: casehub plan --case {done.case}")

    at_case(terminal(ctx), key, work, by=by)


@case.command()
def unlink(
    ctx: typer.Context, key: CaseKey, system: System, *, kind: Kind = None, by: By = "", as_json: AsJson = False
) -> None:
    """
    Say that a record is not this case's.

    The record stays as it is. Where the sync makes records, the next pass may make a new one: link the right one
    before it.

    \b
    Example:
      casehub case unlink CASE-42 presales-tracker
    """
    from flows.hub.linking import unlink as unlink_by_hand

    async def work(at: AtCase) -> None:
        done = unlink_by_hand(at.act, system, kind=kind)
        if as_json:
            emit({"key": done.case, "system": done.scope[0], "kind": done.scope[1], "id": done.record, "linked": False})
        else:
            say(f"{done.case} is no longer #{done.record} in {done.scope[0]}; the record stays as it is")
        tell(f"to link another one before the next pass: casehub case link {done.case} {done.scope[0]} ID")

    at_case(terminal(ctx), key, work, by=by)


# --- what was, and why ------------------------------------------------------------------------------------------------

case.command()(care.history)
case.command()(care.explain)
case.command()(care.restore)
case.command()(forget)
