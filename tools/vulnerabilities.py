"""
Checks the installed packages for known vulnerabilities, by asking the OSV advisory service through pip-audit.

Run as ``python -m tools.vulnerabilities``. Exit code 1 when a vulnerability is known that is not accepted below, or
when pip-audit breaks. Where the advisory service cannot be reached it says "not checked", and ends with 0: no news is
then not good news, but nothing that a change of ours could mend.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

ACCEPTED: Mapping[str, str] = {}
"""Advisory id -> why it does not touch us, and until when we live with it."""

PATIENCE = 240
UNREACHABLE = re.compile(r"(ConnectionError|ConnectTimeout|ReadTimeout|Timeout|ProxyError|SSLError|ServiceError)\b")


def problems(report: Mapping[str, Any], accepted: Mapping[str, str] = ACCEPTED) -> Iterator[str]:
    """Yield the known vulnerabilities in pip-audit's *report* that are not *accepted*."""
    for package in report["dependencies"]:
        for advisory in package.get("vulns", ()):
            names = {advisory["id"], *advisory.get("aliases", ())}
            if not names & accepted.keys():
                mended = ", ".join(advisory.get("fix_versions", ())) or "no version yet"
                yield f"{package['name']} {package['version']}: {advisory['id']}, mended in {mended}"


def unchecked(report: Mapping[str, Any]) -> list[str]:
    """Name the packages that the service could not judge."""
    return [package["name"] for package in report["dependencies"] if "skip_reason" in package]


def verdict(output: str, errors: str) -> tuple[int, list[str]]:
    """Turn what pip-audit wrote into an exit code and the lines to show."""
    if not output.lstrip().startswith("{"):
        last = next((line.strip() for line in reversed(errors.splitlines()) if line.strip()), "no answer")
        if UNREACHABLE.search(errors):
            return 0, [f"vulnerabilities: NOT CHECKED, the advisory service cannot be reached ({last[:160]})"]
        return 1, [f"vulnerabilities: pip-audit broke: {last[:160]}"]
    report = json.loads(output)
    found, skipped = list(problems(report)), unchecked(report)
    lines = [*found, f"vulnerabilities: {len(report['dependencies'])} packages, {len(found)} known and not accepted"]
    if skipped:
        lines.append(f"vulnerabilities: NOT CHECKED: {', '.join(skipped)}")
    return (1 if found else 0), lines


def main() -> int:
    """Ask, and say what came of it."""
    command = [sys.executable, "-m", "pip_audit", "--skip-editable", "--vulnerability-service", "osv"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        output, errors = asked.stdout, asked.stderr
    except subprocess.TimeoutExpired:
        output, errors = "", f"Timeout: no answer within {PATIENCE} s"
    code, lines = verdict(output, errors)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
