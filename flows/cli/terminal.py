"""What a command talks to: results on stdout, everything else on stderr, progress only where a person looks on."""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TextIO, TypeAlias

import typer

DONE, FAILED, USAGE, UNREACHABLE, STOPPED, OPEN, SOMETHING = range(7)
"""Exit codes. OPEN: attention entries are open (`--strict`). SOMETHING: there is something to do (`--exit-code`)."""
CODES: Mapping[str, int] = {"failed": FAILED, "usage": USAGE, "unreachable": UNREACHABLE, "stopped": STOPPED}
LARGEST = 2**63 - 1
PATIENCE = 1.0
"""Seconds after which a command says what it is at."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value on stdout, messages on stderr.")]
Wide = Annotated[bool, typer.Option("--wide", help="Show values whole, in one line however long.")]
SyncName = Annotated[str | None, typer.Argument(metavar="SYNC", help="Name of a sync; may be left out if only one.")]
CaseKey = Annotated[str, typer.Argument(metavar="KEY", help="Key of the case, like CASE-42.")]
By = Annotated[str, typer.Option("--by", envvar=["CASEHUB_USER", "USER"], help="Who does it, for the history.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 5 when attention entries are open.")]


def storable(number: int) -> int:
    """Return *number*, or the largest one that a database knows: whoever types more means all."""
    return min(number, LARGEST)


Limit = Annotated[int, typer.Option("--limit", min=1, callback=storable, help="How many to show at most.")]


@dataclass(frozen=True)
class Terminal:
    """Where a command was given: the FOLDER of its hub, and whether somebody wants to see errors whole."""

    folder: Path
    debug: bool = False


def terminal(ctx: typer.Context) -> Terminal:
    """Return the terminal that the global options describe."""
    found = ctx.find_object(Terminal)
    return found if found is not None else Terminal(Path())


_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal acts upon instead of showing it, and what turns the order of the letters around."""
_LINES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


def harmless(text: str) -> str:
    """Return *text* with every character that a terminal would act upon written out; line ends and tabs stay."""
    return _ACTS.sub(lambda found: repr(found[0])[1:-1], text)


def say(text: str = "") -> None:
    """Write a line of the result."""
    typer.echo(harmless(text))


def tell(text: str) -> None:
    """Write a message: it is no part of the result."""
    if text:
        typer.echo(harmless(text), err=True)


def emit(form: Any) -> None:
    """Write the result as JSON; what a terminal would act upon is escaped as JSON does it."""
    text = json.dumps(form, ensure_ascii=False, indent=2)
    typer.echo(_ACTS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write *rows* under *head*, columns apart; numbers to the right."""
    cells = [[_cell(one) for one in row] for row in rows]
    widths = [max(len(line[place]) for line in [list(head), *cells]) for place in range(len(head))]
    right = [
        bool(rows) and all(isinstance(row[place], int | float | None) for row in rows) for place in range(len(head))
    ]
    for line in [list(head), *cells]:
        shown = [one.rjust(w) if r else one.ljust(w) for one, w, r in zip(line, widths, right, strict=True)]
        say("  ".join(shown).rstrip())


def _number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _cell(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else harmless(_LINES.sub(" ", str(value)))


# --- progress ---------------------------------------------------------------------------------------------------------


Timers: TypeAlias = Callable[[float, Callable[[], None]], threading.Timer]


@contextmanager
def progress(
    first: str, *, quiet: bool = False, stream: TextIO | None = None, timer: Timers = threading.Timer
) -> Iterator[Callable[[str], None]]:
    """
    Give what to call with each step; after a while it is shown on stderr, one line that changes.

    Shows nothing when QUIET (a program reads the output) or where nobody looks on. TIMER does a thing after seconds.
    """
    out = stream or sys.stderr
    if quiet or not out.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    status = Console(file=out).status(first)
    waiting = timer(PATIENCE, status.start)
    waiting.daemon = True
    waiting.start()
    try:
        yield lambda step: status.update(Text(harmless(step)))
    finally:
        waiting.cancel()
        waiting.join()
        status.stop()
