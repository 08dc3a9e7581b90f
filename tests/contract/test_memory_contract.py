"""The system in memory keeps all promises of a connector, in each of its habits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from connectors.base import Surroundings, SystemConnector
from connectors.errors import AuthFailed, RetryLater
from connectors.memory import KindTraits, MemoryConnector, MemoryRequest, MemorySystem
from mappings.exchange import Choice, Place, View
from tests.contract.suite import ConnectorContract
from tests.contract.world import Failure, World

WRITES = ("create", "update")
TRAITS = KindTraits(
    places=(
        Place("title", "Название", "text", required=True, max_length=80),
        Place("note", "Описание", "text"),
        Place(
            "choice",
            "Состояние",
            "choice",
            choices=(Choice("1", "Новая"), Choice("2", "В работе"), Choice("9", "Конец")),
        ),
        Place("locked", "Закрыто", "text"),
        Place("marker", "Хаб", "text"),
    ),
    workflow={"choice": {"1": ("2",), "2": ("9",)}},
    required=frozenset({"title"}),
)


class SlowClock:
    """Goes ahead by a millisecond a look: many records have one stamp."""

    def __init__(self, step: timedelta) -> None:
        self._now = datetime(2026, 11, 1, 9, tzinfo=UTC)
        self._step = step

    def __call__(self) -> datetime:
        self._now += self._step
        return self._now


class MemoryWorld(World):
    kind = "deal"
    step = ("1", "2")
    dropped = ("choice", "9")
    refused = ("title", None)
    can_fail = True
    can_move_away = True

    def __init__(self, traits: KindTraits = TRAITS, *, tick: timedelta = timedelta(milliseconds=7)) -> None:
        self.system = MemorySystem(SlowClock(tick), kinds={"deal": traits})
        self._tick = tick

    def connector(self, *, page_size: int = 100, wrong_key: bool = False) -> SystemConnector:
        self.system.kinds["deal"] = replace(self.system.traits("deal"), page_size=page_size)
        self.system.locked_out = wrong_key
        around = Surroundings(clock=SlowClock(self._tick), monotonic=lambda: 0.0)
        return MemoryConnector("память", around=around, system=self.system)

    def create(self, title: str, **views: View) -> str:
        return self.system.create("deal", {"title": title, "note": None, "choice": "1", "marker": None, **views})

    def edit(self, record_id: str, **views: View) -> None:
        self.system.edit("deal", record_id, views)

    def delete(self, record_id: str) -> None:
        self.system.delete("deal", record_id)

    def move_away(self, record_id: str) -> None:
        self.system.move_away("deal", record_id)

    def fail(self, how: Failure, *, on: Literal["list", "write"], skip: int = 0, times: int = 1000) -> None:
        self.system.hook = _hook(how, on=on, skip=skip, times=times)

    def heal(self) -> None:
        self.system.hook = _hook("500", on="list", skip=0, times=0)


def _hook(how: Failure, *, on: Literal["list", "write"], skip: int, times: int) -> Callable[..., None]:
    met = {"n": 0}

    def hook(request: MemoryRequest, moment: str) -> None:
        if (request.verb in WRITES) != (on == "write") or moment != ("after" if how == "lost after" else "before"):
            return
        met["n"] += 1
        if skip < met["n"] <= skip + times:
            if how == "locked out":
                raise AuthFailed("the key was withdrawn", system="память")
            sent = how not in ("lost before", "429") and on == "write"
            raise RetryLater("the line broke", system="память", sent=sent)

    return hook


class TestGuardedMemory(ConnectorContract):
    """Whole seconds, no condition, workflow dropped in silence, refusals that name the field."""

    def make_world(self) -> World:
        return MemoryWorld()


class TestConditionalMemory(ConnectorContract):
    """Revisions, so that a stale write is refused by the system itself."""

    def make_world(self) -> World:
        return MemoryWorld(replace(TRAITS, conditional_writes=True))


class TestMinuteMemory(ConnectorContract):
    """Stamps of whole minutes: everything in a test has the same one. Refusals name no field."""

    def make_world(self) -> World:
        return MemoryWorld(replace(TRAITS, resolution="minute", names=False))


class TestUnstampedMemory(ConnectorContract):
    """No change times at all: every pull is a full one."""

    def make_world(self) -> World:
        return MemoryWorld(replace(TRAITS, change_feed=False))


def test_a_world_is_not_shared() -> None:
    one, other = MemoryWorld(), MemoryWorld()
    one.create("Внедрение CRM")

    seen: dict[str, Any] = other.system.rows
    assert seen == {}
