"""The routes beside issues: people, projects, members, dictionaries."""

from typing import Any

from ..wire import Answer, json_answer
from .ask import MISSING, NOTHING, Ask, Refused, invalid, paged
from .model import User
from .saving import delete
from .setup import DEFAULT_PRIORITY, FIELDS, NEW, PRIORITIES, ROLES, STANDARD_FIELDS, STATUSES, TRACKERS
from .showing import project_row, user_row
from .wording import fault

# --- dictionaries ----------------------------------------------------------------------------------------------------


def statuses(_: Ask) -> Answer:
    return json_answer({"issue_statuses": [each.shown() for each in STATUSES.values()]})


def trackers(_: Ask) -> Answer:
    first = {"id": NEW, "name": STATUSES[NEW].name}
    rows = [
        {"id": n, "name": name, "default_status": first, "description": "", "enabled_standard_fields": STANDARD_FIELDS}
        for n, name in TRACKERS.items()
    ]
    return json_answer({"trackers": rows})


def priorities(_: Ask) -> Answer:
    rows = [
        {"id": n, "name": name, "is_default": n == DEFAULT_PRIORITY, "active": True} for n, name in PRIORITIES.items()
    ]
    return json_answer({"issue_priorities": rows})


def roles(_: Ask) -> Answer:
    return json_answer({"roles": [{"id": each.id, "name": each.name} for each in ROLES.values()]})


def one_role(_: Ask, number: str) -> Answer:
    """Show what a role may do; everybody with an account may know."""
    found = ROLES.get(int(number)) if number.isdigit() else None
    if found is None:
        raise Refused(MISSING)
    return json_answer({"role": {"id": found.id, "name": found.name, "permissions": sorted(found.permits)}})


def custom_fields(ask: Ask) -> Answer:
    ask.need_admin()
    shown = [ask.office.tracker(number) for number in TRACKERS]
    return json_answer({"custom_fields": [field.described(shown) for field in FIELDS.values()]})


def queries(ask: Ask) -> Answer:
    rows = [
        {"id": n, "name": name, "is_public": True, "project_id": None} for n, (name, _) in ask.office.queries.items()
    ]
    return paged(ask, "queries", rows)


# --- people ----------------------------------------------------------------------------------------------------------


def current_user(ask: Ask) -> Answer:
    if not ask.user.logged:
        raise ask.denied()
    row = user_row(ask.user, viewer=ask.user)
    if "memberships" in ask.include:
        row["memberships"] = [
            {name: value for name, value in _member(ask, project.id, ask.user.id).items() if name != "user"}
            for project in ask.office.projects.values()
            if ask.user.id in project.members
        ]
    return json_answer({"user": row})


def users(ask: Ask) -> Answer:
    ask.need_admin()
    part = ask.text("name").casefold()
    rows = [
        user_row(user, viewer=ask.user)
        for user in ask.office.users.values()
        if user.active and part in f"{user.login} {user.name} {user.mail}".casefold()
    ]
    return paged(ask, "users", rows)


def one_user(ask: Ask, number: str) -> Answer:
    return json_answer({"user": user_row(_user(ask, number), viewer=ask.user)})


def add_user(ask: Ask) -> Answer:
    ask.need_admin()
    sent = {name: str(value) for name, value in ask.form("user").items() if value is not None}
    needed = ("login", "firstname", "lastname", "mail")
    wrong = [fault(name, "blank", ask.user.language) for name in needed if not sent.get(name, "").strip()]
    taken = {value for user in ask.office.users.values() for value in (user.login, user.mail)}
    same = [name for name in ("login", "mail") if sent.get(name) in taken]
    wrong += [fault(name, "taken", ask.user.language) for name in same]
    if wrong:
        raise invalid(wrong)
    person = ask.office.add_user(
        sent["login"],
        sent["firstname"],
        sent["lastname"],
        mail=sent["mail"],
        language=sent.get("language", ""),
        password=sent.get("password", ""),
    )
    return json_answer({"user": user_row(person, viewer=ask.user)}, 201)


def change_user(ask: Ask, number: str) -> Answer:
    ask.need_admin()
    user, sent = _user(ask, number), ask.form("user")
    places = {"firstname": "first", "lastname": "last", "mail": "mail", "language": "language", "login": "login"}
    for name, place in places.items():
        if name in sent:
            setattr(user, place, str(sent[name]))
    if "status" in sent:
        user.active = str(sent["status"]) == "1"
    return NOTHING


