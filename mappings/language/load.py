"""
The files of a hub, read and checked together: everything fails whole, at the start, with all problems of all files.

Nothing is opened here: texts come in (`flows.hub.files` reads them), a `Hub` comes out.
"""

from collections.abc import Mapping

from mappings.canonical.facts import FACTS

from .across import check_hub
from .conditions import names_of
from .entries import Entry
from .extend import CATALOG, Catalog
from .mapping_files import read_mappings
from .model import Hub, MappingSpec, Sync
from .policies import PARTS, POLICIES_FILE, Level, PolicyWords, read_shipped
from .problems import Sheet
from .read_hub import HUB_FILE, Draft, read_hub
from .read_sync import BESIDE, Surroundings, read_head, read_sync
from .reader import Keys, Scalar, read
from .schema import SystemSchema


def load_hub(
    files: Mapping[str, str], env: Mapping[str, str], *, schemas: Mapping[str, SystemSchema], catalog: Mapping[str, str]
) -> Hub:
    """
    Return the hub that *files* describe: ``hub.yaml`` and one ``<kind>.<system>.yaml`` per mapping.

    *schemas* has the settings of each type of system, *catalog* the shipped texts (``policies.yaml``,
    ``bitrix24/deal.yaml``), *env* what ``${NAME}`` stands for. Raises `Problems` with everything that is wrong.
    """
    sheet = Sheet()
    draft = _draft(files, env, schemas=schemas, sheet=sheet)
    if draft.empty:
        sheet.add(draft.empty.problem("no sync is named; it says where cases are born, and where they appear"))
    heads = {name: read_head(entry, draft.names) for name, entry in draft.syncs.items()}
    found_mappings = read_mappings(files, draft, heads=tuple(heads.values()), catalog=Catalog(catalog, sheet))
    mappings = found_mappings.specs
    around = Surroundings(_maps(mappings), _shipped(catalog, sheet))
    found = {name: read_sync(head, name=name, around=around) for name, head in heads.items()}
    syncs = {name: sync for name, sync in found.items() if sync is not None}
    hub = Hub(
        database=draft.database,
        timezone=draft.timezone,
        systems=draft.systems,
        syncs=_with_kinds(syncs, mappings),
        mappings=mappings,
        people=draft.people,
        notify=draft.notify,
        page=draft.page,
    )
    check_hub(hub, sheet, broken=found_mappings.broken)
    sheet.settle()
    return hub


def load_systems(files: Mapping[str, str], env: Mapping[str, str], *, schemas: Mapping[str, SystemSchema]) -> Hub:
    """
    Return a hub that knows its systems and nothing else: enough to talk to them while mappings are still being written.

    Raises `Problems` with what is wrong in ``hub.yaml`` itself; what its syncs and the mappings say is not looked at.
    """
    sheet = Sheet()
    draft = _draft(files, env, schemas=schemas, sheet=sheet)
    sheet.settle()
    return Hub(draft.database, draft.timezone, draft.systems, {}, (), draft.people, draft.notify, draft.page)


def types_named(text: str) -> tuple[str, ...]:
    """Return the types of systems that a hub.yaml names, so that their schemas can be found before it is checked."""
    root = read(text, HUB_FILE, sheet=Sheet())
    systems = root.get("systems") if isinstance(root, Keys) else None
    found = [one.get("type") for _, one in systems.pairs if isinstance(one, Keys)] if isinstance(systems, Keys) else []
    return tuple(dict.fromkeys(one.text for one in found if isinstance(one, Scalar)))


def _draft(
    files: Mapping[str, str], env: Mapping[str, str], *, schemas: Mapping[str, SystemSchema], sheet: Sheet
) -> Draft:
    if HUB_FILE not in files:
        sheet.note(HUB_FILE, 0, text="missing; it names the systems and what is kept in step between them")
        return Draft()
    root = read(files[HUB_FILE], HUB_FILE, sheet=sheet)
    entry = Entry(root, "", 1, file=HUB_FILE, sheet=sheet) if root else None
    return read_hub(entry, schemas=schemas, env=env) if entry and entry.is_mapping else Draft()


def _shipped(catalog: Mapping[str, str], sheet: Sheet) -> dict[str, Level]:
    """Return the shipped policies per kind of entity, read as if there were stages; a sync without any parks them."""
    file = f"{CATALOG}{POLICIES_FILE}"
    root = read(catalog.get(POLICIES_FILE, ""), file, sheet=sheet)
    if root is None:
        return {}
    listed = Entry(root, "", 1, file=file, sheet=sheet).keys(("case", *BESIDE))
    return {kind: read_shipped(one, _words(kind)) for kind, one in listed.items()}


def _words(kind: str) -> PolicyWords:
    names = names_of(kind, orders={"stage": ("stage",)})
    return PolicyWords({info.name: info for info in FACTS[kind]}, names, PARTS)


def _maps(mappings: tuple[MappingSpec, ...]) -> dict[tuple[str, str], frozenset[str]]:
    """Return (system, kind of entity) -> the facts of it that the system can say."""
    said: dict[tuple[str, str], set[str]] = {}
    for spec in mappings:
        facts = said.setdefault((spec.system, spec.entity), {"case"} if spec.under else set())
        facts.update(*(one.facts for one in spec.fields.values() if one.reads))
    return {place: frozenset(facts) for place, facts in said.items()}


def _with_kinds(syncs: Mapping[str, Sync], mappings: tuple[MappingSpec, ...]) -> dict[str, Sync]:
    """Say which kind of record is made, where the system has one mapping of a case and the sync leaves it out."""
    return {name: sync.with_kinds(mappings) for name, sync in syncs.items()}
