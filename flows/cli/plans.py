"""`casehub plan` and `casehub apply`: see every write before it is made, and make just those."""

from dataclasses import dataclass
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
    Wide,
    emit,
    progress,
    say,
    tell,
    terminal,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.hub.first import Meeting
    from flows.hub.plan import Plan
    from flows.hub.report import Report
    from flows.hub.wired import Wired
    from flows.hub.wiring import Installation

Case = Annotated[str | None, typer.Option("--case", metavar="KEY", help="Show only this case, its items and comments.")]
System = Annotated[str | None, typer.Option("--system", metavar="SYSTEM", help="Show only what is written there.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Keep the plan for `casehub apply`.")]
First = Annotated[bool, typer.Option("--first", help="Meet everybody: who is who by which rule, and who is alone.")]
MOST_ASKED = 20
Everything = Annotated[bool, typer.Option("--all", help="Look at every case, also where nothing is new.")]
StillValid = Annotated[bool, typer.Option("--still-valid", help="Carry out what has not moved, and tell the rest.")]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit with 6 when there is something to do.")]
PlanPath = Annotated[Path, typer.Argument(metavar="FILE", help="A plan that `casehub plan -o FILE` has kept.")]


def plan(
    ctx: typer.Context,
    sync: SyncName = None,
    *,
    case: Case = None,
    system: System = None,
    out: Out = None,
    first: First = False,
    everything: Everything = False,
    wide: Wide = False,
    exit_code: ExitCode = False,
    as_json: AsJson = False,
) -> None:
    """
    Show what the next pass would write, and write nothing.

    Reads every system. What people change later is not in it; `casehub apply` notices. After a changed mapping, policy
    or condition all cases are looked at, not only those with news: what the change would write is shown with its
    reason. The file that -o keeps is YAML, for people too: take out of it what is not to be done.

    With --first it also says who is who: matched and by which rule, unclear, only here, only there, and doubles. Answer
    in the file; `casehub apply` carries out the answers.

    \b
    Examples:
      casehub plan presales
      casehub plan --case CASE-42 --wide
      casehub plan presales -o plan.yaml
      casehub plan presales --first -o first.yaml
    """
    if out is not None and (case or system):
        raise typer.BadParameter("a plan file holds the whole plan; leave out --case and --system", param_hint="-o")
    with the_hub(terminal(ctx)) as installation:
        wanted = Part(case, system, everything=everything, first=first, wide=wide)
        made, shown = _make(installation, sync, wanted, out=out, as_json=as_json)
        if out is not None:
            tell(f"kept in {out}; `casehub apply {out}` carries it out, without what you take out of it")
        emit(shown) if as_json else say("\n".join(shown))
    _told(made)
    if made.trouble:
        raise typer.Exit(UNREACHABLE)
    if exit_code and made.anything:
        raise typer.Exit(SOMETHING)


@dataclass(frozen=True)
class Part:
    """Which part of a plan is wanted; WIDE: with its values whole."""

    case: str | None
    system: str | None
    everything: bool = False
    first: bool = False
    wide: bool = False


def _make(
    installation: "Installation", sync: str | None, wanted: Part, *, out: Path | None, as_json: bool
) -> "tuple[Plan, Any]":
    """Return the plan, or the part of it that was asked for, and how it is shown; keep it in OUT."""
    from flows.hub.first import FirstMeeting, meetings_text
    from flows.hub.looking import find_case
    from flows.hub.plan import part_of
    from flows.hub.plan_file import write_plan
    from flows.hub.planning import make_plan, planned
    from flows.hub.telling import Words
    from state.cases import by_ids
    from state.family import with_all_below

    store = installation.store
    ids = sorted(with_all_below(store, find_case(store, wanted.case).entity.id)) if wanted.case else []
    below = {name: whole.entity.key for name, whole in by_ids(store, ids).items()} if wanted.case else None
    with progress("meeting the systems", quiet=as_json) as step:

        async def work(wired: "Wired") -> "tuple[Plan, Any]":
            _known_system(wired, wanted.system)
            met: Sequence[Meeting] = ()
            if wanted.first:
                async with planned(wired, FirstMeeting, everything=True, step=step) as planning:
                    whole, met = planning.plan(), planning.meetings()
            else:
                whole = await make_plan(wired, everything=wanted.everything, step=step)
            part = part_of(whole, below=below, system=wanted.system)
            if out is not None:
                words = Words(wired.shape, installation.hub.timezone, installation.store.clock())
                write_plan(out, part, words, more=meetings_text(met) if wanted.first else "")
            shown = (
                _form(installation, wired, part) if as_json else plan_lines(installation, wired, part, wide=wanted.wide)
            )
            return part, _with_meetings(shown, met, as_json=as_json)

        return in_sync(installation, sync, work)


