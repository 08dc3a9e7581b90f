"""
The rules of the house that a reviewer would have to remember, as functions from a source to what breaks them.

They are pure: tests/tools shows each of them a sin, tests/test_house.py shows them the house.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

from .sources import Finding, Source

# --- mappings is pure --------------------------------------------------------------------------------------------

IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"})
IMPURE_METHODS = frozenset(
    {
        *("now", "today", "utcnow", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"),
        *("urandom", "token_hex", "token_urlsafe", "uuid1", "uuid4"),
        *("getenv", "open", "read_text", "read_bytes", "write_text", "write_bytes", "urlopen", "getLogger"),
    }
)


def impure(source: Source) -> Iterator[Finding]:
    """Find what asks the world: files, clock, chance, environment, output. Imports are held by contract."""
    for node in source.nodes:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield Finding(source.path, node.lineno, f"{name}() in a pure folder; take it as an argument")
            case ast.Call(func=ast.Attribute(attr=name)) if name in IMPURE_METHODS:
                yield Finding(source.path, node.lineno, f".{name}() in a pure folder; take it as an argument")
            case ast.Attribute(value=ast.Name(id="time"), attr="time") | ast.Attribute(attr="environ" | "stdin"):
                yield Finding(source.path, node.lineno, f".{node.attr} in a pure folder; take it as an argument")
            case ast.Global():
                yield Finding(source.path, node.lineno, "a global that changes; a pure folder has none")


# --- no await inside a transaction -------------------------------------------------------------------------------

MAY_WAIT = frozenset(
    {
        "suppress",  # forgets an error
        "fail_after",  # anyio's time limits
        "move_on_after",
        "TemporaryDirectory",
        "Progress",  # rich, on the terminal
        "attempt",  # one turn of tenacity's retrying
    }
)
"""What a `with` may hold open while the hub waits. A transaction is never among them."""


def waits_inside_a_with(source: Source) -> Iterator[Finding]:
    """Find an `await` inside a synchronous `with`: it would hold a transaction (or a lock) while others wait."""
    if "async " not in source.text:
        return
    for node in source.nodes:
        if not isinstance(node, ast.With) or all(_called(item.context_expr) in MAY_WAIT for item in node.items):
            continue
        for inner in _own_body(node.body):
            if isinstance(inner, ast.Await | ast.AsyncFor | ast.AsyncWith):
                held = ast.unparse(node.items[0].context_expr)
                yield Finding(source.path, inner.lineno, f"waits inside `with {held}`; end the transaction first")


def _called(expression: ast.expr) -> str:
    match expression:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) | ast.Name(id=name):
            return name
    return ""


def _own_body(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Walk *body* without entering the functions defined in it: they run elsewhere."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield node
        yield from _own_body(ast.iter_child_nodes(node))


# --- size ----------------------------------------------------------------------------------------------------------

LONGEST_FILE = 300
LONGEST_FUNCTION = 60


def too_long(source: Source) -> Iterator[Finding]:
    """Find a file or function that nobody reads in one go."""
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield Finding(source.path, 1, f"{lines} lines; a file that passes {LONGEST_FILE} becomes a folder")
    for node in source.nodes if lines >= LONGEST_FUNCTION else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > LONGEST_FUNCTION:
                yield Finding(source.path, node.lineno, f"{node.name} has {size} lines, more than {LONGEST_FUNCTION}")


# --- words ---------------------------------------------------------------------------------------------------------

# Spelled with brackets, so that this file does not break its own rules.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E)\b|\bNot[I]mplementedError\b")
WORKPLACE = re.compile(
    # where somebody happens to work, and where packages come from there
    r"(?<![\w.])/(?:wor[k]|roo[t]|opt/pyp[i]|opt/wheel[s]|tmp/rig[s])\b"
    r"|\bpyp[i]\.org|pythonhoste[d]\.org|--(?:extra-)?inde[x]-url|--find-link[s]"
    r"|(?<![\w/])share[d]/(?:reference|rigs|hooks|design)|\bdesig[n]\.md|\breconcile-case[s]"
)


def unfinished(source: Source) -> Iterator[Finding]:
    """Find what was left for later."""
    return _matches(source, UNFINISHED, "is left for later; do it or leave it out")


def workplace(source: Source) -> Iterator[Finding]:
    """Find paths and hosts of the place where somebody worked: they mean nothing to who reads this."""
    return _matches(source, WORKPLACE, "belongs to a workplace, not to the project")


def _matches(source: Source, pattern: re.Pattern[str], why: str) -> Iterator[Finding]:
    lines = source.text.splitlines() if pattern.search(source.text) else []  # one look into most files
    for number, line in enumerate(lines, 1):
        for match in pattern.finditer(line):
            yield Finding(source.path, number, f"{match.group()!r} {why}")


# --- silenced checkers ---------------------------------------------------------------------------------------------

SILENCER = re.compile(r"#\s*(type:\s*ignore|noqa|ruff:\s*noqa|mypy:|pragma:\s*no cover)", re.IGNORECASE)
WITH_A_CODE = re.compile(
    r"#\s*(?:type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*|pragma:\s*no cover)", re.IGNORECASE
)


def silenced(source: Source) -> Iterator[Finding]:
    """Find a silenced checker that does not say which rule, or not why."""
    if not SILENCER.search(source.text):
        return  # taking a file apart takes far longer than looking into it
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type != tokenize.COMMENT or not SILENCER.search(token.string):
            continue
        reason = WITH_A_CODE.sub("", token.string)
        if SILENCER.search(reason):
            yield Finding(source.path, token.start[0], "silences a checker without naming the rule")
        elif len(re.findall(r"\w+", reason)) < 2:
            yield Finding(source.path, token.start[0], "silences a checker without a reason")


# --- tests ---------------------------------------------------------------------------------------------------------


def patched(source: Source) -> Iterator[Finding]:
    """Find a test that replaces a name from outside: what needs patching wants an argument."""
    if not re.search("mock|monkeypatch", source.text):
        return
    for node in source.nodes:
        match node:
            case ast.ImportFrom(module="unittest.mock") | ast.ImportFrom(module="unittest", names=[ast.alias("mock")]):
                yield Finding(source.path, node.lineno, "a mock; use a fake")
            case ast.Attribute(value=ast.Name(id="monkeypatch"), attr="setattr" | "delattr" | "setitem"):
                yield Finding(source.path, node.lineno, "patches a name; give what it patches an argument")


def timed(source: Source) -> Iterator[Finding]:
    """Find a test that sleeps: it is slow on a good day and wrong on a bad one."""
    if "sleep" not in source.text:
        return
    for node in source.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time" | "asyncio" | "anyio"), attr="sleep"), args=args):
                if not (args and isinstance(args[0], ast.Constant) and args[0].value == 0):
                    yield Finding(source.path, node.lineno, "sleeps; wait for what it waits for, or set the clock")


# --- imports -------------------------------------------------------------------------------------------------------


def imported(source: Source) -> Iterator[tuple[str, int]]:
    """Yield the top name of every absolute import, with its line."""
    for node in source.nodes:
        match node:
            case ast.Import(names=names):
                yield from ((alias.name.partition(".")[0], node.lineno) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0], node.lineno
