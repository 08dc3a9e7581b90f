"""One world of sandboxes being lived: a portal, a tracker, a hub, and what goes wrong."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import httpx
from pydantic import SecretStr

from connectors.base import Connector, MemoryShelf, Surroundings
from connectors.bitrix24 import Bitrix24Connector, Bitrix24Settings
from connectors.redmine import RedmineConnector, RedmineSettings
from connectors.sandbox.bitrix24.stages import PRESALES
from connectors.sandbox.bitrix24.stages import STAGES as PIPELINES
from connectors.sandbox.faults import Rule, Script
from flows.hub.files import read_catalog
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.scenarios.ground import Death, Ground, Killed
from flows.hub.sync import PassOptions
from flows.hub.wired import Wired
from flows.hub.wiring import Installation, load_files, open_sync
from state import cases

from .boxes import Boxes
from .findings import Findings
from .ground import CountedStore, fresh_store
from .world import Counts

HUB = Path(__file__).parents[2] / "bench" / "hub"
STAGES = tuple(PIPELINES[PRESALES])
STATUSES = range(1, 7)
SYNC = "presales"
SERVER_ERROR = 500
FAULTS: tuple[dict[str, Any], ...] = (
    {"status": SERVER_ERROR},
    {"status": SERVER_ERROR, "applied": True},
    {"status": 503},
    {"status": 429, "retry_after": 2.0},
    {"status": 429},
    {"close": True},
    {"close": True, "applied": True},
    {"cut": 0.5, "applied": True},
)
MARKER_IN = re.compile(r"\bch-([0-9a-z]+)-[0-9]+\b")


class Line(httpx.AsyncBaseTransport):
    """The way to a sandbox: somebody may edit, or the process may die, before or after a request."""

    def __init__(self, life: "Life", system: str) -> None:
        self._life, self._system = life, system
        self._inner = life.boxes.transport(system)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        life = self._life
        life.death.check()
        writing = request.method in ("PUT", "DELETE") or b"item.update" in request.content
        self._life.meanwhile("before", writing=writing)
        try:
            answer = await self._inner.handle_async_request(request)
        except httpx.TransportError:
            life.not_told(request)
            raise
        if answer.status_code == SERVER_ERROR:
            life.not_told(request)
        self._life.meanwhile("after", writing=False)
        return answer


@dataclass
class Life:
    """One world: a portal with some deals, a tracker, a hub, and what goes wrong."""

    seed: int
    ground: Ground
    deals: int
    death: Death = field(default_factory=Death)
    counts: Counts = field(default_factory=Counts)
    findings: Findings = field(default_factory=Findings)
    last: Report | None = None
    waiting: list[tuple[int, str, Callable[..., None]]] = field(default_factory=list)
    unclear: Counter[str] = field(default_factory=Counter)
    """Entity -> so often nobody was told what became of a create of its issue."""

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)  # noqa: S311 - no secrets
        self.words = 0
        self.boxes = Boxes(self.seed, self.deals)
        self.store: CountedStore = fresh_store(self.ground, self.boxes.now, self.death)  # type: ignore[arg-type]  # its own clock, not a scenario's
        self.installation = Installation(self.ground.folder, _hub(), self.store)
        self.shelves = {name: MemoryShelf(lambda: self.boxes.clock.now().timestamp()) for name in ("crm", "tracker")}

    # --- passes ---

    def connector(self, installation: Installation, name: str) -> Connector:
        around = Surroundings(
            clock=self.boxes.now,
            monotonic=lambda: self.boxes.now().timestamp(),
            sleep=self.boxes.clock.sleep,
            transport=Line(self, name),
            markers={spec.kind: spec.marker for spec in installation.hub.mappings_of(name) if spec.marker},
            shelf=self.shelves[name],
        )
        if name == "crm":
            hook = self.boxes.crm.portal.hooks["hub"]
            address = f"http://127.0.0.1/rest/{hook.user.id}/{hook.secret}/"
            return Bitrix24Connector(name, Bitrix24Settings(webhook=SecretStr(address)), around)
        office = self.boxes.tracker.office
        key = SecretStr(office.users[office.roles_of_people["hub"]].key)
        settings = RedmineSettings(url="http://127.0.0.1", key=key, project="presales", tracker="Case")
        return RedmineConnector(name, settings, around)

    def wired(self, work: Callable[[Wired], Any]) -> Any:
        async def run() -> Any:
            async with open_sync(self.installation, SYNC, self.connector) as wired:
                return await work(wired)

        return self.ground.loops.run(run())

    def sync(self, *, full: bool = False, approved: bool = False) -> None:
        """Run one pass; it may be killed."""

        async def run(wired: Wired) -> Report:
            return await run_recorded(wired, PassOptions(full=full), How("story", approved=approved))

        self.last = None
        try:
            self.last = self.wired(run)
        except BaseExceptionGroup as group:
            rest = group.split(Killed)[1]
            if rest is not None:
                raise rest from None
        except Killed:
            pass
        finally:
            self.death.over()
            self.store.countdown.left = None

    def _die(self, *, late: bool) -> None:
        del late
        self.death.strike()

    def meanwhile(self, moment: str, *, writing: bool) -> None:
        """Do what waits for this request."""
        for number, (left, when, deed) in enumerate(self.waiting):
            if when == moment and left == 0:
                del self.waiting[number]
                deed(late=writing)
                return
            if when == moment:
                self.waiting[number] = (left - 1, when, deed)

    def not_told(self, request: httpx.Request) -> None:
        """Note the entity whose marker a create carries that was not answered."""
        carried = MARKER_IN.search(request.content.decode()) if request.method == "POST" else None
        if carried is not None:
            self.unclear[carried[1]] += 1

    # --- steps ---

    def word(self, what: str) -> str:
        self.words += 1
        return f"{what} {self.seed}-{self.words}"

    def issue(self, deal: int) -> int | None:
        found = cases.by_record(self.store, "crm", kind="deal", ids=[str(deal)]).get(str(deal))
        links = found.links if found else ()
        return next((int(one.external_id) for one in links if one.system == "tracker" and not one.tombstone), None)

    def edit(self, deal: int, *, late: bool = False) -> None:
        """Somebody edits the deal, or its issue, or both."""
        issue = self.issue(deal)
        fact = self.dice.choice(("title", "title", "text", "stage", "amount", "day"))
        for system in self.dice.sample(("crm", "tracker"), self.dice.choice((1, 1, 2))):
            if system == "crm":
                self.boxes.edit_deal(deal, self._of_deal(fact), late=late)
            elif issue is not None:
                self.boxes.edit_issue(issue, self._of_issue(fact), late=late)
        self.counts.steps_of[deal] += 1

    def _of_deal(self, fact: str) -> dict[str, Any]:
        return {
            "title": {"title": self.word("сделка")},
            "text": {"comments": self.word("строка")},
            "stage": {"stageId": self.dice.choice(STAGES)},
            "amount": {"opportunity": self.dice.randrange(1, 900) * 1000, "isManualOpportunity": "Y"},
            "day": {"closedate": f"2026-12-{self.dice.randrange(1, 29):02d}"},
        }[fact]

    def _of_issue(self, fact: str) -> dict[str, Any]:
        return {
            "title": {"subject": self.word("задача")},
            "text": {"description": self.word("строка")},
            "stage": {"status_id": self.dice.choice(STATUSES)},
            "amount": {"custom_fields": [{"id": 3, "value": str(self.dice.randrange(1, 900) * 1000)}]},
            "day": {"due_date": f"2026-12-{self.dice.randrange(1, 29):02d}"},
        }[fact]

    def fault(self) -> None:
        box = self.dice.choice((self.boxes.crm, self.boxes.tracker, self.boxes.tracker))
        name = "crm" if box is self.boxes.crm else "tracker"
        method = "*" if name == "crm" else self.dice.choice(("GET", "POST", "POST", "PUT", "PUT", "*"))
        said = self.dice.choice(FAULTS)
        rule = Rule(method=method, skip=self.dice.choice((0, 0, 1, 3, 6)), times=self.dice.choice((1, 1, 2)), **said)
        box.script = Script(rules=(*box.script.rules[-2:], rule), lag=box.script.lag)
        self.counts.faults[f"{name} {rule.name}{' applied' if rule.applied else ''}"] += 1
        for deal in self.boxes.numbers:
            self.counts.faults_of[deal] += 1

    def _create_in_doubt(self) -> None:
        """Of the issue that is made next nobody is told what became of it."""
        said = self.dice.choice([one for one in FAULTS if "close" in one or one.get("status") == SERVER_ERROR])
        rule = Rule(method="POST", **said)
        self.boxes.tracker.script = Script(rules=(rule, *self.boxes.tracker.script.rules[-2:]))
        self.counts.faults["create unanswered"] += 1

    def live(self) -> None:
        """All steps."""
        doubts = self.dice.choice((0, self.deals, self.deals))
        for number in range(self.dice.choice((8, 9, 10))):
            for deal in self.boxes.numbers:
                for _ in range(self.dice.choice((0, 1, 1, 2)) if number else 0):
                    self.edit(deal)
            for _ in range(self.dice.choice((1, 2, 3))):
                self.fault()
            if number < doubts:
                self._create_in_doubt()
            if self.dice.randrange(2):
                deal = self.dice.choice(self.boxes.numbers)
                when = self.dice.choice(("before", "after"))
                self.waiting.append(
                    (self.dice.randrange(9), when, lambda *, late, deal=deal: self.edit(deal, late=late))
                )
                self.counts.faults["edit in between"] += 1
            if self.dice.randrange(4) == 0:
                self.store.countdown.left = self.dice.randrange(1, 12)
                self.store.countdown.moment = self.dice.choice(("before", "after"))
                self.counts.faults["killed at a commit"] += 1
            if self.dice.randrange(6) == 0:
                self.waiting.append((self.dice.randrange(9), "before", self._die))
                self.counts.faults["killed at a request"] += 1
            self.sync(full=self.dice.randrange(4) == 0)
            for deal in self.boxes.numbers:
                self.counts.steps_of[deal] += 2
            self.boxes.clock.advance(self.dice.choice((1, 20, 100)))


@cache
def _hub() -> Any:
    files = {file.name: file.read_text(encoding="utf-8") for file in sorted(HUB.glob("*.yaml"))}
    env = {"BENCH_CRM_WEBHOOK": "http://127.0.0.1/rest/1/x/", "BENCH_TRACKER_URL": "http://127.0.0.1"}
    return load_files(files, {**env, "BENCH_TRACKER_KEY": "x"}, catalog=read_catalog())
