"""
Checks the licence of every installed package against what the project may use.

Run as ``python -m tools.licences``; exit code 1 when a package may not be used. MIT, BSD, Apache, PSF, MPL and ISC may;
everything else is an exception with a page that says why, and a licence that changes is no longer the excepted one.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ALLOWED = re.compile(
    r"MIT(-0| License)?"
    r"|0BSD|BSD License|BSD-[23]-Clause"
    r"|Apache-2\.0|Apache Software License"
    r"|PSF-2\.0|Python Software Foundation License"
    r"|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)"
    r"|ISC|ISC License \(ISCL\)"
)


@dataclass(frozen=True, slots=True)
class Exempt:
    """A licence outside the list that one package may have, and the page that says why."""

    licence: str
    page: str


EXEMPT: Mapping[str, Exempt] = {
    "axe-playwright-python": Exempt("UNKNOWN", "docs/decisions/0025-the-page-in-a-real-browser.md"),
    "psycopg": Exempt("LGPL-3.0-only", "docs/decisions/0008-psycopg.md"),
    "psycopg-binary": Exempt("LGPL-3.0-only", "docs/decisions/0008-psycopg.md"),
    "regex": Exempt("Apache-2.0 AND CNRI-Python", "docs/decisions/0009-inherited-licences.md"),
    "text-unidecode": Exempt(
        "Artistic License; GNU General Public License (GPL); GNU General Public License v2 or later (GPLv2+)",
        "docs/decisions/0009-inherited-licences.md",
    ),
}


def is_allowed(licence: str) -> bool:
    """
    Say whether *licence* may be used as it is.

    An SPDX expression is read as one (with OR, one side is enough); the classifiers of an older package must all do.
    """
    return all(_expression(part.strip()) for part in licence.split(";"))


def _expression(text: str) -> bool:
    if ALLOWED.fullmatch(text):
        return True
    words = re.findall(r"[()]|[^\s()]+", text)
    truth, rest = _either(words)
    return truth and not rest


def _either(words: list[str]) -> tuple[bool, list[str]]:
    truth, words = _both(words)
    while words[:1] == ["OR"]:
        other, words = _both(words[1:])
        truth = truth or other
    return truth, words


def _both(words: list[str]) -> tuple[bool, list[str]]:
    truth, words = _one(words)
    while words[:1] == ["AND"]:
        other, words = _one(words[1:])
        truth = truth and other
    return truth, words


def _one(words: list[str]) -> tuple[bool, list[str]]:
    if words[:1] == ["("]:
        truth, words = _either(words[1:])
        return truth and words[:1] == [")"], words[1:]
    return bool(words) and ALLOWED.fullmatch(words[0]) is not None, words[1:]


def problems(installed: Mapping[str, str], exempt: Mapping[str, Exempt] = EXEMPT) -> Iterator[str]:
    """Yield what is wrong with the licences of the *installed* packages (name to licence), in order of the names."""
    for name, licence in sorted(installed.items()):
        exception = exempt.get(name)
        if exception is None and not is_allowed(licence):
            yield f"{name}: {licence!r} is not a licence we may use"
        elif exception is not None and exception.licence != licence:
            yield f"{name}: {licence!r} is not the licence that {exception.page} speaks of ({exception.licence!r})"


def installed() -> dict[str, str]:
    """Ask pip-licenses for every installed package but our own."""
    listed = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json", "--ignore-packages", "casehub"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {package["Name"]: package["License"] for package in json.loads(listed.stdout)}


def main() -> int:
    """Check what is installed, and say so."""
    packages = installed()
    found = list(problems(packages))
    print("\n".join([*found, f"licences: {len(packages)} packages, {len(found)} that may not be used"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
