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
    names: dict[str, set[str]] = {}
    for source in sources:
        for name, text in _constants(source):
            names.setdefault(name, set()).add(text)
    found: set[str] = {CONFLICT}
    dark: list[Finding] = []
    for source in sources:
        for scope, call in _parkings(source):
            said = set(_texts(call.args[0], scope, names))
            found |= said
            if not said and source.path != READ_BACK:
                dark.append(Finding(source.path, call.lineno, f"parks under {ast.unparse(call.args[0])}"))
    return frozenset(found - UNLISTED), dark


def told(page: str) -> frozenset[str]:
    """Return the codes that have a row in *page*."""
    return frozenset(ROW.findall(page))


def _constants(source: Source) -> Iterator[tuple[str, str]]:
    for node in source.tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                yield name, text


def _parkings(source: Source) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Yield each making of a `Parked` with the function around it."""
    inside = [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in inside:
        for node in ast.walk(scope):
            match node:
                case ast.Call(func=ast.Name(id="Parked"), args=[_, *_]):
                    yield scope, node


def _texts(said: ast.expr, scope: ast.AST, names: dict[str, set[str]]) -> Iterator[str]:
    """Yield what *said* may stand for: a text, one of two, a constant of a module, a name of the function."""
    match said:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, scope, names)
            yield from _texts(other, scope, names)
        case ast.Name(id=name) if name in names:
            yield from names[name]
        case ast.Name(id=name):
            for node in ast.walk(scope):
                match node:
                    case ast.Assign(targets=[ast.Name(id=assigned)], value=value) if assigned == name:
                        yield from _texts(value, scope, names)