def remove_user(ask: Ask, number: str) -> Answer:
    ask.need_admin()
    user = _user(ask, number)
    del ask.office.users[user.id]
    for project in ask.office.projects.values():
        project.members.pop(user.id, None)
    return NOTHING


def _user(ask: Ask, number: str) -> User:
    found = ask.office.users.get(int(number)) if number.isdigit() else None
    if found is None:
        raise Refused(MISSING)
    return found


# --- projects --------------------------------------------------------------------------------------------------------


def projects(ask: Ask) -> Answer:
    seen = (each for each in ask.office.projects.values() if ask.office.sees_project(ask.user, each))
    return paged(ask, "projects", [project_row(each) for each in sorted(seen, key=lambda each: each.name)])


def one_project(ask: Ask, name: str) -> Answer:
    project = ask.project(name)
    row = project_row(project)
    if "trackers" in ask.include:
        row["trackers"] = [ask.office.tracker(number) for number in project.trackers]
    if "issue_categories" in ask.include:
        row["issue_categories"] = [{"id": n, "name": name} for n, name in project.categories.items()]
    if "enabled_modules" in ask.include:
        modules = ("issue_tracking", "time_tracking", "wiki")
        row["enabled_modules"] = [{"id": n, "name": name} for n, name in enumerate(modules, 1)]
    if "issue_custom_fields" in ask.include:
        row["issue_custom_fields"] = [{"id": field.id, "name": field.name} for field in FIELDS.values()]
    return json_answer({"project": row})


def add_project(ask: Ask) -> Answer:
    ask.need_admin()
    sent = ask.form("project")
    wrong = [fault(n, "blank", ask.user.language) for n in ("name", "identifier") if not str(sent.get(n) or "").strip()]
    if ask.office.project(str(sent.get("identifier"))) is not None:
        wrong.append(fault("identifier", "taken", ask.user.language))
    if wrong:
        raise invalid(wrong)
    numbers = tuple(int(each) for each in sent.get("tracker_ids") or TRACKERS if int(each) in TRACKERS)
    public = sent.get("is_public", True) in (True, 1, "1", "true")
    project = ask.office.add_project(str(sent["identifier"]), str(sent["name"]), trackers=numbers, public=public)
    return json_answer({"project": project_row(project)}, 201)


def remove_project(ask: Ask, name: str) -> Answer:
    ask.need_admin()
    project = ask.project(name)
    for issue in [each for each in ask.office.issues if each.project_id == project.id]:
        delete(issue, office=ask.office)
    del ask.office.projects[project.id]
    return NOTHING


def categories(ask: Ask, name: str) -> Answer:
    project = ask.project(name)
    owner = {"id": project.id, "name": project.name}
    rows = [{"id": number, "project": owner, "name": name} for number, name in project.categories.items()]
    return json_answer({"issue_categories": rows, "total_count": len(rows)})


def versions(ask: Ask, name: str) -> Answer:
    project = ask.project(name)
    owner = {"id": project.id, "name": project.name}
    rows = [{"id": n, "project": owner, "name": name, "status": "open"} for n, name in project.versions.items()]
    return json_answer({"versions": rows, "total_count": len(rows)})


def members(ask: Ask, name: str) -> Answer:
    project = ask.project(name)
    rows = [_member(ask, project.id, user) for user in project.members]
    return paged(ask, "memberships", rows)


def add_member(ask: Ask, name: str) -> Answer:
    project = ask.project(name)
    ask.need("manage_members", project)
    sent = ask.form("membership")
    user = int(sent["user_id"]) if str(sent.get("user_id", "")).isdigit() else 0
    given = tuple(int(each) for each in sent.get("role_ids") or () if int(each) in ROLES)
    wrong = [fault("user", "blank", ask.user.language)] if user not in ask.office.users else []
    wrong += [fault("user", "taken", ask.user.language)] if user in project.members else []
    wrong += [] if given else [fault("role", "blank", ask.user.language)]
    if wrong:
        raise invalid(wrong)
    ask.office.add_member(project, user, given)
    return json_answer({"membership": _member(ask, project.id, user)}, 201)


def _member(ask: Ask, project: int, user: int) -> dict[str, Any]:
    found = ask.office.projects[project]
    number, given = found.members[user]
    shown = [{"id": role, "name": ROLES[role].name} for role in given]
    owner = {"id": found.id, "name": found.name}
    return {"id": number, "project": owner, "user": ask.office.name_of(user), "roles": shown}
