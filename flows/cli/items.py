"""`casehub case item …`: the work items of a case."""

from typing import TYPE_CHECKING, Annotated

import typer

from .opening import AtCase, at_case, the_hub
from .terminal import AsJson, By, CaseKey, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.items import Around

Title = Annotated[str, typer.Argument(metavar="TITLE", help="What is to be done.")]
Due = Annotated[str, typer.Option("--due", metavar="DAY", help="When it must be done, 2026-12-01.")]
Assignee = Annotated[str, typer.Option("--assignee", metavar="PERSON", help="Who does it, by e-mail.")]
Description = Annotated[str, typer.Option("--description", metavar="TEXT", help="What it is about.")]

item = typer.Typer(help="The work items of a case.", no_args_is_help=True, rich_markup_mode=None)


@item.command()
def add(
    ctx: typer.Context,
    key: CaseKey,
    title: Title,
    *,
    due: Due = "",
    assignee: Assignee = "",
    description: Description = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """
    Add a work item to a case, or a part to an item.

    It becomes a record in every system that makes items, with the next pass.

    \b
    Examples:
      casehub case item add CASE-42 "Смета" --due 2026-12-01
      casehub case item add ITEM-7 "Согласовать" --assignee anna@example.org
    """
    from flows.hub.entering import entered, fact_of
    from flows.hub.items import add_item
    from mappings.canonical.values import encode

    written = {"title": title, "due": due, "assignee": assignee, "description": description}

    async def work(at: AtCase) -> None:
        facts = {
            name: entered(at.sync, fact_of(at.sync, name, "item"), text)
            for name, text in written.items()
            if text.strip()
        }
        made = add_item(at.act.wired, at.whole, facts, by=by)
        if as_json:
            emit({"key": made, "of": at.key, "facts": {name: encode(value) for name, value in facts.items()}})
        else:
            say(f"{made} belongs to {at.key}")
        tell(f"it reaches the systems with the next pass: casehub sync {at.sync.name}")

    at_case(terminal(ctx), key, work, by=by)


@item.command("list")
def list_(ctx: typer.Context, key: CaseKey, *, as_json: AsJson = False) -> None:
    """
    List the work items of a case, each followed by its parts.

    \b
    Example:
      casehub case item list CASE-42
    """
    from flows.hub.items import Around, items_of
    from flows.hub.looking import find_case

    with the_hub(terminal(ctx)) as installation:
        beside = Around(tuple(items_of(installation.store, find_case(installation.store, key))))
        zone = installation.hub.timezone
    if as_json:
        emit(beside.form()["items"])
    else:
        show_around(beside, zone)


def show_around(beside: "Around", zone: str) -> None:
    """Show what hangs on a case: its client in a line, its items in a table."""
    from mappings.canonical.show import show

    if beside.client is not None:
        said = beside.client.entity.facts.get("name")
        say(f"client {beside.client.entity.key}  {show(said.value if said else None)}")
    if beside.contact is not None:
        facts = beside.contact.entity.facts
        told = [show(facts[name].value) for name in ("name", "last_name", "phones", "emails") if name in facts]
        say(f"contact {beside.contact.entity.key}  {'  '.join(told)}")
    rows = []
    for one in beside.items:
        facts = one.entity.facts
        told = [show(facts[name].value, zone=zone) if name in facts else "" for name in COLUMNS]
        where = " ".join(f"{link.system}#{link.external_id}" for link in one.links if not link.tombstone)
        rows.append([one.entity.key, *told, where])
    if rows:
        table(["item", *COLUMNS, "records"], rows)


COLUMNS = ("title", "category", "assignee", "due", "parent", "blocked_by")
