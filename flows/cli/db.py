"""`casehub db …`: the tables of the hub's database."""

import typer

from .terminal import AsJson, Terminal, emit, say, tell, terminal

db = typer.Typer(help="The tables of the hub's database.", no_args_is_help=True, rich_markup_mode=None)


def _url(where: Terminal) -> str:
    import os

    from flows.hub.wiring import database_url, load_installation

    return database_url(load_installation(where.folder, os.environ), where.folder)


@db.command()
def current(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """
    Say which revision the database is at, and which one this version needs.

    \b
    Example:
      casehub db current
    """
    from state import engine
    from state.migrations import HEAD, revisions

    found = engine.current(_url(terminal(ctx)))
    if as_json:
        emit({"current": found, "needed": HEAD})
        return
    say(f"the database is at {found or 'no revision (empty)'}; this version needs {HEAD}")
    if found is None or found in revisions() - {HEAD}:
        tell("to bring it there: casehub db upgrade")
    elif found != HEAD:
        tell("it belongs to a later version of casehub: install that one")


@db.command()
def upgrade(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """
    Bring the database to this version; makes the tables where there are none.

    \b
    Example:
      casehub db upgrade
    """
    before, after = upgraded(terminal(ctx))
    if as_json:
        emit({"before": before, "current": after})
    else:
        say(f"the database was at {before or 'no revision'} and is at {after}")


def upgraded(where: Terminal) -> tuple[str | None, str | None]:
    """Bring the database of the hub to this version; returns the revisions that it was at and is at."""
    from state import engine

    url = _url(where)
    before = engine.current(url)
    engine.upgrade(url)
    return before, engine.current(url)
