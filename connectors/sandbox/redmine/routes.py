"""Which route answers which path."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from ..wire import Answer
from . import files, issues, notes, others, ties
from .ask import MISSING, Ask
from .model import Issue
from .saving import Saved

Route: TypeAlias = Callable[[Ask], Answer]
DICTIONARIES: Mapping[tuple[str, ...], Route] = {
    ("issue_statuses",): others.statuses,
    ("trackers",): others.trackers,
    ("roles",): others.roles,
    ("queries",): others.queries,
    ("custom_fields",): others.custom_fields,
    ("enumerations", "issue_priorities"): others.priorities,
    ("users", "current"): others.current_user,
    ("users",): others.users,
    ("projects",): others.projects,
    ("issues",): issues.listing,
}
Tell: TypeAlias = Callable[[str, Issue, Saved | None], None]
"""Told ``created``, ``updated`` or ``deleted`` after it happened."""


def answer(ask: Ask, tell: Tell) -> Answer:
    """Answer one request. Raises Refused."""
    match ask.request.method:
        case "GET":
            return _read(ask)
        case "POST":
            return _post(ask, tell)
        case "PUT" | "PATCH":
            return _put(ask, tell)
        case "DELETE":
            return _delete(ask, tell)
    return MISSING


def _read(ask: Ask) -> Answer:
    found = DICTIONARIES.get(ask.parts)
    if found is not None:
        return found(ask)
    match ask.parts:
        case ("issues", number):
            return issues.show(ask, number)
        case ("issues", number, "relations"):
            return ties.relations(ask, number)
        case ("relations", number):
            return ties.one_relation(ask, number)
        case ("attachments", number):
            return files.show(ask, number)
        case ("roles", number):
            return others.one_role(ask, number)
        case ("users", number):
            return others.one_user(ask, number)
        case ("projects", name):
            return others.one_project(ask, name)
        case ("projects", name, below):
            return _below_project(ask, name, below)
    return MISSING


def _below_project(ask: Ask, name: str, below: str) -> Answer:
    match below:
        case "issues":
            return issues.listing(ask, name)
        case "memberships":
            return others.members(ask, name)
        case "issue_categories":
            return others.categories(ask, name)
        case "versions":
            return others.versions(ask, name)
    return MISSING


def _post(ask: Ask, tell: Tell) -> Answer:
    match ask.parts:
        case ("issues",):
            made, saved = issues.make(ask)
            tell("created", saved.issue, None)
            return made
        case ("issues", number, "relations"):
            return ties.relate(ask, number)
        case ("issues", number, "watchers"):
            return issues.watch(ask, number)
        case ("uploads",):
            return files.upload(ask)
        case ("users",):
            return others.add_user(ask)
        case ("projects",):
            return others.add_project(ask)
        case ("projects", name, "memberships"):
            return others.add_member(ask, name)
    return MISSING


def _put(ask: Ask, tell: Tell) -> Answer:
    match ask.parts:
        case ("issues", number):
            made, saved = issues.change(ask, number)
            tell("updated", saved.issue, saved)
            return made
        case ("journals", number):
            return notes.edit_note(ask, number)
        case ("attachments", number):
            return files.rename(ask, number)
        case ("users", number):
            return others.change_user(ask, number)
    return MISSING


def _delete(ask: Ask, tell: Tell) -> Answer:
    match ask.parts:
        case ("issues", number):
            made, gone = issues.remove(ask, number)
            for issue in gone:
                tell("deleted", issue, None)
            return made
        case ("issues", number, "watchers", user):
            return issues.unwatch(ask, number, user)
        case ("relations", number):
            return ties.unrelate(ask, number)
        case ("attachments", number):
            return files.remove(ask, number)
        case ("users", number):
            return others.remove_user(ask, number)
        case ("projects", name):
            return others.remove_project(ask, name)
    return MISSING
