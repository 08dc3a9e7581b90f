"""`casehub test`: how it ends, and what it prints."""

import json

import pytest
from typer.testing import CliRunner

from flows.cli import app
from tests.flows.cli.cli_builders import CRM, HUB, TRK

STORY = """
story: Сделка стала задачей
code: первая
steps:
  - create crm: {title: Внедрение CRM, stage: PREP}
  - sync
  - see: {trk: {status: New}}
"""


@pytest.fixture
def folder(tmp_path):
    """A hub with a folder of stories beside it."""
    (tmp_path / "hub.yaml").write_text(HUB, encoding="utf-8")
    (tmp_path / "record.crm.yaml").write_text(CRM, encoding="utf-8")
    (tmp_path / "record.trk.yaml").write_text(TRK, encoding="utf-8")
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "а.yaml").write_text(STORY, encoding="utf-8")
    return tmp_path


def run(folder, *words):
    return CliRunner().invoke(app, ["--hub", str(folder), *words, str(folder / "stories")])


def test_stories_are_played_against_the_hub_of_the_folder_and_leave_nothing_there(folder):
    before = sorted(path.name for path in folder.iterdir())

    ended = run(folder, "test")

    assert (ended.exit_code, ended.stdout) == (0, "1 story: all as told.\n")
    assert sorted(path.name for path in folder.iterdir()) == before


def test_what_is_not_as_told_is_shown_with_its_line_and_fails(folder):
    (folder / "stories" / "б.yaml").write_text(STORY.replace("New", "Closed"), encoding="utf-8")

    ended = run(folder, "test")

    assert ended.exit_code == 1
    assert ended.stdout.splitlines() == [
        "б.yaml: Сделка стала задачей",
        "     7  trk status",
        "        expected  'Closed'",
        "        was       'New'",
        "2 stories: 1 not as told.",
    ]


def test_a_story_in_another_encoding_is_told_with_its_line_and_what_to_do(folder):
    (folder / "stories" / "б.yaml").write_bytes(STORY.encode("cp1251"))

    ended = run(folder, "test")

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.startswith("б.yaml: 1 problem\n   2  not UTF-8; save it in that encoding\n")
    assert ended.stderr.endswith("Mend the files; `casehub test` reads them again.\n")


def test_json_says_the_same(folder):
    (folder / "stories" / "б.yaml").write_text(STORY.replace("New", "Closed"), encoding="utf-8")

    form = json.loads(run(folder, "test", "--json").stdout)

    assert (form["stories"], form["failed"]) == (2, 1)
    assert form["played"][1]["differences"] == [
        {"line": 7, "where": "trk status", "expected": "'Closed'", "was": "'New'"}
    ]


def test_a_word_chooses_stories_and_one_that_chooses_none_fails(folder):
    assert run(folder, "test", "-k", "перв").stdout == "1 story: all as told.\n"
    ended = run(folder, "test", "-k", "нет такого")
    assert (ended.exit_code, "has 'нет такого' in its file" in ended.stderr) == (1, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (STORY.replace("create", "creat"), "creat"),
        (STORY.replace("title:", "titel:"), "did you mean 'title'?"),
        ("- нет\n", "no story"),
    ],
)
def test_a_story_that_is_told_wrong_is_a_mistake_of_usage(folder, text, told):
    (folder / "stories" / "а.yaml").write_text(text, encoding="utf-8")

    ended = run(folder, "test")

    assert (ended.exit_code, told in ended.stderr) == (2, True)


def test_a_folder_without_stories_is_a_mistake_of_usage(folder):
    (folder / "stories" / "а.yaml").unlink()

    ended = run(folder, "test")

    assert (ended.exit_code, "no scenarios" in ended.stderr) == (2, True)
