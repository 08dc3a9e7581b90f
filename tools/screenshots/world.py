"""
A hub that lives: two sandboxes with pages of their own, a hub between them, its page in a process of its own.

People work in the systems at those pages; a pass is `casehub sync` as somebody would give the command.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx

from flows.hub import accounts
from flows.hub.accounts import Passwords
from flows.hub.demo import Browser, Systems, hub_folder, started
from flows.hub.demo.seeding import seed
from flows.hub.wiring import Installation, install
from state import cases
from web.cookies import SESSION

HOST = "127.0.0.1"
PATIENCE = 30.0
GRACE = 5.0
SALES, ENGINEER = "Анна Ковалёва", "Пётр Щукин"
NOTE = """system: {system}
kind: comment
entity: note
extends: {type}/comment
"""
MORE = {
    "comment.crm.yaml": NOTE.format(system="crm", type="bitrix24"),
    "comment.tracker.yaml": NOTE.format(system="tracker", type="redmine"),
    "contact.crm.yaml": "system: crm\nkind: contact\nentity: contact\nextends: bitrix24/contact\n",
    "issue.tracker.item.yaml": """system: tracker
kind: issue
entity: item
extends: redmine/item
take: {tracker: Task}
fields:
  category: {at: status, as: choice, values: {New: todo, In Progress: doing, Closed: done, Rejected: dropped}}
""",
}
"""What the hub of the world carries beside the demo's."""
PASSWORD = "зелёная лампа у окна"  # noqa: S105  # of people who are invented, on a page that ends with the run
PEOPLE = (
    accounts.Wanted("anna@example.com", SALES, role="admin"),
    accounts.Wanted("petr@example.com", ENGINEER, role="manager", level="all"),
    accounts.Wanted("nobody@example.com", "Ольга Новенькая", role="viewer", level="own"),
)
"""Who has an account: somebody who may do everything, an engineer, and a newcomer who sees nothing yet."""


class NotUp(RuntimeError):
    """The world could not be made; the message says what was said."""


def free_port() -> int:
    """Return a port of this machine that nobody has."""
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])


@dataclass
class World:
    """The hub in FOLDER, its SYSTEMS, and its page."""

    folder: Path
    systems: Systems
    port: int = field(default_factory=free_port)
    page: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def environment(self) -> dict[str, str]:
        """Return the environment of the hub's processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CASEHUB_", "PREFECT_"))}
        return {**kept, **self.systems.environment(), "CASEHUB_HUB": str(self.folder)}

    @contextmanager
    def installation(self) -> Iterator[Installation]:
        """Look into the hub for the while."""
        found = install(self.folder, self.systems.environment())
        try:
            yield found
        finally:
            found.store.close()

    def sync(self) -> None:
        """Run a pass, as a command. Raises NotUp."""
        command = [str(Path(sys.executable).parent / "casehub"), "sync", "presales"]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            raise NotUp(done.stdout + done.stderr)

    # --- the page ---

    def open(self) -> None:
        """Start the page, and return when it answers. Raises NotUp."""
        command = [sys.executable, "-m", "web", "--host", HOST, "--port", str(self.port)]
        self.page = subprocess.Popen(command, env=self.environment())
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self.page.poll() is not None or time.monotonic() > until:
                raise NotUp("the page does not answer")
            time.sleep(0.1)

    def close(self) -> None:
        """End the page, if it runs."""
        if self.page is None or self.page.poll() is not None:
            return
        self.page.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.page.wait(GRACE)
        self.page.kill()
        self.page.wait()

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/healthz", timeout=1.0, trust_env=False).is_success
        return False

    # --- who looks ---

    def session(self, login: str) -> str:
        """Return the secret of a session of somebody who came by a one-time link."""
        with self.installation() as hub:
            secret = accounts.make_link(hub.store, accounts.account_named(hub.store, login), by="tools")
            came = accounts.let_in_by_link(hub.store, secret, address=HOST)
        if came is None:
            raise NotUp(f"{login} was not let in")
        return came.secret

    def cookies(self, login: str) -> list[dict[str, str]]:
        """Return what a browser holds in which LOGIN has signed in."""
        return [{"name": SESSION, "value": self.session(login), "url": self.address}]

    # --- where things are ---

    def key_of(self, deal: int) -> str:
        """Return the key of the case of a deal."""
        return self._whole(deal)[0]

    def issue_of(self, deal: int) -> int:
        """Return the number of the issue of a deal."""
        return self._whole(deal)[1]

    def _whole(self, deal: int) -> tuple[str, int]:
        with self.installation() as hub:
            whole = cases.by_record(hub.store, "crm", kind="deal", ids=[str(deal)])[str(deal)]
        numbers = {link.system: link.external_id for link in whole.links}
        return str(whole.entity.key), int(numbers.get("tracker") or 0)

    def rename(self, deal: int, *, crm: str, tracker: str) -> None:
        """Have two people call a case otherwise at once, each in the own system."""
        browser = Browser(self.systems.client)
        browser.change(self.systems.deal_page(deal), person=SALES, values={"title": crm})
        issue = self.systems.issue_page(self.issue_of(deal))
        browser.change(issue, person=ENGINEER, values={"subject": tracker})


@contextmanager
def a_world(folder: Path, *, today: date) -> Iterator[World]:
    """Make a world in FOLDER for the while: seeded, synced once, with accounts and an open page. Raises NotUp."""
    with started(None) as systems:
        seed(systems, today)
        home = hub_folder(folder, systems.environment())
        _with_more(home)
        world = World(home, systems)
        world.sync()
        with world.installation() as hub:
            known = Passwords().hashed(PASSWORD)
            for wanted in PEOPLE:
                accounts.make(hub.store, wanted, by="tools", hash_=known)
        try:
            world.open()
            yield world
        finally:
            world.close()


def _with_more(folder: Path) -> None:
    """Have the demo's hub carry over what people say and attach, and know items and contacts."""
    path = folder / "hub.yaml"
    text = path.read_text(encoding="utf-8")
    more = "notes: {crm: {}, tracker: {}}\n    files: {crm: {not_types: [program]}, tracker: {}}\n    stages: ["
    text = text.replace(", tracker: Case}", "}", 1)  # its tasks take part, too
    path.write_text(text.replace("stages: [", more, 1), encoding="utf-8")
    for name, content in MORE.items():
        (folder / name).write_text(content, encoding="utf-8")
