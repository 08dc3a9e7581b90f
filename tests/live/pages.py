"""Pages that are run word for word: their blocks, one shell that keeps its variables, and what must be printed."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.live.plain import HOME

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^( *)```(\w+)(?: (\S+))?\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
ANY = "…"


def blocks(page: str) -> Iterator[tuple[str, str, str]]:
    """Yield (language, file name, text) of every block of the text *page*; those in a list lose its indent."""
    for found in BLOCK.finditer(page):
        lines = found[4].split("\n")
        yield found[2], found[3], "\n".join(line.removeprefix(found[1]) for line in lines)


def section(page: str, heading: str) -> str:
    """Return what stands below the heading of a page."""
    pieces = HEADING.split(page)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))[heading]


class Shell:
    """One bash that keeps its variables from block to block, like the reader's terminal."""

    def __init__(self, folder: Path, **variables: str):
        env = {name: value for name, value in os.environ.items() if not name.startswith("CASEHUB_")}
        path = f"{ROOT / '.venv' / 'bin'}:{env['PATH']}"
        env |= {"PATH": path, "CASEHUB_LIVE_HOME": str(HOME), "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}
        self._bash = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder,
            env=env | variables,
            stdin=-1,
            stdout=-1,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
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

    def follow(self, page: str, wanted: Callable[[str], str | None] = lambda text: text) -> None:
        """Run every bash and console block of *page* as WANTED gives it; each must succeed and print what it shows."""
        for language, _, text in blocks(page):
            given = wanted(text) if language in ("bash", "console") else None
            if given is not None and language == "bash":
                code, printed = self.run(f"( set -e\n{given} )" if "export" not in given else given)
                assert code == 0, (given, printed)
            elif given is not None:
                for command, shown in commands(given):
                    code, printed = self.run(command)
                    assert code == 0, (command, printed)
                    assert pattern(shown).fullmatch(printed), (command, printed, pattern(shown).pattern)

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
