"""The page of the tracker for people: issues, and one issue to edit within the workflow, as whoever is chosen."""

import hmac
from collections.abc import Callable, Iterator
from typing import Any

from ..page import STYLE_PATH, Html, Input, form, heading, link, page_answer, paragraph, style_answer, table
from ..wire import Answer, Request, see_other
from .ask import Refused
from .attributes import may_edit, take
from .installation import Installation
from .model import Detail, Issue, Journal, User
from .saving import Saved, create, faults, update
from .setup import CASE, FIELDS, PRIORITIES, STATUSES, TRACKERS, CustomField
from .showing import seen_journals
from .talk import UPLOAD_TYPE, Talk

SHOWN = 200
Tell = Callable[[str, Issue, Saved | None], None]


class Page:
    """
    ``/`` lists issues, ``/issues/{id}`` shows one; ``?as=`` says who looks, which decides what may be changed.

    Comments and files of an issue have forms of their own (`talk`).
    """

    def __init__(self, office: Installation, tell: Tell, *, token: str, cyrillic: bool = True) -> None:
        self._office = office
        self._tell = tell
        self._token = token
        self._russian = cyrillic
        self._talk = Talk(office, self._say)

    def answer(self, request: Request) -> Answer | None:
        parts = request.path.strip("/").split("/")
        match request.method, parts:
            case ("POST", ["journals" | "files", _]) | ("GET", ["files", _]):
                return self._talked(request, parts)
            case "GET", [""]:
                return self._list(self._person(dict(request.pairs())))
            case "GET", ["_sandbox.css"] if request.path == STYLE_PATH:
                return style_answer()
            case "POST", ["issues"]:
                return self._written(request, None)
            case "GET" | "POST", ["issues", number] if number.isdigit():
                issue = self._office.issues.get(int(number))
                if issue is None:
                    return self._whole([paragraph(self._say("Задачи нет.", "There is no such issue."))], status=404)
                if request.method == "POST":
                    return self._written(request, issue)
                return self._issue(issue, self._person(dict(request.pairs())))
        return None

    # --- pages --------------------------------------------------------------------------------------------------------

    def _list(self, user: User, said: str = "", *, status: int = 200) -> Answer:
        issues = [each for each in self._office.issues if self._office.sees(user, each)]
        issues.sort(key=lambda each: (each.updated_on, each.id), reverse=True)
        rows = (
            (
                f"#{each.id}",
                link(f"/issues/{each.id}?as={user.id}", each.subject),
                STATUSES[each.status_id].name,
                self._name(each.assigned_to_id),
                f"{each.updated_on:%Y-%m-%d %H:%M:%S}",
            )
            for each in issues[:SHOWN]
        )
        new = [self._guard(), self._me(user), Input("subject", self._say("Новая задача", "New issue"))]
        heads = (
            "#",
            self._say("Тема", "Subject"),
            self._say("Статус", "Status"),
            self._say("Назначена", "Assignee"),
            self._say("Обновлено (UTC)", "Updated (UTC)"),
        )
        body = [paragraph(said, kind="said")] if said else []
        body += [paragraph(self._say(f"Задач: {len(issues)}", f"Issues: {len(issues)}"), kind="quiet")]
        body += [form("/issues", new, button=self._say("Создать", "Create")), table(heads, rows)]
        return self._whole(body, status=status)

    def _issue(self, issue: Issue, user: User, said: str = "", *, status: int = 200) -> Answer:
        if not self._office.sees(user, issue):
            return self._whole([self._switch(issue, user), paragraph(self._say("Доступ закрыт.", "Not visible."))])
        body = [heading(f"{TRACKERS[issue.tracker_id]} #{issue.id}"), self._switch(issue, user)]
        body += [paragraph(said, kind="said")] if said else []
        inputs = [self._guard(), Input("as", "", str(user.id), "hidden")]
        if may_edit(user, issue, office=self._office):
            inputs += self._inputs(issue, user)
        inputs.append(Input("notes", self._say("Примечание", "Note"), "", "area"))
        if self._office.may(user, "set_notes_private", self._office.projects[issue.project_id]):
            inputs.append(Input("private_notes", self._say("Скрытое", "Private"), "", "check"))
        body.append(form(f"/issues/{issue.id}", inputs, button=self._say("Сохранить", "Save")))
        body += self._talk.files(issue, user, hidden=inputs[:2])
        body.append(heading(self._say("История", "History")))
        rows = (
            (
                f"{each.created_on:%Y-%m-%d %H:%M:%S}",
                self._name(each.user_id),
                self._told(each),
                self._talk.note_form(issue, each, user, hidden=inputs[:2]),
            )
            for each in seen_journals(issue, office=self._office, user=user)
        )
        heads = (
            self._say("Когда (UTC)", "When (UTC)"),
            self._say("Кто", "Who"),
            self._say("Что", "What"),
            self._say("Править", "Edit"),
        )
        return self._whole([*body, table(heads, rows)], status=status)

    def _whole(self, body: list[Html], *, status: int = 200) -> Answer:
        return page_answer("Redmine", body, status=status, lang="ru" if self._russian else "en")

    # --- writing ------------------------------------------------------------------------------------------------------

    def _written(self, request: Request, issue: Issue | None) -> Answer:
        """Write as the person of the form would: the same rules, the same journal, and what was dropped is said."""
        sent = request.form()
        one = dict(sent)
        if not hmac.compare_digest(one.get("guard", "").encode(), self._token.encode()):
            text = self._say("Форма устарела: откройте страницу заново.", "The form is old: open the page again.")
            return self._whole([paragraph(text)], status=403)
        user = self._person(one)
        changes = self._differing(issue, sent) if issue else self._new(one)
        taken = take(changes, before=issue, user=user, office=self._office)
        wrong = faults(taken, before=issue, user=user, office=self._office)
        if wrong:
            text = "; ".join(wrong)
            return self._issue(issue, user, text, status=422) if issue else self._list(user, text, status=422)
        if issue is None:
            saved = create(taken, user=user, office=self._office)
        elif changes:
            saved = update(taken, before=issue, user=user, office=self._office)
        else:
            return see_other(f"/issues/{issue.id}?as={user.id}")
        self._tell("created" if issue is None else "updated", saved.issue, saved if issue else None)
        return see_other(f"/issues/{saved.issue.id}?as={user.id}")

    def _talked(self, request: Request, parts: list[str]) -> Answer:
        """Read a file, or carry out a form of comments and files, as the person of the form."""
        one = dict(request.form()) if request.method == "POST" else dict(request.pairs())
        if request.content_type == UPLOAD_TYPE:
            one = dict(request.pairs())
        if request.method == "POST" and not hmac.compare_digest(one.get("guard", "").encode(), self._token.encode()):
            text = self._say("Форма устарела: откройте страницу заново.", "The form is old: open the page again.")
            return self._whole([paragraph(text)], status=403)
        try:
            done = self._talk.answer(request, parts, user=self._person(one))
        except Refused as refused:
            text = self._say("Нельзя, или этого нет.", "Not allowed, or not there.")
            return self._whole([paragraph(text)], status=refused.answer.status)
        if done.saved is not None:
            self._tell("updated", done.saved.issue, done.saved)
        return done.answer

    def _new(self, one: dict[str, str]) -> dict[str, Any]:
        return {"project_id": "presales", "tracker_id": CASE, "subject": one.get("subject", "")}

    def _differing(self, issue: Issue, sent: list[tuple[str, str]]) -> dict[str, Any]:
        """Return what the form changed; an untouched field keeps its value, whatever a browser makes of it."""
        changed: dict[str, Any] = {}
        customs = []
        stale = {each.name: each.value for each in self._inputs(issue, None)}
        for name in dict.fromkeys(key for key, _ in sent):
            values = [value for key, value in sent if key == name]
            if name == "notes" and values[-1].strip():
                changed |= {"notes": values[-1], "private_notes": dict(sent).get("private_notes") == "1"}
            if name not in stale:
                continue
            several = isinstance(stale[name], tuple)
            given = tuple(each for each in values if each) if several else values[-1]
            if _same(given, stale[name]):
                continue
            if name.startswith("cf_"):
                customs.append({"id": int(name[3:]), "value": list(given) if several else given})
            else:
                changed[name] = given
        return {**changed, **({"custom_fields": customs} if customs else {})}

    # --- inputs -------------------------------------------------------------------------------------------------------

    def _person(self, given: dict[str, str]) -> User:
        number = given.get("as", "")
        chosen = self._office.users.get(int(number)) if number.isdigit() else None
        return chosen or self._office.users[self._office.roles_of_people["manager"]]

    def _guard(self) -> Input:
        return Input("guard", "", self._token, "hidden")

    def _me(self, user: User) -> Input:
        people = [(str(each.id), each.name) for each in self._office.users.values()]
        return Input("as", self._say("От чьего имени", "As whom"), str(user.id), "select", people)

    def _switch(self, issue: Issue, user: User) -> Html:
        inside = form(f"/issues/{issue.id}", [self._me(user)], button=self._say("Сменить человека", "Be somebody else"))
        return Html(inside.text.replace('method="post"', 'method="get"'))

    def _inputs(self, issue: Issue, user: User | None) -> Iterator[Input]:
        """The fields of the form; USER None: only what they hold, whoever looks."""
        say, here = self._say, STATUSES[issue.status_id]
        allowed = self._office.statuses_for(user, issue) if user else []
        steps = [(str(each.id), each.name) for each in allowed or [here]]
        members = self._office.projects[issue.project_id].members
        people = [("", "—"), *((str(number), self._name(number)) for number in members)]
        urgency = [(str(number), name) for number, name in PRIORITIES.items()]
        yield Input("subject", say("Тема", "Subject"), issue.subject)
        yield Input("status_id", say("Статус", "Status"), str(issue.status_id), "select", steps)
        yield Input("assigned_to_id", say("Назначена", "Assignee"), str(issue.assigned_to_id or ""), "select", people)
        yield Input("priority_id", say("Приоритет", "Priority"), str(issue.priority_id), "select", urgency)
        yield Input("due_date", say("Срок", "Due date"), issue.due_date.isoformat() if issue.due_date else "", "date")
        yield Input("done_ratio", say("Готово, %", "% done"), str(issue.done_ratio), "number")
        yield Input(
            "description", say("Описание", "Description"), (issue.description or "").replace("\r\n", "\n"), "area"
        )
        for field in FIELDS.values():
            yield _custom_input(field, issue)

    # --- words --------------------------------------------------------------------------------------------------------

    def _say(self, russian: str, english: str) -> str:
        return russian if self._russian else english

    def _name(self, user: int | None) -> str:
        return str(self._office.name_of(user)["name"]) if user else "—"

    def _told(self, journal: Journal) -> str:
        said = [
            f"{self._field(each)}: {self._value(each, each.old)} → {self._value(each, each.new)}"
            for each in journal.details
        ]
        return "; ".join([*said, journal.notes] if journal.notes else said)

    def _field(self, detail: Detail) -> str:
        known = FIELDS.get(int(detail.name)) if detail.property == "cf" else None
        return known.name if known else detail.name.removesuffix("_id")

    def _value(self, detail: Detail, value: str | None) -> str:
        """Numbers are told by name, where they stand for something."""
        if not value or detail.property != "attr":
            return value or "—"
        match detail.name:
            case "status_id":
                return STATUSES[int(value)].name
            case "priority_id":
                return PRIORITIES[int(value)]
            case "assigned_to_id":
                return self._name(int(value))
        return value


def _custom_input(field: CustomField, issue: Issue) -> Input:
    value = issue.custom.get(field.id, field.empty)
    name = f"cf_{field.id}"
    if field.multiple:
        return Input(name, field.name, tuple(value), "several", [(each, each) for each in field.values])
    kinds = {"date": "date", "int": "number", "text": "area", "list": "select", "bool": "check"}
    choices = [("", "—"), *((each, each) for each in field.values)] if field.format == "list" else []
    held = str(value)
    if field.format == "bool":
        held = "" if held == "0" else held
    return Input(name, field.name, held.replace("\r\n", "\n"), kinds.get(field.format, "text"), choices)


def _same(given: str | tuple[str, ...], stale: str | tuple[str, ...]) -> bool:
    """A box without a tick is sent as 0, and an empty one is shown so; line ends come as browsers send them."""
    if isinstance(given, tuple) or isinstance(stale, tuple):
        return given == stale
    return given.replace("\r\n", "\n") == stale or (given == "0" and stale == "")
