"""The files of the checkout, each read and parsed once."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ("web", "flows", "connectors", "mappings", "state")
"""The folders that are installed."""


@dataclass(frozen=True)
class Source:
    """A file of the checkout: its PATH from the top, with slashes, and its TEXT."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; for Python files."""
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree: to walk it takes longer than to make it, so it is walked once."""
        return tuple(ast.walk(self.tree))

    @property
    def folder(self) -> str:
        """The top folder, or "" for a file beside them."""
        return self.path.partition("/")[0] if "/" in self.path else ""


@dataclass(frozen=True, order=True)
class Finding:
    """A place that breaks a rule of the house, as an editor can jump to it."""

    path: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.says}"


@cache
def tracked() -> tuple[Source, ...]:
    """Return every text file that git knows and that is still there."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found = (_read(name) for name in sorted(filter(None, listed.stdout.split("\0"))))
    return tuple(source for source in found if source is not None)


def _read(name: str) -> Source | None:
    path = ROOT / name
    if not path.is_file():
        return None
    try:
        return Source(name, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return None  # an image or another binary file has no words


@cache
def python(*folders: str) -> tuple[Source, ...]:
    """Return the Python files, of these top *folders* only if any are named."""
    return tuple(s for s in tracked() if s.path.endswith(".py") and (not folders or s.folder in folders))


@cache
def pages() -> tuple[Source, ...]:
    """Return the Markdown pages."""
    return tuple(s for s in tracked() if s.path.endswith(".md"))
