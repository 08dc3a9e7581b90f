import json

from tools.vulnerabilities import problems, verdict

KNOWN = {
    "dependencies": [
        {
            "name": "requests",
            "version": "1.0",
            "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}],
        },
        {"name": "idna", "version": "3.0", "vulns": []},
    ]
}


def test_a_known_vulnerability_fails_and_names_the_version_that_mends_it() -> None:
    code, lines = verdict(json.dumps(KNOWN), "")

    assert code == 1
    assert lines[0] == "requests 1.0: PYSEC-1, mended in 1.1"


def test_an_accepted_one_passes_under_any_of_its_names() -> None:
    assert list(problems(KNOWN, {"CVE-1": "we never follow redirects"})) == []


def test_nothing_known_passes() -> None:
    code, lines = verdict(json.dumps({"dependencies": KNOWN["dependencies"][1:]}), "")

    assert (code, lines) == (0, ["vulnerabilities: 1 packages, 0 known and not accepted"])


def test_a_service_out_of_reach_is_said_and_does_not_fail() -> None:
    code, lines = verdict("", "Traceback\nrequests.exceptions.ConnectionError: failed to resolve\n")

    assert code == 0
    assert "NOT CHECKED" in lines[0]


def test_a_package_that_the_service_could_not_judge_is_named() -> None:
    code, lines = verdict(json.dumps({"dependencies": [{"name": "odd", "skip_reason": "not found"}]}), "")

    assert code == 0
    assert lines[-1] == "vulnerabilities: NOT CHECKED: odd"


def test_a_broken_audit_is_not_taken_for_a_service_out_of_reach() -> None:
    assert verdict("", "Traceback\nTypeError: unexpected\n")[0] == 1
