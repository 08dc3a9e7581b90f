"""What an installation holds. Times are aware and as fine as the clock; Redmine shows whole seconds of them."""

import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

ANONYMOUS = 2
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(moment: datetime | None) -> str | None:
    """Return a moment as Redmine shows it. All that is kept here is UTC."""
    return f"{moment.isoformat()[:19]}Z" if moment else None


@dataclass(slots=True)
class User:
    id: int
    login: str
    first: str
    last: str
    mail: str
    key: str
    created_on: datetime
    admin: bool = False
    language: str = "en"
    password: str = ""
    active: bool = True
    hides_mail: bool = True
    newest_first: bool = False
    """The profile's order of journals, which the interface obeys too."""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()

    @property
    def logged(self) -> bool:
        return self.id != ANONYMOUS


@dataclass(slots=True)
class Project:
    """MEMBERS: user -> (number of the membership, roles)."""

    id: int
    identifier: str
    name: str
    created_on: datetime
    public: bool = False
    trackers: tuple[int, ...] = ()
    members: dict[int, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)
    versions: dict[int, str] = field(default_factory=dict)
    description: str = ""


@dataclass(slots=True)
class Detail:
    """One change that a journal tells of."""

    property: str
    name: str
    old: str | None
    new: str | None


@dataclass(slots=True)
class Journal:
    id: int
    user_id: int
    created_on: datetime
    notes: str | None = ""
    private: bool = False
    details: list[Detail] = field(default_factory=list)
    updated_on: datetime | None = None
    updated_by: int | None = None


@dataclass(slots=True)
class Attachment:
    id: int
    filename: str
    content: bytes
    content_type: str
    author_id: int
    created_on: datetime
    digest: str
    description: str = ""


@dataclass(slots=True)
class Relation:
    id: int
    issue_id: int
    issue_to_id: int
    relation_type: str
    delay: int | None = None

    def shown(self) -> dict[str, Any]:
        ends = {"id": self.id, "issue_id": self.issue_id, "issue_to_id": self.issue_to_id}
        return {**ends, "relation_type": self.relation_type, "delay": self.delay}


@dataclass(slots=True)
class Issue:
    """One issue. CUSTOM: field -> text, or texts for a field of several values."""

    id: int = 0
    tracker_id: int = 0
    project_id: int = 0
    subject: str = ""
    description: str | None = None
    due_date: date | None = None
    category_id: int | None = None
    status_id: int = 0
    assigned_to_id: int | None = None
    priority_id: int | None = None
    fixed_version_id: int | None = None
    author_id: int = 0
    start_date: date | None = None
    done_ratio: int = 0
    estimated_hours: float | None = None
    parent_id: int | None = None
    is_private: bool = False
    lock_version: int = 0
    created_on: datetime = EPOCH
    updated_on: datetime = EPOCH
    closed_on: datetime | None = None
    custom: dict[int, str | tuple[str, ...]] = field(default_factory=dict)
    journals: list[Journal] = field(default_factory=list)
    watchers: list[int] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    def draft(self) -> "Issue":
        """A copy to write into; journals, watchers and attachments stay shared."""
        made = copy.copy(self)
        made.custom = dict(self.custom)
        return made


JOURNALISED = (
    "tracker_id",
    "project_id",
    "subject",
    "description",
    "due_date",
    "category_id",
    "status_id",
    "assigned_to_id",
    "priority_id",
    "fixed_version_id",
    "start_date",
    "done_ratio",
    "estimated_hours",
    "parent_id",
    "is_private",
)
"""What journals tell of, in their order."""


def told(value: Any) -> str | None:
    """Return a value as a journal tells it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


def changes(before: Issue, after: Issue) -> list[Detail]:
    """Return what became different, as a journal tells it."""
    made = []
    for name in JOURNALISED:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            made.append(Detail("attr", name, told(old), told(new)))
    for number in sorted(after.custom):
        made += _custom_changes(number, before.custom.get(number), after.custom[number])
    return made


def _custom_changes(number: int, old: Any, new: Any) -> list[Detail]:
    """A field of several values tells one detail for each value that came or went."""
    if old == new or (not old and not new):
        return []
    if not isinstance(new, tuple):
        return [Detail("cf", str(number), old or None, new)]
    gone = [Detail("cf", str(number), value, None) for value in old or () if value not in new]
    return gone + [Detail("cf", str(number), None, value) for value in new if value not in (old or ())]
