"""``extends:``: what a mapping takes over from the catalogue. Its own word wins, per key and per key of a field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mappings.canonical.facts import FACTS

from .entries import Entry
from .problems import Sheet, hint, shown
from .reader import Items, Scalar, read

CATALOG = "catalog/"
"""Shipped files are shown under this name in messages."""

KEYS = (
    "kind",
    "entity",
    "extends",
    "under",
    "take",
    "leave_when",
    "match",
    "marker",
    "fields",
    "transitions",
    "confirm",
)  # fmt: skip
OWN_KEYS = ("system", *KEYS)
SHIPPED_KEYS = ("type", *KEYS)
POLICY_KEYS = ("conflicts", "policy", "policies", "home")
NO_POLICY = "a mapping carries no policy; who is right is said once, under conflicts: of the sync in hub.yaml"
_PUBLISHED = frozenset(info.name for infos in FACTS.values() for info in infos)
"""Facts of any entity: who takes one out, in case it is ever inherited, has not mistyped it."""


@dataclass(frozen=True, slots=True)
class FieldSource:
    """The keys of one field, each from the file that said it last; ENTRY is where the field is named last."""

    entry: Entry
    keys: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Source:
    """A mapping file with all that it extends merged in, still unread. ROOT is the file itself."""

    root: Entry
    keys: Mapping[str, Entry]
    fields: Mapping[str, FieldSource]


@dataclass(slots=True)
class Catalog:
    """The shipped mappings, read when first asked for. TEXTS: ``bitrix24/deal.yaml`` -> text."""

    texts: Mapping[str, str]
    sheet: Sheet
    _read: dict[str, Entry | None] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What `extends:` may name."""
        return tuple(sorted(name.removesuffix(".yaml") for name in self.texts if "/" in name))

    def of_type(self, type_: str) -> tuple[str, ...]:
        """Return the names of the mappings shipped for systems of *type_*."""
        return tuple(name for name in self.names if name.partition("/")[0] == type_)

    def root(self, name: str) -> Entry | None:
        """Return the file *name*, or None where it cannot be read (noted)."""
        if name not in self._read:
            file = f"{CATALOG}{name}.yaml"
            node = read(self.texts[f"{name}.yaml"], file, sheet=self.sheet)
            self._read[name] = None if node is None else Entry(node, "", 1, file=file, sheet=self.sheet)
        return self._read[name]


def merged(root: Entry, catalog: Catalog, *, known: Collection[str] = OWN_KEYS, above: tuple[str, ...] = ()) -> Source:
    """
    Return the mapping file *root* over what it extends. ABOVE are the shipped files that led here.

    A field set to null is removed; one that nobody knows was meant to be another, and is noted. So are a key that is
    not known, a chain that runs in a circle and a name that the catalogue does not have.
    """
    keys = _known(root, known)
    fields = _fields(keys)
    below = _extended(keys.get("extends"), catalog, above=above)
    if below is None:
        return Source(root, keys, {name: one for name, one in fields.items() if one is not None})
    whole: dict[str, FieldSource | None] = dict(below.fields)
    for name, one in fields.items():
        if one is None and name not in below.fields and name not in _PUBLISHED:
            keys["fields"].open_keys()[name].fail(f"no field of that name is inherited{hint(name, below.fields)}")
        whole[name] = _over(one, whole.get(name)) if one is not None else None
    return Source(root, {**below.keys, **keys}, {name: one for name, one in whole.items() if one is not None})


def _known(root: Entry, known: Collection[str]) -> dict[str, Entry]:
    for name, entry in root.open_keys().items():
        if name in POLICY_KEYS:
            entry.fail(NO_POLICY)
    return root.keys((*known, *POLICY_KEYS))


def _fields(keys: Mapping[str, Entry]) -> dict[str, FieldSource | None]:
    listed = keys["fields"].open_keys() if "fields" in keys else {}
    return {name: None if entry.empty else FieldSource(entry, entry.open_keys()) for name, entry in listed.items()}


def _extended(entry: Entry | None, catalog: Catalog, *, above: tuple[str, ...]) -> Source | None:
    name = entry.plain() if entry else None
    if entry is None or name is None:
        return None
    if name in above:
        entry.fail(f"runs in a circle: {' → '.join([*above, name])}")
        return None
    if name not in catalog.names:
        entry.fail(f"the catalogue has no {shown(name)}{hint(name, catalog.names)}")
        return None
    root = catalog.root(name)
    return merged(root, catalog, known=SHIPPED_KEYS, above=(*above, name)) if root else None


def _over(own: FieldSource, inherited: FieldSource | None) -> FieldSource:
    """
    Return *own* keys over *inherited* ones.

    A field that is said through another transform, or that sets other facts, takes over its place and direction only:
    the settings of the other transform would mean nothing.
    """
    if inherited is None:
        return own
    changed = any(name in own.keys and _words(own, name) != _words(inherited, name) for name in ("as", "sets"))
    kept = {name: entry for name, entry in inherited.keys.items() if not changed or name in ("at", "direction")}
    return FieldSource(own.entry, {**kept, **own.keys})


def _words(source: FieldSource, name: str) -> list[str]:
    node = source.keys[name].node if name in source.keys else None
    listed = node.items if isinstance(node, Items) else [node]
    return [one.text for one in listed if isinstance(one, Scalar)]
