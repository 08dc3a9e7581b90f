"""The kills as a part of the proof."""

from tests.crash.stories import SERVED, STORIES
from tools.proof import kills


def test_every_story_is_part_of_the_proof() -> None:
    assert set(kills.STORIES) == set(STORIES)
    assert SERVED.name == kills.SERVING


def test_a_look_is_a_tenth_and_the_proof_is_every_point() -> None:
    look, proof = (kills.commands(seed=3, whole=whole) for whole in (False, True))

    assert len(look) == len(kills.STORIES)
    assert not any("--all" in command for _, command in look)
    assert all("--all" in command for name, command in proof if name != "crash-workers")
    assert len({name for name, _ in proof}) == len(proof)


def test_the_table_adds_up_the_shards_of_a_story() -> None:
    form = {"points": 10, "kills": 5, "missed": 0, "by": {"commit": 3, "request": 2}, "broken": {}}
    shard = {"stories": {"edits, sqlite": form}}
    fleet = {"workers": 2, "task_servers": 2, "n": 300, "killed": ["a task server"], "cases_per_second": 20.5}

    assert kills.rows([shard, shard, fleet]) == [
        ("kills: edits, sqlite", "10 at 10 points"),
        ("kills at a commit", "6"),
        ("kills at a request", "4"),
        ("workers", "300 cases, 2 workers and 2 task servers, killed: a task server; 20.5 cases/s"),
    ]
