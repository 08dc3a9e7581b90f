"""Which processes a hub on one machine is made of: worked out as values, nothing is started here."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flows.scheduled.quiet import QUIET

HOME = ".casehub"
"""Folder in the hub's own where its server keeps its things, with the logs of all processes."""
API = "PREFECT_API_URL"


@dataclass(frozen=True)
class Asked:
    """What the hub in FOLDER was asked to be: the page's address, the port of a Prefect server of its own."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8080
    prefect_port: int = 4200
    pool: str = "casehub"

    @property
    def page(self) -> str:
        return page_at(self.host, self.port)


def page_at(host: str, port: int) -> str:
    """Return the address of a page that is served there; one of IPv6 stands in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@dataclass(frozen=True)
class Child:
    """
    One process. READY is an address that answers when it is; PORT one that has to be free before.

    GRACE are the seconds it gets to end by itself when it is asked to. LAST: it is asked only when the others are gone.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: str = ""
    port: tuple[str, int] | None = None
    grace: float = 8.0
    last: bool = False


def own_prefect(environment: Mapping[str, str]) -> bool:
    """Say whether the hub needs a Prefect server of its own: none is named in the environment."""
    return not environment.get(API)


def is_own(environment: Mapping[str, str], folder: Path) -> bool:
    """Say whether ENVIRONMENT, which `children` gave, names the server that belongs to the hub in FOLDER alone."""
    return environment.get("PREFECT_HOME") == str(_prefect_home(folder))


def _prefect_home(folder: Path) -> Path:
    return folder / HOME / "prefect"


def children(asked: Asked, environment: Mapping[str, str], python: str = sys.executable) -> tuple[Child, ...]:
    """Return the processes in the order in which they are started; ENVIRONMENT is what each of them inherits."""
    own = own_prefect(environment)
    api = f"http://127.0.0.1:{asked.prefect_port}/api" if own else environment[API]
    around = {**environment, **QUIET, API: api, "CASEHUB_HUB": str(asked.folder)}
    if own:
        around["PREFECT_HOME"] = str(_prefect_home(asked.folder))
    server = _server(asked, {**around, "PREFECT_SERVER_API_PORT": str(asked.prefect_port)}, python)
    work = ("worker", "start", "--pool", asked.pool, "--type", "process", "--limit", "8")
    serve = (python, "-m", "flows.cli", "--hub", str(asked.folder), "serve")
    return (
        *((server,) if own else ()),
        Child("worker", (python, "-m", "prefect", *work), around, last=True),
        Child("inbox", (*serve, "inbox"), around, grace=10.0),
        Child(
            "page",
            (*serve, "page", "--host", asked.host, "--port", str(asked.port)),
            around,
            ready=f"{asked.page}/healthz",
            port=(asked.host, asked.port),
        ),
    )


def _server(asked: Asked, around: Mapping[str, str], python: str) -> Child:
    """Prefect's own server; its port is given by variable, because its pages call 4200 where it is given by option."""
    return Child(
        "prefect",
        (python, "-m", "prefect", "server", "start", "--host", "127.0.0.1"),
        around,
        ready=f"http://127.0.0.1:{asked.prefect_port}/api/health",
        port=("127.0.0.1", asked.prefect_port),
        last=True,
    )
