"""The routes of issues: list, show, create, update, delete, watchers."""

from collections.abc import Mapping
from typing import Any

from ..wire import Answer, json_answer
from .ask import MISSING, NOTHING, Ask, Refused, invalid
from .attributes import may_edit, take
from .filters import InvalidFilter, compiled, only_ids, ordered
from .model import Issue
from .saving import Saved, create, delete, faults, update
from .showing import included, issue_row, whole_issue


def listing(ask: Ask, project_name: str = "") -> Answer:
    """Open issues unless told otherwise; unknown filters and orders are ignored, unreadable times are not."""
    name = project_name or ask.text("project_id")
    project = ask.project(name) if name else None
    if project is not None:
        ask.need("view_issues", project)
    params: dict[str, str] = {key: value for key, value in ask.params.items() if isinstance(value, str)}
    if "query_id" in params:
        params = _saved_query(ask, params)
    try:
        fits = compiled(params, user=ask.user)
    except InvalidFilter as error:
        raise invalid(error.sentences) from error
    here, sees = project.id if project else None, ask.office.sight(ask.user)
    found = [
        issue
        for issue in ask.office.listed(only_ids(params))
        if (here is None or issue.project_id == here) and fits(issue) and sees(issue)
    ]
    offset, limit = ask.window()
    page = ordered(found, params.get("sort", ""))[offset : offset + limit]
    include = ask.include
    rows = [
        {
            **issue_row(issue, office=ask.office, user=ask.user),
            **included(issue, office=ask.office, user=ask.user, base=ask.base, include=include),
        }
        for issue in page
    ]
    return json_answer({"issues": rows, "total_count": len(found), "offset": offset, "limit": limit})


def _saved_query(ask: Ask, params: Mapping[str, str]) -> dict[str, str]:
    """Beside a saved query only the order of the request counts, none of its filters."""
    known = ask.office.queries.get(int(params["query_id"]) if params["query_id"].isdigit() else 0)
    if known is None:
        raise Refused(MISSING)
    return {**known[1], **{name: params[name] for name in ("sort",) if name in params}}


def show(ask: Ask, number: str) -> Answer:
    return _whole(ask, _issue(ask, number), include=ask.include)


def make(ask: Ask) -> tuple[Answer, Saved]:
    """Create an issue. Raises Refused: 403, 422 with every sentence."""
    if not ask.office.target_projects(ask.user):
        raise ask.denied()
    sent = _kept(ask, ask.form("issue"))
    taken = take(sent, before=None, user=ask.user, office=ask.office)
    wrong = faults(taken, before=None, user=ask.user, office=ask.office)
    if wrong:
        raise invalid(wrong)
    saved = create(taken, user=ask.user, office=ask.office)
    place = f"{ask.base}/issues/{saved.issue.id}"
    return _whole(ask, saved.issue, status=201).with_header("location", place), saved


def change(ask: Ask, number: str) -> tuple[Answer, Saved]:
    """Update an issue: 204 whatever was dropped. Raises Refused: 403, 404, 422."""
    issue = _issue(ask, number)
    sent = _kept(ask, ask.form("issue"))
    project = ask.office.projects[issue.project_id]
    if not may_edit(ask.user, issue, office=ask.office):
        ask.need("add_issue_notes", project)
    taken = take(sent, before=issue, user=ask.user, office=ask.office)
    wrong = faults(taken, before=issue, user=ask.user, office=ask.office)
    if wrong:
        raise invalid(wrong)
    if sent.get("lock_version") not in (None, "") and str(sent["lock_version"]) != str(issue.lock_version):
        raise invalid([])
    return NOTHING, update(taken, before=issue, user=ask.user, office=ask.office)


def remove(ask: Ask, number: str) -> tuple[Answer, list[Issue]]:
    issue = _issue(ask, number)
    ask.need("delete_issues", ask.office.projects[issue.project_id])
    return NOTHING, delete(issue, office=ask.office)


def watch(ask: Ask, number: str) -> Answer:
    issue = _issue(ask, number)
    ask.need("add_issue_watchers", ask.office.projects[issue.project_id])
    sent = ask.params.get("user_ids") or [ask.params.get("user_id")]
    users = [int(str(each)) for each in sent if str(each).isdigit() and int(str(each)) in ask.office.users]
    issue.watchers += [each for each in users if each not in issue.watchers]
    return NOTHING


def unwatch(ask: Ask, number: str, user: str) -> Answer:
    issue = _issue(ask, number)
    ask.need("delete_issue_watchers", ask.office.projects[issue.project_id])
    if not user.isdigit() or int(user) not in ask.office.users:
        raise Refused(MISSING)
    issue.watchers = [each for each in issue.watchers if each != int(user)]
    return NOTHING


def _issue(ask: Ask, number: str) -> Issue:
    """Return an issue that the caller sees. Raises Refused: 404, 403."""
    issue = ask.office.issues.get(int(number)) if number.isdigit() else None
    if issue is None:
        raise Refused(MISSING)
    if not ask.office.sees(ask.user, issue):
        raise ask.denied()
    return issue


def _whole(ask: Ask, issue: Issue, *, include: tuple[str, ...] = (), status: int = 200) -> Answer:
    row = whole_issue(issue, office=ask.office, user=ask.user, base=ask.base, include=include)
    return json_answer({"issue": row}, status)


def _kept(ask: Ask, sent: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the fault script loses in silence: names as they are sent, custom fields as cf_12."""
    lost = ask.office.script().dropped(ask.request.method, ask.request.path)
    if not lost:
        return sent
    kept = {name: value for name, value in sent.items() if "*" not in lost and name not in lost}
    customs = kept.get("custom_fields")
    if isinstance(customs, list):
        kept["custom_fields"] = [each for each in customs if f"cf_{each.get('id')}" not in lost]
    return kept
