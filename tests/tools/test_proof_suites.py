"""Stories and attacks as a part of the proof."""

from tools.proof import suites
from tools.proof.parts import PARTS, Asked


def test_stories_and_attacks_are_part_of_a_look_and_of_the_proof() -> None:
    [part] = [part for part in PARTS if part.name == "suites"]

    assert {shard.name for shard in part.shards(Asked(histories=1))} == {"stories", "attacks"}


def test_what_does_not_hold_is_in_the_table() -> None:
    numbers = [{"stories": 3, "broken": []}, {"attacks": 5, "broken": [{"text": "tests.security.test_door: zip"}]}]

    assert suites.rows(numbers) == [("stories", "3, all hold"), ("attacks", "5, 1 broken")]
