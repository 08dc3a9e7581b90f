"""`documents:` of hub.yaml: which documents a case gets, where, from which template, and what they need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mappings.canonical.facts import CASE_FACTS, FactInfo
from mappings.documents import Flawed, Template, parse_template

from .conditions import Condition, names_of
from .entries import Entry, need
from .model import Hub, Sync
from .policies import read_condition
from .problems import Mark, Sheet, hint, shown
from .read_hub import HUB_FILE
from .reader import read

KEY = "case.key"
"""What people call the case: part of each name, so that no two documents have the same one."""
DOCUMENT_KEYS = ("sync", "system", "template", "name", "when", "requires", "kind")


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """
    One document that a case of SYNC gets where WHEN holds (None: always), once all facts in REQUIRES are known.

    LABEL is what hub.yaml calls it (`brief`), SYSTEM where it lives, TEMPLATE the page, the folder or the file beside
    hub.yaml that it is made from. NAME is the title, or the path below the system's root. MARKS has where each key is
    written.
    """

    label: str
    sync: str
    system: str
    template: str
    name: Template
    when: Condition | None
    requires: tuple[str, ...]
    kind: str
    mark: Mark
    marks: Mapping[str, Mark] = field(default_factory=dict)


def template_facts(custom: Iterable[FactInfo] = ()) -> frozenset[str]:
    """Return the dotted names that templates may use; what the hub works out for other systems is not among them."""
    return frozenset(info.dotted for info in (*CASE_FACTS, *custom) if not info.derived) | {KEY}


def load_documents(text: str, hub: Hub) -> tuple[DocumentSpec, ...]:
    """Return the documents that *text*, the hub.yaml of *hub*, names. Raises `Problems` with all that is wrong."""
    sheet = Sheet()
    root = read(text, HUB_FILE, sheet=sheet)
    entry = Entry(root, "", 1, file=HUB_FILE, sheet=sheet).open_keys().get("documents") if root else None
    found = entry.open_keys() if entry else {}
    specs = [_document(label, one, hub) for label, one in found.items()]
    sheet.settle()
    return tuple(spec for spec in specs if spec is not None)


def _document(label: str, entry: Entry, hub: Hub) -> DocumentSpec | None:
    keys = entry.keys(DOCUMENT_KEYS)
    wanted = {key: need(keys, key, of=entry) for key in ("system", "template", "name")}
    sync = _sync(keys.get("sync"), hub, of=entry)
    if sync is None:
        return None
    known = template_facts(sync.facts)
    system = wanted["system"].choice(hub.systems) if wanted["system"] else None
    template = wanted["template"].plain() if wanted["template"] else None
    name = _name(wanted["name"], known) if wanted["name"] else None
    names = names_of("case", sync.facts, orders={"stage": sync.stages} if sync.stages else {})
    when = read_condition(keys["when"], names) if "when" in keys else None
    requires = _requires(keys.get("requires"), known)
    kind = keys["kind"].plain() if "kind" in keys else label
    if system is None or template is None or name is None:
        return None
    marks = {key: one.mark for key, one in keys.items()}
    return DocumentSpec(
        label,
        sync=sync.name,
        system=system,
        template=template,
        name=name,
        when=when,
        requires=requires,
        kind=kind or label,
        mark=entry.mark,
        marks=marks,
    )


def _sync(entry: Entry | None, hub: Hub, *, of: Entry) -> Sync | None:
    """Return the sync whose cases get the document: the only one, where none is named."""
    if entry is not None:
        return hub.syncs.get(entry.choice(hub.syncs) or "")
    if len(hub.syncs) == 1:
        return next(iter(hub.syncs.values()))
    of.fail(f"must say which sync its cases are of: {', '.join(hub.syncs)}")
    return None


def _name(entry: Entry, known: frozenset[str]) -> Template | None:
    text = entry.plain()
    if text is None:
        return None
    try:
        name = parse_template(text, "name", known)
    except Flawed as error:
        for flaw in error.flaws:
            entry.fail(flaw.text)
        return None
    if KEY not in name.facts:
        entry.fail(f"must have {{{{ {KEY} }}}} in it, so that no two cases share a document")
        return None
    return name


def _requires(entry: Entry | None, known: frozenset[str]) -> tuple[str, ...]:
    named = entry.texts() if entry else ()
    for one in named:
        if entry is not None and one not in known:
            entry.fail(f"unknown fact {shown(one)}{hint(one, known)}")
    return tuple(one for one in named if one in known)
