"""What is taken of a sent issue: only what the sender may write; the rest is dropped without a word."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .installation import Installation
from .model import Issue, Project, User
from .setup import DEFAULT_PRIORITY, FIELDS, FLOW, NEW, CustomField

PLAIN = (
    *("subject", "description", "category_id", "priority_id", "fixed_version_id", "start_date", "due_date"),
    *("done_ratio", "estimated_hours", "custom_fields", "custom_field_values"),
)
DERIVED = ("priority_id", "start_date", "due_date", "done_ratio")
"""What an issue with sub-tasks gets from them."""


@dataclass
class Taken:
    """A draft with all that was taken. WRONG: field -> what is wrong with it; NOTES of the journal to come."""

    draft: Issue
    wrong: dict[str, str] = field(default_factory=dict)
    notes: str = ""
    private: bool = False
    uploads: Sequence[Mapping[str, Any]] = ()


def take(sent: Mapping[str, Any], *, before: Issue | None, user: User, office: Installation) -> Taken:
    """Return what becomes of *before* (a new issue, if None) when *user* sends this."""
    new = before is None
    draft = before.draft() if before else Issue(author_id=user.id, start_date=office.today())
    taken = Taken(draft)
    editable = new or (before is not None and may_edit(user, before, office=office))
    if editable:
        _take_place(draft, sent, user=user, office=office, new=new)
        for name in PLAIN:
            if name in sent and not (name in DERIVED and not new and office.children(draft.id)):
                _TAKERS.get(name, _take_reference)(taken, name, sent[name])
    project = office.projects.get(draft.project_id)
    if project is not None:
        _take_permitted(taken, sent, user=user, office=office, project=project, editable=editable, new=new)
    return taken


def may_edit(user: User, issue: Issue, *, office: Installation) -> bool:
    return office.may(user, "edit_issues", office.projects[issue.project_id])


def _take_place(draft: Issue, sent: Mapping[str, Any], *, user: User, office: Installation, new: bool) -> None:
    """Project, tracker, status and assignee: null is ignored, and so is what the sender may not choose."""
    targets = office.target_projects(user)
    if sent.get("project_id") is not None:
        project = office.project(str(sent["project_id"]))
        draft.project_id = project.id if project in targets and project else draft.project_id
    here = office.projects.get(draft.project_id)
    trackers = here.trackers if here else ()
    wanted = _whole(sent.get("tracker_id"))
    if wanted in trackers and wanted in FLOW:
        draft.tracker_id = wanted or 0
    elif trackers and not draft.tracker_id:
        draft.tracker_id = trackers[0]
    allowed = [status.id for status in office.statuses_for(user, draft)]
    status = _whole(sent.get("status_id"))
    if status in allowed:
        draft.status_id = status or 0
    if new and draft.tracker_id and draft.status_id not in allowed:
        draft.status_id = allowed[0] if allowed else NEW
    if new and "priority_id" not in sent:
        draft.priority_id = DEFAULT_PRIORITY
    if sent.get("assigned_to_id") is not None:
        draft.assigned_to_id = _whole(sent["assigned_to_id"]) if sent["assigned_to_id"] != "" else None


def _take_permitted(
    taken: Taken,
    sent: Mapping[str, Any],
    *,
    user: User,
    office: Installation,
    project: Project,
    editable: bool,
    new: bool,
) -> None:
    """What needs a permission of its own: notes, privacy, parents, watchers, files."""
    draft = taken.draft
    if isinstance(sent.get("notes"), str) and (editable or office.may(user, "add_issue_notes", project)):
        taken.notes = sent["notes"]
        taken.private = _truth(sent.get("private_notes")) and office.may(user, "set_notes_private", project)
    if "is_private" in sent and office.may(user, "set_issues_private", project):
        draft.is_private = _truth(sent["is_private"])
    if "parent_issue_id" in sent and editable and office.may(user, "manage_subtasks", project):
        _take_parent(taken, sent["parent_issue_id"], user=user, office=office)
    watchers = sent.get("watcher_user_ids")
    if new and isinstance(watchers, list) and office.may(user, "add_issue_watchers", project):
        numbers = [number for each in watchers if (number := _whole(each)) in office.users and number]
        draft.watchers = list(dict.fromkeys(numbers))
    if isinstance(sent.get("uploads"), list):
        taken.uploads = [each for each in sent["uploads"] if isinstance(each, Mapping)]


def _take_parent(taken: Taken, value: Any, *, user: User, office: Installation) -> None:
    if value in (None, ""):
        taken.draft.parent_id = None
        return
    match = re.fullmatch(r"#?(\d+)", str(value))
    parent = office.issues.get(int(match[1])) if match else None
    if parent is None or not office.sees(user, parent) or _is_above(taken.draft, parent, office):
        taken.wrong["parent"] = "invalid"
    else:
        taken.draft.parent_id = parent.id


def _is_above(draft: Issue, parent: Issue, office: Installation) -> bool:
    """Whether *draft* stands among the parents of *parent*, or is it."""
    here: Issue | None = parent
    while here is not None and draft.id:
        if here.id == draft.id:
            return True
        here = office.issues.get(here.parent_id) if here.parent_id else None
    return False


# --- one by one ------------------------------------------------------------------------------------------------------


def _take_text(taken: Taken, name: str, value: Any) -> None:
    text = None if value is None else str(value)
    if name == "description" and text is not None:
        text = re.sub(r"\r\n|\r|\n", "\r\n", text)
    setattr(taken.draft, name, text if name == "description" else text or "")


def _take_reference(taken: Taken, name: str, value: Any) -> None:
    setattr(taken.draft, name, None if value in (None, "") else _whole(value))


def _take_day(taken: Taken, name: str, value: Any) -> None:
    if value in (None, ""):
        setattr(taken.draft, name, None)
        return
    try:
        setattr(taken.draft, name, _day(str(value)))
    except ValueError:
        taken.wrong[name] = "date"


def _take_ratio(taken: Taken, name: str, value: Any) -> None:
    taken.draft.done_ratio = _whole(value) or 0
    if not 0 <= taken.draft.done_ratio <= 100:
        taken.wrong[name] = "listed"


def _take_hours(taken: Taken, name: str, value: Any) -> None:
    """Hours may be written with a comma, and as hours and minutes."""
    if value in (None, ""):
        taken.draft.estimated_hours = None
        return
    text = str(value).strip().replace(",", ".")
    minutes = re.fullmatch(r"(\d+):([0-5]?\d)", text)
    try:
        hours = int(minutes[1]) + int(minutes[2]) / 60 if minutes else float(text.removesuffix("h"))
    except ValueError:
        taken.wrong[name] = "number"
        return
    taken.draft.estimated_hours = round(hours, 2)
    if hours < 0:
        taken.wrong[name] = "invalid"


def _take_customs(taken: Taken, _: str, value: Any) -> None:
    """Custom fields that an issue does not have are dropped."""
    rows = value if isinstance(value, list) else list(value.values()) if isinstance(value, Mapping) else []
    if isinstance(value, Mapping) and not any(isinstance(row, Mapping) for row in rows):
        rows = [{"id": number, "value": each} for number, each in value.items()]
    for row in rows:
        known = FIELDS.get(_whole(row.get("id")) or 0) if isinstance(row, Mapping) else None
        if known is not None and "value" in row:
            taken.draft.custom[known.id] = _custom(taken, known, row["value"])


def _custom(taken: Taken, known: CustomField, value: Any) -> str | tuple[str, ...]:
    texts = [_text(each) for each in (value if isinstance(value, list) else [value])]
    filled = [each for each in texts if each.strip()]
    for each in filled:
        wrong = _wrong_custom(known, each)
        if wrong:
            taken.wrong[known.name] = wrong
    if known.multiple:
        return tuple(dict.fromkeys(filled))
    text = filled[0] if filled else ""
    return re.sub(r"\r\n|\r|\n", "\r\n", text) if known.format == "text" else text


def _wrong_custom(known: CustomField, text: str) -> str:
    match known.format:
        case "list":
            return "" if text in known.values else "listed"
        case "bool":
            return "" if text in ("0", "1") else "listed"
        case "float":
            return "" if re.fullmatch(r"\s*[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\s*", text) else "invalid"
        case "int":
            return "" if re.fullmatch(r"[+-]?\d+", text.strip()) else "number"
        case "date":
            try:
                _day(text)
            except ValueError:
                return "date"
    return ""


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


_TAKERS = {
    "subject": _take_text,
    "description": _take_text,
    "start_date": _take_day,
    "due_date": _take_day,
    "done_ratio": _take_ratio,
    "estimated_hours": _take_hours,
    "custom_fields": _take_customs,
    "custom_field_values": _take_customs,
}


def _whole(value: Any) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _truth(value: Any) -> bool:
    return value in (True, 1, "1", "true")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
