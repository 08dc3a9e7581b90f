"""`casehub demo`: the newcomer's first two minutes, on this machine, without accounts and without the internet."""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .browser import NoOpen, show
from .demo_page import page_of
from .opening import in_sync
from .terminal import DONE, FAILED, USAGE, AsJson, emit, progress, say, tell

if TYPE_CHECKING:
    from flows.hub.demo import Systems
    from flows.hub.wired import Wired
    from flows.hub.wiring import Installation

    from .demo_passes import Passes

Once = Annotated[bool, typer.Option("--once", help="End after the first passes, with both sides' records as proof.")]
Pause = Annotated[
    bool,
    typer.Option(
        "--pause", help="With --once: wait for Enter before the records are compared, so that you change one."
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", min=1, max=65533, metavar="PORT", help="Port of the CRM; the tracker and the page have the next ones."
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--hub",
        metavar="DIR",
        help="Folder for the demo's hub; otherwise casehub-demo, and with --once a temporary one.",
    ),
]
HOME = "casehub-demo"
EVERY = 3.0
"""Seconds between passes while the demo runs on."""
MOST_CASES = 3
"""Cases of the plan that are shown."""

Work = Callable[["Systems", "Installation"], int]


def demo(
    *,
    once: Once = False,
    pause: Pause = False,
    port: Port = None,
    hub: Folder = None,
    no_open: NoOpen = False,
    as_json: AsJson = False,
) -> None:
    """
    Try it: two systems on this machine, 40 deals, a hub.

    Needs no account and no internet: a CRM and a tracker in memory, each with a page to edit in, that speak the
    protocols of Bitrix24 and Redmine. Opens the page of its hub, with a conflict to be settled, and goes on until
    Ctrl-C; with --once it ends when both sides' records have been compared, and exits with 1 where they differ.

    \b
    Examples:
      casehub demo
      casehub demo --once
      casehub demo --once --json
    """
    from flows.hub.demo import NotOurs, NotStarted, PageRefused
    from flows.hub.demo.seeding import NotSeeded

    def work(systems: "Systems", installation: "Installation") -> int:
        if once:
            return _once(systems, installation, pause=pause)
        return _on_and_on(systems, installation, port, opens=not no_open)

    if as_json and not once:
        raise typer.BadParameter("a demo that goes on has no result; add --once", param_hint="--json")
    try:
        with _home(hub, temporary=once) as folder, redirect_stdout(sys.stderr) if as_json else nullcontext():
            code = _run(work, folder, port)
    except NotOurs as error:
        tell(str(error))
        code = USAGE
    except (NotStarted, NotSeeded, PageRefused) as error:
        tell(f"the demo cannot go on: {error}")
        code = FAILED
    except KeyboardInterrupt:
        _goodbye()
        code = FAILED if once else DONE
    if as_json:
        emit({"agrees": code == DONE})
    raise typer.Exit(code)


@contextmanager
def _home(chosen: Path | None, *, temporary: bool) -> Iterator[Path]:
    from tempfile import TemporaryDirectory

    if chosen is not None or not temporary:
        yield chosen or Path(HOME)
        return
    with TemporaryDirectory(prefix="casehub-demo-") as folder:
        yield Path(folder)


def _run(work: Work, folder: Path, port: int | None) -> int:
    """Start the systems, fill them, make the hub, and do *work*; everything that was started ends with it."""
    from datetime import date

    from flows.hub.demo import alone, must_be_free, started
    from flows.hub.demo.seeding import seed

    must_be_free(folder)
    say("1. Two systems, in memory, on this machine only")
    with started(port) as systems:
        with progress("filling them"):
            count = seed(systems, date.today())  # noqa: DTZ011  # the day of whoever looks on
        say(f"   CRM      {systems.crm.address}/  speaks Bitrix24; {count} deals in the pipeline «Пресейл»")
        say(f"   tracker  {systems.tracker.address}/  speaks Redmine; one issue, begun by hand")
        say("   Both addresses are pages: open them in a browser.\n")
        with alone(folder):
            return _at_work(work, systems, folder)


def _at_work(work: Work, systems: "Systems", folder: Path) -> int:
    from flows.hub.demo import hub_folder
    from flows.hub.wiring import install

    home = hub_folder(folder, systems.environment())
    say(f"2. A hub: {home}")
    say("   hub.yaml            the two systems, and who is right when both change the same thing")
    say("   deal.crm.yaml       what a deal of the CRM means")
    say("   issue.tracker.yaml  what an issue of the tracker means\n")
    installation = install(home, systems.environment())
    try:
        return work(systems, installation)
    finally:
        installation.store.close()


