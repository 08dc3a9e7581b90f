"""hub.yaml: what one file can say by itself. What only several files say together is checked in `load`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import SecretStr

from .entries import Entry, need
from .model import Notify, Person, System
from .problems import Mark, shown
from .references import database_problem, refers, replaced, secret, url
from .schema import Setting, SettingKey, SystemSchema
from .times import clock

HUB_FILE = "hub.yaml"
HUB_KEYS = ("database", "timezone", "page", "systems", "syncs", "people", "notify", "documents")
DEFAULT_DATABASE = "sqlite:///casehub.db"
DEFAULT_ZONE = "UTC"

_NAME = re.compile(r"[^\W_][\w-]{0,62}")
_RESERVED = ("hub", "name", "emails")
_PASSWORD = re.compile(r"://[^/?@]*:([^/?@]+)@|[?&]pass(?:word)?=([^&]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """hub.yaml, with its syncs still as entries: they speak of facts, systems and mappings of other files."""

    database: SecretStr = field(default_factory=lambda: SecretStr(DEFAULT_DATABASE))
    timezone: str = DEFAULT_ZONE
    page: str = ""
    systems: Mapping[str, System] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    """All systems that are named, also those whose settings are wrong: one mistake is told once."""
    syncs: Mapping[str, Entry] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    notify: Notify = field(default_factory=Notify)
    empty: Mark | None = None
    """Where `syncs:` stands, if it names none: good enough to ask the systems, and no hub."""
    stores: tuple[str, ...] = ()
    """The systems that hold documents; what these are is read by `read_documents`."""


def read_hub(root: Entry, *, schemas: Mapping[str, SystemSchema], env: Mapping[str, str]) -> Draft:
    """Return what hub.yaml says; problems are noted on its sheet."""
    keys = root.keys(HUB_KEYS)
    found = need(keys, "systems", of=root)
    systems = _systems(found, schemas=schemas, env=env) if found else {}
    syncs = need(keys, "syncs", of=root)
    named = {name: entry for name, entry in (syncs.open_keys() if syncs else {}).items() if _named(entry, name)}
    return Draft(
        database=_database(keys.get("database"), env),
        timezone=_zone(keys.get("timezone")),
        page=_page(keys.get("page"), env),
        systems=systems,
        names=tuple(name for name in (found.peek() if found else ()) if _NAME.fullmatch(name)),
        syncs=named,
        empty=syncs.mark if syncs and syncs.is_mapping and not syncs.peek() else None,
        people=_people(keys.get("people"), systems),
        notify=_notify(keys.get("notify"), env),
        stores=_stores(keys.get("documents")),
    )


def _stores(entry: Entry | None) -> tuple[str, ...]:
    found = [one.peek().get("system") for one in (entry.open_keys() if entry else {}).values()]
    named = [one.text() for one in found if one is not None and one.single and not one.empty]
    return tuple(dict.fromkeys(name for name in named if name))


def _named(entry: Entry, name: str) -> bool:
    if _NAME.fullmatch(name) and name not in _RESERVED:
        return True
    entry.fail(f"not a name: {shown(name)}; letters, digits, - and _ only, and not one of {', '.join(_RESERVED)}")
    return False


# --- systems -----------------------------------------------------------------------------------------------------


def _systems(entry: Entry, *, schemas: Mapping[str, SystemSchema], env: Mapping[str, str]) -> dict[str, System]:
    systems: dict[str, System] = {}
    for name, one in entry.open_keys().items():
        system = _system(name, one, schemas=schemas, env=env) if _named(one, name) else None
        if system:
            systems[name] = system
    if not entry.open_keys() and entry.empty:
        entry.fail("no system is named")
    return systems


def _system(name: str, entry: Entry, *, schemas: Mapping[str, SystemSchema], env: Mapping[str, str]) -> System | None:
    entries = entry.open_keys()
    type_entry = need(entries, "type", of=entry)
    type_ = type_entry.choice(schemas) if type_entry else None
    if type_ is None:
        return None
    schema = schemas[type_]
    entries = entry.keys(("type", *schema.keys))
    settings = {
        key.name: value
        for key in schema.keys.values()
        if (value := _setting(key, entries, of=entry, env=env)) is not None
    }
    return System(name, type_, settings, entry.mark)


def _setting(key: SettingKey, entries: Mapping[str, Entry], *, of: Entry, env: Mapping[str, str]) -> Setting | None:
    entry = entries.get(key.name)
    if entry is None:
        if key.required:
            meaning = f": {key.meaning}" if key.meaning else ""
            of.sheet.note(of.file, of.line, text=f"{of.path}.{key.name}: missing{meaning}")
        return key.default
    match key.kind:
        case "secret":
            text = secret(entry, env)
            return SecretStr(text) if text is not None else None
        case "url":
            return url(entry, env)
        case "int":
            return entry.number()
        case "bool":
            return entry.flag()
        case "duration":
            return entry.duration()
        case "text":
            return entry.plain()


# --- the rest ----------------------------------------------------------------------------------------------------


def _database(entry: Entry | None, env: Mapping[str, str]) -> SecretStr:
    text = replaced(entry, env) if entry else None
    if entry is None or text is None:
        return SecretStr(DEFAULT_DATABASE)
    if not _password_told(entry) and (wrong := database_problem(text)):
        entry.fail(wrong)
    return SecretStr(text)


def _password_told(entry: Entry) -> bool:
    """Note a password that is written into the address of *entry*; says whether there is one."""
    told = any(not refers(found[1] or found[2]) for found in _PASSWORD.finditer(entry.text() or ""))
    if told:
        entry.fail("a password is not written into the file; write ${NAME} and set NAME in the environment")
    return told


def _page(entry: Entry | None, env: Mapping[str, str]) -> str:
    found = url(entry, env) if entry else None
    if entry is not None and found is not None and urlsplit(found).path.strip("/"):
        entry.fail("the page needs a name of its own: an address without a path, like https://casehub.example.org")
    return (found or "").rstrip("/")


def _zone(entry: Entry | None) -> str:
    zone = entry.choice(_zones()) if entry else None
    return zone or DEFAULT_ZONE


@cache
def _zones() -> frozenset[str]:
    """The names of all zones: a constant that takes long to list."""
    return frozenset(available_timezones())


def _people(entry: Entry | None, systems: Mapping[str, System]) -> tuple[Person, ...]:
    people: list[Person] = []
    owners: dict[tuple[str, str], str] = {}
    for key, one in (entry.open_keys() if entry else {}).items():
        known = one.keys(("name", "emails", *systems))
        emails = tuple(text.lower() for text in known["emails"].texts()) if "emails" in known else ()
        for email in (key.lower(), *emails):
            owner = owners.setdefault(("", email), key)
            if owner != key:
                known.get("emails", one).fail(f"{shown(email)} is {shown(owner)} already")
        ids = {name: text for name in systems if name in known and (text := known[name].plain())}
        for system, id_ in ids.items():
            owner = owners.setdefault((system, id_), key)
            if owner != key:
                known[system].fail(f"{shown(id_)} is {shown(owner)} already")
        name = known["name"].plain() if "name" in known else None
        people.append(Person(key.lower(), name, emails, ids))
    return tuple(people)


def _notify(entry: Entry | None, env: Mapping[str, str]) -> Notify:
    keys = entry.keys(("attention", "digest")) if entry else {}
    attention = keys["attention"].one_or_more() if "attention" in keys else []
    addresses = [(one, replaced(one, env)) for one in attention]
    for one, text in addresses:
        if text is not None and not _password_told(one) and "://" not in text:
            one.fail("not an address for notices; write it like mailto://… or tgram://…")
    digest = keys["digest"].plain() if "digest" in keys else None
    moment = clock(digest) if digest else None
    if digest and moment is None:
        keys["digest"].fail(f'not a time of day: {shown(digest)}; write it like "09:00"')
    given = [(one.mark, SecretStr(text)) for one, text in addresses if text]
    return Notify(tuple(text for _, text in given), moment, tuple(mark for mark, _ in given))
