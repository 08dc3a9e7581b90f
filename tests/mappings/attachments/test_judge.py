"""What is to be done about the files of one case: laws, and the cases that people meet."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.attachments import COPIED, Copied, FileLimits, Held, judge

SYSTEMS = ("crm", "трекер", "wiki")
INTO = dict.fromkeys(SYSTEMS, FileLimits())
FILE = Held("crm", "1", "смета.pdf", 5, digest="a" * 64, called="смета.pdf")


def some_files():
    one = st.builds(
        Held,
        st.sampled_from(SYSTEMS),
        st.sampled_from("12345"),
        st.sampled_from(["смета.pdf", "план.docx"]),
        st.sampled_from([None, 5, 7]),
        digest=st.sampled_from([None, "a" * 64, "b" * 64]),
        private=st.booleans(),
        gone=st.booleans(),
    )
    return st.lists(one, max_size=8, unique_by=lambda one: (one.system, one.record))


@settings(derandomize=True, deadline=None, max_examples=150)
@given(some_files())
def test_a_content_that_a_system_holds_is_never_put_there_again(held):
    judged = judge(held, (), INTO)

    there = {(one.system, one.digest) for one in held if not one.gone}
    assert not [copy for copy in judged.copies if (copy.system, copy.source.digest) in there]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(some_files())
def test_nothing_private_and_nothing_gone_leaves_its_system(held):
    judged = judge(held, (), {name: FileLimits(max_size=6) for name in SYSTEMS})

    moved = [one.source for one in (*judged.copies, *judged.refusals)]
    assert not [one for one in moved if one.private or one.gone]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(some_files())
def test_nothing_is_copied_while_the_same_content_may_lie_there_unread(held):
    judged = judge(held, (), INTO)

    for copy in judged.copies:
        unread = [one for one in held if one.system == copy.system and one.digest is None and not one.gone]
        assert not [one for one in unread if copy.source.size is None or one.size in (None, copy.source.size)]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(some_files())
def test_when_all_of_it_is_done_nothing_is_left_to_do(held):
    for _ in range(len(SYSTEMS) + 1):
        judged = judge(held, (), INTO)
        learned = {(one.system, one.record) for one in judged.read}
        held = [
            replace(one, digest=f"{one.system}{one.record}") if (one.system, one.record) in learned else one
            for one in held
        ]
        made = [Held(c.system, f"new {c.source.digest}", c.name, digest=c.source.digest) for c in judged.copies]
        held = [*held, *made]
    judged = judge(held, (), INTO)

    assert [judged.read, judged.copies, judged.refusals] == [[], [], []]


def test_what_was_taken_away_is_not_put_back_unless_the_sync_says_so():
    held = [FILE, replace(FILE, system="трекер", gone=True)]
    into = {"crm": FileLimits(), "трекер": FileLimits()}

    judged, again = judge(held, (), into), judge(held, (), into, gone="restore")

    assert (judged.copies, [one.state for one in judged.noted]) == ([], ["here", "removed"])
    assert [copy.system for copy in again.copies] == ["трекер"]


def test_what_is_in_doubt_is_left_alone_and_what_was_refused_is_tried_on_demand():
    into = {"трекер": FileLimits()}
    doubt = Copied("трекер", FILE.identity, "sent")
    refused = Copied("трекер", FILE.identity, "refused", text="413")

    assert judge([FILE], [doubt], into).copies == []
    assert judge([FILE], [refused], into).copies == []
    assert len(judge([FILE], [refused], into, again=True).copies) == 1


def test_a_refusal_by_our_own_limit_ends_with_the_limit():
    refused = Copied("трекер", FILE.identity, "refused", by_limit=True)

    assert judge([FILE], [refused], {"трекер": FileLimits(max_size=3)}).refusals == []
    assert len(judge([FILE], [refused], {"трекер": FileLimits(max_size=9)}).copies) == 1


def test_a_name_that_one_side_changed_goes_to_the_other_and_two_changes_stay():
    renamed = replace(FILE, name="финал.pdf")
    other = replace(FILE, system="трекер", record="9")

    [rename] = judge([renamed, other], (), {}).renames
    both = judge([renamed, replace(other, name="итог.pdf")], (), {})

    assert (rename.held, rename.name) == (other, "финал.pdf")
    assert both.renames == []


def test_what_cannot_be_read_is_told_and_stops_no_other():
    broken = replace(FILE, digest=None, unreadable="is it a link?")
    [refusal] = judge([broken, replace(FILE, record="2")], (), {"трекер": FileLimits()}).refusals

    assert refusal.why == "its content cannot be had: is it a link?"


def test_a_copy_stays_where_one_of_two_equal_files_was_deleted():
    copy = replace(FILE, system="трекер", record="9")
    made = Copied("трекер", FILE.identity, "here", COPIED, "9")
    lost, other = replace(FILE, gone=True), replace(FILE, record="2")

    assert [one.held for one in judge([lost, copy], [made], INTO, gone="close").removals] == [copy]
    assert judge([lost, other, copy], [made], INTO, gone="close").removals == []
    assert judge([lost, replace(other, digest=None), copy], [made], INTO, gone="close").removals == []
    assert judge([lost, replace(other, private=True), copy], [made], INTO, gone="close").removals != []
