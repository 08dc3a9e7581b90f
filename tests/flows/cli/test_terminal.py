"""Tables, and progress for whoever looks on."""

import io
import threading
from typing import Any

from typer.testing import CliRunner

from flows.cli.terminal import progress, table


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class AtOnce(threading.Timer):
    """A timer whose time has come."""

    def start(self) -> None:
        self.function()

    def join(self, timeout: float | None = None) -> None:
        """It never ran beside us."""


class Never(AtOnce):
    """A timer whose time does not come."""

    def start(self) -> None:
        """Nothing yet."""


def shown(**given: Any) -> str:
    """What progress shows of a work of two steps."""
    stream = given.setdefault("stream", Screen())
    with progress("встречаю системы", timer=given.pop("timer", AtOnce), **given) as step:
        step("читаю")
        step("пишу")
    return stream.getvalue()


def test_long_work_says_what_it_is_at_where_a_person_looks_on():
    assert "пишу" in shown()


def test_quick_work_shows_nothing():
    text = shown(timer=Never)

    assert not {"встречаю", "читаю", "пишу"} & set(text.split())


def test_progress_is_not_shown_to_programs():
    assert shown(quiet=True) == ""
    assert shown(stream=io.StringIO()) == ""


def test_numbers_stand_to_the_right_and_words_to_the_left():
    with CliRunner().isolation() as (out, *_):
        table(["что", "n", "окно"], [["сделка", 5, 0.5], ["и", 1000, None]])
        lines = out.getvalue().decode().splitlines()

    assert lines == ["что        n  окно", "сделка     5  0.50", "и       1000     —"]
