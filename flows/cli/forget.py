"""`casehub case forget`: personal values out of the hub's memory, for good."""

from typing import TYPE_CHECKING, Annotated

import typer

from .care import agreed
from .opening import the_hub
from .terminal import AsJson, By, Yes, emit, say, tell, terminal

if TYPE_CHECKING:
    from flows.hub.forgetting import Report

Whom = Annotated[
    str, typer.Argument(metavar="KEY|PERSON", help="A case, a contact, or somebody's e-mail address, name or log-in.")
]


def forget(ctx: typer.Context, what: Whom, *, yes: Yes = False, by: By = "", as_json: AsJson = False) -> None:
    """
    Replace what is personal in the hub's memory by a mark, for good.

    Of a case: its history, what it held, records that are gone, closed entries and writes; its facts too where no
    record is left; a contact that no other case has is forgotten with it. Of a person: their name, address and log-in
    in all of these, in every case. That it was done, by whom and when, stays. What a living record shows stays there
    and here: delete it in its system, then forget again.

    \b
    Examples:
      casehub case forget CASE-42
      casehub case forget CONTACT-7
      casehub case forget ivan@example.com --yes
    """
    from flows.hub.forgetting import forget_case, forget_person, is_case, words_of

    with the_hub(terminal(ctx)) as installation:
        case = is_case(installation, what)
        words = what.upper() if case else ", ".join(sorted(words_of(installation, what)))
        tell(f"forgets for good: {'the personal past of ' if case else ''}{words}; it cannot be taken back")
        agreed(yes=yes)
        done = (forget_case if case else forget_person)(installation, what, by=by)
    emit(done.form()) if as_json else _show_forgotten(done)


def _show_forgotten(done: "Report") -> None:
    from flows.wording import many

    one = done.forgotten
    parts = [many(one.lines, "line") + " of history", many(one.tombstones, "record") + " that are gone"]
    parts += [many(one.entries, "closed entry").replace("entrys", "entries"), many(one.writes, "closed write")]
    say(f"forgotten in {', '.join(parts)}")
    for key in done.stays:
        say(f"{key} is another case's contact too, and stays; `casehub case forget {key}` forgets it")
    if one.records:
        shown = ", ".join(f"{system} #{record}" for system, record in one.records[:20])
        more = f" and {len(one.records) - 20} more" if len(one.records) > 20 else ""
        say(f"still shown by living records, and by the hub as their mirror: {shown}{more}")
        say(f"delete or change it there, run a full pass, then forget again: {', '.join(done.what)}")
    if not done.compacted:
        tell(f"the file still holds what was replaced, because {done.left}")
