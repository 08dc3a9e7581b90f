"""
What is wrong with the files of a hub: all of it at once, each with its file, its line and the nearest right word.

::

    hub.yaml: 2 problems
      12  systems.redmine.url: not a URL: 'redmine.local'
      19  systems.redmine.tokn: unknown; did you mean 'token'?
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby

_LONGEST_SHOWN = 60
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. LINE counts from 1; 0 stands for the file as a whole."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Where something is written, so that a problem found later still names its file, line and key."""

    file: str
    line: int
    path: str

    def problem(self, text: str) -> Problem:
        """Return the problem that *text* says about what is written here."""
        return Problem(self.file, self.line, f"{self.path}: {text}" if self.path else text)


READS_FILES = "casehub check --offline"
ASKS_SYSTEMS = "casehub check"
"""What a file says of a system only that system can deny: a look at the files alone would find them right."""


class Problems(Exception):
    """Everything that is wrong with a set of files; nothing of them may be used. The command AGAIN reads them again."""

    def __init__(self, problems: Iterable[Problem], *, again: str = READS_FILES) -> None:
        self.problems = tuple(sorted(set(problems)))
        self.again = again
        super().__init__(self.problems)

    def __str__(self) -> str:
        blocks = [_block(file, list(group)) for file, group in groupby(self.problems, key=lambda one: one.file)]
        return "\n".join(blocks)


class Sheet:
    """Where problems are noted while files are read: reading goes on after each."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._problems)

    def note(self, file: str, line: int, *, text: str) -> None:
        self.add(Problem(file, line, text))

    def add(self, *problems: Problem) -> None:
        self._problems.extend(problems)

    def settle(self, *, again: str = READS_FILES) -> None:
        """Raise `Problems` if anything was noted; the command AGAIN reads it again."""
        if self._problems:
            raise Problems(self._problems, again=again)


def shown(word: object) -> str:
    """Return *word* for a message: quoted, on one line, cut where it is long."""
    text = " ".join(str(word).split())
    return repr(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…")


def nearest(word: str, right: Collection[str]) -> str:
    """Return the one of *right* that *word* was most likely meant to be, or nothing."""
    lowered = {one.casefold(): one for one in sorted(right, reverse=True)}
    close = get_close_matches(word.casefold(), lowered, n=1, cutoff=0.6)
    return lowered[close[0]] if close else ""


def hint(word: str, right: Collection[str]) -> str:
    """Return the tail of a message about an unknown *word*: the nearest right one, else the few that there are."""
    if near := nearest(word, right):
        return f"; did you mean {shown(near)}?"
    if 0 < len(right) <= _MOST_LISTED:
        return f"; there is {', '.join(shown(one) for one in sorted(right))}"
    return ""


def _block(file: str, problems: list[Problem]) -> str:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    width = max(4, 2 + max(len(str(one.line)) for one in problems))
    lines = [f"{one.line or '':>{width}}  {one.text}" for one in problems]
    return "\n".join([f"{file}: {count}", *lines])
