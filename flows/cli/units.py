"""`casehub unit …`: the tree of units that says who reads whose cases."""

from typing import Annotated

import typer

from .opening import the_hub
from .terminal import AsJson, By, emit, say, table, tell, terminal

unit = typer.Typer(
    help="The tree of units that says who reads whose cases.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the unit.")]
Parent = Annotated[str, typer.Option("--parent", metavar="NAME", help="The unit above it.")]
Head = Annotated[str, typer.Option("--head", metavar="LOGIN", help="Who leads it, and reads all of it and below.")]


@unit.command()
def add(
    ctx: typer.Context, name: Name, *, parent: Parent = "", head: Head = "", by: By = "", as_json: AsJson = False
) -> None:
    """
    Make a unit, four deep at most; of one that is there, say who leads it.

    \b
    Examples:
      casehub unit add "Коммерция" --head anna@example.org
      casehub unit add "Пресейл" --parent "Коммерция" --head boris@example.org
    """
    from flows.hub.accounts import account_named
    from flows.hub.units import make_unit, path, set_head
    from state import accounts

    with the_hub(terminal(ctx)) as installation:
        store = installation.store
        leads = account_named(store, head) if head else None
        there = {one.name for one in accounts.units(store)}
        if name.strip() in there and leads is not None and not parent:
            set_head(store, name, leads, by=by)
        else:
            make_unit(store, name, parent=parent, head=leads, by=by)
        units = accounts.units(store)
        *above, made = path(units, next(one for one in units if one.name == name.strip()))
    under = above[-1].name if above else None
    if as_json:
        emit({"name": made.name, "parent": under, "head": leads.login if leads else None})
        return
    say(f"{made.name}{f' under {under}' if under else ''}{f', led by {leads.login}' if leads else ''}")


@unit.command("list")
def list_(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """
    List the units.

    \b
    Example:
      casehub unit list
    """
    from flows.hub.units import path
    from state import accounts

    with the_hub(terminal(ctx)) as installation:
        units = accounts.units(installation.store)
        logins = {one.id: one.login for one in accounts.accounts(installation.store)}
    found = sorted((tuple(one.name for one in path(units, each)), each) for each in units)
    if as_json:
        emit([{"name": one.name, "path": list(way), "head": logins.get(one.head or "")} for way, one in found])
    elif found:
        table(["unit", "head"], [[" › ".join(way), logins.get(one.head or "")] for way, one in found])
    else:
        tell("there are no units: everybody reads their own cases, or all")
