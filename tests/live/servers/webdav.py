"""WsgiDAV from the package index, in an environment of its own, over a folder with two people in it."""

import base64
import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from machine import Process, ask, clean_environment, spawn, write_private
from packages import install_venv
from server import Server

REQUIREMENTS = ("WsgiDAV==4.4.0", "cheroot==11.1.2")
PEOPLE = ("hub", "ann")


class WebDav(Server):
    name = "webdav"
    prefix = "WEBDAV"
    sources = ("webdav.py",)

    @property
    def venv(self) -> Path:
        return self.folder.root / "venv"

    @property
    def files(self) -> Path:
        return self.folder.root / "files"

    def pip(self) -> tuple[str, ...]:
        return () if (self.venv / "requirements.txt").exists() else REQUIREMENTS

    def install(self) -> None:
        install_venv(self.venv, REQUIREMENTS)

    def seed(self) -> None:
        shutil.rmtree(self.files, ignore_errors=True)
        self.files.mkdir(parents=True)
        self.folder.remember(passwords={name: secrets.token_urlsafe(15) for name in PEOPLE})

    def launch(self, port: int) -> Process:
        config = self.folder.root / "wsgidav.json"
        write_private(config, json.dumps(self._config(port)))
        command = [str(self.venv / "bin" / "wsgidav"), "--config", str(config)]
        return spawn(self.folder, command, env=clean_environment(PYTHONUNBUFFERED="1"), cwd=self.folder.root)

    def answers_calls(self) -> bool:
        secret = self.folder.facts()["passwords"]["hub"]
        proof = base64.b64encode(f"hub:{secret}".encode()).decode()
        try:
            status, _ = ask(self.port, "/", headers={"Authorization": f"Basic {proof}"})
        except OSError:
            return False
        return status == 200

    def env(self) -> Mapping[str, str]:
        plain = {"URL": self.url, "ROOT": str(self.files), "LOG": str(self.server_log)}
        for name, password in self.folder.facts()["passwords"].items():
            plain |= {f"{name.upper()}_LOGIN": name, f"{name.upper()}_PASSWORD": password}
        return {f"{self.prefix}_{name}": value for name, value in plain.items()}

    def _config(self, port: int) -> dict[str, object]:
        people = {name: {"password": password} for name, password in self.folder.facts()["passwords"].items()}
        return {
            "host": "127.0.0.1",
            "port": port,
            "server": "cheroot",
            "provider_mapping": {"/": str(self.files)},
            "simple_dc": {"user_mapping": {"*": people}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "lock_storage": True,
            "verbose": 3,
            "logging": {"enable_loggers": []},
        }
