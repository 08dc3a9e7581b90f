"""`casehub plan` and `casehub apply`: see every write before it is made, and make just those."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import in_sync, the_hub
from .passes import finished
from .terminal import (
    SOMETHING,
    UNREACHABLE,
    AsJson,
    By,
    Strict,
    SyncName,
    emit,
    progress,
    say,
    tell,
    terminal,
)

if TYPE_CHECKING:
    from flows.hub.plan import Plan
    from flows.hub.report import Report
    from flows.hub.wired import Wired
    from flows.hub.wiring import Installation

Case = Annotated[str | None, typer.Option("--case", metavar="KEY", help="Show only what concerns this case.")]
System = Annotated[str | None, typer.Option("--system", metavar="SYSTEM", help="Show only what is written there.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Keep the plan for `casehub apply`.")]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit with 6 when there is something to do.")]
PlanPath = Annotated[Path, typer.Argument(metavar="FILE", help="A plan that `casehub plan -o FILE` has kept.")]


def plan(
    ctx: typer.Context,
    sync: SyncName = None,
    *,
    case: Case = None,
    system: System = None,
    out: Out = None,
    exit_code: ExitCode = False,
    as_json: AsJson = False,
) -> None:
    """
    Show what the next pass would write, and write nothing.

    Reads every system. What people change later is not in it; `casehub apply` notices.

    \b
    Examples:
      casehub plan presales
      casehub plan --case CASE-42
      casehub plan presales -o plan.json
    """
    if out is not None and (case or system):
        raise typer.BadParameter("a plan file holds the whole plan; leave out --case and --system", param_hint="-o")
    with the_hub(terminal(ctx)) as installation:
        made, shown = _make(installation, sync, case=case, system=system, as_json=as_json)
        if out is not None:
            from flows.hub.applying import write_plan

            write_plan(out, made)
            tell(f"kept in {out}; `casehub apply {out}` carries it out")
        emit(shown) if as_json else say("\n".join(shown))
    _told(made)
    if made.trouble:
        raise typer.Exit(UNREACHABLE)
    if exit_code and made.writes:
        raise typer.Exit(SOMETHING)


def _make(
    installation: "Installation", sync: str | None, *, case: str | None, system: str | None, as_json: bool
) -> "tuple[Plan, Any]":
    """Return the plan, or the part of it that was asked for, and how it is shown."""
    from flows.hub.looking import find_case
    from flows.hub.planning import make_plan

    key = find_case(installation.store, case).entity.key if case else None
    with progress("meeting the systems", quiet=as_json) as step:

        async def work(wired: "Wired") -> "tuple[Plan, Any]":
            _known_system(wired, system)
            part = _part(await make_plan(wired, step=step), key, system)
            return part, (_form if as_json else plan_lines)(installation, wired, part)

        return in_sync(installation, sync, work)


def _known_system(wired: "Wired", system: str | None) -> None:
    names = sorted({name for name, _ in wired.shape.channels} | set(wired.trouble))
    if system is not None and system not in names:
        raise typer.BadParameter(f"{wired.shape.name} has no system {system!r}; there is: {', '.join(names)}")


def _part(whole: "Plan", key: str | None, system: str | None) -> "Plan":
    """Leave what was asked for."""
    if key is None and system is None:
        return whole
    writes = tuple(w for w in whole.writes if key in (None, w.name) and system in (None, w.system))
    rulings = tuple(one for one in whole.rulings if key in (None, one.decided.outcome.entity.key))
    return replace(whole, writes=writes, rulings=rulings)


def _told(made: "Plan") -> None:
    from flows.wording import stopped, unreachable

    if made.stops:
        tell("a pass would be " + stopped(made.sync, [stop.text for stop in made.stops]))
    if made.trouble:
        tell(unreachable(dict(made.trouble)))


# --- how it reads -----------------------------------------------------------------------------------------------------


def plan_lines(installation: "Installation", wired: "Wired", made: "Plan") -> list[str]:
    """Return a plan as people read it: case by case, and the totals as the last line."""
    from .plan_text import Reader

    reader = Reader(wired.shape, installation.hub.timezone, installation.store.clock())
    lines = list(reader.lines(made))
    counts = _counts(installation, wired, made)
    return [*(lines or ["Nothing to do."]), counts.line(made.fingerprint)]


def _counts(installation: "Installation", wired: "Wired", made: "Plan") -> Any:
    from flows.hub.cost import requests_of
    from state import waiting

    from .plan_text import Counts

    abilities = {name: one.abilities for name, one in wired.connectors.items()}
    decided = {one.decided.outcome.entity.id for one in made.rulings}
    others = [n for owner, n in waiting.open_entries(installation.store, made.sync).items() if owner not in decided]
    return Counts(
        creates=made.creates,
        changes=len(made.writes) - made.creates,
        conflicts=made.conflicts + sum(conflicts for conflicts, _ in others),
        parked=made.parked + sum(parked for _, parked in others),
        requests=requests_of(made.writes, abilities),
    )


def _form(installation: "Installation", wired: "Wired", made: "Plan") -> dict[str, Any]:
    from dataclasses import asdict

    from mappings.canonical.values import encode

    conflicts = [
        {
            "key": one.decided.outcome.entity.key or None,
            "field": fact,
            "parties": {party.system: encode(party.value) for party in conflict.parties},
        }
        for one in made.rulings
        for fact, conflict in sorted(one.decided.outcome.entity.conflicts.items())
    ]
    return {
        "sync": made.sync,
        "fingerprint": made.fingerprint,
        "mapping": made.mapping,
        "writes": [write.form() for write in made.writes],
        "conflicts": conflicts,
        "stopped": [stop.text for stop in made.stops],
        "trouble": dict(made.trouble),
        "counts": asdict(_counts(installation, wired, made)),
    }


# --- apply ------------------------------------------------------------------------------------------------------------


def apply(ctx: typer.Context, file: PlanPath, *, by: By = "", strict: Strict = False, as_json: AsJson = False) -> None:
    """
    Carry out a kept plan, if it still holds.

    Reads and decides again first. If something else would be written by now, nothing is written: what moved is told,
    and the command exits with 4. Guards and changed mappings do not stop it: you have seen the plan.

    \b
    Example:
      casehub plan presales -o plan.json
      casehub apply plan.json
    """
    from flows.hub.applying import apply_plan, read_plan

    kept = read_plan(file)
    with the_hub(terminal(ctx)) as installation:
        with progress("meeting the systems", quiet=as_json) as step:

            async def work(wired: "Wired") -> "Report":
                return await apply_plan(wired, kept, by=by, step=step)

            report = in_sync(installation, kept.sync, work)
        code = finished(installation, report, strict=strict, as_json=as_json)
    raise typer.Exit(code)
