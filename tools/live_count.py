"""
Says how many live tests passed, and fails when there were fewer than the committed number or one did not run.

Run as ``python -m tools.live_count REPORT EXPECTED`` with pytest's JUnit report and the file that holds the number. A
live test that is skipped proves nothing, and a live test that is gone is noticed here.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the live tests."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0


def count(report: str) -> Count:
    """Add up the suites of a JUnit *report*."""
    suites = list(ET.fromstring(report).iter("testsuite"))  # noqa: S314  # written by our own pytest a moment ago

    def total(what: str) -> int:
        return sum(int(suite.get(what, "0")) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return Count(passed=total("tests") - failed - skipped, failed=failed, skipped=skipped)


def verdict(seen: Count, expected: int) -> tuple[int, list[str]]:
    """Return the exit code and the lines to show; the last is always ``live: N passed``."""
    lines = []
    if seen.failed:
        lines.append(f"live: {seen.failed} failed")
    if seen.skipped:
        lines.append(f"live: {seen.skipped} skipped; a live test that did not run proves nothing")
    if seen.passed < expected:
        lines.append(f"live: {expected} must pass, by the committed number")
    return (1 if lines else 0), [*lines, f"live: {seen.passed} passed"]


def main(report: Path, expected: Path) -> int:
    """Count and judge; a report or a number that is missing fails."""
    seen = count(report.read_text(encoding="utf-8")) if report.is_file() else Count()
    if not report.is_file():
        print("live: the live tests did not run")
    if not expected.is_file():
        print(f"live: {expected} is missing; it holds the number of live tests that must pass")
    code, lines = verdict(seen, int(expected.read_text()) if expected.is_file() else seen.passed)
    print("\n".join(lines))
    return code or int(not (report.is_file() and expected.is_file()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
