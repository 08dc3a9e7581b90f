"""`casehub check` and `casehub discover`: are the files right, and what have the systems to offer?"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import the_hub
from .terminal import UNREACHABLE, USAGE, AsJson, emit, progress, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.checking import Check, SystemCheck
    from mappings.exchange import Discovery

Offline = Annotated[bool, typer.Option("--offline", help="Read the files only; ask no system, open no database.")]
System = Annotated[str, typer.Argument(metavar="SYSTEM", help="Name of a system in hub.yaml.")]
Kind = Annotated[str | None, typer.Argument(metavar="KIND", help="Only this kind of record.")]
Yaml = Annotated[bool, typer.Option("--yaml", help="Print a mapping file to begin with.")]


def check(ctx: typer.Context, *, offline: Offline = False, as_json: AsJson = False) -> None:
    """
    Check files, systems and mappings against each other.

    Reads all files, asks every system, looks up every name in every mapping. Exits with 2 where something must be
    mended first, with 3 where a system cannot be reached. Writes to no system.

    \b
    Examples:
      casehub check
      casehub check --offline
    """
    import asyncio

    from flows.hub.checking import check as ask
    from flows.hub.checking import check_files, problems_form
    from flows.wording import unreachable
    from mappings.language import Problems

    try:
        if offline:
            import os

            found = check_files(terminal(ctx).folder, os.environ)
        else:
            with the_hub(terminal(ctx)) as installation, progress("asking the systems", quiet=as_json):
                found = asyncio.run(ask(installation))
    except Problems as problems:
        if as_json:
            emit({"ok": False, "problems": problems_form(problems.problems), "systems": {}})
        raise
    emit(found.form()) if as_json else _show(found, offline=offline)
    if found.problems:
        tell(str(Problems(found.problems)))
        raise typer.Exit(USAGE)
    if found.unreachable:
        tell(unreachable(dict(found.unreachable)))
        raise typer.Exit(UNREACHABLE)


def _show(found: "Check", *, offline: bool) -> None:
    from flows.wording import left_behind

    for system in found.systems:
        _show_system(system)
    for name, sync in found.hub.syncs.items():
        places = ", ".join(one.system for one in sync.makes) or "no other system"
        say(f"{name}: cases are born in {sync.opens} and appear in {places}")
    for name, number in found.left.items():
        say(f"  ! {left_behind(name, number)}")
    if not found.problems and not found.unreachable:
        say("The files are right." if offline else "Everything is as the files say.")


def _show_system(system: "SystemCheck") -> None:
    who = f"as {system.account.name}" if system.account else ""
    server = f", {system.account.server}" if system.account and system.account.server else ""
    say(f"{system.name} ({system.type}): {'not reachable' if system.trouble else f'reachable {who}{server}'}")
    for kind, sizes in system.kinds.items():
        say(f"  {kind}: {sizes}")
    for text in (*system.weaknesses, *system.notes):
        say(f"  ! {text}")


# --- discover ---------------------------------------------------------------------------------------------------------


def discover(
    ctx: typer.Context, system: System, kind: Kind = None, *, as_yaml: Yaml = False, as_json: AsJson = False
) -> None:
    """
    Show what a system has to offer.

    Fields, choices, people, workflow. Works while mappings are still missing; with --yaml it prints one to begin with.

    \b
    Examples:
      casehub discover sales-crm
      casehub discover sales-crm deal --yaml > deal.sales-crm.yaml
    """
    import asyncio

    from flows.hub.describing import discover as ask
    from flows.hub.describing import discovery_form, starting_mapping
    from flows.hub.wiring import install_systems

    installation = install_systems(terminal(ctx).folder)
    try:
        with progress("asking", quiet=as_json or as_yaml):
            found = asyncio.run(ask(installation, system, kind=kind))
        type_name = installation.hub.systems[system].type
    finally:
        installation.store.close()
    if as_yaml and len(found) != 1:
        kinds = ", ".join(one.kind for one in found) or "none yet"
        raise typer.BadParameter(f"say which kind of record the mapping is for; there is: {kinds}", param_hint="KIND")
    if as_yaml:
        typer.echo(starting_mapping(found[0], type_name), nl=False)
    elif as_json:
        emit([discovery_form(one) for one in found])
    else:
        for one in found:
            _show_kind(one)


def _show_kind(found: "Discovery") -> None:
    from mappings.canonical.show import EMPTY, show

    say(f"{found.system} {found.kind}")
    rows: list[list[Any]] = [
        [
            place.name,
            place.label,
            place.type,
            "required" if place.required else "" if place.writable else "read only",
            EMPTY if place.example in (None, "", []) else show(str(place.example), longest=30),
        ]
        for place in found.places
    ]
    table(["name", "label", "type", "", "example"], rows)
    for place in found.places:
        if place.choices:
            say(f"{place.name}: " + " · ".join(_choice(one.id, one.label, one.closes) for one in place.choices))
    if found.people:
        say(
            "people: "
            + " · ".join(f"{one.id} {one.name}{f' <{one.email}>' if one.email else ''}" for one in found.people)
        )
    if found.transitions:
        say("workflow: " + " · ".join(f"{step.source} → {step.target}" for step in found.transitions))
    for note in found.notes:
        say(f"! {note}")


def _choice(name: str, label: str, closes: bool) -> str:  # noqa: FBT001  # one cell of a list, called in one place
    text = name if name == label else f"{name} {label}"
    return f"{text} (closes)" if closes else text
