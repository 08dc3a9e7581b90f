"""A private PostgreSQL on a port of its own: an empty database ``hub`` and its owner, who may make more."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from machine import Process, Trouble, clean_environment, run, spawn, write_private
from server import Server

# PostgreSQL will not run as root. Its Debian account keeps the one right it needs to reach a checkout that
# lies below a folder which only root may enter.
AS_POSTGRES = (
    "setpriv",
    "--reuid=postgres",
    "--regid=postgres",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)


def programs() -> Path | None:
    """Return the folder with the newest installed server's programs."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    whole = [folder for folder in folders if (folder / "psql").exists() and folder.parent.name.isdecimal()]
    return max(whole, key=lambda folder: int(folder.parent.name), default=None)


class Postgres(Server):
    name = "postgres"
    prefix = "PG"
    sources = ("postgres.py",)

    @property
    def debian(self) -> tuple[str, ...]:
        return () if programs() else ("postgresql-15",)

    def install(self) -> None:
        if programs() is None:
            raise Trouble("PostgreSQL is not installed: apt-get install postgresql-15")

    def seed(self) -> None:
        data = self.folder.root / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        self.folder.remember(password=secrets.token_urlsafe(18), super_password=secrets.token_urlsafe(18))
        secret = self.folder.root / ".first-password"
        write_private(secret, self.folder.facts()["super_password"])
        if os.geteuid() == 0:
            shutil.chown(data, "postgres", "postgres")
            shutil.chown(secret, "postgres", "postgres")
        data.chmod(0o700)
        access = ["-U", "postgres", f"--pwfile={secret}", "-A", "scram-sha-256"]
        self._run("initdb", "-D", str(data), "-E", "UTF8", *access)
        secret.unlink()
        with (data / "postgresql.conf").open("a") as conf:
            # a crash of the machine may spoil this data: it belongs to tests
            conf.write("listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\ntimezone = 'UTC'\n")
        self.folder.remember(filled=False)

    def launch(self, port: int) -> Process:
        command = self._command("postgres", "-D", str(self.folder.root / "data"), "-p", str(port))
        return spawn(self.folder, command, env=clean_environment(), cwd=Path("/"), stop_with=signal.SIGINT)

    def answers_calls(self) -> bool:
        if self._psql("select 1") != "1":
            return False
        if not self.folder.facts().get("filled"):
            secret = self.folder.facts()["password"]
            # pg_signal_backend: a database can be dropped by force while the server's own autovacuum is in it
            self._psql(f"create role hub login createdb in role pg_signal_backend password '{secret}'")
            self._psql("create database hub owner hub template template0 encoding 'UTF8'")
            self.folder.remember(filled=True)
        return True

    def env(self) -> Mapping[str, str]:
        facts = self.folder.facts()
        address = f"127.0.0.1:{facts['port']}"
        return {
            "PG_URL": f"postgresql://hub:{facts['password']}@{address}/hub",
            "PG_SUPER_URL": f"postgresql://postgres:{facts['super_password']}@{address}/postgres",
        }

    def _psql(self, statement: str) -> str | None:
        """Return what *statement* gave as text, None where it failed."""
        facts = self.folder.facts()
        reach = ["-h", "127.0.0.1", "-p", str(facts["port"]), "-U", "postgres", "-d", "postgres"]
        done = subprocess.run(
            [str(programs() or "") + "/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *reach, "-c", statement],
            env=clean_environment(PGPASSWORD=facts["super_password"], PGCONNECT_TIMEOUT="5"),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def _run(self, program: str, *arguments: str) -> None:
        run(self._command(program, *arguments), log=self.folder.log("initdb"), cwd=Path("/"))

    def _command(self, program: str, *arguments: str) -> list[str]:
        prefix = AS_POSTGRES if os.geteuid() == 0 else ()
        return [*prefix, str((programs() or Path()) / program), *arguments]
