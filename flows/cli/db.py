"""`casehub db …`: the tables of the hub's database."""

import re
from collections.abc import Mapping
from string import Template
from typing import Annotated

import typer

from .terminal import USAGE, AsJson, Terminal, emit, progress, say, tell, terminal

db = typer.Typer(help="The tables of the hub's database.", no_args_is_help=True, rich_markup_mode=None)


Target = Annotated[
    str, typer.Argument(metavar="TO_URL", help="An empty database; ${NAME} in it is taken from the environment.")
]
AtWork = Annotated[
    bool, typer.Option("--while-at-work", help="Passes may be at work: for a copy to keep, never to move.")
]


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


@db.command()
def copy(ctx: typer.Context, target: Target, *, while_at_work: AtWork = False, as_json: AsJson = False) -> None:
    """
    Copy the whole database into an empty one: from SQLite to PostgreSQL, or into a file to keep.

    One state is copied whole, or not at all; rows are counted on both sides. The database of hub.yaml stays as it is:
    to move, stop everything first, and write the new address into hub.yaml before anything starts again.

    \b
    Examples:
      casehub db copy 'postgresql+psycopg://casehub:${DB_PASSWORD}@db.example.org/casehub'
      casehub db copy --while-at-work sqlite:////var/backups/casehub-2026-11-22.db
    """
    import os

    from flows.hub.wiring import address_in
    from state import copying

    source = _url(terminal(ctx))
    url = address_in(terminal(ctx).folder, _filled(target, os.environ))
    with progress("copying", quiet=as_json):
        copied = copying.copy(source, url, while_at_work=while_at_work)
    rows = sum(copied.values())
    if as_json:
        emit({"tables": copied, "rows": rows})
        return
    say(f"{rows} rows of {len(copied)} tables are copied")
    if not while_at_work:
        tell("to move: write the new address under database: in hub.yaml, before anything starts again")


def _filled(text: str, env: Mapping[str, str]) -> str:
    """Return the address with what the environment knows; what is wrong with it is told without showing it."""
    from mappings.language import database_problem

    password = re.search(r"://[^/@:]*:([^@]+)@", text)
    if password and "${" not in password[1]:
        tell("a password does not belong on a command line; write ${NAME} in quotes and set NAME in the environment")
        raise typer.Exit(USAGE)
    try:
        url = Template(text).substitute(env)
    except KeyError as error:
        tell(f"${{{error.args[0]}}} is not set in the environment")
    except ValueError:
        tell("a $ stands alone in the address; ${NAME} is taken from the environment, $$ stands for $")
    else:
        wrong = database_problem(url)
        if not wrong:
            return url
        tell(wrong)
    raise typer.Exit(USAGE)
