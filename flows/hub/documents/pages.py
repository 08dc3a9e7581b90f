"""A page of a wiki per case: made from a template, with a block of facts that is kept current."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from connectors.mediawiki import MediaWikiConnector
from mappings.canonical.values import Value
from mappings.documents import (
    BlockLost,
    Flaw,
    Flawed,
    Template,
    page_title,
    parse_template,
    put_block,
    split_block,
    stamp_block,
)
from mappings.exchange import Change, Create, Found, Receipt, Update, VendorRecord
from mappings.reconcile.model import Base, Event, Link, Parked
from state.documents import Paper, Stand

from .paper import Held, Later, Made, Result

BLOCK = "facts"
MOST_TRIES = 4
"""So often a page is read again and its block put again, where somebody is faster each time."""
_REWRITTEN = re.compile(r"~{3,}|\{\{\s*(safe)?subst:")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Pages:
    """Makes and keeps the pages of one template in one wiki."""

    kind = "page"

    def __init__(self, connector: MediaWikiConnector, text: str, *, known: Collection[str], zone: str) -> None:
        """Raises Flawed where TEXT, the template, names unknown facts or has no block."""
        self._connector = connector
        self._zone = zone
        self._foreseen: dict[str, Found] = {}
        text = text.replace("\r\n", "\n")
        self._whole = parse_template(text, "wikitext", known)
        try:
            parts = split_block(text)
        except BlockLost as error:
            raise Flawed([Flaw(1, f"no block of facts: {error}")]) from error
        if _REWRITTEN.search(parts.inner):
            line = parts.before.count("\n") + 1
            raise Flawed(
                [Flaw(line, "signatures and subst: are rewritten by the wiki; they cannot stand in the block")]
            )
        self._inner: Template = parse_template(parts.inner, "wikitext", known)

    async def foresee(self, ids: Sequence[str]) -> None:
        """Read many pages at once, for the looks that follow."""
        found = await self._connector.get(self.kind, ids)
        self._foreseen = {one.id: one for one in found}

    async def _read(self, record_id: str) -> Found:
        """Return a page; what was read beforehand is used once, as it grows old."""
        if record_id in self._foreseen:
            return self._foreseen.pop(record_id)
        return (await self._connector.get(self.kind, [record_id]))[0]

    def title(self, filled: str) -> str:
        """Return the title that a filled name gives. Raises ValueError."""
        return page_title(filled)

    def _filled(self, template: Template, facts: Mapping[str, Value]) -> str:
        """What the wiki will save of it: composed letters, no control characters."""
        text = template.fill(facts, zone=self._zone).encode("utf-8", "replace").decode()
        return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", text))

    async def make(self, paper: Paper, title: str, facts: Mapping[str, Value], *, key: str, again: bool) -> Result:
        """Make the page, or find the one that was made before; one that is not ours is left alone."""
        del again  # a page says itself whether it is ours
        text = stamp_block(self._filled(self._whole, facts), paper.document.id)
        changes = (Change("title", title), Change("text", text))
        create = Create(key, paper.system, self.kind, paper.document.id, changes)
        receipt = (await self._connector.push([create]))[0]
        if receipt.state == "done" and receipt.id is not None:
            return await self._made(paper, receipt, facts)
        if receipt.state == "refused" and receipt.other is not None:
            return await self._there(paper, receipt.other, title=title, facts=facts)
        return _not_made(receipt, paper)

    async def _made(self, paper: Paper, receipt: Receipt, facts: Mapping[str, Value]) -> Result:
        if receipt.record is None:
            return Later("the page was made and is not shown", sent=True)
        inner = self._filled(self._inner, facts)
        return self._stands(receipt.record, inner=inner, wrote=True)

    async def _there(self, paper: Paper, record_id: str, *, title: str, facts: Mapping[str, Value]) -> Result:
        """A page of that title is there: ours by the id in its block, or somebody else's."""
        found = (await self._connector.get(self.kind, [record_id]))[0]
        try:
            parts = split_block(str(found.record.views["text"] or "")) if found.record else None
        except BlockLost:
            parts = None
        if found.record is None or parts is None or parts.owner != paper.document.id:
            text = f"a page called {title!r} is there already and is not ours; move it in {paper.system}, then run"
            return Held(Parked("taken", f"{text} `casehub sync --full`", view=record_id))
        return await self._keep(paper, found.record, facts, base=parts.inner)

    async def refresh(self, paper: Paper, link: Link, facts: Mapping[str, Value]) -> Result:
        """Put the facts as they are now into the block of the page, and leave the rest of it as it is."""
        found = await self._read(link.external_id)
        if found.record is None:
            return _lost(paper, found.reason, found.state)
        base = link.bases[BLOCK].view if BLOCK in link.bases else ""
        return await self._keep(paper, found.record, facts, base=str(base))

    async def look(self, paper: Paper, link: Link) -> Result:
        """Say how the page stands; nothing is written into it."""
        found = await self._read(link.external_id)
        if found.record is None:
            return _lost(paper, found.reason, found.state)
        record = found.record
        return Made(Stand(record.id, record.version, record.url, dict(link.bases)), str(record.views["title"]))

    def wants(self, link: Link, facts: Mapping[str, Value]) -> bool:
        """Say whether the block would be another one, without asking the wiki."""
        inner = self._filled(self._inner, facts)
        return BLOCK not in link.bases or link.bases[BLOCK].view != inner

    async def _keep(self, paper: Paper, record: VendorRecord, facts: Mapping[str, Value], *, base: str) -> Result:
        """Put the block; where somebody edits meanwhile, read again and put it into what they wrote."""
        inner = self._filled(self._inner, facts)
        events: list[Event] = []
        writes = 0
        for _ in range(MOST_TRIES):
            text = str(record.views["text"] or "")
            try:
                parts = split_block(text)
            except BlockLost as error:
                return Held(_damaged(paper, record, str(error)))
            if parts.owner != paper.document.id:
                return Held(_damaged(paper, record, "the comment casehub:facts carries the id of another document"))
            if parts.inner == inner:
                return self._stands(record, inner=inner, events=events)
            if parts.inner not in (base, inner):
                base = parts.inner
                events.append(_seen(paper, record, parts.inner))
            change = Change("text", put_block(text, inner), text)
            update = Update(paper.document.id, paper.system, self.kind, record.id, (change,), record.version)
            receipt = (await self._connector.push([update]))[0]
            if receipt.state == "gone":
                return _lost(paper, receipt.reason, "gone")
            if receipt.state not in ("done", "moved") or receipt.record is None:
                return _not_made(receipt, paper)
            record = receipt.record
            writes += receipt.state == "done"
            if receipt.state == "done" and split_or_none(record) == inner:
                return self._stands(record, inner=inner, events=events, wrote=True)
        if writes > 1:
            return Held(Parked("altered", f"{paper.system} makes something else of the block of {paper.label}"))
        return Later("somebody edits the page all the time; its block is put later")

    def _stands(self, record: VendorRecord, *, inner: str, events: Sequence[Event] = (), wrote: bool = False) -> Made:
        bases = {BLOCK: Base({}, inner, "")}
        return Made(Stand(record.id, record.version, record.url, bases), str(record.views["title"]), events, wrote)


