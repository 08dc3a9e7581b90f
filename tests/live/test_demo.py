"""`casehub demo` as a newcomer runs it: the installed command, in a process of its own, over a real line."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from connectors.trust import NOBODY
from flows.hub.demo.browser import Browser

CASEHUB = str(Path(sys.executable).parent / "casehub")
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+\S*)")


class Demo:
    """A running demo: its lines as they come, and what its reader types."""

    def __init__(self, folder: Path, *words: str) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("CASEHUB_", "DEMO_"))}
        self._process = subprocess.Popen(
            [CASEHUB, "demo", *words],
            cwd=folder,
            env={**env, "LC_ALL": "C"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        self.lines: list[str] = []

    def until(self, said: str) -> str:
        """Read on to the line with *said* in it, and return that line."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))
            if said in line:
                return line
        raise AssertionError("\n".join(self.lines))

    def type(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def interrupt(self) -> None:
        """Press Ctrl-C: a terminal sends it to every process of the group."""
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self) -> int:
        """Read to the end, and return the exit code."""
        rest, _ = self._process.communicate(timeout=60)
        self.lines += rest.splitlines()
        return self._process.returncode

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def address(self, beginning: str) -> str:
        found = ADDRESS.search(next(line for line in self.lines if line.startswith(f"   {beginning} ")))
        assert found is not None
        return found[1]

    def addresses(self) -> list[str]:
        return [found[1] for line in self.lines if (found := ADDRESS.fullmatch(line.strip()))]


@contextmanager
def a_demo(folder: Path, *words: str) -> Iterator[Demo]:
    demo = Demo(folder, *words)
    try:
        yield demo
    finally:
        demo.kill()


def refuses(address: str) -> bool:
    try:
        httpx.get(address, trust_env=False, verify=NOBODY)
    except httpx.TransportError:
        return True
    return False


def beside(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Give a command in another terminal, as the demo tells its reader to."""
    env = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    given = ["bash", "-c", f"source casehub-demo/demo.env && {command}"]
    return subprocess.run(
        given, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False
    )


def test_once_shows_that_both_sides_agree(tmp_path):
    with a_demo(tmp_path, "--once") as demo:
        code = demo.end()

    text = "\n".join(demo.lines)
    assert code == 0, text
    assert demo.lines[-1] == "Both sides agree: 40 deals and 40 issues, fact by fact; nothing waits for a person."
    assert "Plan: 39 to create, 2 to change, 0 to delete, 0 conflicts, 0 parked." in text
    assert "A third pass has nothing to do: 0 writing requests" in text
    assert "~ CASE-2  amount  225\u00a0000\u00a0₽ → 287\u00a0500\u00a0₽  (crm → tracker #" in text
    assert "~ CASE-4  stage  lead → in_work  (tracker → crm #4)" in text
    assert len(re.findall(r"^   curl -s ", text, re.MULTILINE)) == 10
    assert [line for line in demo.lines if line.startswith("   ≠")] == []
    assert list(tmp_path.iterdir()) == []
    assert refuses(demo.address("CRM"))
    assert refuses(demo.address("tracker"))


def test_once_exits_with_1_when_a_record_is_changed_past_the_hub(tmp_path):
    with (
        a_demo(tmp_path, "--once", "--pause", "--hub", "here") as demo,
        httpx.Client(trust_env=False, verify=NOBODY) as client,
    ):
        demo.until("press Enter")
        deal = next(address for address in demo.addresses() if "/deal/details/" in address)
        Browser(client).change(deal.replace("/2/", "/17/"), person="Анна Ковалёва", values={"opportunity": "1"})
        demo.type("\n")
        code = demo.end()

    assert code == 1
    [told] = [line for line in demo.lines if line.startswith("deal 17 and issue #")]
    assert 'differ in amount: opportunity: 1 RUB · Amount: "787500"' in told
    assert demo.lines[-1] == "Both sides do NOT agree."


def test_a_newcomers_change_arrives_on_the_other_side_until_ctrl_c(tmp_path):
    with a_demo(tmp_path) as demo, httpx.Client(trust_env=False, verify=NOBODY) as client:
        demo.until("Ctrl-C ends the demo")
        deal, issue = demo.addresses()
        Browser(client).change(deal, person="Анна Ковалёва", values={"title": "Ёлка №1"})
        demo.until("~ CASE-2  title  Миграция в облако → Ёлка №1  (crm → tracker #")
        arrived = Browser(client).text(issue, "subject")
        asked = beside(tmp_path, "casehub check && casehub case show CASE-2 && casehub status")
        torn = beside(tmp_path, "casehub conflicts list")
        link = next(line.split()[0] for line in demo.lines if "/login/link/" in line)
        page = client.get(link)
        demo.interrupt()
        code = demo.end()

    assert arrived == "Ёлка №1"
    assert asked.returncode == 0, asked.stdout
    assert "Everything is as the files say." in asked.stdout
    assert "CASE-2  Ёлка №1 · ПАО «Северный ветер»" in asked.stdout
    assert code == 0, demo.lines
    assert "CASE-5" in torn.stdout
    assert "lets you in once" in page.text
    assert refuses(link)
    assert "The demo has ended, and its two systems with it." in demo.lines
    assert not [line for line in demo.lines if "Traceback" in line]
    assert refuses(deal)
    assert refuses(issue)
    assert sorted(path.name for path in (tmp_path / "casehub-demo").glob("*.yaml")) == [
        "deal.crm.yaml",
        "hub.yaml",
        "issue.tracker.yaml",
    ]


def test_the_sandboxes_end_with_a_demo_that_is_killed(tmp_path):
    with a_demo(tmp_path, "--once", "--pause") as demo:
        demo.until("press Enter")
        page = demo.address("CRM")

    deadline = time.monotonic() + 10
    while not refuses(page) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert refuses(page)
