"""
What is shown on real servers, and by which tests: ``python -m tools.coverage REPORT`` holds the page against a run.

The page names tests as `test_care.py::test_name`, all below tests/live. Each must exist (a house test looks), and in
the run that pytest's JUnit REPORT tells of, each must have run and passed, whatever its parameters.
"""

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from .sources import ROOT, Source

PAGE = "docs/coverage.md"
FOLDER = "tests/live/"
NAMED = re.compile(r"`(test_\w+\.py)::(\w+)`")
HEADING = re.compile(r"^## (\d+)\. (.+)$", re.MULTILINE)
NOT_PASSED = ("failure", "error", "skipped")

Test = tuple[str, str]
"""A file below tests/live, and the name of a test or of a class of tests in it."""


def named(page: str) -> list[Test]:
    """Return the tests that *page* names, in its order, each once."""
    return list(dict.fromkeys(NAMED.findall(page)))


def parts(page: str) -> dict[int, str]:
    """Return number -> text of each numbered part of *page*."""
    pieces = HEADING.split(page)
    return {int(number): text for number, text in zip(pieces[1::3], pieces[3::3], strict=True)}


def missing(page: str, sources: Iterable[Source]) -> list[str]:
    """Return the tests that *page* names and that are not in *sources*."""
    there = {
        (source.path.removeprefix(FOLDER), node.name)
        for source in sources
        if source.path.startswith(FOLDER)
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    return [f"{file}::{name}" for file, name in named(page) if (file, name) not in there]


def ended(report: str) -> Mapping[Test, list[bool]]:
    """Return what became of each test and class of a JUnit *report*: whether it passed, once per parameter."""
    found: dict[Test, list[bool]] = {}
    for case in ET.fromstring(report).iter("testcase"):  # noqa: S314  # written by our own pytest a moment ago
        module, _, group = case.get("classname", "").removeprefix(FOLDER.replace("/", ".")).partition(".")
        passed = not any(case.find(what) is not None for what in NOT_PASSED)
        for name in (group, case.get("name", "").partition("[")[0]):
            found.setdefault((f"{module}.py", name), []).append(passed)
    return found


def unproved(page: str, report: str) -> list[str]:
    """Return a line for each test that *page* names and that did not run in *report*, or did not pass."""
    ends = ended(report)
    lines = []
    for test in named(page):
        if test not in ends:
            lines.append(f"{'::'.join(test)} did not run")
        elif not all(ends[test]):
            lines.append(f"{'::'.join(test)} did not pass")
    return lines


def main(report: Path) -> int:
    """Judge the page by a run; a report that is missing fails."""
    if not report.is_file():
        print("coverage: the live tests did not run")
        return 1
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    lines = unproved(page, report.read_text(encoding="utf-8"))
    for line in lines:
        print(f"coverage: {line}")
    count = len(named(page))
    print(f"coverage: {count - len(lines)} of {count} tests that {PAGE} names ran and passed")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
