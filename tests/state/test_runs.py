"""Runs, the mapping a sync was last run with, and the figures of every system."""

from dataclasses import replace

from mappings.exchange import Cursor
from mappings.reconcile.model import Event, Parked
from state import cases, cursors, history, inbox, outbox, runs
from state.runs import Figures
from state.store import Store
from state.types import CursorState, Worker
from tests.state_builders import (
    TRACKER,
    Clock,
    a_change,
    a_page,
    a_record,
    claim,
    decided,
    due_claim,
    link_in,
    linked,
    planned,
)


def test_a_run_is_recorded_from_start_to_end(store: Store, clock: Clock) -> None:
    begun = runs.start(store, "presales", by="Анна")
    assert runs.runs(store) == (begun,)
    clock.go(5)

    ended = runs.finish(store, begun, counts={"decided": 3}, text="готово")

    assert runs.runs(store) == (ended,)
    assert (ended.state, ended.finished, ended.counts, ended.by) == ("done", clock.now, {"decided": 3}, "Анна")


def test_runs_are_listed_newest_first_and_by_sync(store: Store, clock: Clock) -> None:
    for name in ("presales", "support", "presales"):
        runs.start(store, name)
        clock.go(1)

    assert [one.sync for one in runs.runs(store, limit=2)] == ["presales", "support"]
    assert [one.sync for one in runs.runs(store, name="support")] == ["support"]


def test_p3_an_idle_pass_writes_its_run_and_nothing_else(store: Store, worker: Worker) -> None:
    linked(store, worker)
    with store.recorded() as texts:
        begun = runs.start(store, "presales")
        claim(store, worker)
        outbox.take(store, worker, system="tracker", limit=10)
        outbox.doubtful(store, worker, systems=["tracker"])
        runs.finish(store, begun)

    writing = [text.split() for text in texts if not text.lstrip().startswith("SELECT")]
    assert [words[2 if words[0] == "INSERT" else 1] for words in writing] == ["run", "run"]


def test_the_end_of_a_run_says_when_each_kind_was_read_though_no_cursor_moved(store: Store, clock: Clock) -> None:
    page = a_page(store, a_record())
    inbox.put(store, page)
    begun, first = runs.start(store, "presales"), clock.now
    clock.go(60)
    inbox.put(store, page)
    place = (page.system, page.kind)

    runs.finish(store, begun, pulled={place: clock.now, ("wiki", "page"): clock.now})
    runs.finish(store, begun, pulled={place: first})  # an older one of another pass that took longer

    assert cursors.state(store, page.system, kind=page.kind).pulled_at == clock.now
    assert cursors.state(store, "wiki", kind="page") == CursorState(Cursor(None), pulled_at=clock.now)


# --- mappings -------------------------------------------------------------------------------------------------------


def test_h27_planned_writes_of_another_mapping_are_dropped_and_their_entities_due(store: Store, worker: Worker) -> None:
    linked(store, worker)
    assert runs.fingerprint(store, "presales") is None
    planned(store, worker)

    dropped = runs.set_fingerprint(store, "presales", mapping="new")

    assert (dropped, outbox.open_writes(store)) == (1, ())
    assert [one.entity.id for one in claim(store, worker).cases] == ["entity0001"]
    assert runs.fingerprint(store, "presales") == "new"


def test_h27_a_sent_write_of_another_mapping_stays_and_settles_by_what_it_holds(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)
    outbox.take(store, worker, system="tracker", limit=1)

    assert runs.set_fingerprint(store, "presales", mapping="new") == 0
    assert len(outbox.open_writes(store)) == 1


def test_writes_of_another_sync_or_of_the_same_mapping_stay(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)

    assert runs.set_fingerprint(store, "support", mapping="new") == 0
    assert runs.set_fingerprint(store, "presales", mapping="") == 0
    assert claim(store, worker).cases == ()


# --- figures --------------------------------------------------------------------------------------------------------


def test_status_counts_what_hangs_on_every_system(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    planned(store, worker)
    inbox.hint(store, "tracker", kind="issue", ids=["1", "2"])
    inbox.put(store, a_page(store, a_record("42", of=TRACKER), cursor=Cursor(at="x")))
    claimed = due_claim(store, worker)
    change = a_change(link_in(claimed, "crm").id, parked={"title": Parked("dropped", "осталось")})
    decided(store, worker, claimed, change)

    crm, tracker = runs.status(store)

    assert tracker == Figures(
        "tracker",
        "issue",
        cursor=Cursor(at="x"),
        pulled_at=clock.now,
        first_read_done=True,
        links=1,
        waiting=1,
        hints=2,
        planned=1,
    )
    assert (crm.links, crm.parked, crm.planned, crm.tombstones) == (1, 1, 0, 0)


def test_a_hub_that_knows_nothing_has_no_figures(store: Store) -> None:
    assert runs.status(store) == ()


def test_marking_due_twice_claims_once(store: Store, worker: Worker) -> None:
    whole = linked(store, worker)
    cases.mark_due(store, [whole.entity.id])
    cases.mark_due(store, [whole.entity.id])

    [claimed] = claim(store, worker).cases
    decided(store, worker, claimed, entity=replace(claimed.entity, generation=1))

    assert claim(store, worker).cases == ()


def test_runs_that_began_long_ago_can_be_given_up_all_but_those_of_some_syncs(store: Store, clock: Clock) -> None:
    lost = [runs.start(store, "presales", by="wake"), runs.start(store, "gone", by="ann")]
    kept = [runs.start(store, "sales", by="schedule")]
    later = clock.go(60)
    kept.append(runs.start(store, "presales", by="wake"))

    given_up = runs.give_up_all(store, but={"sales"}, before=later, text="lost")
    runs.finish(store, lost[1], text="slow")

    found = {run.id: run for run in runs.runs(store)}
    assert given_up == 2
    assert [(found[one.id].state, found[one.id].text) for one in lost] == [("failed", "lost"), ("done", "slow")]
    assert {found[one.id].state for one in kept} == {"running"}


def test_old_runs_that_the_history_does_not_tell_of_are_forgotten(store: Store, worker: Worker, clock: Clock) -> None:
    def ended(name: str = "presales", **counts: bool) -> str:
        clock.go(1)
        return runs.finish(store, runs.start(store, name), counts=counts).id

    idle = [ended() for _ in range(3)]
    kept = [ended(compared=True), ended(), ended("sales"), runs.start(store, "presales").id]
    history.tell(store, Event("set", "title"), entity="of-another", kind="case", run=kept[1])
    later = clock.go(60)
    young = [ended(), ended()]

    found = [runs.forget(store, before=later, most=2) for _ in range(3)]

    assert found == [2, 1, 0]
    assert {run.id for run in runs.runs(store)} == {*kept, *young}
    assert not {run.id for run in runs.runs(store)} & set(idle)


def test_runs_that_never_ended_can_be_given_up_by_sync_and_by_whom(store: Store, clock: Clock) -> None:
    lost = runs.start(store, "presales", by="schedule")
    kept = [runs.start(store, "presales", by="ann"), runs.start(store, "sales", by="schedule")]
    runs.finish(store, runs.start(store, "presales", by="schedule"))
    later = clock.go(60)
    kept.append(runs.start(store, "presales", by="schedule"))

    given_up = runs.give_up(store, "presales", by="schedule", before=later, text="lost")

    found = {run.id: run for run in runs.runs(store)}
    assert given_up == 1
    assert (found[lost.id].state, found[lost.id].text, found[lost.id].finished) == ("failed", "lost", later)
    assert {found[run.id].state for run in kept} == {"running"}
