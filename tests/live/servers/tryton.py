"""
Tryton with the module sale_opportunity, under gunicorn on SQLite.

The server lives in an environment of its own: it is under the GPL, so nothing of ours imports it or its client
library. Its data is made over JSON-RPC, as any client would make it (`tryton_seed`).
"""

import secrets
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from machine import Process, clean_environment, free_port, run, spawn, wait_until, write_private
from packages import install_venv
from server import Server
from tryton_seed import Rpc, RpcFailed, fill

REQUIREMENTS = (
    "trytond==8.2.1",
    "trytond-party==8.2.0",
    "trytond-company==8.2.0",
    "trytond-currency==8.2.0",
    "trytond-account==8.2.1",
    "trytond-product==8.2.0",
    "trytond-sale==8.2.0",
    "trytond-sale-opportunity==8.2.0",
    "gunicorn==23.0.0",
)
CONFIG = """[database]
uri = sqlite://
path = {data}
[session]
max_attempt = 1000
timeout = 86400
[email]
uri = smtp://127.0.0.1:9
"""
ACCESS_FORMAT = '%(h)s - - %(t)s "%(r)s" %(s)s %(B)s %(L)s'
"""The same form as puma's, so that one reader serves both logs."""
CHEAPER = {"PYTHONPATH": str(Path(__file__).parent / "seeds" / "tryton")}
"""Checking passwords is an eighth of all that a test run asks of the machine otherwise."""
LOG_CALLS = "20"
"""Python's INFO: Tryton writes a line per call, which is how a test sees the methods behind equal paths."""


class Tryton(Server):
    name = "tryton"
    prefix = "TRYTON"
    sources = ("tryton.py", "tryton_seed.py", "seeds/tryton/sitecustomize.py")

    @property
    def venv(self) -> Path:
        return self.folder.root / "venv"

    @property
    def data(self) -> Path:
        return self.folder.root / "data"

    @property
    def config(self) -> Path:
        return self.folder.root / "trytond.conf"

    @property
    def database(self) -> Path:
        return self.data / "tryton.sqlite"

    def pip(self) -> tuple[str, ...]:
        return () if (self.venv / "requirements.txt").exists() else REQUIREMENTS

    def install(self) -> None:
        install_venv(self.venv, REQUIREMENTS)

    def seed(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        self.config.write_text(CONFIG.format(data=self.data))
        self.database.touch()
        passwords = {login: secrets.token_urlsafe(15) for login in ("admin", "hub", "sales")}
        self.folder.remember(passwords=passwords)
        self._activate(passwords["admin"])
        with closing(sqlite3.connect(self.database)) as database:
            database.execute("pragma journal_mode=wal")
        port = free_port()
        process = self.launch(port)
        try:
            rpc = Rpc(port)
            wait_until(lambda: _logs_in(rpc, passwords["admin"]), process=process, log=self.server_log)
            self.folder.remember(ids=fill(rpc, passwords))
        finally:
            process.end()

    def launch(self, port: int) -> Process:
        command = [
            *(str(self.venv / "bin" / "gunicorn"), "-w", "1", "-k", "gthread", "--threads", "4"),
            *("--keep-alive", "30", "--timeout", "120", "-b", f"127.0.0.1:{port}"),
            *("--access-logfile", str(self.folder.log("access")), "--access-logformat", ACCESS_FORMAT),
            "trytond.application:app",
        ]
        named = {"TRYTOND_CONFIG": str(self.config), "TRYTOND_DATABASE_NAMES": "tryton"}
        env = clean_environment(**named, **CHEAPER, TRYTOND_LOGGING_LEVEL=LOG_CALLS)
        return spawn(self.folder, command, env=env, cwd=self.folder.root)

    def answers_calls(self) -> bool:
        return _logs_in(Rpc(self.port), self.folder.facts()["passwords"]["admin"])

    def env(self) -> Mapping[str, str]:
        facts = self.folder.facts()
        passwords = facts["passwords"]
        plain = {
            "URL": self.url,
            "DB": "tryton",
            "RPC_URL": f"{self.url}/tryton/rpc/",
            "LOGIN": "sales",
            "PASSWORD": passwords["sales"],
            "HUB_LOGIN": "hub",
            "HUB_PASSWORD": passwords["hub"],
            "ADMIN_LOGIN": "admin",
            "ADMIN_PASSWORD": passwords["admin"],
            "DATABASE": self.database,
            "ACCESS_LOG": self.folder.log("access"),
            "CALL_LOG": self.server_log,
            **facts["ids"],
        }
        return {f"{self.prefix}_{name}": str(value) for name, value in plain.items()}

    def _activate(self, password: str) -> None:
        secret = self.folder.root / ".first-password"
        write_private(secret, password)
        admin = [str(self.venv / "bin" / "trytond-admin"), "-c", str(self.config), "-d", "tryton"]
        modules = ["-u", "sale_opportunity", "--activate-dependencies", "--email", "admin@example.com"]
        env = clean_environment(TRYTONPASSFILE=str(secret), **CHEAPER)
        try:
            run([*admin, *modules], log=self.folder.log("activate"), env=env)
        finally:
            secret.unlink()


def _logs_in(rpc: Rpc, password: str) -> bool:
    try:
        rpc.log_in("admin", password)
    except (RpcFailed, OSError):
        return False
    return True
