"""`casehub sync`, `status` and `log`: run a pass, and see how everything stands."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from .opening import in_sync, the_hub
from .terminal import (
    DONE,
    FAILED,
    OPEN,
    STOPPED,
    UNREACHABLE,
    AsJson,
    By,
    Limit,
    Strict,
    SyncName,
    Terminal,
    emit,
    progress,
    say,
    table,
    tell,
    terminal,
)

if TYPE_CHECKING:
    from flows.hub.report import Report
    from flows.hub.standing import Status
    from flows.hub.wired import Wired
    from flows.hub.wiring import Installation

Only = Annotated[str | None, typer.Option("--only", metavar="SYSTEM", help="Talk to this system alone.")]
Full = Annotated[bool, typer.Option("--full", help="Read everything, and find what was deleted.")]
Watch = Annotated[str | None, typer.Option("--watch", metavar="SPAN", help="Again and again, so far apart: 5s, 2m.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no system; show what the hub knows.")]


@dataclass(frozen=True)
class Wish:
    """What a person asked of a pass."""

    sync: str | None
    only: str | None = None
    full: bool = False
    by: str = ""
    strict: bool = False
    as_json: bool = False


def sync(
    ctx: typer.Context,
    sync: SyncName = None,
    *,
    only: Only = None,
    full: Full = False,
    watch: Watch = None,
    by: By = "",
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """
    Run one pass: read what is new, decide, write.

    Stops before its first write, with exit code 4, where a guard was set off or a mapping has changed.

    \b
    Examples:
      casehub sync presales
      casehub sync presales --full
      casehub sync presales --watch 5s
    """
    import asyncio

    wish = Wish(sync, only, full, by, strict, as_json)
    if watch is None:
        raise typer.Exit(one_pass(terminal(ctx), wish))
    asyncio.run(again_and_again(lambda: one_pass(terminal(ctx), wish), _seconds(watch), sleep=asyncio.sleep))


def _seconds(text: str) -> float:
    from mappings.language.times import duration

    span = duration(text)
    if span is None or not span:
        raise typer.BadParameter(f"{text!r} is no span of time, like 5s or 2m", param_hint="--watch")
    return span.total_seconds()


async def again_and_again(
    work: Callable[[], int], seconds: float, *, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """
    Do *work* every so many seconds, until the command is stopped; each pass opens the hub anew.

    What is wrong from the start ends it. What comes up later (the sync is paused, the database is away, a file is being
    edited) is told, and the next pass may find it gone.
    """
    import asyncio

    await asyncio.to_thread(work)
    while True:
        await sleep(seconds)
        await asyncio.to_thread(_told, work)


def _told(work: Callable[[], int]) -> None:
    from flows.wording import advice

    try:
        work()
    except Exception as error:
        found = advice(error)
        if found is None:
            raise
        tell(found.text)


def one_pass(where: Terminal, wish: Wish) -> int:
    """Run one pass, tell what it did, and return the exit code."""
    from flows.hub.pausing import refuse_paused
    from flows.hub.running import How, run_recorded
    from flows.hub.sync import PassOptions

    with the_hub(where) as installation:
        chosen = installation.sync(wish.sync)
        if wish.only is not None and wish.only not in chosen.systems:
            names = ", ".join(chosen.systems)
            raise typer.BadParameter(f"{chosen.name} has no system {wish.only!r}; there is: {names}")
        refuse_paused(installation.store, chosen.name)
        options: PassOptions = PassOptions(only=wish.only, full=wish.full)
        with progress("meeting the systems", quiet=wish.as_json) as step:

            async def work(wired: "Wired") -> "Report":
                return await run_recorded(wired, options, How(by=wish.by), step=step)

            report = in_sync(installation, chosen.name, work)
        if wish.only is not None:  # the others were not asked for
            report.trouble = {name: why for name, why in report.trouble.items() if name == wish.only}
        return finished(installation, report, strict=wish.strict, as_json=wish.as_json)


def finished(installation: "Installation", report: "Report", *, strict: bool, as_json: bool) -> int:
    """Tell what a pass did and return the exit code that says how it ended."""
    from flows.wording import attention, stopped, unreachable
    from state import waiting

    emit(report.as_json()) if as_json else _show(report)
    open_ones = waiting.open_entries(installation.store).values()
    conflicts, parked = sum(one for one, _ in open_ones), sum(two for _, two in open_ones)
    for notice in report.notices:
        tell(notice)
    tell(attention(conflicts, parked))
    if report.trouble:
        tell(unreachable(report.trouble))
    if report.stops:
        tell(stopped(report.sync, [stop.text for stop in report.stops]))
        return STOPPED
    if report.trouble:
        return UNREACHABLE
    if report.state == "failed":
        return FAILED
    return OPEN if strict and conflicts + parked else DONE


def _show(report: "Report") -> None:
    say(f"{report.sync}: {report.state} in {report.seconds:.1f} s, run {report.run}")
    names = sorted({*report.read, *report.requests})
    rows = [
        [name, report.read[name], report.created[name], report.updated[name], report.requests.get(name, 0)]
        for name in names
    ]
    if rows:
        table(["system", "read", "created", "updated", "requests"], rows)


# --- status, log ------------------------------------------------------------------------------------------------------


def status(ctx: typer.Context, *, offline: Offline = False, strict: Strict = False, as_json: AsJson = False) -> None:
    """
    Show who answers, what waits and what is stuck.

    \b
    Examples:
      casehub status
      casehub status --json --offline
    """
    import asyncio

    from flows.hub.standing import status as standing
    from flows.wording import attention, unreachable

    with the_hub(terminal(ctx)) as installation:
        with progress("asking the systems", quiet=as_json):
            found = asyncio.run(standing(installation, ask=not offline))
        emit(found.form()) if as_json else _show_status(found, installation.hub.timezone)
    tell(attention(found.conflicts, found.parked))
    if found.unreachable:
        tell(unreachable(dict(found.unreachable)))
        raise typer.Exit(UNREACHABLE)
    if strict and found.conflicts + found.parked:
        raise typer.Exit(OPEN)


def _show_status(found: "Status", zone: str) -> None:
    from flows.wording import left_behind, many
    from mappings.canonical.show import show

    head = ["system", "type", "reachable", "last pull", "open writes", "parked", "conflicts", "visible after"]
    head += ["longest window"]
    rows = [
        [
            one.name,
            one.type,
            "not asked" if one.reachable is None else "yes" if one.reachable else "no",
            show(one.last_pull, zone=zone),
            one.open_writes,
            one.parked,
            one.conflicts,
            f"{one.visible.half:.1f} s, 95 % {one.visible.most:.1f} s" if one.visible else "—",
            "—" if one.window is None else f"{one.window:.2f} s",
        ]
        for one in found.systems
    ]
    table(head, rows)
    for sync in found.syncs:
        held = f"; paused since {show(sync.paused.since, zone=zone)}{sync.paused.because}" if sync.paused else ""
        last = f"last run {sync.last.state}, {show(sync.last.started, zone=zone)}" if sync.last else "no run yet"
        whole = f"; compared whole {show(sync.compared, zone=zone)}" if sync.compared else ""
        say(f"{sync.name}: {many(sync.cases, 'case')}; {last}{whole}{held}")
    for name, number in found.left.items():
        say(f"! {left_behind(name, number)}")
    if found.drift.fields:
        places = ", ".join(f"{system} {name} {count}" for system, name, count in found.drift.places)
        say(f"drift: {many(found.drift.fields, 'field')} since {show(found.drift.oldest, zone=zone)}: {places}")


def log(ctx: typer.Context, sync: SyncName = None, *, limit: Limit = 20, as_json: AsJson = False) -> None:
    """
    List the last runs, newest first.

    \b
    Examples:
      casehub log
      casehub log presales --limit 5
    """
    from flows.hub.standing import last_runs, run_form
    from mappings.canonical.show import show

    with the_hub(terminal(ctx)) as installation:
        name = installation.sync(sync).name if sync else None
        found = last_runs(installation, sync=name, limit=limit)
        zone = installation.hub.timezone
    if as_json:
        emit([run_form(one) for one in found])
        return
    if not found:
        tell("no run yet")
        return
    rows = [
        [
            show(one.started, zone=zone),
            one.sync,
            one.state,
            one.by or "—",
            *(_total(one.counts, what) for what in ("read", "created", "updated")),
            one.id,
            one.text,
        ]
        for one in found
    ]
    table(["started", "sync", "state", "by", "read", "created", "updated", "run", ""], rows)


def _total(counts: Mapping[str, object], what: str) -> int:
    """Add up what a run counted per system."""
    per_system = counts.get(what)
    return sum(per_system.values()) if isinstance(per_system, dict) else 0
