"""
Debian's Redmine under puma on SQLite, once with English and once with Russian words, and each of them twice.

What Debian's package wants, each point learned the hard way:

- it looks for instances by name below ``/var/lib/redmine``: ours is a link from there into the live home, taken away
  when the server stops;
- it would set up an instance of its own when it is installed: debconf is told not to;
- its Gemfile names the database drivers of the instances it finds, so without one that always stands there, the lock
  file would change with every start: ``casehub-live-base`` is that one.
"""

import dataclasses
import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from machine import (
    Folder,
    Process,
    Trouble,
    ask,
    clean_environment,
    copy_database,
    home,
    lock,
    run,
    spawn,
    write_private,
)
from server import Server
from vocabulary import ENGLISH, FLOW, RUSSIAN, STATUS_KEYS, Vocabulary

APP = Path("/usr/share/redmine")
INSTANCES = Path("/var/lib/redmine")
BASE = INSTANCES / "casehub-live-base"
DATABASE = "production:\n  adapter: sqlite3\n  database: {path}\n  timeout: 20000\n  pool: 8\n"

PATIENT = Path(__file__).parent / "seeds" / "redmine.ru"
"""How Redmine is run: a request that waits for the database does not stop the one that it waits for."""
FASTER = {
    "RUBYOPT": "--yjit",
    "RUBY_GC_HEAP_INIT_SLOTS": "1200000",
    "RUBY_GC_HEAP_FREE_SLOTS": "400000",
    "RUBY_GC_MALLOC_LIMIT": "128000000",
    "RUBY_GC_MALLOC_LIMIT_MAX": "256000000",
    "RUBY_GC_OLDMALLOC_LIMIT": "256000000",
    "RUBY_GC_OLDMALLOC_LIMIT_MAX": "512000000",
}
"""Ruby compiles what is called often, and collects less often: a quarter less CPU, and twice the memory."""


