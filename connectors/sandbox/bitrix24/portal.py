"""What stands in a portal: people and their webhooks, records, stage history, comments, rows of products."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from ..clock import Clock
from ..faults import Script
from ..people import Person, people
from ..records import Records
from .errors import no_such_kind
from .fields import COMPANY, CONTACT, DEAL, FIELDS, Field
from .limits import Bucket, WorkingTime
from .stages import WORDS
from .values import CURRENCIES

Item: TypeAlias = dict[str, Any]
"""A record in kept form, by the names of its fields; ``fm`` beside them holds phones and addresses."""

OWNERS: Mapping[int, str] = {DEAL: "deal", CONTACT: "contact", COMPANY: "company"}
ALL_RIGHTS = frozenset({"read", "add", "update", "delete"})
RIGHTS: Mapping[str, frozenset[str]] = {
    "admin": ALL_RIGHTS,
    "manager": ALL_RIGHTS - {"delete"},
    "engineer": ALL_RIGHTS - {"delete"},
    "sales": frozenset({"read"}),
    "hub": ALL_RIGHTS,
}
SCOPES = frozenset({"crm", "user", "userfieldconfig", "disk"})


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How one portal is set up. BLIND_TO_ISO: times in ISO match nothing in its filters. FORBIDDEN_STAGES: role -> stages
    that people of that role may not set. LIMITED: the budgets of the cloud hold; on-premise portals have none.
    """

    zone: str = "Europe/Moscow"
    domain: str = "sandbox.bitrix24.example"
    blind_to_iso: bool = False
    limited: bool = True
    forbidden_stages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class User:
    id: int
    person: Person
    active: bool = True

    @property
    def admin(self) -> bool:
        return self.person.role == "admin"

    def may(self, right: str) -> bool:
        return right in RIGHTS[self.person.role]


@dataclass(frozen=True, slots=True)
class Hook:
    """An inbound webhook: whoever knows SECRET acts as USER within SCOPES."""

    user: User
    secret: str
    scopes: frozenset[str]


class Portal:
    """All state of one portal. What it stamps are whole seconds, as far as the fault script lets them differ."""

    def __init__(
        self,
        clock: Clock,
        script: Callable[[], Script],
        *,
        secret: Callable[[], str],
        settings: Settings | None = None,
        cyrillic: bool = True,
    ) -> None:
        self.settings = settings or Settings()
        self.zone = ZoneInfo(self.settings.zone)
        self.clock = clock
        self.script = script
        self.users = {
            number: User(number, person) for number, person in zip(_IDS, people(cyrillic=cyrillic), strict=True)
        }
        self.hooks = {user.person.role: Hook(user, secret(), SCOPES) for user in self.users.values()}
        engineer = self.hooks["engineer"]
        self.hooks["engineer"] = Hook(engineer.user, engineer.secret, frozenset({"user"}))
        self.tokens: dict[str, tuple[int, datetime]] = {}
        """Access tokens of applications: whose, and until when."""
        self.application_token = secret()
        self.bucket = Bucket()
        self.working = WorkingTime(costs=dict(self.settings.costs))
        self.base = f"https://{self.settings.domain}"
        """The address under which the portal was called last: those it tells begin so."""
        self._secret = secret
        self.clear()

    def clear(self) -> None:
        """Forget every record; people and webhooks stay."""
        self.items: dict[int, Records[Item]] = {DEAL: Records(), CONTACT: Records(), COMPANY: Records()}
        self.history: dict[int, list[dict[str, Any]]] = {}
        self.comments: Records[dict[str, Any]] = Records()
        self.timelines: dict[tuple[str, int], list[int]] = {}
        self.files: Records[dict[str, Any]] = Records()
        self.downloads: dict[str, int] = {}
        """Token -> the file that it lets through."""
        self.rows: dict[int, list[dict[str, Any]]] = {}
        self.origins: dict[tuple[int, str], set[int]] = {}
        self._numbers = {"history": 1, "fm": 101, "rows": 1}

    # --- who ----------------------------------------------------------------------------------------------------------

    def hook_of(self, user: int, secret: str) -> Hook | None:
        return next((h for h in self.hooks.values() if h.user.id == user and h.secret == secret), None)

    def user(self, role: str) -> User:
        return self.hooks[role].user

    # --- when ---------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock.now()

    def stamp(self) -> datetime:
        """The stamp of a change: whole seconds, or as coarse as the fault script says."""
        now = self.now().replace(microsecond=0)
        step = self.script().stamps
        return datetime.fromtimestamp(now.timestamp() // step * step, UTC) if step else now

    def today(self, days: int = 0) -> Any:
        return (self.now() + timedelta(days=days)).astimezone(self.zone).date()

    # --- what ---------------------------------------------------------------------------------------------------------

    def fields(self, kind: int) -> Mapping[str, Field]:
        """Raises Refused for a kind that the portal does not have."""
        found = FIELDS.get(kind)
        if found is None:
            raise no_such_kind()
        return found

    def holds(self, field: Field, value: Any) -> bool:
        """Whether a field may hold a value of its type. Stages are judged later, with their pipeline."""
        match field.type:
            case "user" | "employee":
                return value in self.users
            case "crm_company":
                return value == 0 or value in self.items[COMPANY]
            case "crm_contact":
                return value == 0 or value in self.items[CONTACT]
            case "crm_status" if field.status_type != "DEAL_STAGE":
                return value in WORDS[field.status_type]
            case "crm_currency":
                return value in CURRENCIES
            case "enumeration":
                return any(value == number for number, _ in field.choices)
        return True

    def number(self, what: str) -> int:
        """Return the next number of rows that are no records of their own: history, fm, rows."""
        number = self._numbers[what]
        self._numbers[what] = number + 1
        return number

    def store(self, kind: int, item: Item, *, before: Item | None) -> None:
        """Put a new or changed record in its place, and keep the index of origins."""
        number = item["id"]
        self._note(kind, number, before)
        self.items[kind].put(number, item)
        old, new = before["originId"] if before else None, item["originId"]
        if old != new or before is None:
            self._forget_origin(kind, number, old)
            if new:
                self.origins.setdefault((kind, new.casefold()), set()).add(number)

    def remove(self, kind: int, number: int) -> None:
        before = self.items[kind].rows.pop(number)
        self._note(kind, number, before)
        self._forget_origin(kind, number, before["originId"])
        for comment in self.timelines.pop((OWNERS[kind], number), ()):
            del self.comments.rows[comment]
        if kind == DEAL:
            self.rows.pop(number, None)
            self.history.pop(number, None)

    def token_for(self, file: int) -> str:
        """Return the token with which a file can be downloaded."""
        token = next((token for token, number in self.downloads.items() if number == file), None) or self._secret()
        self.downloads[token] = file
        return token

    def listed(self, kind: int, numbers: Collection[int] | None) -> Iterator[Item]:
        return self.items[kind].listed(numbers, now=self.now(), lag=self.script().lag)

    def _note(self, kind: int, number: int, before: Item | None) -> None:
        if self.script().lag:
            self.items[kind].note(number, before, at=self.now())

    def _forget_origin(self, kind: int, number: int, origin: str | None) -> None:
        if origin:
            self.origins.get((kind, origin.casefold()), set()).discard(number)


_IDS = (1, 7, 9, 11, 13)
