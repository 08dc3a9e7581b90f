"""Each rule of the house is shown a sin that it must find and an innocent that it must leave alone."""

from collections.abc import Callable, Iterator

import pytest

from tools import rules
from tools.sources import Finding, Source

Rule = Callable[[Source], Iterator[Finding]]

LONG = "def long():\n" + "    x = 1\n" * 61

SINS: list[tuple[Rule, str]] = [
    (rules.impure, "def f(path):\n    return open(path)\n"),
    (rules.impure, "def f():\n    print(1)\n"),
    (rules.impure, "def f(clock):\n    return clock.datetime.now(tz=1)\n"),
    (rules.impure, "def f(date):\n    return date.today()\n"),
    (rules.impure, "def f(time):\n    return time.time()\n"),
    (rules.impure, "def f(os):\n    return os.environ['A']\n"),
    (rules.impure, "def f(path):\n    return path.read_text()\n"),
    (rules.impure, "def f(uuid):\n    return uuid.uuid4()\n"),
    (rules.impure, "seen = 0\ndef f():\n    global seen\n    seen = 1\n"),
    (rules.waits_inside_a_with, "async def f(s):\n    with s.begin() as w:\n        await w\n"),
    (
        rules.waits_inside_a_with,
        "async def f(s):\n    with s.begin():\n        for a in s:\n            x = [await a]\n",
    ),
    (rules.waits_inside_a_with, "async def f(s):\n    with s.begin():\n        async for a in s:\n            pass\n"),
    (rules.waits_inside_a_with, "async def f(s):\n    with suppress(ValueError), s.begin():\n        await s\n"),
    (rules.waits_inside_a_with, "async def f(lock):\n    with lock:\n        await lock\n"),
    (rules.too_long, "x = 1\n" * 301),
    (rules.too_long, LONG),
    (rules.too_long, "class C:\n    async " + LONG.replace("\n    ", "\n        ").replace("def", "def", 1)),
    (rules.unfinished, "# " + "TO" + "DO later\n"),
    (rules.unfinished, "raise Not" + "ImplementedError\n"),
    (rules.workplace, "path = '/" + "work/main'\n"),
    (rules.workplace, "see https://pyp" + "i.org/simple\n"),
    (rules.workplace, "--extra-index" + "-url x\n"),
    (rules.workplace, "as design" + ".md says\n"),
    (rules.silenced, "x = 1  # type: ignore\n"),
    (rules.silenced, "x = 1  # type: ignore[misc]\n"),
    (rules.silenced, "x = 1  # noqa\n"),
    (rules.silenced, "x = 1  # noqa: S101\n"),
    (rules.silenced, "# ruff: noqa: S101  # a whole file is never silenced\n"),
    (rules.silenced, "x = 1  # noqa: S101  # type: ignore[misc]\n"),
    (rules.silenced, "x = 1  # pragma: no cover\n"),
    (rules.patched, "from unittest.mock import patch\n"),
    (rules.patched, "from unittest import mock\n"),
    (rules.patched, "def test(monkeypatch):\n    monkeypatch.setattr('a.b', 1)\n"),
    (rules.timed, "import time\ndef test():\n    time.sleep(1)\n"),
    (rules.timed, "async def test(asyncio):\n    await asyncio.sleep(0.1)\n"),
]

INNOCENTS: list[tuple[Rule, str]] = [
    (rules.impure, "def f(now, due):\n    return now > due.time\n"),
    (rules.impure, "pattern = re.compile('a')\n"),
    (rules.waits_inside_a_with, "def f(s):\n    with s.begin() as w:\n        w.add(1)\n"),
    (rules.waits_inside_a_with, "async def f(s):\n    with s.begin():\n        s.add(1)\n    await s\n"),
    (rules.waits_inside_a_with, "async def f(s):\n    with suppress(ValueError):\n        await s\n"),
    (rules.waits_inside_a_with, "async def f(s):\n    async with s.open() as a:\n        await a\n"),
    (rules.waits_inside_a_with, "def f(s):\n    with s.begin():\n        async def g():\n            await s\n"),
    (
        rules.waits_inside_a_with,
        "async def f(s):\n    async for attempt in s:\n        with attempt:\n            await s\n",
    ),
    (rules.too_long, "x = 1\n" * 300),
    (rules.unfinished, "status = 'todo'\n"),
    (rules.workplace, "url = 'https://dev.example.org/org/_apis/work/items'\n"),
    (rules.silenced, "x = 1  # type: ignore[misc]  # the library's stub is wrong here\n"),
    (rules.silenced, "x = 1  # noqa: S101, S105  # the address is the fixture's\n"),
    (rules.silenced, "x = '# noqa'\n"),
    (rules.patched, "def test(monkeypatch):\n    monkeypatch.setenv('A', 'b')\n"),
    (rules.timed, "async def test(asyncio):\n    await asyncio.sleep(0)\n"),
]


@pytest.mark.parametrize(("rule", "text"), SINS)
def test_a_sin_is_found(rule: Rule, text: str) -> None:
    assert list(rule(Source("mappings/sin.py", text)))


@pytest.mark.parametrize(("rule", "text"), INNOCENTS)
def test_an_innocent_is_left_alone(rule: Rule, text: str) -> None:
    assert list(rule(Source("mappings/innocent.py", text))) == []


def test_a_finding_reads_like_a_place_in_an_editor() -> None:
    [finding] = rules.impure(Source("mappings/a.py", "\nprint(1)\n"))

    assert str(finding) == "mappings/a.py:2: print() in a pure folder; take it as an argument"


def test_imports_are_found_wherever_they_stand() -> None:
    text = "import os.path as p\nfrom . import a\n\ndef f():\n    from httpx import get\n"

    assert sorted(rules.imported(Source("a.py", text))) == [("httpx", 5), ("os", 1)]
