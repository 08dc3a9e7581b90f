"""
Small changes that a machine makes: comparisons turned, `and` for `or`, a `not` or a statement left out, one more or one
less, a clause of a query dropped, nothing returned.

Each has a name made of what it changes, so it stays the same while lines move. Which of them are tried is drawn by the
hash of their names and a seed: an edit elsewhere draws no others.
"""

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .swap import Function, functions

TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OTHER_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
QUERIES = ("where", "and_", "or_")
"""Calls whose arguments are clauses, each of which is there for a reason."""


@dataclass(frozen=True)
class Edit:
    """The text of a FILE as it is and as it would be. LINES are what a test must run to meet the difference."""

    file: str
    source: str
    changed: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Mutant:
    """A breakage: NAME says all of it. One made by hand switches off a RULE and ENDS the stories that hold it."""

    name: str
    edits: tuple[Edit, ...]
    rule: str = ""
    ends: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return self.edits[0].file


class _Spot(NamedTuple):
    """Where a node hangs: in FIELD of PARENT, there at the place AT if it is one of several."""

    node: ast.AST
    parent: ast.AST
    field: str
    at: int | None

    def put(self, node: ast.AST) -> None:
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


def mutants(path: str, source: str) -> list[Mutant]:
    """Return every mutant of a file, in the order of its text."""
    lines = source.splitlines(keepends=True)
    seen: Counter[str] = Counter()
    found = []
    for name, function in functions(ast.parse(source)):
        for spot in list(_spots(function, "body")):
            for made in _made(spot.node):
                said = f"{path} {name}: {_text(spot.node)} -> {_text(made)}"
                seen[said] += 1
                spot.put(made)
                changed = _with(lines, function)
                spot.put(spot.node)
                edit = Edit(path, source, changed, _lines(spot.node))
                found.append(Mutant(said if seen[said] == 1 else f"{said} #{seen[said]}", (edit,)))
    return found


def drawn(every: Sequence[Mutant], *, number: int, seed: str) -> list[Mutant]:
    """Return NUMBER of the mutants, chosen by the hash of their names."""
    chosen = sorted(every, key=lambda one: hashlib.sha256(f"{seed} {one.name}".encode()).digest())[:number]
    names = {one.name for one in chosen}
    return [one for one in every if one.name in names]


def _spots(node: ast.AST, *only: str) -> Iterator[_Spot]:
    """All nodes below *node*, in the order of the text; docstrings and what types say are left alone."""
    for name, child in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or (only and name not in only):
            continue
        for at, one in enumerate(child if isinstance(child, list) else (child,)):
            if isinstance(one, ast.AST) and not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)):
                yield _Spot(one, node, name, at if isinstance(child, list) else None)
                yield from _spots(one)


def _with(lines: Sequence[str], function: Function) -> str:
    """The file of *lines* with *function* as it now is."""
    first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
    text = ast.unparse(ast.fix_missing_locations(function))
    indent = " " * function.col_offset
    block = "".join(f"{indent}{line}\n" if line else "\n" for line in text.splitlines())
    return "".join([*lines[: first - 1], block, *lines[function.end_lineno :]])


def _lines(node: ast.AST) -> tuple[int, ...]:
    first = getattr(node, "lineno", 0)
    return tuple(range(first, (getattr(node, "end_lineno", first) or first) + 1))


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())


def _made(node: ast.AST) -> list[ast.AST]:
    """What *node* may become."""
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.Constant() | ast.BinOp():
            return list(_other_expression(node))
        case ast.Return(value=value) if value is not None and not _is_none(value):
            return [ast.Return(ast.Constant(None))]
        case ast.Continue() | ast.AugAssign() | ast.Expr(value=ast.Call()) | ast.Delete():
            return [ast.Pass()]
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return [ast.Pass()]
        case ast.If(test=ast.Name() | ast.Attribute() | ast.Call() as test, body=body, orelse=rest):
            return [ast.If(ast.UnaryOp(ast.Not(), test), body, rest)]
        case ast.IfExp(test=ast.Name() | ast.Attribute() as test, body=then, orelse=other):
            return [ast.IfExp(ast.UnaryOp(ast.Not(), test), then, other)]
        case ast.Call():
            return list(_other_call(node))
        case _:
            return []


def _other_expression(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=those) if type(op) in TURNED:
            yield ast.Compare(left, [TURNED[type(op)]()], those)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            yield ast.BinOp(left, ast.Sub() if isinstance(op, ast.Add) else ast.Add(), right)
        case _:
            return


def _other_call(node: ast.Call) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=given, keywords=named) if name in OTHER_NAMES:
            yield ast.Call(ast.Name(OTHER_NAMES[name]), given, named)
        case ast.Call(func=ast.Attribute(attr=name) as func, args=given, keywords=named) if name in QUERIES:
            for at in range(len(given)) if len(given) > 1 else ():
                yield ast.Call(func, [one for place, one in enumerate(given) if place != at], named)
        case _:
            return


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
