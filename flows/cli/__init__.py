"""
The command line: one module per group, each importing its work inside the function, so that `--help` is quick.

Results go to stdout, messages to stderr. Exit codes: 0 done, 1 failed, 2 usage or settings, 3 a system unreachable,
4 stopped for approval, 5 attention entries are open (`--strict`), 6 something to do (`plan --exit-code`).
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from flows.hub.collecting import collect_rarely

from . import (
    case,
    checks,
    conflicts,
    db,
    deletions,
    demo,
    deploy,
    documents,
    init,
    notify,
    parked,
    passes,
    pause,
    people,
    plans,
    serve,
    test,
    undo,
    units,
    up,
    users,
)
from .terminal import CODES, FAILED, Terminal, tell

__all__ = ["app", "main"]


class Commands(TyperGroup):
    """The top of every command: errors become sentences here, and no traceback reaches a person who did not ask."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what it raises is told on stderr and ends it with the code that fits."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except Exception as error:  # the last resort: whatever it is, a person gets a sentence
            if hasattr(error, "exit_code") or ctx.params.get("debug"):
                raise  # a wrong option knows its own sentence; --debug wants to see where
            raise typer.Exit(_told(error)) from None


def _told(error: Exception) -> int:
    from flows.wording import advice, unexpected

    found = advice(error)
    tell(found.text if found else unexpected(error))
    return CODES[found.ending] if found else FAILED


app = typer.Typer(
    cls=Commands,
    help="Keep cases in step between a CRM and an issue tracker.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they show local variables, and those may be secrets
    add_completion=True,
)

Hub = Annotated[
    Path, typer.Option("--hub", metavar="DIR", envvar="CASEHUB_HUB", help="Folder with hub.yaml.", show_default=False)
]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an unexpected error comes from.")]


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it so
    if wanted:
        from importlib.metadata import version

        typer.echo(version("casehub"))
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True, expose_value=False)
]


@app.callback()
def root(
    ctx: typer.Context,
    *,
    hub: Hub = Path(),
    debug: Debug = False,
    version: Version = False,  # noqa: ARG001  # its callback has done the work
) -> None:
    """
    Keep cases in step between a CRM and an issue tracker.

    Works on the hub in the current folder, in $CASEHUB_HUB, or in --hub DIR. Begin with `casehub check`.
    """
    folder = hub.parent if hub.name == "hub.yaml" else hub
    ctx.obj = Terminal(folder, debug)


app.command()(init.init)
app.command()(checks.check)
app.command()(checks.discover)
app.command("test")(test.play)
app.command()(plans.plan)
app.command()(plans.apply)
app.command()(undo.undo)
app.command()(passes.sync)
app.command()(passes.status)
app.command()(passes.log)
app.command()(pause.pause)
app.command()(pause.resume)
app.command()(deploy.deploy)
app.command()(notify.notify)
app.command()(up.up)
app.command()(demo.demo)
app.add_typer(case.case, name="case")
app.add_typer(conflicts.conflicts, name="conflicts")
app.add_typer(parked.parked, name="parked")
app.add_typer(people.people, name="people")
app.add_typer(documents.documents, name="documents")
app.add_typer(deletions.deletions, name="deletions")
app.add_typer(users.user, name="user")
app.add_typer(units.unit, name="unit")
app.add_typer(db.db, name="db")
app.add_typer(serve.serve, name="serve")


def main() -> None:
    """The command `casehub`. Speaks UTF-8 whatever the locale says: names and titles are in every script."""
    collect_rarely()  # a tenth of what most commands take went into looking for cycles among what they import
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    app(args=[_as_utf8(word) for word in sys.argv[1:]], prog_name="casehub")


def _speak_utf8(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)  # a stream that somebody put in its place may have none
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace")


def _as_utf8(word: str) -> str:
    """Return a word of the command line as it was typed, where the locale could not read it."""
    return os.fsencode(word).decode("utf-8", "replace")
