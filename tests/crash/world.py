"""One hub between two systems, whose processes are killed and started again; what a test holds in its hand."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import certifi
import httpx

from flows.hub.demo.folder import shipped
from flows.hub.wiring import address_in

from .killed import POINT, RECORD
from .service import ROOT, Service

FOLDER = ("hub.yaml", "deal.crm.yaml", "issue.tracker.yaml")
TIMEOUT = 2
"""Seconds after which the hub takes a request for lost: so long it waits before it makes what it cannot find again."""


@dataclass(frozen=True)
class Ended:
    """How a process of the hub ended: CODE is negative where a signal ended it."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -9

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


class Databases(Protocol):
    """Where hubs keep their memory."""

    def empty(self) -> str:
        """Return the address of a new database, for hub.yaml."""
        ...

    def copy(self, address: str) -> str:
        """Return the address of a copy of the database at ADDRESS, which nobody uses now."""
        ...

    def drop(self, address: str) -> None: ...


class Files:
    """SQLite: the database lies in the hub's folder and is copied with it."""

    def empty(self) -> str:
        return "sqlite:///casehub.db"

    def copy(self, address: str) -> str:
        return address

    def drop(self, address: str) -> None:
        """It goes with its folder."""


@dataclass
class World:
    """A forge for processes of the hub, a place for folders of hubs, and the two systems that stand on STAGE now."""

    place: Path
    forge: Service
    client: httpx.Client
    databases: Databases
    kept: Mapping[str, str]
    stages: list[Service] = field(default_factory=list)
    folders: int = field(default=0)
    warm: set[str] = field(default_factory=set)
    """Commands whose modules the forge has."""

    # --- stages ---

    def new_stage(self) -> Service:
        """Start two empty systems, and turn to them."""
        self.stages.append(Service("tests.crash.stage", self.kept))
        self.turn_to(self.stages[-1])
        return self.stage

    def turn_to(self, stage: Service) -> None:
        """From now on it is about the systems of that stage."""
        self.stage = stage
        self.about: Sequence[Mapping[str, Any]] = stage("about")

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the hub is told of its systems."""
        crm, tracker = self.about
        return {
            **self.kept,
            "DEMO_CRM_WEBHOOK": str(crm["webhook"]),
            "DEMO_TRACKER_URL": str(tracker["address"]),
            "DEMO_TRACKER_KEY": str(tracker["key"]),
        }

    # --- hubs ---

    def a_hub(self, *, more: str = "", files: Mapping[str, str] | None = None) -> Path:
        """Return the folder of a new hub; MORE are lines for its sync, FILES further files."""
        self.folders += 1
        folder = self.place / f"hub{self.folders}"
        folder.mkdir()
        for name, text in {**{name: shipped()[name] for name in FOLDER}, **(files or {})}.items():
            (folder / name).write_text(self._settings(text, more) if name == "hub.yaml" else text, encoding="utf-8")
        return folder

    def _settings(self, text: str, more: str) -> str:
        text = text.replace("sqlite:///casehub.db", self.databases.empty())
        text = text.replace("type: bitrix24,", f"type: bitrix24, per_second: 0, timeout: {TIMEOUT},")
        text = text.replace("type: redmine,", f"type: redmine, timeout: {TIMEOUT},")
        return text.replace("    stages: [", f"{more}    stages: [", 1)

    def again(self, folder: Path) -> Path:
        """Return a copy of a hub as it is now."""
        self.folders += 1
        copy = self.place / f"hub{self.folders}"
        shutil.copytree(folder, copy)
        address = database_of(folder)
        settings = copy / "hub.yaml"
        text = settings.read_text(encoding="utf-8").replace(address, self.databases.copy(address))
        settings.write_text(text, encoding="utf-8")
        return copy

    def forget(self, folder: Path) -> None:
        self.databases.drop(database_of(folder))
        shutil.rmtree(folder)

    # --- processes of the hub ---

    def start(self, folder: Path, *words: str, point: str = "", record: Path | None = None, **more: str) -> int:
        """Start a process of the hub, to be killed at POINT; returns its number."""
        environment = {**self.environment, **more}
        if point:
            environment[POINT] = point
        if record is not None:
            environment[RECORD] = str(record)
        logs = self.place / "logs"
        logs.mkdir(exist_ok=True)
        order = {"words": ["--hub", str(folder), *words], "environment": environment, "folder": str(folder)}
        if words[0] not in self.warm and not point:
            order["modules"] = str(self.place / "modules")
        return int(self.forge("start", logs=str(logs), **order))

    def ended(self, pid: int) -> Ended:
        """Wait for a process of the hub."""
        code = self.forge("wait", pid=pid)
        out, err = ((self.place / "logs" / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return Ended(code, out, err)

    def run(self, folder: Path, *words: str, point: str = "", record: Path | None = None, **more: str) -> Ended:
        """Give a command, with MORE in its environment, and wait for its end."""
        ended = self.ended(self.start(folder, *words, point=point, record=record, **more))
        self.warmed(folder, words[0])
        return ended

    def warmed(self, folder: Path, word: str) -> None:
        """From now on processes with that command begin with all it needs."""
        modules = self.place / "modules"
        if word not in self.warm and modules.exists():
            self.forge("warm", modules=str(modules), folder=str(folder), environment=self.environment)
            self.warm.add(word)

    def kill(self, pid: int) -> None:
        """Kill a process of the hub, and wait until it is gone."""
        os.kill(pid, signal.SIGKILL)
        self.ended(pid)

    # --- systems ---

    @contextmanager
    def growing(self) -> Iterator[None]:
        """Both systems are there, and what happens in them is kept for every play."""
        assert self.stage("grow") == "growing"
        try:
            yield
        finally:
            self.stage.tell("about")
            assert self.stage.hear() == "grown"
            self.stage.hear()

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Both systems are there as they have grown; what happens to them is forgotten."""
        self.stage("play")
        try:
            yield
        finally:
            self.stage("end")

    @property
    def crm(self) -> Mapping[str, Any]:
        return self.about[0]

    @property
    def tracker(self) -> Mapping[str, Any]:
        return self.about[1]

    def method(self, name: str, who: str = "manager", **form: Any) -> Any:
        """Call a method of the CRM as a person."""
        return self.client.post(f"{self.crm['webhooks'][who]}{name}", json=form).raise_for_status().json()

    def issues(self, verb: str, path: str, form: Any = None, *, who: str = "admin", **more: Any) -> Any:
        """Send a request to the tracker as a person."""
        headers = {"X-Redmine-API-Key": str(self.tracker["keys"][who])}
        answer = self.client.request(verb, f"{self.tracker['address']}{path}", json=form, headers=headers, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def log(self, since: Sequence[int] = (0, 0)) -> list[str]:
        """Return the requests that both systems have had since, as they logged them."""
        said = []
        for about, number in zip(self.about, since, strict=True):
            found = self._control(about, f"log?since={number}")
            said += [f"{one['method']} {one['path']}" for one in found["entries"]]
        return said

    def asked(self) -> list[int]:
        """Return how many requests each of the systems has had."""
        return [int(self._control(about, "")["requests"]) for about in self.about]

    def _control(self, about: Mapping[str, Any], route: str) -> Any:
        headers = {"X-Sandbox-Token": str(about["token"])}
        return self.client.get(f"{about['address']}/_sandbox/{route}".rstrip("/"), headers=headers).json()

    def faults(self, number: int, script: Mapping[str, Any]) -> None:
        """Give the CRM (0) or the tracker (1) a fault script."""
        about = self.about[number]
        headers = {"X-Sandbox-Token": str(about["token"])}
        self.client.put(f"{about['address']}/_sandbox/faults", json=script, headers=headers).raise_for_status()


def database_of(folder: Path) -> str:
    """Return what hub.yaml says of the database."""
    lines = (folder / "hub.yaml").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("database:")).split()[1]


