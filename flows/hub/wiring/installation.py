"""A hub as its files describe it, with its open database."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors import CONNECTORS, connector_class
from connectors.base import setting_keys
from mappings.language import (
    Hub,
    Problems,
    SystemSchema,
    load_hub,
    load_systems,
    types_named,
)
from mappings.language.model import Sync
from mappings.language.schema import SettingKey
from state import engine
from state.store import Store, utc_now

from ..files import read_hub


class NoSuchSync(LookupError):
    """hub.yaml has no sync of that name; the message names those it has."""


@dataclass(frozen=True)
class Installation:
    """A hub as its files describe it, with its open database."""

    folder: Path
    hub: Hub
    store: Store

    def sync(self, name: str | None) -> Sync:
        """Return the sync *name*, or the only one. Raises NoSuchSync."""
        names = ", ".join(self.hub.syncs)
        if name is None and len(self.hub.syncs) == 1:
            return next(iter(self.hub.syncs.values()))
        if name is None:
            raise NoSuchSync(f"say which sync: {names}")
        if name not in self.hub.syncs:
            raise NoSuchSync(f"there is no sync {name!r}; there is: {names}")
        return self.hub.syncs[name]


def load_installation(folder: Path, env: Mapping[str, str]) -> Hub:
    """Read and check the files in *folder*. Raises `Problems`, and what `files.read_hub` raises."""
    files, catalog = read_hub(folder)
    return load_files(files, env, catalog=catalog)


def load_files(files: Mapping[str, str], env: Mapping[str, str], *, catalog: Mapping[str, str]) -> Hub:
    """As `load_installation`, of texts that were read (``hub.yaml`` and the mappings beside it). Raises `Problems`."""
    return load_hub(files, env, schemas=_schemas(files), catalog=catalog)


def _schemas(files: Mapping[str, str]) -> dict[str, SystemSchema]:
    named = types_named(files.get("hub.yaml", ""))
    types = [name for name in named if _known(name)]
    if len(types) < len(named):  # a slip: all there are, for the hint
        types = sorted({*types, *CONNECTORS})
    return {name: _schema(name) for name in types}


def _known(type_name: str) -> bool:
    try:
        connector_class(type_name)
    except LookupError:
        return False
    return True


def _schema(type_name: str) -> SystemSchema:
    keys = setting_keys(connector_class(type_name).settings_model)
    listed = [SettingKey(key.name, key.kind, required=key.required, meaning=key.meaning) for key in keys]
    return SystemSchema.of(type_name, listed)


def install(
    folder: Path, env: Mapping[str, str] | None = None, *, clock: Callable[[], datetime] = utc_now
) -> Installation:
    """Open the hub in *folder*; an empty database is filled, an old one refused with the command that helps."""
    return _opened(folder, load_installation(folder, os.environ if env is None else env), clock=clock)


def install_systems(folder: Path, env: Mapping[str, str] | None = None) -> Installation:
    """
    As `install`; where mappings or syncs are still wrong, the hub knows its systems only.

    Raises `Problems` where hub.yaml itself is wrong.
    """
    given = os.environ if env is None else env
    try:
        hub = load_installation(folder, given)
    except Problems:
        files, _ = read_hub(folder)
        hub = load_systems(files, given, schemas=_schemas(files))
    return _opened(folder, hub)


def _opened(folder: Path, hub: Hub, *, clock: Callable[[], datetime] = utc_now) -> Installation:
    url = database_url(hub, folder)
    if engine.current(url) is None:
        engine.upgrade(url)
    return Installation(folder, hub, engine.open_store(url, clock=clock))


def database_url(hub: Hub, folder: Path) -> str:
    """A SQLite file without a full path lies next to hub.yaml, wherever the command is given."""
    return address_in(folder, hub.database.get_secret_value())


def address_in(folder: Path, url: str) -> str:
    """As `database_url`, for an address that was given elsewhere."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith(prefix + "/") or url == prefix:
        return url
    return f"{prefix}{(folder / url.removeprefix(prefix)).resolve()}"
