"""Values that are made by the million are equal, hashed and replaced as those of any frozen data class."""

import dataclasses
from dataclasses import replace

from mappings.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Ours:
    name: str
    number: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    name: str
    number: int = 0


@dataclass(slots=True)
class Collected:
    rows: list[str] = dataclasses.field(default_factory=list)


def test_equal_ones_are_one_key() -> None:
    one, same, other = Ours("а", 1), Ours("а", 1), Ours("а", 2)

    assert ({one: "found"}.get(same), {one: "found"}.get(other)) == ("found", None)
    assert hash(one) == hash(Theirs("а", 1))
    assert replace(one, number=2) == other
    assert (repr(one), Ours.__match_args__) == ("Ours(name='а', number=1)", Theirs.__match_args__)


def test_there_is_no_room_for_anything_else() -> None:
    assert not hasattr(Ours("а"), "__dict__")


def test_what_is_said_to_change_is_no_key() -> None:
    assert Collected.__hash__ is None
    assert Collected(["а"]) == Collected(["а"])
