"""What a system cannot do, in words."""

from flows.hub.checking import weaknesses
from mappings.exchange import Abilities

STRONG = Abilities(conditional_writes=True, shows_deletions=True, change_log=frozenset({"status"}))


def test_a_system_that_can_do_everything_has_nothing_told() -> None:
    assert weaknesses(STRONG) == ()


def test_a_write_without_condition_is_told_with_the_longest_window_that_was_measured() -> None:
    [text, log, _] = weaknesses(Abilities(), window=0.256)

    assert "between our compare and our write (of a batch) can be overwritten unseen" in text
    assert text.endswith("the longest so far was 0.26 s")
    assert log.startswith("no change log")


def test_a_change_log_softens_it_and_what_it_cannot_find_is_told() -> None:
    told = weaknesses(Abilities(change_log=frozenset({"status"}), shows_deletions=True))

    assert len(told) == 2
    assert "the longest" not in told[0]
    assert "one that changes just the field we write may not be found out" in told[1]


def test_slow_lists_missing_times_and_unseen_deletions_are_told() -> None:
    told = weaknesses(Abilities(conditional_writes=True, change_feed=False, index_lag=30.0))

    assert [text.split(":")[0] for text in told] == [
        "no change times",
        "its lists run up to 30 s behind",
        "deletions are seen by the full scan only (`casehub sync --full`)",
    ]
