"""What systems hold is shown at a terminal, and a terminal acts upon nothing of it."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.cli.terminal import emit, harmless, progress, say, table, tell
from flows.hub.describing import starting_mapping
from mappings.exchange import Choice, Discovery, Place, SystemPerson
from tests.flows.cli.test_terminal import AtOnce, Screen
from tests.security.hostile import ACTS, EVIL, RICH, SEQUENCES

LOOKS = (
    ("case", "list"),
    ("case", "show", "CASE-1"),
    ("case", "history", "CASE-1"),
    ("case", "explain", "CASE-1", "title"),
    ("conflicts", "list"),
    ("plan",),
    ("status",),
    ("log",),
    ("discover", "crm"),
    ("discover", "crm", "record"),
    ("check",),
    ("sync",),
)


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_no_command_shows_what_a_terminal_acts_upon(attacked, words):
    ended = attacked.run(*words)

    assert ended.out
    assert ACTS.findall(ended.out + ended.err) == []
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_json_is_as_harmless(attacked, words):
    ended = attacked.run(*words, "--json")

    assert ACTS.findall(ended.out + ended.err) == []
    assert isinstance(ended.json, dict | list)


@pytest.mark.parametrize("hostile", SEQUENCES, ids=repr)
def test_a_hostile_word_of_the_command_line_comes_back_harmless(hub, hostile):
    for words in (("case", "show", hostile), ("plan", hostile), ("apply", hostile), ("--hub", hostile, "status")):
        ended = hub.run(*words)

        assert ended.code != 0
        assert ACTS.findall(ended.out + ended.err) == []
        assert "Traceback" not in ended.err


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_whatever_a_text_holds_nothing_of_it_acts(text):
    assert not ACTS.search(harmless(text))
    assert harmless(harmless(text)) == harmless(text)


def test_what_is_harmless_is_shown_as_it_stands(capsys):
    say("Сделка «Ромашка»\tдве\nстроки 👍 שלום")
    tell("⚠ ok")

    assert capsys.readouterr() == ("Сделка «Ромашка»\tдве\nстроки 👍 שלום\n", "⚠ ok\n")


def test_a_cell_is_one_line_whatever_it_holds(capsys):
    table(["title"], [["a\nCASE-99  forged\u2028x"], ["\x1b[31mred"]])

    assert capsys.readouterr().out.splitlines() == ["title", "a CASE-99  forged x", r"\x1b[31mred"]


def test_json_says_the_same_after_it_was_made_harmless(capsys):
    emit({"title": EVIL})

    shown = capsys.readouterr().out
    assert json.loads(shown) == {"title": EVIL}
    assert not ACTS.search(shown)


def test_progress_shows_the_names_of_systems_as_text():
    stream: io.StringIO = Screen()
    with progress("…", timer=AtOnce, stream=stream) as step:
        step(f"\x1b]0;owned\x07{RICH}")

    assert "\x1b]0;" not in stream.getvalue()
    assert RICH[:6] in stream.getvalue()


def test_what_a_system_calls_its_values_stays_in_a_comment():
    evil = "x\nfields: {title: null}\n#"
    choices = (Choice("1", evil, group=evil), Choice("2", evil, group=evil, closes=True))
    people = (SystemPerson(evil, evil, email=evil),)
    found = Discovery("crm", "deal", (Place("s", evil, "choice", choices=choices),), people=people)

    assert "\nfields: {title" not in starting_mapping(found, "none")
