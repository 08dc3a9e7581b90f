"""`casehub test`: a user's own stories, played against the user's own mappings; no system is asked anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .terminal import FAILED, AsJson, emit, progress, say, tell, terminal

if TYPE_CHECKING:
    from flows.hub.scenarios import Played

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder with scenarios (*.yaml), or one of them.")]
HubFolder = Annotated[
    Path | None,
    typer.Option(
        "--hub", metavar="HUB", help="Folder of the hub to test, whatever the stories name.", show_default=False
    ),
]
Word = Annotated[str, typer.Option("-k", metavar="WORD", help="Only stories whose file, name or code has this word.")]


def play(
    ctx: typer.Context, folder: Folder, *, hub: HubFolder = None, word: Word = "", as_json: AsJson = False
) -> None:
    """
    Play the scenarios in DIR between systems in memory that stand in for the real ones.

    A story names its hub, or the one of the current folder is tested. Nothing is asked of real systems, and the hub's
    database is only read for what they offered last. Exits with 1 where something is not as a story says.

    \b
    Examples:
      casehub test scenarios
      casehub test scenarios -k стадия
      casehub test scenarios --hub ../hub --json
    """
    from flows.hub.scenarios import Hubs, play_all, stories_in

    stories = stories_in(folder, word)
    given = hub or (None if all(story.hub for story in stories) else terminal(ctx).folder)
    beside = folder.parent if folder.is_file() else folder
    with progress("playing", quiet=as_json) as step:
        played = list(play_all(stories, Hubs(beside, given), step))
    failed = [one for one in played if not one.passed]
    if as_json:
        emit({"stories": len(played), "failed": len(failed), "played": [one.form() for one in played]})
    else:
        for one in failed:
            _show(one)
        say(_summary(len(played), len(failed)))
    if not played:
        tell(f"no story in {folder} has {word!r} in its file, name or code")
    if failed or not played:
        raise typer.Exit(FAILED)


def _show(one: "Played") -> None:
    say(f"{one.story.file}: {one.story.name}")
    for difference in one.differences:
        say(f"  {difference.line:>4}  {difference.where}")
        say(f"        expected  {difference.expected}")
        say(f"        was       {difference.was}")


def _summary(played: int, failed: int) -> str:
    count = "1 story" if played == 1 else f"{played} stories"
    return f"{count}: {failed} not as told." if failed else f"{count}: all as told."
