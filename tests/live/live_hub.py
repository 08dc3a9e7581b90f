"""A hub over real servers: its folder is made from `tests/live/hubs`, its systems are the ones that run here."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from connectors.base import Connector
from flows.hub.casework import Act, retry_parked
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wiring import Installation, install, make_connector, open_sync
from state import attention, cases, history
from state.attention import Attention
from state.store import Store
from state.types import Whole
from tests.live.plain import PlainRedmine, live
from tests.live.plain_tryton import PlainTryton

HUBS = Path(__file__).parent / "hubs"


@contextmanager
def both(folder: Path, name: str = "en") -> Iterator[tuple["LiveHub", PlainTryton, PlainRedmine]]:
    """An empty Tryton, a Redmine with one issue that is none of ours, and a hub between them that knows nothing yet."""
    redmine = PlainRedmine(live("REDMINE_RU" if name == "ru" else "REDMINE"))
    tryton = PlainTryton(live("TRYTON"))
    redmine.wipe()
    tryton.wipe()
    redmine.create("Заведено руками", description="не сделка")  # from it a mere member learns the custom fields' names
    env = {f"REDMINE_{name}": value for name, value in redmine.env.items()}
    env |= {f"TRYTON_{name}": value for name, value in tryton.env.items()}
    words = {"SALES": redmine.env["USER_SALES_ID"], "ENGINEER": redmine.env["USER_ENGINEER_ID"]}
    try:
        yield LiveHub.make(name, folder, env, **words), tryton, redmine
    finally:
        redmine.close()
        tryton.close()


@dataclass(frozen=True)
class LiveHub:
    """A folder with hub.yaml, and the environment that its secrets come from."""

    folder: Path
    env: Mapping[str, str]

    @classmethod
    def make(cls, name: str, folder: Path, env: Mapping[str, str], **words: str) -> "LiveHub":
        """Copy the files of a hub, with ``@WORD@`` replaced: ids that the servers gave when they were seeded."""
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted((HUBS / name).iterdir()):
            text = file.read_text(encoding="utf-8")
            for word, value in words.items():
                text = text.replace(f"@{word}@", value)
            (folder / file.name).write_text(text, encoding="utf-8")
        return cls(folder, env)

    def again(self) -> None:
        """Forget everything: the next pass is a first one."""
        for file in self.folder.glob("casehub.db*"):
            file.unlink()

    def copy(self, folder: Path) -> "LiveHub":
        """The same hub, memory included, in another folder."""
        shutil.copytree(self.folder, folder)
        return LiveHub(folder, self.env)

    def sync(
        self, *, full: bool = False, approved: bool = False, tracker: httpx.AsyncBaseTransport | None = None
    ) -> Report:
        """Run one pass, as `casehub sync` does; the tracker's requests may go through a transport of the test's."""

        def make(installation: Installation, name: str) -> Connector:
            return make_connector(installation, name, tracker if name == "tracker" else None)

        async def run() -> Report:
            installation = install(self.folder, self.env)
            try:
                async with open_sync(installation, None, make) as wired:
                    return await run_recorded(wired, PassOptions(full=full), How(approved=approved))
            finally:
                installation.store.close()

        return asyncio.run(run())

    def act(self, key: str, deed: Any) -> None:
        """Do *deed* with a case, as Ann."""

        async def run() -> None:
            installation = install(self.folder, self.env)
            try:
                async with open_sync(installation, None) as wired:
                    deed(Act(wired, self.case(key).entity.id, "ann"))
            finally:
                installation.store.close()

        asyncio.run(run())

    def retry(self, key: str, system: str, field: str) -> None:
        """Have what is parked tried again, as `casehub parked retry` does."""
        self.act(key, lambda act: retry_parked(act, system, field))

    def with_env(self, **changed: str) -> "LiveHub":
        """The same hub with other secrets."""
        return replace(self, env={**self.env, **changed})

    def forget_discovery(self) -> None:
        """Let the hour pass for which the systems' dictionaries are kept."""
        with self.store() as store, store.write() as conn:
            conn.execute(text("delete from dictionary where name not like 'discovery:%' and system <> ''"))
            conn.execute(text("update dictionary set at = '2026-01-01 00:00:00'"))

    def forget_workflow(self) -> None:
        """Forget the steps that were learned."""
        with self.store() as store, store.write() as conn:
            conn.execute(text("delete from workflow"))

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The hub's memory, open for the while."""
        opened = install(self.folder, self.env).store
        try:
            yield opened
        finally:
            opened.close()

    def case(self, key: str) -> Whole:
        with self.store() as store:
            found = cases.case(store, key)
        assert found is not None, f"no {key}"
        return found

    def case_of(self, system: str, kind: str, record: object) -> Whole:
        """Return the case that a record belongs to."""
        with self.store() as store:
            return cases.by_record(store, system, kind=kind, ids=[str(record)])[str(record)]

    def attention(self, entity: str | None = None) -> list[Attention]:
        """Everything on the attention list, of one case or of all."""
        with self.store() as store:
            entries = [*attention.conflicts(store, entity_id=entity), *attention.parked_fields(store, entity_id=entity)]
        return sorted(entries, key=lambda entry: (entry.key, entry.field))

    def history(self, entity: str) -> list[Any]:
        with self.store() as store:
            return list(history.history(store, entity=entity))
