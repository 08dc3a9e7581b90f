"""The tutorial, word for word: its files are written, its commands run, and they print what it shows."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.live.plain import HOME, PlainRedmine, live
from tests.live.plain_tryton import PlainTryton

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ANY = "…"


def blocks():
    """Yield (language, file name, text) of every block of the page."""
    return [(found[1], found[2], found[3]) for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]


class Shell:
    """One bash that keeps its variables from block to block, like the reader's terminal."""

    def __init__(self, folder: Path):
        env = {name: value for name, value in os.environ.items() if not name.startswith("CASEHUB_")}
        path = f"{ROOT / '.venv' / 'bin'}:{env['PATH']}"
        env |= {"PATH": path, "CASEHUB_LIVE_HOME": str(HOME), "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}
        self._bash = subprocess.Popen(
            ["bash", "--norc"], cwd=folder, env=env, stdin=-1, stdout=-1, stderr=subprocess.STDOUT, text=True, bufsize=1
        )

    def run(self, command: str) -> tuple[int, str]:
        """Run *command* and return its exit status and what it printed."""
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{command}\necho; echo ---done $?\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if found := re.fullmatch(r"---done (\d+)\n", line):
                return int(found[1]), "".join(lines)[:-1]
            lines.append(line)
        raise AssertionError(f"bash ended: {''.join(lines)}")

    def close(self) -> None:
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.close()
        self._bash.wait(timeout=10)
        self._bash.stdout.close()


def commands(text: str) -> list[tuple[str, str]]:
    """Split a console block into commands and what is printed after each."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts]


def pattern(shown: str) -> re.Pattern[str]:
    """What is printed must be what is shown; `…` stands for anything, spaces between words for any number of them."""
    lines = []
    for line in shown.rstrip("\n").split("\n"):
        if line == ANY:
            lines.append(r"(?:.*\n)*?")
            continue
        words = [".*".join(re.escape(part) for part in word.split(ANY)) for word in line.split(" ") if word]
        indent = r"\s*" if line.startswith(" ") else ""
        lines.append(
            indent + r"[ \u00a0]+".join(words).replace(r".*[ \u00a0]+", ".*").replace(r"[ \u00a0]+.*", ".*") + r" *\n"
        )
    return re.compile("".join(lines))


@pytest.fixture
def empty_servers():
    """Both servers as somebody finds them who begins."""
    redmine, tryton = PlainRedmine(live("REDMINE")), PlainTryton(live("TRYTON"))
    redmine.wipe()
    tryton.wipe()
    yield redmine, tryton
    redmine.close()
    tryton.close()


def test_the_tutorial_works_as_it_stands(empty_servers, tmp_path):
    redmine, tryton = empty_servers
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    shell = Shell(tmp_path)
    for language, name, text in blocks():
        if language == "yaml":
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif language == "bash" and "servers up" not in text:
            code, printed = shell.run(text)
            assert code == 0, (text, printed)
        elif language == "console":
            for command, shown in commands(text):
                code, printed = shell.run(command)
                assert code == 0, (command, printed)
                assert pattern(shown).fullmatch(printed), (command, printed, pattern(shown).pattern)
    shell.close()

    [issue] = [one for one in redmine.issues() if one["subject"] != "Made by hand"]
    assert issue["subject"] == "Пилот CRM"
    deals = tryton.rpc("sale.opportunity.search_read", [], 0, None, None, ["description", "state", "amount"])
    assert [(deal["description"], deal["state"]) for deal in deals] == [("Пилот CRM", "opportunity")]
