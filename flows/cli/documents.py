"""`casehub documents …`: the pages and folders of cases, and what a person says about them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from .opening import the_hub
from .terminal import AsJson, By, CaseKey, Terminal, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.documents.marking import Shown
    from flows.hub.wiring import Installation
    from state.types import Whole

Name = Annotated[str, typer.Argument(metavar="NAME", help="What hub.yaml calls the document.")]

documents = typer.Typer(
    help="The pages and folders of cases: list them, say what was sent.", no_args_is_help=True, rich_markup_mode=None
)


@documents.command("list")
def list_(ctx: typer.Context, key: CaseKey, *, as_json: AsJson = False) -> None:
    """
    List the documents of a case: where each is, how far, and what has to be done about it.

    \b
    Examples:
      casehub documents list CASE-42
      casehub documents list CASE-42 --json
    """
    from flows.hub.looking import find_case

    with the_hub(terminal(ctx)) as installation:
        shown = _of(installation, find_case(installation.store, key))
    if as_json:
        emit([one.form() for one in shown])
        return
    if not shown:
        tell("hub.yaml names no documents for this case")
        return
    rows = [[one.label, one.system, one.state or "—", one.title or "—", one.url or "—"] for one in shown]
    table(["document", "where", "state", "title", "address"], rows)
    for one in shown:
        tell(one.attention)


@documents.command()
def sent(ctx: typer.Context, key: CaseKey, name: Name, *, by: By = "", as_json: AsJson = False) -> None:
    """
    Say that a document was sent as it stands: the hub writes nothing into it any more, and tells if it changes.

    \b
    Example:
      casehub documents sent CASE-42 offer
    """
    import asyncio

    from flows.hub.documents import send

    unseen: list[str] = []
    shown = _mark(terminal(ctx), key, lambda hub, case: unseen.append(asyncio.run(send(hub, case, name, by=by))))
    [why] = unseen
    _told(shown, name, "was sent as the hub saw it last" if why else "was sent as it stands", as_json=as_json)
    tell(why)


@documents.command()
def draft(ctx: typer.Context, key: CaseKey, name: Name, *, by: By = "", as_json: AsJson = False) -> None:
    """
    Go on working on a document that was sent: the next pass brings its facts up to date.

    \b
    Example:
      casehub documents draft CASE-42 offer
    """
    from flows.hub.documents import draft_again

    shown = _mark(terminal(ctx), key, lambda hub, case: draft_again(hub.store, case, name, by=by))
    _told(shown, name, "is a draft again", as_json=as_json)


@documents.command()
def again(ctx: typer.Context, key: CaseKey, name: Name, *, by: By = "", as_json: AsJson = False) -> None:
    """
    Have a document that is gone made anew with the next pass.

    \b
    Example:
      casehub documents again CASE-42 brief
    """
    from flows.hub.documents import make_again

    shown = _mark(terminal(ctx), key, lambda hub, case: make_again(hub.store, case, name, by=by))
    _told(shown, name, "is made anew with the next pass", as_json=as_json)


def _mark(where: Terminal, key: str, work: "Callable[[Installation, Whole], None]") -> "list[Shown]":
    """Do *work* with the case *key*, and return its documents as they stand then."""
    from flows.hub.looking import find_case

    with the_hub(where) as installation:
        work(installation, find_case(installation.store, key))
        return _of(installation, find_case(installation.store, key))


def _of(installation: "Installation", case: "Whole") -> "list[Shown]":
    from flows.hub.documents import documents_in, documents_of

    specs = [spec for spec in documents_in(installation) if spec.sync == case.entity.sync]
    return documents_of(installation.store, case, [(spec.label, spec.system) for spec in specs])


def _told(shown: "list[Shown]", name: str, what: str, *, as_json: bool) -> None:
    for one in shown:
        if one.label == name and as_json:
            emit(one.form())
        elif one.label == name:
            say(f"{one.key} {name} {what}")
