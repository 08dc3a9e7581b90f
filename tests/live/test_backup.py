"""The operator's page about backups, word for word: a hub on SQLite, restored, moved to PostgreSQL, restored there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.memory import MemorySystem
from connectors.memory.file import load, save
from state.store import utc_now
from tests.hub_builders import CRM, HUB, PEOPLE, TRK, a_deal, some_traits
from tests.live.file_hub import FileHub
from tests.live.pages import ROOT, Shell, section
from tests.live.plain import live

PAGE = (ROOT / "docs" / "guide" / "backup.md").read_text(encoding="utf-8")
DATABASES = ("casehub", "casehub_restored")
ADDRESS = "casehub:${DB_PASSWORD}@db.example.org"


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    """A PostgreSQL without the databases that the page makes."""
    url = sa.make_url(live("PG")["URL"]).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def drop() -> None:
        with admin.connect() as conn:
            for name in DATABASES:
                conn.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    drop()
    yield url
    drop()


@dataclass
class Kept:
    """A hub, a terminal in its folder, and the page whose sections are followed there."""

    hub: FileHub
    shell: Shell
    server: sa.URL

    def follow(self, heading: str, *, from_: str = "") -> None:
        """Follow a section, or what of it comes behind the words FROM_."""
        text = section(PAGE, heading)
        assert from_ in text
        there = f"{self.server.username}:${{DB_PASSWORD}}@{self.server.host}:{self.server.port}"
        self.shell.follow(text.partition(from_)[2] if from_ else text, lambda block: block.replace(ADDRESS, there))

    def given(self, command: str) -> str:
        code, said = self.shell.run(command)
        assert code == 0, (command, said)
        return said

    def enter(self, title: str) -> None:
        """Enter a deal in the CRM, and let the hub carry it over."""
        path = self.hub.folder / "crm.json"
        crm = MemorySystem(utc_now)
        load(crm, path)
        crm.create("record", a_deal(title))
        save(crm, path)
        self.given("casehub sync presales")

    def cases(self) -> list[str]:
        return re.findall(r"^(CASE-\d+)", self.given("casehub case list"), re.MULTILINE)

    def issues(self) -> list[str]:
        return sorted(str(row["title"]) for row in self.hub.records("trk").values())


@pytest.fixture(scope="module")
def kept(server: sa.URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept") / "hub"
    folder.mkdir()
    write(folder)
    here = {"PGHOST": str(server.host), "PGPORT": str(server.port), "PGUSER": str(server.username)}
    password = str(server.password)
    shell = Shell(folder, **here, PGPASSWORD=password, DB_PASSWORD=password, CASEHUB_HUB=str(folder), USER="ann")
    yield Kept(FileHub(folder), shell, server)
    shell.close()


def write(folder: Path) -> None:
    text = HUB.replace("crm: {type: memory}", "crm: {type: memory, path: crm.json}")
    text = text.replace("trk: {type: memory}", "trk: {type: memory, path: trk.json}")
    assert text.count("path:") == 2
    for name, said in (("hub.yaml", text), ("record.crm.yaml", CRM), ("record.trk.yaml", TRK)):
        (folder / name).write_text(said.lstrip("\n"), encoding="utf-8")
    for name in ("crm", "trk"):
        save(MemorySystem(utc_now, kinds={"record": some_traits(name)}, people=PEOPLE), folder / f"{name}.json")


def test_1_what_was_made_after_the_copy_is_found_again_and_not_made_twice(kept: Kept) -> None:
    kept.enter("До копии")
    kept.follow("Back up SQLite")
    kept.enter("После копии")

    kept.follow("Restore")

    assert kept.issues() == ["До копии", "После копии"]
    assert kept.cases() == ["CASE-1", "CASE-2"]
    assert "Nothing to do" in kept.given("casehub plan presales")


def test_2_a_hub_moves_to_postgresql_and_goes_on_there(kept: Kept) -> None:
    before = kept.given("casehub case history CASE-1")

    kept.follow("Move to PostgreSQL")
    kept.enter("После переезда")

    assert kept.given("casehub case history CASE-1") == before
    assert kept.cases() == ["CASE-1", "CASE-2", "CASE-3"]
    assert len(kept.issues()) == 3
    assert not list(kept.hub.folder.glob("casehub.db*"))


def test_3_a_dump_of_postgresql_is_restored_into_a_new_database(kept: Kept) -> None:
    kept.follow("Back up PostgreSQL")
    kept.enter("После дампа")

    kept.follow("Restore PostgreSQL")
    forgotten = kept.cases()
    kept.follow("Restore", from_="3. ")

    assert forgotten == ["CASE-1", "CASE-2", "CASE-3"]
    assert kept.cases() == [*forgotten, "CASE-4"]
    assert len(kept.issues()) == 4