def _begin(installation: "Installation") -> "Passes":
    """Show the plan, and run the first pass."""
    from .demo_passes import Passes, told

    say("3. The plan: what a pass would write. Nothing is written yet. `casehub plan` shows it whole.")
    with progress("reading both systems") as step:
        lines = in_sync(installation, None, lambda wired: _plan(installation, wired, step))
    for line in lines:
        say(f"   {line}".rstrip())
    passes = Passes(installation)
    say("\n4. The first pass: `casehub sync`")
    done = passes.run()
    say(f"   {told(done.report)}\n")
    return passes


async def _plan(installation: "Installation", wired: "Wired", step: Callable[[str], None]) -> list[str]:
    from flows.hub.planning import make_plan

    from .plans import plan_lines

    *lines, total = plan_lines(installation, wired, await make_plan(wired, step=step))
    starts = [at for at, line in enumerate(lines) if not line.startswith(" ")]
    if len(starts) > MOST_CASES:
        lines = [*lines[: starts[MOST_CASES]], f"… and {len(starts) - MOST_CASES} cases more"]
    return [*lines, total]


# --- once -------------------------------------------------------------------------------------------------------------


def _once(systems: "Systems", installation: "Installation", *, pause: bool) -> int:
    from flows.hub.demo import compare, edit_both_sides

    from .demo_proof import prove

    passes = _begin(installation)
    say("5. People change something on each side, at the systems' own pages")
    for edit in edit_both_sides(systems, compare(systems)):
        say(f"   {edit.who} {edit.what}")
        say(f"     {edit.address}")
    say("   The second pass carries it over:")
    passes.show(passes.run())
    before = systems.everything()
    idle = passes.run()
    is_idle = idle.well and not idle.writing and systems.everything() == before
    has = "has nothing to do" if is_idle else "still does something"
    say(f"   A third pass {has}: {idle.writing} writing requests to the CRM and the tracker together.")
    if pause:
        say("\n   Change a record at its page, or do not, and press Enter.")
        sys.stdin.readline()
    return DONE if prove(systems, installation, passes_ended_well=passes.well and is_idle) else FAILED


# --- on and on --------------------------------------------------------------------------------------------------------


def _on_and_on(systems: "Systems", installation: "Installation", port: int | None, *, opens: bool) -> int:
    import time

    passes = _begin(installation)
    _tear(systems, passes)
    with page_of(installation, systems.environment(), port + 2 if port else None) as link:
        _where_to_look(systems, installation, link)
        if opens:
            show(link)
        while True:
            passes.show(passes.run())
            time.sleep(EVERY)


def _tear(systems: "Systems", passes: "Passes") -> None:
    """Have two people name one case otherwise at once: the page has something to settle."""
    from flows.hub.demo import compare, disagree

    for edit in disagree(systems, compare(systems)):
        say(f"   {edit.who} {edit.what}")
    passes.show(passes.run())
    say("")


def _where_to_look(systems: "Systems", installation: "Installation", link: str) -> None:
    from flows.hub.demo.deals import CHANGED_IN_CRM as NUMBER
    from state import cases

    whole = cases.by_record(installation.store, "crm", kind="deal", ids=[str(NUMBER)]).get(str(NUMBER))
    numbers = {link.system: int(link.external_id) for link in whole.links} if whole else {}
    key = whole.entity.key if whole else ""
    say("5. Now you. Change a deal, and see it arrive:")
    say(f"   {systems.deal_page(NUMBER)}")
    say("     set another amount, stage or closing date, and save")
    if "tracker" in numbers:
        say(f"   {systems.issue_page(numbers['tracker'])}")
        say("     the same case in the tracker: reload it a few seconds later, then change something there")
        say("   Both as the systems show them to anybody:")
        say(f"     {systems.deal_curl(NUMBER)}")
        say(f"     {systems.issue_curl(numbers['tracker'])}")
    say("   The page of the hub, where everybody sees the same case; a conflict waits there under Attention:")
    say(f"     {link}  (lets you in once)")
    say("   What the hub knows, in another terminal:")
    say(f"     {sourced(installation.folder)}")
    say(f"     casehub case show {key}; casehub case history {key}; casehub conflicts list; casehub status\n")
    say(f"6. A pass every {EVERY:g} seconds, like `casehub sync presales --watch {EVERY:g}s`. Ctrl-C ends the demo.")


def sourced(folder: Path) -> str:
    """Return the line that gives another terminal the demo's environment, whatever its folder is called."""
    return f"source {shlex.quote(f'{folder}/demo.env')}"


def _goodbye() -> None:
    say("\nThe demo has ended, and its two systems with it.")
    say("With systems of your own: docs/tutorial.md. The demo's hub.yaml and mappings are a good beginning.")