def address_of(folder: Path) -> str:
    """Return the address of a hub's database for whoever is not in its folder."""
    return address_in(folder, database_of(folder))


def _one_authority() -> str:
    """Return one certificate: reading all that are known takes longer than a pass, and nothing here is encrypted."""
    text = Path(certifi.where()).read_text(encoding="ascii")
    return text[text.index("-----BEGIN") : text.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n"


@contextmanager
def a_world(databases: Databases | None = None, more: Mapping[str, str] | None = None) -> Iterator[World]:
    """Start the systems and the forge; MORE is for the environment of the hub's processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CASEHUB_", "PREFECT_"))}
    kept |= {**(more or {}), "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory(prefix="casehub-crash-") as place, ExitStack() as stack:
        (Path(place) / "one.pem").write_text(_one_authority(), encoding="ascii")
        kept |= {"USER": "tests", "SSL_CERT_FILE": str(Path(place) / "one.pem")}
        forge = Service("tests.crash.forge", kept)
        stack.callback(forge.close)
        limits = httpx.Limits(max_keepalive_connections=0)
        client = stack.enter_context(httpx.Client(timeout=30.0, trust_env=False, limits=limits))
        world = World(Path(place), forge, client, databases or Files(), kept)
        stack.callback(lambda: [stage.close() for stage in world.stages])
        yield world
