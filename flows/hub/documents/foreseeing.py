"""What the next pass would do about documents: which it would make, and whose facts it would bring up to date."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from connectors.errors import ConnectorError
from connectors.mediawiki import MediaWikiConnector
from mappings.documents import file_path, page_title
from mappings.language import Problems
from mappings.language.read_documents import KEY, DocumentSpec
from mappings.reconcile.model import Entity, Link
from state import cases, documents

from ..pages import batched, pages
from ..wired import Wired
from .desk import Desk
from .keeping import remembered
from .pages import Pages
from .paper import SENT, document_id, fact, link_in, missing, name_of, paper_of, template_values


@dataclass(frozen=True)
class PlannedPaper:
    """A document that a pass would ``make``, ``refresh``, or not make yet because facts are missing (``wait``)."""

    verb: Literal["make", "refresh", "wait"]
    key: str
    label: str
    system: str
    name: str
    why: str = ""

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "case": self.key,
            "document": self.label,
            "system": self.system,
            "verb": self.verb,
            "name": self.name,
            "why": self.why,
        }

    def line(self) -> str:
        """Return it as people read it."""
        sign = {"make": "+", "refresh": "~", "wait": "!"}[self.verb]
        why = f"  {self.why}" if self.why else ""
        return f"{self.key}  {sign} {self.system} document  {self.label}  {self.name}{why}".rstrip()


Batch: TypeAlias = Mapping[str, Entity]
"""Cases, by what a plan calls them."""


def batches_of(wired: Wired, planned: Batch) -> list[Batch]:
    """
    Return the cases whose documents may have something to do: those of a plan, as they would stand after it, and those
    that the pass will look at anyway; all of them before the first pass that keeps documents.
    """
    store, sync = wired.store, wired.whole.name
    before = remembered(store, sync)
    mine = {one.id for one in planned.values()}
    batches: list[Batch] = [planned] if planned else []
    if "last" not in before or before.get("behind"):
        ids = [owner for page in pages(store, sync) for owner in page]
    else:
        ids = list(documents.touched(store, sync, after=int(before["last"]))[0])
    for batch in batched([owner for owner in ids if owner not in mine]):
        stored = cases.by_ids(store, batch).values()
        batches.append({one.entity.key: one.entity for one in stored if one.entity.kind == "case"})
    return batches


async def foreseen(desk: Desk, wired: Wired, batches: Sequence[Batch]) -> tuple[PlannedPaper, ...]:
    """
    Return what would follow for the documents of cases.

    Pages are compared with the facts that were put last; whether somebody has edited one is for the pass to see.
    """
    found: list[PlannedPaper] = []
    for system in desk.systems:
        try:
            async with desk.connectors[system]:
                for spec in desk.of(system):
                    for batch in batches:
                        found += [one async for one in _of_spec(desk, spec, wired, batch)]
        except (ConnectorError, Problems):
            continue  # a pass tells what is wrong there
    return tuple(sorted(found, key=lambda one: (len(one.key), one.key, one.label)))


async def _of_spec(desk: Desk, spec: DocumentSpec, wired: Wired, entities: Batch) -> AsyncIterator[PlannedPaper]:
    known = cases.by_ids(wired.store, [document_id(one.id, spec.label) for one in entities.values()])
    maker: Any = None
    for key, case in entities.items():
        facts = {**template_values(case), KEY: case.key or "…"}
        whole = known.get(document_id(case.id, spec.label))
        kind = "page" if isinstance(desk.connectors[spec.system], MediaWikiConnector) else "folder"
        link = link_in(whole.links, paper_of(spec, case, kind=kind)) if whole else None
        if link is None:
            planned = _made(spec, facts, key=key, page=kind == "page")
            if planned is not None and (planned.verb == "make" or whole is None):  # else it has been told
                yield planned
        elif whole is not None and _is_kept(whole.entity, link, kind):
            maker = maker or await desk.maker(spec)
            if isinstance(maker, Pages) and maker.wants(link, facts):
                title = str(fact(whole.entity, "title"))
                yield PlannedPaper("refresh", key, spec.label, spec.system, title, "its facts have moved")


def _made(spec: DocumentSpec, facts: Mapping[str, Any], *, key: str, page: bool) -> PlannedPaper | None:
    if spec.when is not None and not spec.when(facts):
        return None
    lacking: Sequence[str] = missing(spec, facts)
    if lacking:
        return PlannedPaper("wait", key, spec.label, spec.system, "", f"waits for {', '.join(lacking)}")
    try:
        name = name_of(spec, facts, page_title if page else file_path)
    except ValueError as error:
        return PlannedPaper("wait", key, spec.label, spec.system, "", f"cannot be named: {error}")
    return PlannedPaper("make", key, spec.label, spec.system, name)


def _is_kept(document: Entity, link: Link, kind: str) -> bool:
    return kind == "page" and not link.tombstone and fact(document, "state") != SENT
