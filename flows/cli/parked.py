"""`casehub parked …`: what was set aside for a person, with its reason."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from .opening import in_sync, the_hub
from .terminal import AsJson, By, Terminal, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.parking import Chosen
    from flows.hub.wired import Wired
    from state.attention import Attention

System = Annotated[str | None, typer.Option("--system", metavar="SYSTEM", help="Only what is parked there.")]
Case = Annotated[str | None, typer.Option("--case", metavar="KEY", help="Only what is parked of this case.")]
What = Annotated[str, typer.Argument(metavar="NUMBER|KEY", help="A number from the list, or the key of a case.")]
Field = Annotated[str | None, typer.Argument(metavar="FIELD", help="Of a case: only this field.")]

parked = typer.Typer(
    help="What was set aside for a person, with its reason.", no_args_is_help=True, rich_markup_mode=None
)


@parked.command("list")
def list_(ctx: typer.Context, *, case: Case = None, system: System = None, as_json: AsJson = False) -> None:
    """
    List what is parked, oldest first, with the reason.

    \b
    Examples:
      casehub parked list
      casehub parked list --system presales-tracker
    """
    from flows.hub.describing import must_be_known
    from flows.hub.looking import all_parked, entry_form, find_case
    from mappings.canonical.show import show

    with the_hub(terminal(ctx)) as installation:
        owner = find_case(installation.store, case).entity.id if case else None
        found = all_parked(installation.store, entity_id=owner, system=system)
        if system is not None and not found:  # of one that hub.yaml names no longer there may be entries all the same
            must_be_known(installation, system)
        zone = installation.hub.timezone
    if as_json:
        emit([entry_form(entry) for entry in found])
        return
    if not found:
        tell("nothing is parked")
        return
    rows: list[list[object]] = [
        [
            entry.id,
            entry.key or "—",
            f"{entry.system} {entry.kind} #{entry.record}" if entry.record else f"{entry.system} {entry.kind}",
            entry.field or "(record)",
            entry.code,
            show(entry.since, zone=zone),
            entry.text,
        ]
        for entry in found
    ]
    table(["no.", "key", "where", "field", "code", "since", "why"], rows)
    for line in by_reason(found, zone):
        tell(line)
    tell(f"try one again: casehub parked retry {found[0].id}; leave it as it is: casehub parked drop {found[0].id}")


def by_reason(entries: "Sequence[Attention]", zone: str) -> "Iterator[str]":
    """Yield a line per reason: how many, since when, and what can be done about it."""
    from flows.wording import next_step
    from mappings.canonical.show import show

    groups: dict[str, list[Attention]] = {}
    for entry in entries:
        groups.setdefault(entry.code, []).append(entry)
    for code, those in sorted(groups.items()):
        oldest = show(min(entry.since for entry in those), zone=zone)
        yield f"{code}: {len(those)}, oldest of {oldest}; {next_step(code)}"


@parked.command()
def retry(
    ctx: typer.Context, what: What, field: Field = None, *, system: System = None, by: By = "", as_json: AsJson = False
) -> None:
    """
    Try again what was set aside; the next pass writes it, or parks it anew.

    \b
    Examples:
      casehub parked retry 12
      casehub parked retry CASE-42 channel
    """
    from flows.hub.parking import retry as again

    chosen = _chosen(what, field, system)
    done = _each(terminal(ctx), chosen, lambda wired, entry: again(wired, entry, person=by))
    _told(done, "is tried again with the next pass", as_json=as_json)


@parked.command()
def drop(
    ctx: typer.Context, what: What, field: Field = None, *, system: System = None, by: By = "", as_json: AsJson = False
) -> None:
    """
    Leave it as it is: off the list until what is shown there changes.

    \b
    Examples:
      casehub parked drop 12
      casehub parked drop CASE-42 channel --system presales-tracker
    """
    from flows.hub.parking import drop as leave

    chosen = _chosen(what, field, system)
    done = _each(terminal(ctx), chosen, lambda wired, entry: leave(wired, entry, person=by))
    _told(done, "is left as it is", as_json=as_json)


def _chosen(what: str, field: str | None, system: str | None) -> "Chosen":
    from flows.hub.parking import Chosen

    if what.isdecimal():
        if field is not None or system is not None:
            raise typer.BadParameter("a number says it all; leave out FIELD and --system")
        return Chosen(number=int(what))
    return Chosen(key=what, field=field, system=system)


def _each(where: Terminal, chosen: "Chosen", work: "Callable[[Wired, Attention], None]") -> "Done":
    """Do *work* with every entry that was chosen, each in a sync that knows its system; one that is busy stops none."""
    from flows.hub.casework import Busy
    from flows.hub.looking import all_parked, find_case
    from flows.hub.parking import choose, sync_of

    with the_hub(where) as installation:
        owner = find_case(installation.store, chosen.key).entity.id if chosen.key else None
        entries = choose(chosen, all_parked(installation.store, entity_id=owner))
        done, by_sync = Done(), dict[str, "list[Attention]"]()
        for entry in entries:
            by_sync.setdefault(sync_of(installation, entry), []).append(entry)
        for name, mine in by_sync.items():

            async def run(wired: "Wired", mine: "list[Attention]" = mine) -> None:
                for entry in mine:
                    try:
                        work(wired, entry)
                        done.entries.append(entry)
                    except Busy as error:
                        done.busy = error

            in_sync(installation, name, run)
    return done


@dataclass
class Done:
    """What something was done with, and why it was not with the rest."""

    entries: "list[Attention]" = field(default_factory=list)
    busy: Exception | None = None


def _told(done: Done, what: str, *, as_json: bool) -> None:
    from flows.hub.looking import entry_form

    if as_json:
        emit([entry_form(entry) for entry in done.entries])
    else:
        for entry in done.entries:
            say(f"{entry.key or entry.system + ' #' + entry.record} {entry.field or '(record)'} {what}")
    if done.busy is not None:
        raise done.busy
