"""How the installation is set up: statuses, trackers, roles with their workflows, priorities, custom fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NEW, IN_PROGRESS, RESOLVED, FEEDBACK, CLOSED, REJECTED = range(1, 7)
TASK, CASE = 1, 4
MANAGER, DEVELOPER, REPORTER = 3, 4, 5


@dataclass(frozen=True, slots=True)
class Status:
    id: int
    name: str
    closes: bool = False

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "is_closed": self.closes}


@dataclass(frozen=True, slots=True)
class Role:
    """PERMITS by Redmine's own names; WHOLE: sees private issues of others too."""

    id: int
    name: str
    permits: frozenset[str]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class CustomField:
    """One custom field of issues; VALUES of a list. FILTER: lists can be filtered by it."""

    id: int
    name: str
    format: str
    multiple: bool = False
    filter: bool = True
    values: tuple[str, ...] = ()

    @property
    def empty(self) -> str | tuple[str, ...]:
        return () if self.multiple else ""

    def described(self, trackers: list[dict[str, Any]]) -> dict[str, Any]:
        """Return what an administrator is shown of it."""
        said: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "customized_type": "issue",
            "field_format": self.format,
            "regexp": "",
            "min_length": None,
            "max_length": None,
            "is_required": False,
            "is_filter": self.filter,
            "searchable": False,
            "multiple": self.multiple,
            "default_value": None,
            "visible": True,
            "trackers": trackers,
            "roles": [],
        }
        if self.format == "list":
            said["possible_values"] = [{"value": value, "label": value} for value in self.values]
        if self.format == "bool":
            said["possible_values"] = [{"value": "1", "label": "Yes"}, {"value": "0", "label": "No"}]
        return said


STATUSES: Mapping[int, Status] = {
    NEW: Status(NEW, "New"),
    IN_PROGRESS: Status(IN_PROGRESS, "In Progress"),
    RESOLVED: Status(RESOLVED, "Resolved"),
    FEEDBACK: Status(FEEDBACK, "Feedback"),
    CLOSED: Status(CLOSED, "Closed", closes=True),
    REJECTED: Status(REJECTED, "Rejected", closes=True),
}
TRACKERS: Mapping[int, str] = {TASK: "Task", CASE: "Case"}
PRIORITIES: Mapping[int, str] = {3: "Low", 4: "Normal", 5: "High", 6: "Urgent"}
DEFAULT_PRIORITY = 4
STANDARD_FIELDS = ["assigned_to_id", "category_id", "fixed_version_id", "parent_issue_id", "start_date", "due_date"]
STANDARD_FIELDS += ["estimated_hours", "done_ratio", "description", "priority_id"]

_READING = {"view_issues", "add_issues", "add_issue_notes", "view_members", "view_time_entries"}
_WORKING = {"edit_issues", "view_private_notes", "set_notes_private", "manage_issue_relations", "manage_subtasks"}
_LEADING = {"delete_issues", "edit_issue_notes", "view_issue_watchers", "add_issue_watchers", "delete_issue_watchers"}
_LEADING |= {"manage_members", "set_issues_private"}
ROLES: Mapping[int, Role] = {
    MANAGER: Role(MANAGER, "Manager", frozenset(_READING | _WORKING | _LEADING), whole=True),
    DEVELOPER: Role(DEVELOPER, "Developer", frozenset(_READING | _WORKING)),
    REPORTER: Role(REPORTER, "Reporter", frozenset(_READING)),
}

_CASE_FLOW: Mapping[int, Mapping[int, tuple[int, ...]]] = {
    MANAGER: {
        0: (NEW,),
        NEW: (IN_PROGRESS, REJECTED),
        IN_PROGRESS: (RESOLVED, FEEDBACK, REJECTED),
        RESOLVED: (IN_PROGRESS, CLOSED),
        FEEDBACK: (IN_PROGRESS,),
    },
    DEVELOPER: {0: (NEW,), NEW: (IN_PROGRESS,), IN_PROGRESS: (RESOLVED, FEEDBACK), FEEDBACK: (IN_PROGRESS,)},
    REPORTER: {0: (NEW,), FEEDBACK: (IN_PROGRESS,)},
}
_FREE = {0: tuple(STATUSES), **{status: tuple(other for other in STATUSES if other != status) for status in STATUSES}}
FLOW: Mapping[int, Mapping[int, Mapping[int, tuple[int, ...]]]] = {
    CASE: _CASE_FLOW,
    TASK: {MANAGER: _FREE, DEVELOPER: _CASE_FLOW[DEVELOPER], REPORTER: _CASE_FLOW[REPORTER]},
}
"""Tracker -> role -> status -> statuses to go to; 0 is where a new issue comes from."""

CASE_TYPES = ("Демонстрация", "Пилот", "Ответ на RFP", "Технический вопрос")
FIELDS: Mapping[int, CustomField] = {
    field.id: field
    for field in (
        CustomField(1, "CRM deal id", "string"),
        CustomField(2, "Case type", "list", values=CASE_TYPES),
        CustomField(3, "Amount", "float"),
        CustomField(4, "Labels", "list", multiple=True, values=("облако", "миграция", "на месте", "срочно")),
        CustomField(5, "Key client", "bool"),
        CustomField(6, "Offer due", "date"),
        CustomField(7, "Deal", "link", filter=False),
        CustomField(8, "Client", "string"),
        CustomField(9, "Licences", "int"),
        CustomField(10, "Summary", "text", filter=False),
    )
}
