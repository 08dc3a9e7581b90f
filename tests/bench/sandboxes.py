"""A Bitrix24 and a Redmine as processes of their own, as people and their own logs see them, and a hub's folder."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors.sandbox.process import SandboxProcess

HUB = Path(__file__).parent / "hub"
DEAL = 2
BATCH = 50
ISSUES = 100
"""Issues that are in the tracker before: cases of its own, made with another chance, so none is a deal's."""


@dataclass(frozen=True)
class Asked:
    """One request as a sandbox's own log has it."""

    at: datetime
    method: str
    path: str
    status: int


@dataclass(frozen=True)
class Sandboxes:
    """Both systems while they run; CLIENT is a plain one."""

    crm: SandboxProcess
    tracker: SandboxProcess
    client: httpx.Client

    @property
    def env(self) -> dict[str, str]:
        return {
            "BENCH_CRM_WEBHOOK": str(self.crm.about["webhook"]),
            "BENCH_TRACKER_URL": self.tracker.address,
            "BENCH_TRACKER_KEY": str(self.tracker.about["key"]),
        }

    def of(self, system: str) -> SandboxProcess:
        return {"crm": self.crm, "tracker": self.tracker}[system]

    def seen(self, system: str) -> int:
        """Return the number of the last request."""
        return int(self.control(system, "GET", "")["requests"])

    def log(self, system: str, since: int) -> list[Asked]:
        entries = self.control(system, "GET", f"log?since={since}")["entries"]
        return [Asked(datetime.fromisoformat(e["at"]), e["method"], e["path"], e["status"]) for e in entries]

    def counts(self, system: str) -> Mapping[str, int]:
        return dict(self.control(system, "GET", "")["records"])

    def later(self, seconds: float) -> None:
        """Turn both clocks forward: what was just written leaves the overlaps, and budgets are whole again."""
        for system in ("crm", "tracker"):
            self.control(system, "POST", "clock", {"advance": seconds})

    # --- people ---

    def move_deals(self, numbers: Sequence[int], **fields: str | int) -> None:
        """The sales manager gives deals other views, fifty in a request."""
        address = f"{self.crm.about['webhooks']['manager']}batch"
        given = "".join(f"&fields[{name}]={value}" for name, value in fields.items())
        for at in range(0, len(numbers), BATCH):
            commands = {
                f"d{number}": f"crm.item.update?entityTypeId={DEAL}&id={number}{given}"
                for number in numbers[at : at + BATCH]
            }
            answer = self.clicked(address, {"cmd": commands})
            if answer["result"]["result_error"]:
                raise RuntimeError(f"deals were not changed: {answer['result']['result_error']}")

    def move_issues(self, numbers: Sequence[int], day: str) -> None:
        """A case manager gives issues another date."""
        headers = {"X-Redmine-API-Key": str(self.tracker.about["keys"]["admin"])}
        for number in numbers:
            address = f"{self.tracker.address}/issues/{number}.json"
            self.client.put(address, json={"issue": {"due_date": day}}, headers=headers).raise_for_status()

    def deals(self) -> list[int]:
        """Return the numbers of all deals."""
        rows: list[int] = []
        start: int | None = 0
        while start is not None:
            page = self._deals(start)
            rows += [int(row["id"]) for row in page["result"]["items"]]
            start = page.get("next")
        return rows

    def issues(self) -> list[int]:
        """Return the numbers of all issues that the hub sees, in the order in which they were made."""
        headers = {"X-Redmine-API-Key": str(self.tracker.about["key"])}
        found: list[int] = []
        while True:
            query = f"status_id=*&sort=id&limit=100&offset={len(found)}"
            page = self.client.get(f"{self.tracker.address}/issues.json?{query}", headers=headers).json()
            found += [row["id"] for row in page["issues"]]
            if len(found) >= page["total_count"]:
                return found

    def _deals(self, start: int) -> Any:
        address = f"{self.crm.about['webhooks']['admin']}crm.item.list"
        return self.clicked(address, {"entityTypeId": DEAL, "select": ["id"], "start": start})

    def clicked(self, address: str, form: Any) -> Any:
        """Return what the CRM answers to a person's click, which waits for the vendor's limit."""
        while (answer := self.client.post(address, json=form)).status_code == httpx.codes.SERVICE_UNAVAILABLE:
            time.sleep(0.2)
        return answer.raise_for_status().json()

    def control(self, system: str, verb: str, route: str, form: Any = None) -> Any:
        address, headers = self.of(system).control
        address = f"{address}/{route}" if route else address
        return self.client.request(verb, address, json=form, headers=headers).raise_for_status().json()


@contextmanager
def running(deals: int, *, speed: float = 1.0) -> Iterator[Sandboxes]:
    """Start both with that many deals; SPEED is how fast their clocks run, and with them the vendor's limits."""
    fast = ["--speed", f"{speed:g}"]
    with (
        SandboxProcess("bitrix24", seed=deals, options=fast) as crm,
        SandboxProcess("redmine", seed=ISSUES, options=[*fast, "--chance", "2"]) as tracker,
        httpx.Client(timeout=60.0, trust_env=False) as client,
    ):
        yield Sandboxes(crm, tracker, client)


def day(ahead: int) -> str:
    """Return the day so many days from now."""
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def hub_folder(folder: Path) -> Path:
    """Put the bench's hub into *folder*."""
    for file in HUB.glob("*.yaml"):
        shutil.copy(file, folder)
    return folder
