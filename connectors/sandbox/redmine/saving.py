"""Judge a draft, then store it with its journal: all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .attributes import Taken
from .files import attach, unknown_tokens
from .installation import Installation
from .model import Detail, Issue, Journal, User, changes
from .setup import PRIORITIES, STATUSES
from .wording import fault, sentence

LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Saved:
    """The issue as it stands now, and the journal that tells of it, if one was written."""

    issue: Issue
    journal: Journal | None = None


def faults(taken: Taken, *, before: Issue | None, user: User, office: Installation) -> list[str]:
    """Return every sentence against a draft; none, if it may be stored."""
    draft, wrong = taken.draft, dict(taken.wrong)
    blank = {
        "project": not draft.project_id,
        "tracker": not draft.tracker_id,
        "status": not draft.status_id,
        "priority": draft.priority_id is None,
        "subject": not draft.subject.strip(),
    }
    wrong |= {name: "blank" for name, is_blank in blank.items() if is_blank}
    if len(draft.subject) > LONGEST_SUBJECT:
        wrong["subject"] = "long"
    if draft.priority_id is not None and draft.priority_id not in PRIORITIES:
        wrong["priority"] = "blank"
    if draft.due_date and draft.start_date and draft.due_date < draft.start_date:
        wrong.setdefault("due_date", "order")
    wrong |= _wrong_references(draft, before=before, office=office)
    lost = unknown_tokens(taken.uploads, office=office)
    first = [sentence("not_saved", user.language, count=str(lost))] if lost else []
    return first + [fault(name, what, user.language) for name, what in wrong.items()]


def _wrong_references(draft: Issue, *, before: Issue | None, office: Installation) -> dict[str, str]:
    project = office.projects.get(draft.project_id)
    if project is None:
        return {}
    wrong = {}
    same = before is not None and before.assigned_to_id == draft.assigned_to_id
    if draft.assigned_to_id is not None and draft.assigned_to_id not in project.members and not same:
        wrong["assigned_to"] = "invalid"
    if draft.category_id is not None and draft.category_id not in project.categories:
        wrong["category"] = "invalid"
    if draft.fixed_version_id is not None and draft.fixed_version_id not in project.versions:
        wrong["fixed_version"] = "listed"
    return wrong


def create(taken: Taken, *, user: User, office: Installation) -> Saved:
    """Store a new issue."""
    issue, now = taken.draft, office.now()
    issue.id = office.issues.new_number()
    issue.created_on = issue.updated_on = now
    if STATUSES[issue.status_id].closes:
        issue.closed_on = now
    office.note(issue.id, None)
    office.issues.put(issue.id, issue)
    attach(issue, taken.uploads, office=office)
    if issue.parent_id:
        _tell_parent(issue.parent_id, None, str(issue.id), user=user, office=office)
    _derive(issue.parent_id, office=office)
    return Saved(issue)


def update(taken: Taken, *, before: Issue, user: User, office: Installation) -> Saved:
    """Store a changed issue; the stamp moves even if nothing differs."""
    issue, now = taken.draft, office.now()
    details = changes(before, issue)
    if STATUSES[issue.status_id].closes and not STATUSES[before.status_id].closes:
        issue.closed_on = now
    issue.updated_on = now
    issue.lock_version = before.lock_version + 1
    issue.journals, issue.watchers = list(before.journals), list(before.watchers)
    issue.attachments = list(before.attachments)
    office.note(issue.id, before)
    office.issues.put(issue.id, issue)
    details += attach(issue, taken.uploads, office=office)
    journal = _tell(issue, taken, details, user=user, office=office)
    if before.parent_id != issue.parent_id:
        for parent, old, new in ((before.parent_id, str(issue.id), None), (issue.parent_id, None, str(issue.id))):
            if parent:
                _tell_parent(parent, old, new, user=user, office=office)
        _derive(before.parent_id, office=office)
    _derive(issue.parent_id, office=office)
    return Saved(issue, journal)


def delete(issue: Issue, *, office: Installation) -> list[Issue]:
    """Remove an issue with everything below it; returns what is gone."""
    gone = [issue]
    for child in office.children(issue.id):
        gone += delete(child, office=office)
    if issue.id in office.issues:
        office.note(issue.id, issue)
        del office.issues.rows[issue.id]
    for relation in office.relations_of(issue.id):
        del office.relations[relation.id]
    _derive(issue.parent_id, office=office)
    return gone


def _tell(issue: Issue, taken: Taken, details: list[Detail], *, user: User, office: Installation) -> Journal | None:
    """Write the journal; what a private note came with is told in a journal of its own, for everybody."""
    has_note = bool(taken.notes.strip())
    if taken.private and has_note and details:
        issue.journals.append(Journal(office.number("journal"), user.id, issue.updated_on, None, details=details))
        details = []
    if not details and not has_note:
        return None
    number = office.number("journal")
    private = taken.private and has_note
    journal = Journal(number, user.id, issue.updated_on, taken.notes, private, details)
    issue.journals.append(journal)
    return journal


def _tell_parent(number: int, old: str | None, new: str | None, *, user: User, office: Installation) -> None:
    """A parent's history tells of sub-tasks that came and went, and its stamp moves with it."""
    before = office.issues.get(number)
    if before is None:
        return
    parent = before.draft()
    detail = Detail("attr", "child_id", old, new)
    parent.journals = [*before.journals, Journal(office.number("journal"), user.id, office.now(), details=[detail])]
    _touch(parent, before, office=office)


def _derive(number: int | None, *, office: Installation) -> None:
    """An issue with sub-tasks has their dates, priority and progress."""
    before = office.issues.get(number) if number else None
    children = office.children(number) if number else []
    if before is None or not children:
        return
    parent = before.draft()
    for name, value in _derived(children).items():
        setattr(parent, name, value)
    if changes(before, parent):
        _touch(parent, before, office=office)
    _derive(parent.parent_id, office=office)


def _derived(children: list[Issue]) -> Mapping[str, Any]:
    still = [each for each in children if not STATUSES[each.status_id].closes]
    ratios = [100 if STATUSES[each.status_id].closes else each.done_ratio for each in children]
    return {
        "priority_id": max((each.priority_id or 0) for each in still or children),
        "start_date": min((each.start_date for each in children if each.start_date), default=None),
        "due_date": max((each.due_date for each in children if each.due_date), default=None),
        "done_ratio": sum(ratios) // len(ratios),
    }


def _touch(issue: Issue, before: Issue, *, office: Installation) -> None:
    issue.updated_on = office.now()
    issue.lock_version = before.lock_version + 1
    office.note(issue.id, before)
    office.issues.put(issue.id, issue)
