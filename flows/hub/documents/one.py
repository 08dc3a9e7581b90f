"""One document of one case: made, kept current, watched after it was sent; what is in the way is told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mappings.canonical.values import Value
from mappings.language.read_documents import DocumentSpec
from mappings.reconcile.model import Base, Entity, Event, Link, Parked
from state import cases, documents
from state.documents import Kept, Paper, Stand
from state.store import Store
from state.types import Worker

from .folders import Folders
from .pages import Pages
from .paper import (
    DRAFT,
    GONE,
    MADE,
    SENT,
    Held,
    Later,
    Made,
    Result,
    document_id,
    fact,
    link_in,
    missing,
    name_of,
    paper_of,
    template_values,
    told,
)


@dataclass
class Told:
    """What was done about documents. DUE: the address of one is new, so its case has something to tell elsewhere."""

    made_in: Counter[str] = field(default_factory=Counter)
    written_in: Counter[str] = field(default_factory=Counter)
    parked: int = 0
    due: int = 0
    trouble: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    requests: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    """Systems in which more is to be made than one pass makes."""


@dataclass(frozen=True)
class Room:
    """What keeping documents needs of the hub."""

    sync: str
    store: Store
    worker: Worker
    run: str = ""
    most: int = 500
    """So many documents are made in one pass; the rest follow in the next ones (`max_creates`)."""


class One:
    """One document of one case."""

    def __init__(self, room: Room, report: Told, spec: DocumentSpec, *, maker: Pages | Folders, case: Entity) -> None:
        self._room = room
        self._store = room.store
        self._report = report
        self._spec = spec
        self._maker = maker
        self._case = case
        self._facts: Mapping[str, Value] = template_values(case)

    async def keep(self, *, look: bool) -> None:
        """Make it, keep it, or say what is in the way. LOOK: ask the system how it stands, even if nothing is new."""
        known = cases.by_ids(self._store, [document_id(self._case.id, self._spec.label)])
        whole = next(iter(known.values()), None)
        paper = paper_of(self._spec, self._case, kind=self._maker.kind, document=whole.entity if whole else None)
        link = link_in(whole.links, paper) if whole else None
        if link is None:
            await self._make(paper, begun=bool(whole and whole.creates))
        elif link.tombstone:
            if look:
                await self._returned(paper, link)
        elif fact(paper.document, "state") == SENT:
            await self._watch(paper, link, look=look)
        elif look or self._maker.wants(link, self._facts) or documents.parked_here(self._store, paper):
            await self._refresh(paper, link)

    # --- making -----------------------------------------------------------------------------------------------------

    async def _make(self, paper: Paper, *, begun: bool) -> None:
        wanted = self._spec.when is None or self._spec.when(self._facts)
        if not wanted and not begun:
            self._clear(paper)
            return
        lacking = missing(self._spec, self._facts)
        if lacking and not begun:
            text = f"{self._spec.label} waits for {', '.join(lacking)}; it is made once they are known"
            self._park(paper, Parked("missing", text))
            return
        try:
            title = name_of(self._spec, self._facts, self._maker.title)
        except ValueError as error:
            self._park(paper, Parked("name", f"{self._spec.label} cannot be named: {error}"))
            return
        await self._write(paper, title, begun=begun)

    async def _write(self, paper: Paper, title: str, *, begun: bool) -> None:
        if self._report.made_in.total() >= self._room.most:
            self._report.left.add(paper.system)
            return
        now = self._store.clock()
        planned = fact(paper.document, "title")
        # What may have been made stands under the name that it was sent with, whatever it would be called now.
        name = str(planned) if planned and (begun or isinstance(self._maker, Folders)) else title
        paper = told(paper, now, case=self._case.key, case_id=self._case.id, kind=self._spec.kind, title=name)
        write = documents.begin(self._store, self._room.worker, paper, verb="create", run=self._room.run)
        if write is None:
            return
        result = await self._maker.make(paper, name, self._facts, key=write.key, again=write.again)
        self._settle(paper, result, key=write.key, made=True)

    # --- keeping ----------------------------------------------------------------------------------------------------

    async def _refresh(self, paper: Paper, link: Link) -> None:
        result = await self._maker.refresh(paper, link, self._facts)
        self._settle(paper, await self._found_again(paper, link, result), link=link)

    async def _found_again(self, paper: Paper, link: Link, result: Result) -> Result:
        """A folder that was renamed is known by the case's key in its name, where no other document is in that one."""
        if not isinstance(self._maker, Folders) or not isinstance(result, Held) or result.parked.code != GONE:
            return result
        free = [path for path in await self._maker.moved(link, self._case.key) if self._is_free(paper, path)]
        if len(free) != 1:
            return result
        return await self._maker.refresh(paper, replace(link, external_id=free[0]), self._facts)

    def _is_free(self, paper: Paper, path: str) -> bool:
        known = documents.by_records(self._store, paper.system, kind=paper.kind, records=[path])
        return not set(known) - {paper.document.id}

    async def _watch(self, paper: Paper, link: Link, *, look: bool) -> None:
        """A document that was sent is not written any more; another content than was sent is told."""
        if look:
            found = await self._maker.look(paper, link)
            found = await self._found_again(paper, link, found)
            if not isinstance(found, Made):
                self._settle(paper, found, link=link)
                return
            self._stood(paper, link, found)
            return
        before = documents.parked_here(self._store, paper)
        after = self._after_sending(link)
        if before != after:
            self._keep(paper, Made(_stand(link), str(fact(paper.document, "title"))), parked=after, link=link)

    def _stood(self, paper: Paper, link: Link, found: Made) -> None:
        """Keep how a document that was sent stands now."""
        stand = replace(found.stand, bases={**link.bases, **found.stand.bases, **_kept(link)})
        parked = self._after_sending(replace(link, version=stand.version))
        self._keep(paper, Made(stand, found.title), parked=parked, link=link)

    def _after_sending(self, link: Link) -> Parked | None:
        sent = link.bases[SENT].view if SENT in link.bases else None
        again = f"casehub documents sent {self._case.key} {self._spec.label}"
        draft = f"casehub documents draft {self._case.key} {self._spec.label}"
        if sent != link.version:
            text = f"{self._spec.label} was changed after it was sent; send it again and say so (`{again}`),"
            return Parked("changed", f"{text} or go on working on it (`{draft}`)", view=link.version)
        if isinstance(self._maker, Pages) and self._maker.wants(link, self._facts):
            text = f"the facts in {self._spec.label} have moved since it was sent; to bring it up to date:"
            return Parked("outdated", f"{text} `{draft}`")
        return None

    async def _returned(self, paper: Paper, link: Link) -> None:
        """A document that was gone is there again: everything goes on as before, and what was sent stays so."""
        if SENT in link.bases:
            found = await self._maker.look(paper, link)
            if isinstance(found, Made):
                self._stood(paper, link, found)
            return
        result = await self._maker.refresh(paper, link, self._facts)
        if isinstance(result, Made):
            self._settle(paper, result, link=link)

    # --- what became of it --------------------------------------------------------------------------------------------

    def _settle(
        self, paper: Paper, result: Result, *, key: str | None = None, link: Link | None = None, made: bool = False
    ) -> None:
        match result:
            case Made():
                self._keep(paper, result, parked=self._moved(paper, result, link), link=link, key=key, made=made)
            case Held(parked=entry, half=half):
                stand = replace(_stand(link), gone=entry.text) if link and entry.code == GONE else None
                if stand is not None:
                    paper = told(paper, self._store.clock(), state=GONE, url=None)
                self._park(paper, entry, key=key, half=half, stand=stand)
            case Later(reason=reason, sent=sent):
                self._report.notices.append(f"{self._case.key} {self._spec.label}: {reason}")
                if key is not None:
                    kept = Kept(write=key, next="sent" if sent else "dropped", run=self._room.run)
                    documents.keep(self._store, paper, kept)

    def _moved(self, paper: Paper, result: Made, link: Link | None) -> Parked | None:
        before = fact(paper.document, "title")
        if link is None or link.tombstone or before in (None, result.title):
            return None
        text = f"{self._spec.label} was called {before!r} and is {result.title!r} now; the hub follows it, and its link"
        return Parked("moved", f"{text} elsewhere is the new one; nothing has to be done")

    def _keep(
        self,
        paper: Paper,
        result: Made,
        *,
        parked: Parked | None,
        link: Link | None = None,
        key: str | None = None,
        made: bool = False,
    ) -> None:
        now, stand = self._store.clock(), result.stand
        if link is not None:
            stand = replace(stand, bases={**_kept(link), **stand.bases})
        elif made:
            stand = replace(stand, bases={**stand.bases, MADE: Base({}, stand.version, "")})
        paper = told(
            paper,
            now,
            case=self._case.key,
            case_id=self._case.id,
            kind=self._spec.kind,
            title=result.title,
            url=stand.url,
            version=stand.version,
            state=SENT if SENT in stand.bases else DRAFT,
        )
        events = list(result.events)
        if made:
            events.append(Event("made", self._spec.label, None, stand.url, paper.system, cause=result.title))
            self._report.made_in[paper.system] += 1
        elif result.wrote:
            events.append(Event("write", "facts", None, None, paper.system, cause="the facts have moved"))
            self._report.written_in[paper.system] += 1
        if parked is not None and parked.code == "moved":
            events.append(Event("moved", "title", system=paper.system, cause=parked.text))
        if link is None or link.url != stand.url or link.tombstone:
            self._report.due += 1
        self._report.parked += parked is not None
        documents.keep(self._store, paper, Kept(stand, parked, events, key, run=self._room.run))

    def _park(
        self, paper: Paper, entry: Parked, *, key: str | None = None, half: bool = False, stand: Stand | None = None
    ) -> None:
        self._report.parked += 1
        if key is None and stand is None and documents.parked_here(self._store, paper) == entry:
            return
        if stand is not None:
            self._report.due += 1
        event = Event("parked", self._spec.label, system=paper.system, cause=entry.text)
        paper = told(paper, self._store.clock(), case=self._case.key, case_id=self._case.id, kind=self._spec.kind)
        kept = Kept(stand, entry, (event,), key, next="sent" if half else "dropped", run=self._room.run)
        documents.keep(self._store, paper, kept)

    def _clear(self, paper: Paper) -> None:
        """What waited for something is not wanted any more."""
        if documents.parked_here(self._store, paper) is not None:
            documents.keep(self._store, paper, Kept(run=self._room.run))


def _stand(link: Link) -> Stand:
    return Stand(link.external_id, link.version, link.url, dict(link.bases))


def _kept(link: Link) -> dict[str, Base]:
    return {name: base for name, base in link.bases.items() if name in (SENT, MADE)}
