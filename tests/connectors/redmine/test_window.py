"""Pages of a list that moves while it is read lose nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.redmine.window import Mark, next_in_query, next_in_window, params_of, turn_of
from mappings.exchange import Cursor

Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.integers(0, 40)),
        st.tuples(st.just("delete"), st.integers(0, 40)),
        st.tuples(st.just("make"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 4)),
        st.tuples(st.just("page"), st.just(0)),
    ),
    max_size=60,
)


@dataclass
class MovingList:
    """Issues that people change, listed as Redmine lists them; `content` counts the edits of each."""

    query: bool
    now: datetime = datetime(2026, 11, 1, 9, tzinfo=UTC)
    content: dict[int, int] = field(default_factory=dict)
    changed: dict[int, datetime] = field(default_factory=dict)
    last: int = 0

    def do(self, step: Step) -> None:
        verb, number = step
        alive = sorted(self.content)
        self.now += timedelta(milliseconds=40)
        if verb == "wait":
            self.now += timedelta(seconds=number)
        elif verb == "make":
            self.last += 1
            self.content[self.last], self.changed[self.last] = 1, self.now
        elif alive and verb == "edit":
            target = alive[number % len(alive)]
            self.content[target] += 1
            self.changed[target] = self.now
        elif alive and verb == "delete":
            del self.content[alive[number % len(alive)]]

    def ask(self, params: dict[str, str | int]) -> tuple[list[int], int]:
        """Answer as Redmine does: whole seconds, inclusive bound, filters ignored beside a query."""
        ids = sorted(self.content)
        if not self.query:
            if "issue_id" in params:
                ids = [each for each in ids if each >= int(str(params["issue_id"])[2:])]
            if "updated_on" in params:
                bound = datetime.fromisoformat(str(params["updated_on"])[2:]) - timedelta(seconds=1)
                ids = [each for each in ids if self.changed[each] > bound]
        if str(params["sort"]).startswith("updated_on:desc"):
            ids.sort(key=lambda each: (self.changed[each], each), reverse=True)
        offset, size = int(params.get("offset", 0)), int(params["limit"])
        return ids[offset : offset + size], len(ids)

    def stamp(self, number: int) -> str:
        return self.changed[number].strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Reader:
    """Reads page by page and remembers what it was shown last."""

    world: MovingList
    size: int
    seen: dict[int, int] = field(default_factory=dict)
    cursor: Cursor | None = None
    requests: int = 0

    def page(self, *, full: bool = False) -> bool:
        turn = turn_of(None if full else self.cursor, full=full)
        rows, total = self.world.ask(params_of(turn, size=self.size, query=self.world.query))
        self.requests += 1
        marks: list[Mark] = [(number, self.world.stamp(number)) for number in rows]
        after = (next_in_query if self.world.query else next_in_window)(self.cursor, turn, marks=marks, total=total)
        assert after.broken == ""
        if not after.again:
            self.seen |= {number: self.world.content[number] for number in rows}
        self.cursor = after.cursor
        return after.more

    def rest(self, between: Callable[[], None] = lambda: None) -> None:
        while self.page():
            between()
            assert self.requests < 500, "the read does not end"


def caught_up(reader: Reader) -> None:
    """After the last change has become listable, two reads to the end have seen everything as it is."""
    reader.world.do(("wait", 3))
    reader.rest()
    reader.rest()
    alive = reader.world.content
    assert {number: reader.seen.get(number) for number in alive} == alive


@pytest.mark.parametrize("query", [False, True])
@given(start=st.integers(0, 25), size=st.integers(2, 7), steps=STEPS)
@settings(max_examples=150)
def test_nothing_is_lost_however_the_list_moves(query: bool, start: int, size: int, steps: list[Step]) -> None:
    world = MovingList(query)
    for _ in range(start):
        world.do(("make", 0))
    reader = Reader(world, size)

    for step in steps:
        if step[0] == "page":
            reader.page()
        else:
            world.do(step)

    caught_up(reader)


@pytest.mark.parametrize("query", [False, True])
def test_twenty_are_edited_and_twelve_of_one_second_lie_across_a_border(query: bool) -> None:
    world = MovingList(query)
    for number in range(60):
        world.do(("make", 0))
        world.do(("wait", 0 if 20 <= number < 32 else 1))
    reader = Reader(world, 10)
    edits = iter(range(20))

    def edit() -> None:
        for target in [next(edits, None) for _ in range(4)]:
            if target is not None:
                world.do(("edit", target * 3))

    reader.rest(edit)

    caught_up(reader)


@pytest.mark.parametrize("query", [False, True])
def test_thousands_of_one_second_are_read_to_the_end(query: bool) -> None:
    world = MovingList(query)
    world.content = dict.fromkeys(range(1, 1001), 1)
    world.changed = dict.fromkeys(range(1, 1001), world.now)
    reader = Reader(world, 100)

    reader.rest()

    assert len(reader.seen) == 1000
    assert reader.requests == 11


def test_a_window_of_less_than_a_page_is_one_request() -> None:
    world = MovingList(query=False)
    for _ in range(50):
        world.do(("make", 0))
    reader = Reader(world, 100)
    reader.rest()
    world.do(("wait", 4))
    before = reader.requests

    reader.rest()

    assert reader.requests - before == 1


def test_a_full_read_sees_every_id_that_was_there_all_along() -> None:
    world = MovingList(query=False)
    for _ in range(30):
        world.do(("make", 0))
    reader = Reader(world, 7)
    reader.rest()
    reader.seen.clear()

    more = reader.page(full=True)
    while more:
        world.do(("edit", 1))
        world.do(("delete", 0))
        more = reader.page()

    assert set(world.content) <= set(reader.seen)


def test_the_stamp_waits_while_a_window_is_open() -> None:
    world = MovingList(query=False)
    for _ in range(9):
        world.do(("make", 0))
        world.do(("wait", 3))
    reader = Reader(world, 100)
    reader.rest()
    done = reader.cursor
    for number in range(9):
        world.do(("edit", number))
    reader.size = 2

    reader.page()

    assert done is not None
    assert reader.cursor is not None
    assert (reader.cursor.at, reader.cursor.ids) == (done.at, done.ids)
    assert reader.cursor.resume


def test_the_bound_is_two_seconds_early_and_utc() -> None:
    turn = turn_of(Cursor(at="2026-11-21T18:00:01Z"), full=False)

    assert params_of(turn, size=100)["updated_on"] == ">=2026-11-21T17:59:59Z"


def test_a_server_that_ignores_the_filter_by_number_is_found_out() -> None:
    turn = turn_of(Cursor(resume='{"start": null, "at": "2026-11-21T18:00:01Z", "ids": [], "after": 40}'), full=False)

    after = next_in_window(None, turn, marks=[(7, "2026-11-21T18:00:01Z"), (41, "2026-11-21T18:00:01Z")], total=90)

    assert after.broken


def test_a_grouped_query_is_found_out() -> None:
    after = next_in_query(
        None,
        turn_of(None, full=False),
        marks=[(1, "2026-11-20T10:00:00Z"), (2, "2026-11-21T10:00:00Z")],
        total=2,
    )

    assert "grouped" in after.broken


def test_a_foreign_cursor_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        turn_of(Cursor(resume="page 7"), full=False)


@pytest.mark.parametrize("query", [False, True])
def test_a_record_deleted_behind_the_reader_hides_no_other(query: bool) -> None:
    world = MovingList(query)
    for _ in range(20):
        world.do(("make", 0))
        world.do(("wait", 2))
    reader = Reader(world, 5)
    read: list[int] = []

    def delete() -> None:
        behind = [number for number in reader.seen if number in world.content and number not in read]
        read.extend(behind[:2])
        for number in behind[:2]:
            del world.content[number]

    reader.rest(delete)

    assert set(world.content) <= set(reader.seen)
