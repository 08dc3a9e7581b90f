"""The page of what is shown on real servers is held against the tests, and against a run of them."""

from pathlib import Path

import pytest

from tools.coverage import ROOT, main, missing, named, parts, unproved
from tools.sources import Source

PAGE = """
## 1. Items

| shown | `test_a.py::test_one` |
| the same | `test_a.py::test_one`, `test_b.py::TestKept` |

## 2. Notes

not yet
"""
SOURCES = [
    Source("tests/live/test_a.py", "async def test_one():\n    pass\n"),
    Source("tests/live/test_b.py", "class TestKept:\n    pass\n"),
]


def report(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


def case(classname: str, name: str, inside: str = "") -> str:
    return f'<testcase classname="tests.live.{classname}" name="{name}">{inside}</testcase>'


ONE = case("test_a", "test_one[первый]")
KEPT = case("test_b.TestKept", "test_reads")


def test_every_named_test_is_found_once_in_order() -> None:
    assert named(PAGE) == [("test_a.py", "test_one"), ("test_b.py", "TestKept")]


def test_parts_are_numbered() -> None:
    assert sorted(parts(PAGE)) == [1, 2]
    assert "not yet" in parts(PAGE)[2]


def test_a_test_that_is_not_there_is_missing() -> None:
    assert missing(PAGE, SOURCES) == []
    assert missing(PAGE, SOURCES[:1]) == ["test_b.py::TestKept"]
    assert missing(PAGE, [Source("tests/test_a.py", SOURCES[0].text), SOURCES[1]]) == ["test_a.py::test_one"]


def test_what_ran_and_passed_is_proved() -> None:
    assert unproved(PAGE, report(ONE, KEPT)) == []


@pytest.mark.parametrize("end", ["failure", "error", "skipped"])
def test_one_parameter_or_method_that_did_not_pass_is_enough(end: str) -> None:
    assert unproved(PAGE, report(ONE, case("test_a", "test_one[2]", f"<{end}/>"), KEPT)) == [
        "test_a.py::test_one did not pass"
    ]
    assert unproved(PAGE, report(ONE, KEPT, case("test_b.TestKept", "test_writes", f"<{end}/>"))) == [
        "test_b.py::TestKept did not pass"
    ]


def test_what_did_not_run_is_told() -> None:
    assert unproved(PAGE, report(KEPT)) == ["test_a.py::test_one did not run"]


def test_a_run_that_did_not_happen_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path / "none.xml") == 1
    assert capsys.readouterr().out == "coverage: the live tests did not run\n"


def test_an_empty_run_proves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "live.xml"
    path.write_text(report())

    assert main(path) == 1
    count = len(named((ROOT / "docs/coverage.md").read_text(encoding="utf-8")))
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"coverage: 0 of {count} tests")
