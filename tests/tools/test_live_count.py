from pathlib import Path

import pytest

from tools.live_count import Count, count, main, verdict

REPORT = """<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"/></testsuites>"""


def test_what_neither_failed_nor_was_skipped_has_passed() -> None:
    assert count(REPORT) == Count(passed=4, failed=3, skipped=3)


def test_as_many_as_expected_pass() -> None:
    assert verdict(Count(passed=5), 5) == (0, ["live: 5 passed"])


@pytest.mark.parametrize("seen", [Count(passed=4), Count(passed=5, skipped=1), Count(passed=5, failed=1), Count()])
def test_fewer_a_skipped_or_a_failed_one_fails(seen: Count) -> None:
    code, lines = verdict(seen, 5)

    assert code == 1
    assert lines[-1] == f"live: {seen.passed} passed"


def test_a_run_that_did_not_happen_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = tmp_path / "expected"
    expected.write_text("0\n")

    assert main(tmp_path / "none.xml", expected) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "live: 0 passed"


def test_a_missing_number_fails(tmp_path: Path) -> None:
    report = tmp_path / "live.xml"
    report.write_text('<testsuite tests="5"/>')

    assert main(report, tmp_path / "expected") == 1
