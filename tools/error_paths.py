"""
Which commands have a test of how they fail, read from the tests themselves.

A test counts for a command if it gives the words of that command, as arguments or in a list, and looks for an exit
code that is not 0.
"""

import ast
from collections.abc import Iterable, Iterator

from .sources import Source

CODES = frozenset(range(1, 7))
OPTION_WITH_VALUE = frozenset({"--hub"})


def without(commands: Iterable[tuple[str, ...]], sources: Iterable[Source]) -> list[str]:
    """Return the commands for which no test in *sources* looks for a failure."""
    shown = {words for source in sources for words in _failures(source)}
    return [" ".join(path) for path in commands if not any(words[: len(path)] == path for words in shown)]


def _failures(source: Source) -> Iterator[tuple[str, ...]]:
    """Yield the words that are given in tests that look for a failure, without the options before them."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and _looks_for_a_failure(node):
            for inner in ast.walk(node):
                yield from _words(inner, _prefix(source, inner))


def _looks_for_a_failure(test: ast.FunctionDef) -> bool:
    compared = [part for node in ast.walk(test) if isinstance(node, ast.Compare) for part in ast.walk(node)]
    given = [part for decorator in test.decorator_list for part in ast.walk(decorator)]
    named = any(isinstance(part, ast.Attribute) and part.attr.endswith("code") for part in compared)
    told = compared + given
    return named and any(
        isinstance(one, ast.Constant) and type(one.value) is int and one.value in CODES for one in told
    )


def _prefix(source: Source, node: ast.AST) -> tuple[str, ...]:
    """`demo(…)` of a test module that gives one command only: the name of the function is its word."""
    match node:
        case ast.Call(func=ast.Name(id=name)) if any(
            isinstance(one, ast.FunctionDef) and one.name == name for one in source.tree.body
        ):
            return (name,)
    return ()


def _words(node: ast.AST, prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    match node:
        case ast.Call(args=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            words = _leading(parts)
            yield words
            if prefix:
                yield (*prefix, *words)


def _leading(parts: list[ast.expr]) -> tuple[str, ...]:
    """The texts at the beginning of *parts*, without options that stand before every command and their values."""
    words: list[str] = []
    rest = iter(parts)
    for part in rest:
        match part:
            case ast.Constant(value=str(text)) if text in OPTION_WITH_VALUE and not words:
                next(rest, None)
            case ast.Constant(value=str(text)):
                words.append(text)
            case _:
                break
    return tuple(words)