def split_or_none(record: VendorRecord) -> str | None:
    """Return what stands in the block of a page, None where there is none."""
    try:
        return split_block(str(record.views["text"] or "")).inner
    except BlockLost:
        return None


def _damaged(paper: Paper, record: VendorRecord, what: str) -> Parked:
    text = f"the block of facts of {record.views['title']!r} is damaged: {what}; take both comments over from an"
    help_ = f"{text} earlier version of the page ({record.url}); until then the hub leaves {paper.label} alone"
    return Parked("block", help_, view=record.version)


def _lost(paper: Paper, reason: str, state: str) -> Held:
    if state == "refused":
        return Held(Parked("refused", f"{paper.label} cannot be read: {reason}"))
    text = f"{paper.label} is gone: {reason}; bring it back there, or have a new one made"
    return Held(Parked("gone", f"{text}: `casehub documents again`"))


def _seen(paper: Paper, record: VendorRecord, inner: str) -> Event:
    author = record.views.get("author")
    cause = "written into the hub's block, which is put back"
    by = author if isinstance(author, str) else ""
    return Event("read", BLOCK, None, inner, paper.system, by, cause=cause)


def _not_made(receipt: Receipt, paper: Paper) -> Result:
    if receipt.state == "refused":
        reason = "; ".join(refused.reason for refused in receipt.refused)
        return Held(Parked("rejected", f"{paper.system} refuses {paper.label}: {reason}"))
    return Later(receipt.reason, sent=receipt.state == "unclear")
