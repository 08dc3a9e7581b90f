"""What is kept of documents: one writer at a time, an address at the case, an entry on the list while there is one."""

from collections.abc import Callable
from dataclasses import replace

from mappings.reconcile.model import Base, Entity, Event, Fact, Origin, Parked
from state import attention, cases, documents, workers
from state.documents import Kept, Paper, Stand
from state.store import Store
from state.types import Worker
from tests.state_builders import Clock, claim, linked, opened

STAND = Stand("9", "0041", "https://wiki.test/Кейс", {"facts": Base({}, "Сумма", "")})


def a_paper(store: Store, worker: Worker) -> Paper:
    (whole,) = opened(store, worker)
    return Paper(Entity("d1", "document", "", whole.entity.sync), whole.entity.id, "бриф", "wiki", "page")


def named(paper: Paper, title: str) -> Paper:
    said = Fact(title, Origin("rule", "documents"))
    return replace(paper, document=replace(paper.document, facts={"title": said}))


def begun(store: Store, worker: Worker, paper: Paper) -> documents.Begun | None:
    return documents.begin(store, worker, paper, verb="create", run="r1")


def test_a_document_is_made_by_one_worker_at_a_time(opener: Callable[[], Store], worker: Worker) -> None:
    one, other = opener(), opener()
    paper = a_paper(one, worker)

    first = begun(one, worker, paper)
    second = begun(other, other.worker(), paper)

    assert first is not None
    assert (first.again, second) == (False, None)


def test_whoever_finds_the_write_of_a_dead_worker_knows_that_it_may_be_done(
    store: Store, worker: Worker, clock: Clock
) -> None:
    paper = a_paper(store, worker)
    first = begun(store, worker, paper)
    clock.go(60)

    second = begun(store, store.worker(), paper)

    assert first is not None
    assert second == documents.Begun(first.key, again=True)


def test_the_write_of_a_worker_that_has_ended_is_found_too(store: Store, worker: Worker) -> None:
    paper = a_paper(store, worker)
    first = begun(store, worker, paper)
    workers.retire(store, worker)

    assert documents.doubtful(store, paper.document.sync) == ("d1",)
    assert begun(store, store.worker(), paper) == documents.Begun(first.key if first else "", again=True)


def test_a_write_that_begins_keeps_the_name_it_is_sent_with(store: Store, worker: Worker) -> None:
    paper = a_paper(store, worker)
    first = begun(store, worker, named(paper, "Внедрение"))
    documents.keep(store, named(paper, "Внедрение"), Kept(write=first.key if first else None, next="dropped"))

    begun(store, worker, named(paper, "Внедрение CRM"))

    assert cases.by_ids(store, ["d1"])["d1"].entity.facts["title"].value == "Внедрение CRM"


def test_what_came_to_an_end_is_open_no_more(store: Store, worker: Worker) -> None:
    paper = a_paper(store, worker)
    first = begun(store, worker, paper)

    documents.keep(store, paper, Kept(STAND, write=first.key if first else None))

    assert documents.doubtful(store, paper.document.sync) == ()
    (whole,) = cases.by_ids(store, ["d1"]).values()
    assert (whole.entity.kind, whole.entity.key) == ("document", "DOC-1")
    assert [(one.external_id, one.version, one.url) for one in whole.links] == [("9", "0041", STAND.url)]
    assert whole.links[0].bases["facts"].view == "Сумма"


def test_the_address_is_a_link_of_the_case_which_is_due_when_it_changes(store: Store, worker: Worker) -> None:
    paper = a_paper(store, worker)

    documents.keep(store, paper, Kept(STAND))
    first = claim(store, worker).cases
    documents.keep(store, paper, Kept(STAND))
    documents.keep(store, paper, Kept(replace(STAND, gone="gelöscht")))

    assert [[(li.system, li.kind, li.url) for li in one.links if li.system == "wiki"] for one in first] == [
        [("wiki", "бриф", STAND.url)]
    ]
    links = cases.by_ids(store, [paper.case])[paper.case].links
    assert [one.system for one in links] == ["crm"]
    assert cases.by_ids(store, ["d1"])["d1"].links[0].tombstone


def test_an_entry_keeps_its_number_while_it_is_true_and_goes_with_it(store: Store, worker: Worker) -> None:
    paper = a_paper(store, worker)
    entry = Parked("missing", "wartet auf deal.amount")

    documents.keep(store, paper, Kept(parked=entry))
    (first,) = attention.parked_fields(store)
    documents.keep(store, paper, Kept(parked=entry))
    (second,) = attention.parked_fields(store)
    documents.keep(store, paper, Kept(STAND))

    assert (first.id, first.entity, first.code, first.system) == (second.id, paper.case, "missing", "wiki")
    assert attention.parked_fields(store) == ()


def test_cases_with_new_lines_in_their_history_are_touched(store: Store, worker: Worker) -> None:
    whole = linked(store, worker)

    touched, last = documents.touched(store, whole.entity.sync, after=0)
    idle, same = documents.touched(store, whole.entity.sync, after=last)

    assert (idle, same) == ((), last)
    paper = Paper(Entity("d1", "document", "", whole.entity.sync), whole.entity.id, "бриф", "wiki", "page")
    documents.keep(store, paper, Kept(STAND, events=(Event("made", "бриф"),)))
    own, _ = documents.touched(store, whole.entity.sync, after=last)
    assert set(own) <= {whole.entity.id}
    assert set(touched) <= {whole.entity.id}


def test_a_forgotten_link_is_made_anew(store: Store, worker: Worker) -> None:
    paper = a_paper(store, worker)
    documents.keep(store, paper, Kept(replace(STAND, gone="gone")))

    documents.forget_link(store, paper)

    assert cases.by_ids(store, ["d1"])["d1"].links == ()
    assert documents.by_records(store, "wiki", kind="page", records=["9"]) == ()
    assert documents.touched(store, paper.document.sync, after=0)[0] == (paper.case,)
