"""`casehub people …`: who is who in the systems, and who is asked about."""

from typing import TYPE_CHECKING, Annotated

import typer

from .opening import the_hub
from .terminal import AsJson, By, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.people_answers import Said, Somebody
    from flows.hub.people_asking import Question

Unknown = Annotated[bool, typer.Option("--unknown", help="Only those who are asked about, with suggestions.")]
System = Annotated[str, typer.Argument(metavar="SYSTEM", help="Name of a system in hub.yaml.")]
Who = Annotated[str, typer.Argument(metavar="ID", help="Their id there, or the login, or the whole name.")]
Person = Annotated[
    str, typer.Argument(metavar="EMAIL|KEY", help="Their e-mail, or their key under people: in hub.yaml.")
]

people = typer.Typer(help="Who is who in the systems.", no_args_is_help=True, rich_markup_mode=None)


@people.command("list")
def list_(ctx: typer.Context, *, unknown: Unknown = False, as_json: AsJson = False) -> None:
    """
    List people with their accounts, or those whom nobody knows.

    A suggestion goes by the name alone, in either alphabet; none is applied by itself.

    \b
    Examples:
      casehub people list
      casehub people list --unknown
    """
    from flows.hub.people_answers import list_people, list_questions

    with the_hub(terminal(ctx)) as installation:
        asked = list_questions(installation)
        known = [] if unknown else list_people(installation)
    if as_json:
        emit([one.form() for one in (asked if unknown else known)])
    elif unknown:
        _show_questions(asked)
    else:
        _show_people(known)
        if asked:
            tell(f"asked about: {len(asked)} (casehub people list --unknown)")


def _show_people(known: "list[Somebody]") -> None:
    rows = [[one.identity or "—", *_accounts(one)] for one in known]
    table(["person", "accounts"], rows) if rows else tell("no system has shown anybody yet: run casehub check")


def _accounts(one: "Somebody") -> list[str]:
    return ["  ".join(f"{system} #{id_} {name}" for system, id_, name in one.ids)]


def _show_questions(asked: "list[Question]") -> None:
    if not asked:
        tell("nobody is asked about")
        return
    rows: list[list[object]] = [
        [
            one.system,
            f"no account of {one.about}" if one.missing else f"#{one.about}",
            one.name,
            one.cases,
            ", ".join(f"{name} ({who})" for who, name in one.perhaps),
        ]
        for one in asked
    ]
    table(["system", "who", "name", "cases", "perhaps, by the name"], rows)
    for one in asked:
        tell(one.command)
    tell(f"nobody we work with: casehub people leave {asked[0].system} {asked[0].about}")


@people.command()
def same(ctx: typer.Context, system: System, who: Who, person: Person, *, by: By = "", as_json: AsJson = False) -> None:
    """
    Say which person an account is.

    It counts in every case, past and to come: all that wait are written with the next pass.

    \b
    Examples:
      casehub people same presales-tracker 41 anna@example.org
      casehub people same sales-crm "Щукин Егор" shchukin@example.org
    """
    from flows.hub.people_answers import say_same

    with the_hub(terminal(ctx)) as installation:
        _told(say_same(installation, system, who, person=person, by=by), as_json=as_json)


@people.command()
def leave(ctx: typer.Context, system: System, who: Who, *, by: By = "", as_json: AsJson = False) -> None:
    """
    Say that an account is nobody you work with: a group, a robot, a guest.

    It stays where it is, is written nowhere else, and is asked about no longer.

    \b
    Example:
      casehub people leave presales-tracker 15
    """
    from flows.hub.people_answers import say_nobody

    with the_hub(terminal(ctx)) as installation:
        _told(say_nobody(installation, system, who, by=by), as_json=as_json)


@people.command("forget-answer")
def forget_answer(ctx: typer.Context, system: System, who: Who, *, as_json: AsJson = False) -> None:
    """
    Take back what was said of an account.

    What was written because of it stays, until somebody changes it. Who the account is, is asked again at once.

    \b
    Example:
      casehub people forget-answer presales-tracker 41
    """
    from flows.hub.people_answers import unsay

    with the_hub(terminal(ctx)) as installation:
        _told(unsay(installation, system, who), as_json=as_json)


def _told(done: "Said", *, as_json: bool) -> None:
    from flows.wording import many

    if as_json:
        emit(done.form())
        return
    name = f" ({done.name})" if done.name != done.id else ""
    say(f"#{done.id}{name} in {done.system} is {done.person or 'nobody the hub knows'}")
    if done.cases:
        tell(f"{many(done.cases, 'case')} waited: the next pass goes on with them")
