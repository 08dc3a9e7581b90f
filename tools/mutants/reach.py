"""Which tests run which lines: recorded once with a trace function, so that a mutant meets those tests alone."""

import functools
import sys
import threading
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .swap import module_name

Lines = dict[str, set[int]]
"""File of the checkout -> its lines that were run."""


class Tracer:
    """Notes the lines that are run of some files, in this thread and in those that it starts."""

    def __init__(self, root: Path, files: Collection[str]) -> None:
        self._names = {str(root / file): file for file in files}
        self.lines: Lines = {}

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note the lines run inside."""
        self.lines = {}
        threading.settrace(self._call)
        sys.settrace(self._call)
        try:
            yield
        finally:
            sys.settrace(None)
            threading.settrace(None)

    def _call(self, frame: types.FrameType, event: str, arg: Any) -> Callable[..., Any] | None:
        return self._line if frame.f_code.co_filename in self._names else None

    def _line(self, frame: types.FrameType, event: str, arg: Any) -> Callable[..., Any]:
        if event == "line":
            self.lines.setdefault(self._names[frame.f_code.co_filename], set()).add(frame.f_lineno)
        return self._line


def forget_made(files: Collection[str]) -> None:
    """Forget what functions of *files* have kept: who meets a statement second runs its lines too."""
    for file in files:
        module = sys.modules.get(module_name(file))
        for found in vars(module).values() if module else ():
            if isinstance(found, functools._lru_cache_wrapper):
                found.cache_clear()


@dataclass
class Reach:
    """TESTS: name -> (seconds, lines it runs)."""

    tests: dict[str, tuple[float, Lines]] = field(default_factory=dict)

    def seconds(self, test: str) -> float:
        """Return how long *test* takes; a second for one that was never met."""
        return self.tests[test][0] if test in self.tests else 1.0

    def of(self, spots: Mapping[str, Sequence[int]]) -> list[str]:
        """Return the tests that run any of the lines *spots*, those of a file's own tests first, then the fastest."""
        wanted = {file: set(lines) for file, lines in spots.items()}
        found = [
            name for name, (_, lines) in self.tests.items() if any(lines.get(f, set()) & w for f, w in wanted.items())
        ]
        groups: dict[str, list[str]] = {}
        for name in found:
            groups.setdefault(name.partition("::")[0], []).append(name)
        mirrors = {f"test_{Path(file).stem}" for file in spots}

        def order(module: str) -> tuple[bool, float]:
            own = any(Path(module).stem.startswith(mirror) for mirror in mirrors)
            return not own, sum(map(self.seconds, groups[module])) / len(groups[module])

        return [name for module in sorted(groups, key=order) for name in sorted(groups[module], key=self.seconds)]

    def form(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            name: [seconds, {file: sorted(those) for file, those in lines.items()}]
            for name, (seconds, lines) in self.tests.items()
        }

    @classmethod
    def from_form(cls, form: Mapping[str, Any]) -> "Reach":
        return cls(
            {
                name: (seconds, {file: set(those) for file, those in lines.items()})
                for name, (seconds, lines) in form.items()
            }
        )
