"""What a plan will cost, in requests: an estimate from what the systems say of themselves."""

from collections.abc import Iterable, Mapping

from mappings.exchange import Abilities

from .plan import PlannedWrite


def requests_of(writes: Iterable[PlannedWrite], abilities: Mapping[str, Abilities]) -> int:
    """
    Return about how many requests *writes* will take.

    A create is one. An update is one where the system compares by itself; else its record is read before and after,
    a page of records at a time.
    """
    made: dict[str, int] = {}
    changed: dict[str, int] = {}
    for write in writes:
        count = made if write.verb == "create" else changed
        count[write.system] = count.get(write.system, 0) + 1
    return sum(made.values()) + sum(_updates(number, abilities.get(name)) for name, number in changed.items())


def _updates(number: int, system: Abilities | None) -> int:
    if system is None or system.conditional_writes:
        return number
    pages = -(-number // max(system.page_size, 1))
    return number + 2 * pages
