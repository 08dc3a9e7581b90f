"""`casehub conflicts …`: facts on which systems differ and no policy decides."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import AtCase, at_case, the_hub
from .terminal import AsJson, By, CaseKey, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from mappings.canonical.values import Value

Field = Annotated[str, typer.Argument(metavar="FIELD", help="The fact in conflict, as the list shows it.")]
Case = Annotated[str | None, typer.Option("--case", metavar="KEY", help="Only those of this case.")]
Take = Annotated[str | None, typer.Option("--take", metavar="SYSTEM", help="Take what this system says, or `hub`.")]
Given = Annotated[str | None, typer.Option("--value", metavar="TEXT", help='Take this value; "" makes it empty.')]

conflicts = typer.Typer(
    help="Facts on which systems differ and no policy decides.", no_args_is_help=True, rich_markup_mode=None
)


@conflicts.command("list")
def list_(ctx: typer.Context, *, case: Case = None, as_json: AsJson = False) -> None:
    """
    List open conflicts, oldest first, with what each party says.

    \b
    Example:
      casehub conflicts list
    """
    from flows.hub.looking import all_conflicts, entry_form, find_case
    from flows.hub.telling import parties_in_words
    from mappings.canonical.show import show

    with the_hub(terminal(ctx)) as installation:
        owner = find_case(installation.store, case).entity.id if case else None
        found = all_conflicts(installation.store, entity_id=owner)
        zone = installation.hub.timezone
    if as_json:
        emit([entry_form(entry) for entry in found])
        return
    if not found:
        tell("nothing is in conflict")
        return
    rows: list[list[object]] = []
    for entry in found:
        said = parties_in_words(entry.conflict, zone) if entry.conflict else ""
        stands = show(entry.conflict.hub, zone=zone) if entry.conflict else ""
        rows.append([entry.key, entry.field, said, stands, show(entry.since, zone=zone), entry.text])
    table(["key", "field", "parties", "hub", "since", ""], rows)
    tell(f"to settle one: casehub conflicts resolve {found[0].key} {found[0].field} --take SYSTEM")


@conflicts.command()
def resolve(
    ctx: typer.Context,
    key: CaseKey,
    field: Field,
    *,
    take: Take = None,
    value: Given = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """
    Settle a conflict: by taking what a party says, or by another value.

    \b
    Examples:
      casehub conflicts resolve CASE-42 deadline --take presales-tracker
      casehub conflicts resolve CASE-42 deadline --value 2026-12-03
    """
    from flows.hub.casework import resolve as settle
    from flows.hub.entering import entered, fact_of, named

    if (take is None) == (value is None):
        raise typer.BadParameter("say either --take SYSTEM (or hub), or --value TEXT", param_hint="--take")

    async def work(at: AtCase) -> None:
        given: Value = None
        if value is not None:
            info = fact_of(at.sync, field, at.kind)
            given = named(at.act.wired.store, info, entered(at.sync, info, value))
        outcome = settle(at.act, field, take=take, value=given)
        _settled(at, field, outcome.entity.facts[field].value, as_json=as_json)

    at_case(terminal(ctx), key, work, by=by)


def _settled(at: AtCase, field: str, new: Any, *, as_json: bool) -> None:
    from mappings.canonical.show import show
    from mappings.canonical.values import encode

    if as_json:
        emit({"key": at.key, "field": field, "value": encode(new)})
    else:
        say(f"{at.key} {field}: {show(new)}")
    tell(f"it reaches the systems with the next pass: casehub sync {at.sync.name}")
