"""`casehub deletions …`: records that a system no longer lists, too many to be believed without a word."""

from typing import TYPE_CHECKING, Annotated

import typer

from .opening import the_hub
from .terminal import AsJson, SyncName, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.missing import Missing

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[KEY|SYSTEM#ID]...", help="Which of them were meant to go.")
]
OfSync = Annotated[str | None, typer.Option("--sync", metavar="SYNC", help="Of this sync.")]
All = Annotated[bool, typer.Option("--all", help="All of them were meant to go.")]

deletions = typer.Typer(
    help="Records that a system no longer lists: which were meant to go.", no_args_is_help=True, rich_markup_mode=None
)


@deletions.command("list")
def list_(ctx: typer.Context, sync: SyncName = None, *, as_json: AsJson = False) -> None:
    """
    List the records that the last full reads missed.

    A guard has stopped the sync because of them; nothing was taken for deleted. The pass goes on by itself when a read
    finds them again.

    \b
    Examples:
      casehub deletions list
      casehub deletions list presales --json
    """
    from flows.hub.missing import missing

    with the_hub(terminal(ctx)) as installation:
        found = missing(installation, installation.sync(sync).name)
    if as_json:
        emit([one.form() for one in found])
        return
    if not found:
        tell("nothing is missing")
        return
    table(["key", "title", "record"], [[one.key, one.title, _record(one)] for one in found])
    tell("those that were meant to go: casehub deletions approve KEY … , or --all")


@deletions.command()
def approve(
    ctx: typer.Context, names: Names = None, *, every: All = False, sync: OfSync = None, as_json: AsJson = False
) -> None:
    """
    Say which of them were meant to go.

    The next pass asks the system for each by its id; what it says is gone is treated as `gone:` of the sync says.

    \b
    Examples:
      casehub deletions approve CASE-42 CASE-43
      casehub deletions approve presales-tracker#41
      casehub deletions approve --all
    """
    from flows.hub.missing import approve as take
    from flows.hub.missing import chosen, missing

    if bool(names) == every:
        raise typer.BadParameter("name those that were meant to go, or say --all", param_hint="KEY")
    with the_hub(terminal(ctx)) as installation:
        name = installation.sync(sync).name
        listed = missing(installation, name)
        approved = listed if every else chosen(listed, names or [])
        left = take(installation, name, approved)
    if as_json:
        emit({"approved": [one.form() for one in approved], "left": [one.form() for one in left]})
        return
    for one in approved:
        say(f"{one.key} {_record(one)} is looked up with the next pass")
    if left:
        tell(f"still missing: {len(left)}; they stop the sync until they are found again or approved")
    tell(f"next: casehub sync {name}")


def _record(one: "Missing") -> str:
    return f"{one.scope[0]}#{one.record}"
