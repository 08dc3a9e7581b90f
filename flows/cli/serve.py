"""`casehub serve …`: one process of a hub by itself, for a service manager; `casehub up` starts them all."""

from typing import Annotated

import typer

from .terminal import terminal

serve = typer.Typer(
    help="One process of the hub by itself, for a service manager.", no_args_is_help=True, rich_markup_mode=None
)

Poll = Annotated[
    float, typer.Option("--poll", min=1.0, max=3600.0, metavar="SECONDS", help="Look at systems without webhooks.")
]
Host = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, metavar="PORT", help="Port to listen on.")]


@serve.command()
def inbox(ctx: typer.Context, *, poll: Poll = 10.0) -> None:
    """
    Be a task server: work on what webhooks point at, at once. Needs PREFECT_API_URL.

    As many as you like may run, on as many machines. Asked to stop (SIGTERM), it finishes the pass at work.

    \b
    Examples:
      casehub serve inbox
      casehub serve inbox --poll 5
    """
    import os

    from flows.scheduled.quiet import keep_quiet

    from .deploy import need_server
    from .opening import the_hub

    keep_quiet(os.environ)  # before Prefect is imported
    need_server(os.environ)
    with the_hub(terminal(ctx)):  # what is wrong with its files is told here, as every command tells it
        pass
    from flows.scheduled.inbox import serve_inbox

    serve_inbox(terminal(ctx).folder, poll)


@serve.command()
def page(ctx: typer.Context, *, host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """
    Be the web process: the page and the door for webhooks. Keep it on the loopback address, behind a proxy with TLS.

    \b
    Example:
      casehub serve page --port 8080
    """
    import os
    import sys

    from .opening import the_hub

    folder = terminal(ctx).folder.resolve()
    with the_hub(terminal(ctx)):  # what is wrong with its files is told here, as every command tells it
        pass
    os.environ["CASEHUB_HUB"] = str(folder)
    command = [sys.executable, "-m", "web", "--host", host, "--port", str(port)]
    os.execv(sys.executable, command)  # noqa: S606  # no shell; the page is above the command line and starts by itself
