"""How issues, journals, users and projects look in answers."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from .installation import Installation
from .model import Attachment, Detail, Issue, Journal, Project, Relation, User, stamp
from .setup import FIELDS, PRIORITIES, STATUSES, TRACKERS

SHOWS_EDITS = 6
"""From this version on a journal says when and by whom it was edited."""


def issue_row(issue: Issue, *, office: Installation, user: User) -> dict[str, Any]:
    """Return an issue as a list shows it; what is empty is null or left out, field by field as Redmine does."""
    project = office.projects[issue.project_id]
    row: dict[str, Any] = {
        "id": issue.id,
        "project": {"id": project.id, "name": project.name},
        "tracker": {"id": issue.tracker_id, "name": TRACKERS[issue.tracker_id]},
        "status": STATUSES[issue.status_id].shown(),
        "priority": {"id": issue.priority_id, "name": PRIORITIES[issue.priority_id or 0]},
        "author": office.name_of(issue.author_id),
    }
    if issue.assigned_to_id is not None:
        row["assigned_to"] = office.name_of(issue.assigned_to_id)
    if issue.category_id is not None:
        row["category"] = {"id": issue.category_id, "name": project.categories.get(issue.category_id, "")}
    if issue.fixed_version_id is not None:
        row["fixed_version"] = {"id": issue.fixed_version_id, "name": project.versions.get(issue.fixed_version_id, "")}
    if issue.parent_id is not None:
        row["parent"] = {"id": issue.parent_id}
    row |= {
        "subject": issue.subject,
        "description": issue.description,
        "start_date": issue.start_date.isoformat() if issue.start_date else None,
        "due_date": issue.due_date.isoformat() if issue.due_date else None,
        "done_ratio": issue.done_ratio,
        "is_private": issue.is_private,
        "estimated_hours": issue.estimated_hours,
        "custom_fields": _custom_values(issue),
        "created_on": stamp(issue.created_on),
        "updated_on": stamp(issue.updated_on),
        "closed_on": stamp(issue.closed_on),
    }
    if office.may(user, "view_time_entries", project):
        row["spent_hours"] = 0.0
    return row


def whole_issue(
    issue: Issue, *, office: Installation, user: User, base: str, include: Collection[str] = ()
) -> dict[str, Any]:
    """Return one issue with what `include` adds; children and relations are left out where there are none."""
    row = issue_row(issue, office=office, user=user)
    row["total_estimated_hours"] = issue.estimated_hours
    row |= included(issue, office=office, user=user, base=base, include=include)
    if not row.get("relations"):
        row.pop("relations", None)  # a list shows that there are none, one issue leaves them out
    project = office.projects[issue.project_id]
    children = [child for child in office.children(issue.id) if office.sees(user, child)]
    if "children" in include and children:
        row["children"] = [
            {"id": child.id, "tracker": office.tracker(child.tracker_id), "subject": child.subject}
            for child in children
        ]
    if "journals" in include:
        row["journals"] = [journal_row(each, office=office) for each in seen_journals(issue, office=office, user=user)]
    if "watchers" in include and office.may(user, "view_issue_watchers", project):
        row["watchers"] = [office.name_of(each) for each in issue.watchers]
    if "allowed_statuses" in include:
        row["allowed_statuses"] = [each.shown() for each in office.statuses_for(user, issue)]
    return row


def included(issue: Issue, *, office: Installation, user: User, base: str, include: Collection[str]) -> dict[str, Any]:
    """Return what a list may include too."""
    found: dict[str, Any] = {}
    if "attachments" in include:
        found["attachments"] = [attachment_row(each, office=office, base=base) for each in issue.attachments]
    if "relations" in include:
        found["relations"] = [each.shown() for each in _seen_relations(issue, office=office, user=user)]
    return found


def _seen_relations(issue: Issue, *, office: Installation, user: User) -> list[Relation]:
    ends = [
        (each, each.issue_to_id if each.issue_id == issue.id else each.issue_id)
        for each in office.relations_of(issue.id)
    ]
    return [each for each, other in ends if office.sees(user, office.issues.rows[other])]


def seen_journals(issue: Issue, *, office: Installation, user: User) -> list[Journal]:
    """Private notes are shown to who may see them, and to their author; the order is that of the caller's profile."""
    private = office.may(user, "view_private_notes", office.projects[issue.project_id])
    seen = [each for each in issue.journals if not each.private or private or each.user_id == user.id]
    return seen[::-1] if user.newest_first else seen


def journal_row(journal: Journal, *, office: Installation) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": journal.id,
        "user": office.name_of(journal.user_id),
        "notes": journal.notes,
        "created_on": stamp(journal.created_on),
    }
    if office.settings.version >= SHOWS_EDITS:
        row["updated_on"] = stamp(journal.updated_on or journal.created_on)
        if journal.updated_by:
            row["updated_by"] = office.name_of(journal.updated_by)
    shown = [detail_row(each) for each in journal.details]
    return {**row, "private_notes": journal.private, "details": shown}


def detail_row(detail: Detail) -> dict[str, Any]:
    return {"property": detail.property, "name": detail.name, "old_value": detail.old, "new_value": detail.new}


def attachment_row(each: Attachment, *, office: Installation, base: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "filename": each.filename,
        "filesize": len(each.content),
        "content_type": each.content_type,
        "description": each.description,
        "content_url": f"{base}/attachments/download/{each.id}/{quote(each.filename)}",
        "author": office.name_of(each.author_id),
        "created_on": stamp(each.created_on),
    }


def user_row(shown: User, *, viewer: User) -> dict[str, Any]:
    """Mail, key and status are for administrators; one's own login, admin flag and key for oneself as well."""
    row: dict[str, Any] = {"id": shown.id, "login": shown.login}
    own = viewer.id == shown.id
    if viewer.admin or own:
        row["admin"] = shown.admin
    row |= {"firstname": shown.first, "lastname": shown.last}
    if viewer.admin or not shown.hides_mail:
        row["mail"] = shown.mail
    row |= {"created_on": stamp(shown.created_on), "last_login_on": None}
    if viewer.admin or own:
        row["api_key"] = shown.key
    if viewer.admin:
        row["status"] = 1 if shown.active else 3
    return row


def project_row(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "identifier": project.identifier,
        "description": project.description,
        "status": 1,
        "is_public": project.public,
        "inherit_members": False,
        "created_on": stamp(project.created_on),
        "updated_on": stamp(project.created_on),
    }


def _custom_values(issue: Issue) -> list[dict[str, Any]]:
    held = issue.custom
    return [
        {"id": number, "name": name, "multiple": True, "value": list(held.get(number, ()))}
        if multiple
        else {"id": number, "name": name, "value": held.get(number, "")}
        for number, name, multiple in _CUSTOM
    ]


_CUSTOM = tuple((field.id, field.name, field.multiple) for field in FIELDS.values())
