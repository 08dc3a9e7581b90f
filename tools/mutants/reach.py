"""
Which tests run which lines, so that a mutant meets those tests alone.

Each statement notes by itself that it is run: the functions are given code that does so, which costs next to nothing,
where a trace function makes all of Python slow.
"""

import ast
import functools
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .swap import NotSwappable, codes_of, functions, module_name, swap

Lines = dict[str, set[int]]
"""File of the checkout -> its lines that were run."""
NOTE = "__it_runs__"
"""What a probed statement calls, with its line."""


class Probes:
    """Notes the statements that are run of some files. The process that puts them in keeps them to its end."""

    def __init__(self, root: Path, files: Collection[str]) -> None:
        self._met: Lines = {}
        self._spans: dict[str, dict[int, set[int]]] = {}
        for file in files:
            tree = ast.parse((root / file).read_text(encoding="utf-8"))
            self._spans[file] = probed(tree)
            self._put(file, tree)

    def _put(self, file: str, tree: ast.Module) -> None:
        met = self._met[file] = set()
        codes = codes_of(tree, file)
        for name in codes:
            with suppress(NotSwappable):  # then no mutant can be made of it either
                swap(file, {name: codes[name]})
        vars(sys.modules[module_name(file)])[NOTE] = met.add

    @contextmanager
    def noting(self) -> Iterator[Lines]:
        """Note into what is yielded, at the end, which lines were run inside."""
        found: Lines = {}
        for met in self._met.values():
            met.clear()
        yield found
        for file, met in self._met.items():
            if met:
                found[file] = set().union(*(self._spans[file][line] for line in met))


def probed(tree: ast.Module) -> dict[int, set[int]]:
    """Put a note before each statement of the functions in *tree*; returns what each one's first line stands for."""
    spans: dict[int, set[int]] = {}
    for _, function in functions(tree):
        _note_each(function, spans)
    ast.fix_missing_locations(tree)
    return spans


def _note_each(node: ast.AST, spans: dict[int, set[int]]) -> set[int]:
    """Note the statements below *node*; returns the lines that they take."""
    taken: set[int] = set()
    for name, child in ast.iter_fields(node):
        if not isinstance(child, list):
            continue
        if child and isinstance(child[0], ast.stmt):
            for one in child:
                lines = set(range(one.lineno, (one.end_lineno or one.lineno) + 1))
                taken |= lines
                spans.setdefault(one.lineno, set()).update(lines - _note_each(one, spans))
            setattr(node, name, [said for one in child for said in (_note(one), one)])
        else:
            for one in child:
                if isinstance(one, ast.excepthandler | ast.match_case):
                    taken |= _note_each(one, spans)
    return taken


def _note(one: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name(NOTE, ast.Load()), [ast.Constant(one.lineno)], [])
    return ast.copy_location(ast.Expr(call), one)


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