class Redmine(Server):
    """One Redmine that speaks *words*; its accounts, keys and ids are made when it is seeded."""

    answers = ("redmine redmine/instances/default/dbconfig-install boolean false",)
    sources = ("redmine.py", "vocabulary.py", "seeds/redmine.rb")
    words: Vocabulary = ENGLISH

    @property
    def debian(self) -> tuple[str, ...]:
        return ("redmine", "redmine-sqlite", "puma", "sqlite3")

    @property
    def instance(self) -> Path:
        return self.folder.root / "instance"

    @property
    def database(self) -> Path:
        return self.instance / "redmine.db"

    @property
    def ids(self) -> Path:
        """Where the seed leaves the numbers that it got."""
        return self.folder.root / "ids.json"

    @property
    def link(self) -> Path:
        """Where Debian finds the instance; two checkouts on one machine have two."""
        return INSTANCES / f"casehub-{hashlib.sha256(str(self.instance).encode()).hexdigest()[:12]}"

    def install(self) -> None:
        with lock(home() / "redmine-base" / ".lock"):
            if not BASE.exists():
                self._write_config(BASE, BASE / "none.db")
            if " sqlite3 " not in _text(INSTANCES / "Gemfile.lock"):
                run(["bundle", "install", "--local"], log=self.folder.log("install"), cwd=APP)

    def seed(self) -> None:
        shutil.rmtree(self.instance, ignore_errors=True)
        self._lay_out()
        copy_database(self._migrated(), self.database)
        self.folder.remember(accounts=self._accounts())
        self._fill()

    def launch(self, port: int) -> Process:
        self._link()
        puma = ["puma", "--no-config", "--log-requests", "-e", "production", "-t", "4:4", str(PATIENT)]
        address = ["-b", f"tcp://127.0.0.1:{port}"]
        return spawn(self.folder, [*puma, *address], env=self._environment(**FASTER), cwd=APP)

    def after_stop(self) -> None:
        if self.link.is_symlink():
            self.link.unlink()

    def answers_calls(self) -> bool:
        key = self.folder.facts()["accounts"]["ADMIN"]["api_key"]
        try:
            status, body = ask(self.port, "/issues.json?limit=1", headers={"X-Redmine-API-Key": key})
        except OSError:
            return False
        return status == 200 and b"total_count" in body

    def env(self) -> Mapping[str, str]:
        facts, ids = self.folder.facts(), json.loads(_text(self.ids))
        plain = {
            "URL": self.url,
            "PROJECT": self.words.project[0],
            "PROJECT_ID": ids["project_id"],
            "OTHER_PROJECT": self.words.other_project[0],
            "OTHER_PROJECT_ID": ids["other_project_id"],
            "TRACKER": self.words.tracker,
            "TRACKER_ID": ids["tracker_id"],
            "MARKUP": self.words.markup,
            "LOGIN": "admin",
            "PASSWORD": facts["accounts"]["ADMIN"]["password"],
            "API_KEY": facts["accounts"]["ADMIN"]["api_key"],
            "DATABASE": self.database,
            "ACCESS_LOG": self.server_log,
        }
        keys = {f"KEY_{name}": made["api_key"] for name, made in facts["accounts"].items() if name != "ADMIN"}
        users = {f"USER_{name}_ID": number for name, number in ids["users"].items()}
        fields = {f"CF_{name}": number for name, number in ids["fields"].items()}
        statuses = {f"STATUS_{name}": number for name, number in zip(STATUS_KEYS, ids["statuses"], strict=True)}
        roles = {f"ROLE_{name}": n for name, n in zip(("MANAGER", "ENGINEER", "SALES"), ids["roles"], strict=True)}
        every = plain | keys | users | fields | statuses | roles
        return {f"{self.prefix}_{name}": str(value) for name, value in every.items()}

    # --- making the data -------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Make the folders of an instance, and have Debian find it."""
        for part in ("config", "files", "tmp/cache", "log", "public/plugin_assets"):
            (self.instance / part).mkdir(parents=True)
        self._write_config(self.instance, self.database)
        self._link()

    def _accounts(self) -> dict[str, dict[str, str]]:
        names = ["ADMIN", *(user.key for user in self.words.users)]
        return {name: {"password": secrets.token_urlsafe(15), "api_key": secrets.token_hex(20)} for name in names}

    def _fill(self) -> None:
        """Run the seed in Rails: words in by a private file, as keys are among them, ids out by another."""
        accounts, words = self.folder.facts()["accounts"], dataclasses.asdict(self.words)
        words["users"] = [user | accounts[user["key"]] for user in words["users"]]
        words |= {"admin": accounts["ADMIN"], "flow": FLOW, "projects": [words["project"], words["other_project"]]}
        source = self.folder.root / ".seed.json"
        write_private(source, json.dumps(words))
        env = self._environment(CASEHUB_SEED=str(source), CASEHUB_SEED_IDS=str(self.ids))
        script = Path(__file__).parent / "seeds" / "redmine.rb"
        try:
            run(["bundle", "exec", "rails", "runner", str(script)], log=self.folder.log("seed"), env=env, cwd=APP)
        finally:
            source.unlink()

    def _migrated(self) -> Path:
        """Return an empty database with all tables, made once for every Redmine of this home."""
        base = Folder("redmine-base", home())
        path = home() / "redmine-base" / "migrated.db"
        with lock(path.with_name(".lock")):
            if path.exists():
                return path
            run(["bundle", "exec", "rake", "db:migrate"], log=base.log("migrate"), env=self._environment(), cwd=APP)
            copy_database(self.database, path)
        return path

    def _write_config(self, folder: Path, database: Path) -> None:
        (folder / "config").mkdir(parents=True, exist_ok=True)
        (folder / "config" / "database.yml").write_text(DATABASE.format(path=database))
        write_private(folder / "config" / "secret_key.txt", secrets.token_hex(64))

    def _link(self) -> None:
        self.after_stop()
        try:
            self.link.symlink_to(self.instance)
        except PermissionError as error:
            raise Trouble(
                f"only root can make the link {self.link} -> {self.instance}, by which it finds us"
            ) from error

    def _environment(self, **more: str) -> dict[str, str]:
        return clean_environment(REDMINE_INSTANCE=self.link.name, RAILS_ENV="production", SCHEMA="/dev/null", **more)


class EnglishRedmine(Redmine):
    name = "redmine"
    prefix = "REDMINE"


class RussianRedmine(Redmine):
    name = "redmine-ru"
    prefix = "REDMINE_RU"
    words = RUSSIAN


class Twin(Redmine):
    """
    A Redmine once more, with the same accounts, keys, words and ids, and issues of its own.

    Tests that need no other server work with it, beside those that need the first one together with a Tryton.
    """

    first: type[Redmine]

    def seed(self) -> None:
        first = self.first()
        with first.folder.locked():
            first.install()
            first.seed_once()
        shutil.rmtree(self.instance, ignore_errors=True)
        self._lay_out()
        copy_database(first.database, self.database)
        shutil.copyfile(first.ids, self.ids)
        self.folder.remember(accounts=first.folder.facts()["accounts"])


class EnglishTwin(Twin):
    name = "redmine-twin"
    prefix = "REDMINE_TWIN"
    first = EnglishRedmine


class RussianTwin(Twin):
    name = "redmine-ru-twin"
    prefix = "REDMINE_RU_TWIN"
    words = RUSSIAN
    first = RussianRedmine


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
