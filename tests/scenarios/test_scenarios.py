"""Every story in this folder, and those of the how-to: one process, one database that is emptied in between."""

from pathlib import Path

import pytest

from flows.hub.scenarios import Hubs, play, stories_in
from flows.hub.scenarios.ground import Ground

HERE = Path(__file__).parent
STORIES = stories_in(HERE)


@pytest.fixture(scope="module")
def ground():
    with Ground() as found:
        yield found


@pytest.fixture(scope="module")
def hubs():
    return Hubs(HERE)


@pytest.mark.parametrize("story", STORIES, ids=[story.file.removesuffix(".yaml") for story in STORIES])
def test_it_ends_as_it_is_told(story, hubs, ground):
    played = play(story, hubs, ground)

    assert [f"line {one.line}: {one.where}: {one.expected} / {one.was}" for one in played.differences] == []


def test_every_story_says_what_it_holds():
    assert [story.file for story in STORIES if not (story.code and story.holds and story.hub)] == []


def test_each_hole_that_was_found_in_the_rules_has_a_story_and_the_field_has_forty_more():
    holes = {f"H{number}" for number in range(1, 55) if number not in (17, 52)}

    assert holes - {story.code for story in STORIES} == set()
    assert len([story for story in STORIES if story.code not in holes]) >= 40
