"""The changelog tells the truth about what was mended: each bug names what holds it now, and that exists."""

import re
from pathlib import Path

STORIES, KEPT = "tests/scenarios", "tests/properties/machine/counterexamples"
HELD = re.compile(r"\[(`[^\]`]+`(?:,\s+`[^\]`]+`)*)\]$")
"""The brackets at the end of a line of the list."""


def fixed(changelog: str) -> list[str]:
    """Return the lines of all lists below `### Fixed`, each in one piece."""
    sections = re.findall(r"^### Fixed\n(.*?)(?=^##?#? |\Z)", changelog, re.MULTILINE | re.DOTALL)
    found = re.findall(r"^- (.*(?:\n  .*)*)", "".join(sections), re.MULTILINE)
    return [re.sub(r"\s+", " ", one) for one in found]


def holders(line: str) -> list[str]:
    """Return what holds the bug of *line*: names of stories, of histories that are kept, of tests."""
    held = HELD.search(line)
    return re.findall(r"`([^`]+)`", held[1]) if held else []


def is_there(name: str, root: Path) -> bool:
    """Say whether *name* is a story, a history that is kept, or the file of a test."""
    if "/" in name:
        return name.startswith("tests/") and Path(name).name.startswith("test_") and (root / name).is_file()
    kept = root / KEPT / name if name.endswith(".json") else root / STORIES / f"{name}.yaml"
    return kept.is_file()


def test_every_bug_in_the_changelog_names_what_holds_it_now(root: Path) -> None:
    lines = fixed((root / "CHANGELOG.md").read_text(encoding="utf-8"))

    assert len(lines) >= 50
    assert [line for line in lines if not holders(line)] == []
    assert [name for line in lines for name in holders(line) if not is_there(name, root)] == []


def test_a_bug_that_nothing_holds_is_found(root: Path) -> None:
    text = "### Fixed\n\nWhat `it` is.\n\n#### Lost\n\n- One `a` was\n  lost. [`h01`, `h999`]\n- Two. [`doubt.json`]\n"
    rest = (
        "- Three.\n- Four. [`tests/test_house_changelog.py`,\n  `tests/conftest.py`]\n\n### Known limits\n\n- Five.\n"
    )

    lines = fixed(text + rest)

    assert [holders(line) for line in lines[:3]] == [["h01", "h999"], ["doubt.json"], []]
    assert holders(lines[3]) == ["tests/test_house_changelog.py", "tests/conftest.py"]
    assert [name for line in lines for name in holders(line) if not is_there(name, root)] == [
        "h999",
        "tests/conftest.py",
    ]
    assert len(lines) == 4
