"""`casehub case history | explain | restore`: what was, why it is so, and back again."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from .opening import AtCase, at_case, the_hub
from .terminal import STOPPED, AsJson, By, CaseKey, Limit, Yes, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.explaining import Explanation
    from flows.hub.restoring import Former
    from flows.hub.then import Then
    from flows.hub.wiring import Installation
    from mappings.canonical.values import Value

At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="A day (its end), or 2026-12-01T12:30.")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only what happened since then.")]
OneField = Annotated[str | None, typer.Option("--field", metavar="FACT", help="Only what is about this fact.")]
OneSystem = Annotated[str | None, typer.Option("--system", metavar="SYSTEM", help="Only what is about this system.")]
OneFact = Annotated[str | None, typer.Argument(metavar="[FACT]", help="A fact of cases: title, amount, stage …")]
Number = Annotated[int | None, typer.Option("--event", metavar="N", help="What line N of the history says.")]
Text = Annotated[str | None, typer.Option("--value", metavar="VALUE", help="This value, as people write it.")]
Record = Annotated[
    str | None, typer.Option("--system", metavar="SYSTEM", help="Make the record there again that is gone.")
]


# --- history ----------------------------------------------------------------------------------------------------------


def history(
    ctx: typer.Context,
    key: CaseKey,
    *,
    at: At = None,
    field: OneField = None,
    system: OneSystem = None,
    since: Since = None,
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    """
    Show everything that happened to a case, newest last; or the case as it was.

    \b
    Examples:
      casehub case history CASE-42
      casehub case history CASE-42 --field stage --since 2026-12-01
      casehub case history CASE-42 --at "2026-12-01 12:30"
    """
    from flows.hub.looking import find_case
    from flows.hub.remembering import Wanted, all_lines, last_lines, line_form, line_text
    from flows.hub.then import as_of, moment

    with the_hub(terminal(ctx)) as installation:
        zone = installation.hub.timezone
        if at is not None:
            owner = find_case(installation.store, key).entity.id
            then = as_of(all_lines(installation.store, entity=owner), moment(at, zone))
            emit(then.form()) if as_json else _show_then(installation, then)
            return
        wanted = Wanted(field, system, moment(since, zone, end=False) if since else None)
        lines = last_lines(installation, key, limit=limit, wanted=wanted)
    if as_json:
        emit([line_form(line) for line in lines])
        return
    if not lines:
        tell("nothing of that is in its history")
        return
    rows = [[line.id, *line_text(line, zone)] for line in lines]
    table(["no.", "when", "what", "where", "field", "change", "who, why"], rows)


def _show_then(installation: "Installation", then: "Then") -> None:
    from flows.hub.remembering import in_words
    from mappings.canonical.show import show

    zone = installation.hub.timezone
    if not then.existed:
        say(f"at {show(then.at, zone=zone)} the hub did not know this case yet")
        return
    rows = [
        [name, show(said.value, zone=zone), said.by, show(said.at, zone=zone), said.line]
        for name, said in sorted(then.facts.items())
        if said.value is not None
    ]
    table(["fact", "value", "said by", "since", "line"], rows)
    for record in then.records.values():
        if record.linked:
            shown = ", ".join(f"{name} {in_words(view, zone)}" for name, view in sorted(record.shows.items()) if view)
            say(f"{record.system} #{record.record}{' (gone)' if record.gone else ''}: {shown}")
    for fact in sorted(then.conflicts):
        say(f"in conflict: {fact}")


# --- explain ----------------------------------------------------------------------------------------------------------


def explain(ctx: typer.Context, key: CaseKey, fact: OneFact = None, *, as_json: AsJson = False) -> None:
    """
    Say why a fact is what it is.

    Who said it, where and when; by which line of which mapping; which policy is right about it; what each record shows;
    and the values that did not prevail, each with the command that brings it back.

    \b
    Examples:
      casehub case explain CASE-42 amount
      casehub case explain CASE-42 --json
    """
    from flows.hub.entering import fact_of
    from flows.hub.explaining import explain as explained
    from flows.hub.looking import find_case

    with the_hub(terminal(ctx)) as installation:
        if fact is not None:
            entity = find_case(installation.store, key).entity
            fact_of(installation.sync(entity.sync), fact, entity.kind)
        found = explained(installation, key, fact)
        zone = installation.hub.timezone
    if as_json:
        emit([one.form() for one in found])
        return
    for one in found:
        for line in _explained(one, zone):
            say(line)


def _explained(one: "Explanation", zone: str) -> Iterator[str]:
    from flows.hub.telling import said_by
    from mappings.canonical.show import show

    yield f"{one.fact}: {show(one.value, zone=zone)}"
    if one.origin is not None:
        who = said_by(one.origin)
        there = f", entered there {show(one.source_at, zone=zone)}" if one.source_at else ""
        by = f"; {one.mapping}" if one.mapping else ""
        yield f"  said by    {who}, {show(one.said_at, zone=zone)}{there}{by}"
    yield f"  decided    {one.decided}"
    yield f"  policy     {one.policy} ({one.policy_at})"
    for each in one.carriers:
        state = "" if each.fits else "  (another value)"
        parked = f"  parked: {each.parked}" if each.parked else ""
        shown = f"{'+'.join(each.places)}: {show(each.label or None)}"
        yield f"  shown by   {each.system} #{each.record} {shown}{state}{parked}; {each.where}"
    if one.conflict:
        yield f"  conflict   {one.conflict}"
    for word, values in (("lost", one.lost), ("before", one.former)):
        for lost in values:
            who = f"{lost.by}, {show(lost.at, zone=zone)}"
            yield f"  {word:<10} {show(lost.value, zone=zone)} ({who}; {lost.why}): {lost.back}"


# --- restore ----------------------------------------------------------------------------------------------------------


def restore(
    ctx: typer.Context,
    key: CaseKey,
    fact: OneFact = None,
    *,
    value: Text = None,
    event: Number = None,
    at: At = None,
    system: Record = None,
    yes: Yes = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """
    Bring an earlier value back, or a record that is gone.

    Without an option the value that the present one replaced. Any value that the hub has ever seen has a line in the
    history: also one that lost a conflict, was parked, or stood in a record that is gone. Names it and asks.

    \b
    Examples:
      casehub case restore CASE-42 title
      casehub case restore CASE-42 amount --event 118 --yes
      casehub case restore CASE-42 deadline --at 2026-12-01
      casehub case restore CASE-42 --system presales-tracker
    """
    if (fact is None) == (system is None):
        raise typer.BadParameter("name a fact, or with --system the record that is gone", param_hint="FACT")
    if sum(one is not None for one in (value, event, at)) > 1 or (fact is None and (value or event or at)):
        raise typer.BadParameter("one of --value, --event and --at, for a fact", param_hint="--event")

    async def work(place: AtCase) -> None:
        if fact is not None:
            _restore_value(place, fact, _wanted(place, fact, value=value, event=event, at=at), yes=yes, as_json=as_json)
        elif system is not None:
            _restore_record(place, system, yes=yes, as_json=as_json)

    at_case(terminal(ctx), key, work, by=by)


def _wanted(place: AtCase, fact: str, *, value: str | None, event: int | None, at: str | None) -> "Former":
    from flows.hub.entering import entered, fact_of, named
    from flows.hub.remembering import all_lines
    from flows.hub.restoring import Former, said_at, said_before, said_in
    from flows.hub.then import moment

    wired = place.act.wired.of(place.kind)
    info = fact_of(place.sync, fact, place.kind)
    lines = list(all_lines(wired.store, entity=place.whole.entity.id))
    if value is not None:
        given = named(wired.store, info, entered(place.sync, info, value))
        return Former(given, place.act.person, wired.clock(), 0)
    if event is not None:
        return said_in(wired.shape, place.whole, lines, fact=fact, number=event)
    if at is not None:
        return said_at(lines, fact, moment(at, place.zone))
    return said_before(lines, fact)


def _restore_value(place: AtCase, fact: str, former: "Former", *, yes: bool, as_json: bool) -> None:
    from flows.hub.restoring import restore_value
    from mappings.canonical.show import contrasted, show
    from mappings.canonical.values import encode

    entity = place.whole.entity
    old: Value = entity.facts[fact].value if fact in entity.facts else None
    change = contrasted([show(old, longest=sys.maxsize), show(former.value, longest=sys.maxsize)])
    named = f"{place.key} {fact}: {' → '.join(change)}"
    if not as_json:
        say(f"{named}  ({former.by}, {show(former.at, zone=place.zone)})")
    if agreed(yes=yes):
        restore_value(place.act, fact, former)
        if as_json:
            line = former.line or None
            emit({"key": place.key, "field": fact, "old": encode(old), "new": encode(former.value), "event": line})
        tell(f"it reaches the systems with the next pass: casehub sync {entity.sync}")


def _restore_record(place: AtCase, system: str, *, yes: bool, as_json: bool) -> None:
    from flows.hub.restoring import gone_link, make_again

    link = gone_link(place.act, place.whole, system)
    if not as_json:
        say(f"{place.key}: {system} #{link.external_id} is gone; a new record is made from what the hub knows")
    if agreed(yes=yes):
        make_again(place.act, link)
        if as_json:
            emit({"key": place.key, "system": system, "gone": link.external_id, "made_again": True})
        tell(f"it is made with the next pass: casehub sync {place.whole.entity.sync}")


def agreed(*, yes: bool) -> bool:
    """Ask where somebody sits at the terminal; a program says --yes."""
    if yes or (sys.stdin.isatty() and typer.confirm("Do it?", err=True)):
        return True
    tell("nothing was changed; the same command with --yes does it")
    raise typer.Exit(STOPPED)
