"""A record that a plan would delete: said in its file, and left where a person says no or takes it out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from state import inbox
from tests.flows.hub.test_applying import apply, edited, kept
from tests.hub_builders import AHub
from tests.notes_builders import NOTES, say, shown, talking


def a_delete(tmp_path: Path) -> tuple[AHub, Path]:
    """Two notes with their copies, the first of which is to go, since its note was deleted; the plan of that."""
    hub, deal, _ = talking(tmp_path, sync=NOTES + "    gone: close\n")
    number = say(hub, "crm", deal, "Звонил клиент")
    say(hub, "crm", deal, "Второе")
    hub.sync()
    hub.systems["crm"].delete("comment", number)
    inbox.hint(hub.installation.store, "crm", kind="comment", ids=[number])
    kept(hub, tmp_path / "plan.yaml")
    return hub, tmp_path / "plan.yaml"


def no_case(form: Any) -> None:
    form["cases"][0]["do"] = False


def no_write(form: Any) -> None:
    form["cases"][0]["writes"][0]["do"] = False


def no_line(form: Any) -> None:
    for line in form["cases"][0]["writes"][0]["fields"]:
        line["do"] = False


def without_case(form: Any) -> None:
    form["cases"] = []


def without_write(form: Any) -> None:
    form["cases"][0]["writes"] = []


def without_line(form: Any) -> None:
    del form["cases"][0]["writes"][0]["fields"][0]


def test_the_file_says_so_and_it_is_carried_out(tmp_path: Path) -> None:
    hub, path = a_delete(tmp_path)
    text = path.read_text(encoding="utf-8")

    apply(hub, path)

    assert '"delete": 1' in text
    assert [str(text).splitlines()[-1] for text in shown(hub, "trk")] == ["Второе"]


@pytest.mark.parametrize("change", [no_case, no_write, no_line])
def test_one_that_was_answered_with_no_is_left_for_good(tmp_path: Path, change: Callable[[Any], None]) -> None:
    hub, path = a_delete(tmp_path)
    edited(path, change)

    apply(hub, path)
    hub.sync(full=True)

    assert len(shown(hub, "trk")) == 2


@pytest.mark.parametrize("change", [without_case, without_write, without_line])
def test_one_that_was_taken_out_is_left_for_the_next_pass(tmp_path: Path, change: Callable[[Any], None]) -> None:
    hub, path = a_delete(tmp_path)
    edited(path, change)

    apply(hub, path)
    before = len(shown(hub, "trk"))
    hub.sync()

    assert (before, len(shown(hub, "trk"))) == (2, 1)
