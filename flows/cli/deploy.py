"""`casehub deploy`: have a Prefect server run the syncs of this hub by schedule."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .opening import the_hub
from .terminal import UNREACHABLE, USAGE, AsJson, Terminal, emit, say, tell, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.hub.wiring import Installation
    from flows.scheduled.deployments import Planned

Pool = Annotated[str, typer.Option("--work-pool", metavar="NAME", help="Work pool of the workers; made if missing.")]
Print = Annotated[bool, typer.Option("--print", help="Show the deployments as a prefect.yaml; ask no server.")]


WHERE = "Say where it is: PREFECT_API_URL=http://127.0.0.1:4200/api; `prefect server start` starts one."


def need_server(environment: "Mapping[str, str]") -> None:
    """End the command, with the way out, where no Prefect server is named."""
    if not environment.get("PREFECT_API_URL"):
        tell(f"no Prefect server is named. {WHERE}")
        raise typer.Exit(USAGE)


def deploy(ctx: typer.Context, *, work_pool: Pool = "casehub", print_: Print = False, as_json: AsJson = False) -> None:
    """
    Make the schedules of hub.yaml on the Prefect server that PREFECT_API_URL names.

    Two deployments per sync (what is new, and everything), one that keeps house, the work pool, and the automation
    that ends dead runs. Can be given again and again: what stands is left alone, what is paused stays paused.

    \b
    Examples:
      casehub deploy
      casehub deploy --print
    """
    where = terminal(ctx)
    if print_:
        from flows.scheduled.deployments import as_form, as_yaml

        planned = _planned(where, work_pool)
        emit(as_form(planned)) if as_json else say(as_yaml(planned).rstrip())
        return
    _to_server(where, work_pool, as_json=as_json)


def _folder(where: Terminal) -> str:
    return str(where.folder.resolve())


def _planned(where: Terminal, pool: str) -> "tuple[Planned, ...]":
    import os

    from flows.hub.wiring import load_installation
    from flows.scheduled.deployments import deployments

    return deployments(load_installation(where.folder, os.environ), _folder(where), pool)


def _to_server(where: Terminal, pool: str, *, as_json: bool) -> None:
    import asyncio
    import os

    from flows.scheduled.deployments import deployments
    from flows.scheduled.quiet import keep_quiet

    keep_quiet(os.environ)  # before Prefect is imported
    from flows.scheduled.deploying import AnotherHub, NoServer, ServerAway
    from flows.scheduled.deploying import deploy as deploy_to

    with the_hub(where) as installation:
        for warning in warnings(installation):
            tell(warning)
        planned = deployments(installation.hub, _folder(where), pool)
    try:
        done = asyncio.run(deploy_to(planned, _folder(where), lambda folder: has_moved(where, os.environ, folder)))
    except NoServer as error:
        tell(f"{error}. {WHERE}")
        raise typer.Exit(USAGE) from None
    except ServerAway as error:
        tell(f"{error}. What was made stays; the same command goes on from there.")
        raise typer.Exit(UNREACHABLE) from None
    except AnotherHub as error:
        tell(f"{error}. Give the sync another name, or that hub another Prefect server.")
        raise typer.Exit(USAGE) from None
    form = {"made": done.made, "changed": done.changed, "removed": done.removed, "kept": done.kept}
    if as_json:
        emit(form)
        return
    for word, names in form.items():
        for name in names:
            say(f"{word:<8} {name}")
    tell(f"Workers run it: prefect worker start --pool {pool}")


def has_moved(where: Terminal, environment: "Mapping[str, str]", folder: str) -> bool:
    """
    Say whether it is this hub that was in *folder*: its own Prefect server, which moves along with it, knows a hub
    there, and there is none. Of a server for many, FOLDER may be on another machine.
    """
    from flows.hub.files import HUB_FILE
    from flows.up import is_own

    return is_own(environment, where.folder.resolve()) and not (Path(folder) / HUB_FILE).exists()


def warnings(installation: "Installation") -> list[str]:
    """Return what to say about periods that are too short for the runs there have been."""
    from flows.scheduled.deployments import too_short
    from state import runs

    told = []
    for name, sync in installation.hub.syncs.items():
        ended = [run for run in runs.runs(installation.store, name=name) if run.state == "done"]
        told.append(too_short(name, sync.schedule.every, ended[0] if ended else None))
    return [text for text in told if text]
