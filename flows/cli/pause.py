"""`casehub pause` and `resume`: passes of a sync are held, and run again."""

from typing import Annotated

import typer

from .opening import the_hub
from .terminal import AsJson, By, SyncName, emit, say, tell, terminal

Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for whoever wonders.")]


def pause(ctx: typer.Context, sync: SyncName = None, *, why: Why = "", by: By = "", as_json: AsJson = False) -> None:
    """
    Run no pass of a sync until it is resumed.

    A pass under way goes on to its end. What changes meanwhile waits, and edits at the hub are kept.

    \b
    Examples:
      casehub pause presales
      casehub pause presales --why "the CRM is being moved"
    """
    from flows.hub.pausing import pause as hold

    with the_hub(terminal(ctx)) as installation:
        found = hold(installation.store, installation.sync(sync).name, by=by, why=why)
    if as_json:
        emit({"sync": found.sync, "paused": found.form()})
    else:
        by = f" by {found.by}" if found.by else ""
        say(f"{found.sync} is paused since {found.since:%Y-%m-%d %H:%M} UTC{by}{found.because}")
    tell(f"to go on: casehub resume {found.sync}")


def resume(ctx: typer.Context, sync: SyncName = None, *, as_json: AsJson = False) -> None:
    """
    Run passes of a paused sync again.

    \b
    Example:
      casehub resume presales
    """
    from flows.hub.pausing import resume as go_on

    with the_hub(terminal(ctx)) as installation:
        name = installation.sync(sync).name
        was = go_on(installation.store, name)
    if as_json:
        emit({"sync": name, "paused": None})
    else:
        say(f"{name} goes on with its next pass" if was else f"{name} was not paused")
    if was:
        tell(f"to run one now: casehub sync {name}")