def _with_meetings(shown: Any, met: "Sequence[Meeting]", *, as_json: bool) -> Any:
    """Who is who comes first: in one line for each kind of record, the questions as far as a screen holds them."""
    from flows.hub.first import summary

    if as_json:
        return {**shown, "meetings": [one.form() for one in met]} if met else shown
    lines = []
    for one in met:
        lines.append(summary(one))
        asked = [f"  ? {row.case}  {row.title}: {', '.join(row.records)}; {row.why}" for row in one.asked]
        lines += asked[:MOST_ASKED]
        lines += [f"  … {len(asked) - MOST_ASKED} more; -o FILE keeps them all"] if len(asked) > MOST_ASKED else []
        lines += [f"  = {text}" for text in one.doubles[:MOST_ASKED]]
    return [*lines, *shown]


def _known_system(wired: "Wired", system: str | None) -> None:
    names = sorted({name for name, _ in wired.shape.channels} | set(wired.trouble))
    if system is not None and system not in names:
        raise typer.BadParameter(f"{wired.shape.name} has no system {system!r}; there is: {', '.join(names)}")


def _told(made: "Plan") -> None:
    from flows.wording import stopped, unreachable

    if made.stops:
        tell("a pass would be " + stopped(made.sync, [stop.text for stop in made.stops]))
    if made.trouble:
        tell(unreachable(dict(made.trouble)))


# --- how it reads -----------------------------------------------------------------------------------------------------


def plan_lines(installation: "Installation", wired: "Wired", made: "Plan", *, wide: bool = False) -> list[str]:
    """Return a plan as people read it: case by case, and the totals as the last line; WIDE: with its values whole."""
    import sys

    from mappings.canonical.show import LONGEST

    from .plan_text import Reader

    longest = sys.maxsize if wide else LONGEST
    reader = Reader(wired.shape, installation.hub.timezone, installation.store.clock(), longest)
    beside = [*(one.line() for one in made.files), *(one.line() for one in made.documents)]
    lines = [*reader.lines(made), *beside]
    counts = _counts(installation, wired, made)
    nothing = "Nothing to do with what could be read." if made.trouble else "Nothing to do."
    return [*(lines or [nothing]), counts.line(made.fingerprint)]


def _counts(installation: "Installation", wired: "Wired", made: "Plan") -> Any:
    from flows.hub.cost import requests_of
    from state import waiting

    from .plan_text import Counts

    abilities = {name: one.abilities for name, one in wired.connectors.items()}
    decided = {one.decided.outcome.entity.id for one in made.rulings}
    stuck = waiting.open_entries(installation.store, made.sync)
    mine = stuck.keys() if made.below is None else stuck.keys() & made.below
    others = [stuck[owner] for owner in mine - decided]
    return Counts(
        creates=made.creates,
        changes=len(made.writes) - made.creates - made.deletes,
        deletes=made.deletes,
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
        "files": [one.form() for one in made.files],
        "documents": [one.form() for one in made.documents],
        "stopped": [stop.text for stop in made.stops],
        "trouble": dict(made.trouble),
        "counts": asdict(_counts(installation, wired, made)),
    }


# --- apply ------------------------------------------------------------------------------------------------------------


def apply(
    ctx: typer.Context,
    file: PlanPath,
    *,
    still_valid: StillValid = False,
    by: By = "",
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """
    Carry out a kept plan: what is in the file, and nothing else.

    Reads and decides again first. If a line of the file would be another by now, nothing is written: what moved is
    told, from what to what, and the command exits with 4. Guards and changed mappings do not stop it: you have seen the
    plan. What you took out of the file stays undone, for the next pass or plan; what you answered with `do: no` is left
    as it is there until it changes.

    \b
    Examples:
      casehub plan presales -o plan.yaml
      casehub apply plan.yaml
      casehub apply plan.yaml --still-valid
    """
    from flows.hub.answering import apply_first
    from flows.hub.applying import Applying, apply_plan
    from flows.hub.plan_file import read_plan

    kept = read_plan(file)
    with the_hub(terminal(ctx)) as installation:
        with progress("meeting the systems", quiet=as_json) as step:

            async def work(wired: "Wired") -> "Report":
                how = Applying(by, installation.hub.timezone, still_valid=still_valid)
                carry_out = apply_first if kept.meetings else apply_plan
                return await carry_out(wired, kept, how, step=step)

            report = in_sync(installation, kept.sync, work)
        code = finished(installation, report, strict=strict, as_json=as_json)
    raise typer.Exit(code)
