"""
Functions are given other code while the program runs: whoever holds them, by whatever name, has the changed ones.

So a breakage costs a fork and no import. What it cannot reach is what runs at import: constants, defaults, decorators.
"""

import ast
import importlib
import types
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
OPTIMIZED = 0x1
"""The flag of a function's code; the body of a class has none."""


class NotSwappable(Exception):
    """A change that reaches beyond the bodies of functions; the message says where."""


def module_name(path: str) -> str:
    """Return the name of the module in the file *path* of the checkout."""
    return ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__")


def changed_codes(path: str, old: str, new: str) -> dict[str, types.CodeType]:
    """
    Return qualified name -> its code in the text *new* of the file *path*, for all functions that differ from *old*.

    Raises NotSwappable where anything else differs, SyntaxError where *new* is no Python.
    """
    (bodies, skeleton), (changed, other) = _parts(old), _parts(new)
    if bodies.keys() != changed.keys() or skeleton != other:
        raise NotSwappable(f"{path}: more than the bodies of functions would change")
    names = {name for name in bodies if bodies[name] != changed[name]}
    codes = codes_of(ast.parse(new), path)
    return {name: codes[name] for name in names}


def codes_of(tree: ast.Module, path: str) -> dict[str, types.CodeType]:
    """Return qualified name -> the code of all functions and methods of *tree*; none that lies inside another."""
    return dict(_codes(compile(tree, path, "exec", dont_inherit=True)))


def swap(path: str, codes: Mapping[str, types.CodeType]) -> None:
    """Give the functions of the module in *path* their other code. Raises NotSwappable where one is not found."""
    module = importlib.import_module(module_name(path))
    for name, code in codes.items():
        function = _function(module, name)
        if function is None or len(function.__code__.co_freevars) != len(code.co_freevars):
            raise NotSwappable(f"{path}: {name} is not to be found, or holds other variables")
        function.__code__ = code


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield the functions and methods of a module with their qualified names; none that lies inside another."""
    yield from _functions(tree.body, "")


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")


@lru_cache(maxsize=64)
def _parts(source: str) -> tuple[dict[str, str], str]:
    """The bodies of the functions in *source*, and all the rest."""
    tree = ast.parse(source)
    bodies = {name: "".join(map(ast.dump, node.body)) for name, node in functions(tree)}
    for _, node in functions(tree):
        node.body = [ast.Pass()]
    return bodies, ast.dump(tree)


def _codes(code: types.CodeType) -> Iterator[tuple[str, types.CodeType]]:
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            if one.co_flags & OPTIMIZED:
                yield one.co_qualname, one
            else:
                yield from _codes(one)


def _function(module: types.ModuleType, name: str) -> types.FunctionType | None:
    found: object = module
    for part in name.split("."):
        found = vars(found).get(part)
    if isinstance(found, property):
        found = found.fget
    if isinstance(found, classmethod | staticmethod):
        found = found.__func__
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found if isinstance(found, types.FunctionType) else None
