"""An issue as Redmine shows and takes it, and its views."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.exchange import PastChange, VendorRecord, View, Views

from .fields import CustomField, FieldTable, plain_number
from .members import with_whole_lists
from .relations import relation_views


@dataclass(frozen=True, slots=True)
class CorePlace:
    """
    One field that every issue has. KEY is the name it is shown by, WRITES the name it is written by ("": never).

    ALWAYS: Redmine shows the key even where it is empty, so an absent one is unseen; others are absent when empty.
    """

    name: str
    key: str
    writes: str
    type: str
    label: str
    always: bool = False
    required: bool = False


CORE = (
    CorePlace("subject", "subject", "subject", "text", "Subject", always=True, required=True),
    CorePlace("description", "description", "description", "text", "Description", always=True),
    CorePlace("status", "status", "status_id", "choice", "Status", always=True, required=True),
    CorePlace("priority", "priority", "priority_id", "choice", "Priority", always=True, required=True),
    CorePlace("assigned_to", "assigned_to", "assigned_to_id", "person", "Assignee"),
    CorePlace("author", "author", "", "person", "Author"),
    CorePlace("category", "category", "category_id", "choice", "Category"),
    CorePlace("fixed_version", "fixed_version", "fixed_version_id", "choice", "Target version"),
    CorePlace("start_date", "start_date", "start_date", "date", "Start date", always=True),
    CorePlace("due_date", "due_date", "due_date", "date", "Due date", always=True),
    CorePlace("done_ratio", "done_ratio", "done_ratio", "number", "% Done", always=True),
    CorePlace("estimated_hours", "estimated_hours", "estimated_hours", "number", "Estimated time", always=True),
    CorePlace("parent", "parent", "parent_issue_id", "reference", "Parent task"),
    CorePlace("is_private", "is_private", "is_private", "bool", "Private", always=True),
    CorePlace("project", "project", "project_id", "choice", "Project", always=True, required=True),
    CorePlace("tracker", "tracker", "tracker_id", "choice", "Tracker", always=True, required=True),
    CorePlace("closed_on", "closed_on", "", "datetime", "Closed", always=True),
    CorePlace("created_on", "created_on", "", "datetime", "Created", always=True),
)
DERIVED = frozenset({"priority", "start_date", "due_date", "done_ratio"})
"""What an issue with sub-issues gets from them, as Redmine is set up at first; what is written there is dropped."""
BY_NAME: Mapping[str, CorePlace] = {place.name: place for place in CORE}
BY_WRITTEN: Mapping[str, CorePlace] = {place.writes: place for place in CORE if place.writes}
NAMED = frozenset({"status", "priority", "tracker", "category", "fixed_version", "project"})
"""Places whose choices may be given by name too."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes records of rows. IN_SCOPE judges a row; MARKER_PLACE is where our marker lives."""

    system: str
    url: str
    fields: FieldTable
    in_scope: Callable[[Mapping[str, Any]], bool]
    marker_place: str | None

    def record(self, row: Mapping[str, Any]) -> VendorRecord:
        """Return the record of an issue. Raises KeyError, TypeError or ValueError on what is no issue."""
        number = int(row["id"])
        views = self.views(row)
        field = self.fields.by_place(self.marker_place) if self.marker_place else None
        marker = views.get(self.fields.place(field)) if field else None
        return VendorRecord(
            system=self.system,
            kind="issue",
            id=str(number),
            views=views,
            version=row["updated_on"],
            stamp=row["updated_on"],
            marker=marker if isinstance(marker, str) else None,
            url=f"{self.url}/issues/{number}",
            in_scope=self.in_scope(row),
            parent=("issue", str(row["parent"]["id"])) if row.get("parent") else None,
            people=_people(row),
        )

    def views(self, row: Mapping[str, Any]) -> Views:
        views = {
            place.name: core_view(place, row.get(place.key)) for place in CORE if not place.always or place.key in row
        }
        for shown in row.get("custom_fields") or ():
            field = self.fields.by_id(shown["id"]) or CustomField(shown["id"], shown["name"])
            views[self.fields.place(field)] = field.read(shown.get("value"))
        if "relations" in row:
            views |= relation_views(str(row["id"]), row["relations"])
        return views

    def past_changes(self, row: Mapping[str, Any], *, our_id: str) -> tuple[PastChange, ...]:
        """Return what the journals of an issue tell of its places, oldest first: Redmine's order is a preference."""
        journals = sorted(row.get("journals") or (), key=lambda journal: (journal["created_on"], journal["id"]))
        whole = with_whole_lists(journals, row, several=self.fields.several())
        return tuple(change for journal in whole for change in self._changes(journal, our_id))

    def _changes(self, journal: Mapping[str, Any], our_id: str) -> list[PastChange]:
        user = journal.get("user") or {}
        made: list[PastChange] = []
        for number, detail in enumerate(journal.get("details") or ()):
            read = self._place_of(detail)
            if read is None:
                continue
            place, view = read
            old, new = view(detail.get("old_value")), view(detail.get("new_value"))
            if old == new:
                continue  # 10.0 became 10.00
            made.append(
                PastChange(
                    id=f"{journal['id']}.{number}",
                    place=place,
                    old=old,
                    new=new,
                    at=journal["created_on"],
                    by=user.get("name"),
                    ours=str(user.get("id")) == our_id,
                )
            )
        return made

    def _place_of(self, detail: Mapping[str, Any]) -> tuple[str, Callable[[Any], View]] | None:
        """The place that a detail of a journal speaks of, and how its values read; None for notes and attachments."""
        name = detail.get("name", "")
        if detail.get("property") == "cf" and str(name).isdigit():
            field = self.fields.by_id(int(name))
            return (self.fields.place(field), field.read) if field else None
        core = BY_WRITTEN.get(name) if detail.get("property") == "attr" else None
        if core is None and name == "parent_id":
            core = BY_NAME["parent"]
        return (core.name, lambda value: core_view(core, value)) if core else None


def _people(row: Mapping[str, Any]) -> dict[str, str]:
    """The names that stand beside ids; also of who is no member any more, and of groups."""
    shown = (row.get(place.key) for place in CORE if place.type == "person")
    return {str(one["id"]): one["name"] for one in shown if isinstance(one, dict) and isinstance(one.get("name"), str)}


def core_view(place: CorePlace, value: Any) -> View:
    """Return the view of a core field's value, as an issue or as a journal shows it."""
    if isinstance(value, dict):
        return str(value["id"])
    if value is None or value == "":
        return None
    if place.type == "bool":
        return value if isinstance(value, bool) else str(value) == "1"
    if place.type == "number":
        return plain_number(str(value))
    if place.type == "text":
        return str(value).replace("\r\n", "\n")
    return str(value)


def payload_of(views: Views, fields: FieldTable) -> dict[str, Any]:
    """Return what to send for *views*. Raises LookupError with the place that Redmine cannot be told."""
    payload: dict[str, Any] = {}
    for place, view in views.items():
        core = BY_NAME.get(place)
        if core is not None and core.writes:
            payload[core.writes] = _core_value(core, view)
            continue
        field = fields.by_place(place) if place.startswith("cf[") else None
        if field is None:
            raise LookupError(place)
        payload.setdefault("custom_fields", []).append({"id": field.id, "value": field.write(view)})
    return payload


def _core_value(place: CorePlace, view: View) -> Any:
    """Empty is "": Redmine ignores null for some fields, without a word."""
    if view is None:
        return "0" if place.type == "bool" else ""
    if isinstance(view, bool):
        return "1" if view else "0"
    return view
