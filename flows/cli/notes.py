"""`casehub case notes` and `casehub case note add`: what is said about a case."""

from typing import TYPE_CHECKING, Annotated

import typer

from .opening import AtCase, at_case, the_hub
from .terminal import AsJson, By, CaseKey, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.noted import Noted

Text = Annotated[str, typer.Argument(metavar="TEXT", help="What it says, in Markdown.")]
Internal = Annotated[bool, typer.Option("--internal", help="It stays at the hub.")]

note = typer.Typer(help="The notes of a case.", no_args_is_help=True, rich_markup_mode=None)


@note.command()
def add(
    ctx: typer.Context, key: CaseKey, text: Text, *, internal: Internal = False, by: By = "", as_json: AsJson = False
) -> None:
    """
    Add a note to a case.

    It becomes a comment in every system that makes notes, with the next pass; an internal one stays at the hub.

    \b
    Examples:
      casehub case note add CASE-42 "Клиент просит смету к пятнице"
      casehub case note add CASE-42 "Скидка не больше 10 %" --internal
    """
    from flows.hub.noted import add_note

    async def work(at: AtCase) -> None:
        made = add_note(at.act.wired, at.whole, text, by=at.act.person, internal=internal)
        if as_json:
            emit({"key": made, "of": at.key, "internal": internal, "body": text})
        else:
            say(f"{made} belongs to {at.key}")
        if not internal:
            tell(f"it reaches the systems with the next pass: casehub sync {at.sync.name}")

    at_case(terminal(ctx), key, work, by=by)


def notes(ctx: typer.Context, key: CaseKey, *, as_json: AsJson = False) -> None:
    """
    List the notes of a case in the order in which they were written.

    Of a note that is internal to its system the hub knows only that there is one.

    \b
    Examples:
      casehub case notes CASE-42
      casehub case notes CASE-42 --json
    """
    from flows.hub.looking import find_case
    from flows.hub.noted import notes_of

    with the_hub(terminal(ctx)) as installation:
        found = notes_of(installation.store, find_case(installation.store, key))
        zone = installation.hub.timezone
    if as_json:
        emit([one.form() for one in found])
    elif found:
        show_notes(found, zone)
    else:
        tell("it has no notes")


def show_notes(found: "list[Noted]", zone: str) -> None:
    """Show notes in a table, each in its first line."""
    from mappings.canonical.show import show

    rows = []
    for one in found:
        facts = one.whole.entity.facts
        told = [show(facts[name].value, zone=zone) if name in facts else "" for name in ("at", "author", "written_in")]
        text = (one.text or "").strip().partition("\n")[0]
        mark = "internal" if one.internal else ""
        where = " ".join(f"{link.system}#{link.external_id}" for link in one.whole.links if not link.tombstone)
        rows.append([one.whole.entity.key, *told, text, mark, where])
    table(["note", "at", "author", "in", "text", "", "records"], rows)
