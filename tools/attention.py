"""
The codes under which something can be put on the attention list, read from the code itself.

The operator's page of the attention list must tell of each of them; a house test holds the two together.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from .sources import Finding, Source

PAGE = "docs/guide/attention.md"
CONFLICT = "conflict"
"""The one code that is no `Parked`: two sides said different things."""
UNLISTED = frozenset({"left"})
"""Codes of what is held back and not on the list, because a person said so."""
READ_BACK = "state/codec.py"
"""Makes entries of what is stored: their codes were given elsewhere."""
ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def codes(sources: Iterable[Source]) -> tuple[frozenset[str], list[Finding]]:
    """Return every code that *sources* park under, and the places whose code cannot be read from the source."""
    sources = tuple(sources)
    known = _Known(sources)
    found: set[str] = {CONFLICT}
    dark: list[Finding] = []
    for source in sources:
        for scope, call in _parkings(source):
            said = set(known.texts(call.args[0], scope))
            found |= said
            if not said and source.path != READ_BACK:
                dark.append(Finding(source.path, call.lineno, f"parks under {ast.unparse(call.args[0])}"))
    return frozenset(found - UNLISTED), dark


def told(page: str) -> frozenset[str]:
    """Return the codes that have a row in *page*."""
    return frozenset(ROW.findall(page))


def _parkings(source: Source) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Yield each making of a `Parked` with the function around it."""
    if "Parked(" not in source.text:
        return
    for scope in (node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        for node in ast.walk(scope):
            match node:
                case ast.Call(func=ast.Name(id="Parked"), args=[_, *_]):
                    yield scope, node


class _Known:
    """The constants of all modules, and what their functions return, by name."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._constants: dict[str, set[str]] = {}
        self._functions: dict[str, list[ast.FunctionDef]] = {}
        for node in (node for source in sources for node in source.tree.body):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                    self._constants.setdefault(name, set()).add(text)
                case ast.FunctionDef(name=name):
                    self._functions.setdefault(name, []).append(node)

    def texts(self, said: ast.expr, scope: ast.AST) -> Iterator[str]:
        """Yield what *said* may stand for: a text, one of two, a constant, a name of the function, what one returns."""
        match said:
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp(body=one, orelse=other):
                yield from self.texts(one, scope)
                yield from self.texts(other, scope)
            case ast.Call(func=ast.Name(id=name), args=args) if name in self._functions:
                for part in args:
                    yield from self.texts(part, scope)
                yield from self._returned(name)
            case ast.Name(id=name) if name in self._constants:
                yield from self._constants[name]
            case ast.Name(id=name):
                for node in ast.walk(scope):
                    match node:
                        case ast.Assign(targets=[ast.Name(id=assigned)], value=value) if assigned == name:
                            yield from self.texts(value, scope)

    def _returned(self, name: str) -> Iterator[str]:
        for function in self._functions[name]:
            for node in ast.walk(function):
                if isinstance(node, ast.Return) and node.value is not None:
                    yield from self.texts(node.value, function)
