"""The page of the portal for people: deals, and one deal to edit, as whoever is chosen."""

import hmac
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from ..page import (
    STYLE_PATH,
    Html,
    Input,
    form,
    heading,
    link,
    page_answer,
    paragraph,
    style_answer,
    table,
)
from ..wire import Answer, Request, see_other
from .errors import Refused, denied
from .fields import COMPANY, CONTACT, DEAL, FIELDS, Field
from .portal import Item, Portal, User
from .stages import PIPELINES, STAGES
from .talk import Talk, timeline_of
from .values import shown, stamp
from .writing import add_item, update_item

TITLE = "Битрикс24"
EDITED = ("title", "stageId", "opportunity", "companyId", "contactId", "assignedById", "closedate", "comments")
OWN = tuple(field.name for field in FIELDS[DEAL].values() if field.own)


class Page:
    """``/`` lists deals, ``/crm/deal/details/{id}/`` shows one, with a form that writes as the person it names."""

    def __init__(self, portal: Portal, tell: Callable[[int | str, str, int], None], *, token: str) -> None:
        self._portal = portal
        self._tell = tell
        self._token = token
        self._talk = Talk(portal, tell, inputs=lambda: [self._guard(), self._as()], person=self._sender)

    def answer(self, request: Request) -> Answer | None:
        talk = self._talk.answer(request) if request.method in ("GET", "POST") else None
        if talk is not None:
            return talk
        parts = request.path.strip("/").split("/")
        match request.method, parts:
            case "GET", [""]:
                return self._list()
            case "GET", ["_sandbox.css"] if request.path == STYLE_PATH:
                return style_answer()
            case "GET" | "POST", ["crm", "deal", "details", number] if number.isdigit():
                return self._deal(request, int(number))
        return None

    def _list(self, said: str = "") -> Answer:
        rows = sorted(self._portal.items[DEAL], key=lambda row: (row["updatedTime"], row["id"]), reverse=True)
        shown_rows = (
            (f"№ {row['id']}", link(_address(row["id"]), row["title"]), self._stage(row), _money(row), self._when(row))
            for row in rows[:200]
        )
        body = [paragraph(said, kind="said")] if said else []
        body += [paragraph(f"Сделок: {len(rows)}", kind="quiet"), link("/crm/company/", "Компании")]
        body += [form(_address(0), [self._guard(), Input("title", "Новая сделка"), self._as()], button="Добавить")]
        body += [table(("№", "Сделка", "Стадия", "Сумма", "Изменена"), shown_rows)]
        return page_answer(TITLE, body, status=400 if said else 200)

    def _deal(self, request: Request, number: int) -> Answer:
        if request.method == "POST":
            return self._written(request, number)
        deal = self._portal.items[DEAL].get(number)
        return page_answer(TITLE, [paragraph("Сделки нет.")], status=404) if deal is None else self._shown(deal)

    def _shown(self, deal: Item, said: str = "", *, status: int = 200) -> Answer:
        body = [heading(f"Сделка № {deal['id']}"), link(timeline_of(deal["id"]), "Комментарии и файлы")]
        body += [paragraph(said, kind="said")] if said else []
        inputs = [self._guard(), self._as(), *self._inputs(deal)]
        body += [form(_address(deal["id"]), inputs, button="Сохранить"), heading("История стадий")]
        history = reversed(self._portal.history.get(deal["id"], []))
        rows = ((stamp(row["CREATED_TIME"], self._portal.zone), self._stage_name(row)) for row in history)
        return page_answer(TITLE, [*body, table(("Когда", "Стадия"), rows)], status=status)

    def _written(self, request: Request, number: int) -> Answer:
        sent = request.form()
        one = dict(sent)
        if not hmac.compare_digest(one.get("guard", "").encode(), self._token.encode()):
            return page_answer(TITLE, [paragraph("Форма устарела: откройте страницу заново.")], status=403)
        user = self._person(one.get("as", ""))
        deal = self._portal.items[DEAL].get(number)
        if number and deal is None:
            return page_answer(TITLE, [paragraph("Сделки нет.")], status=404)
        try:
            if not user.may("update" if deal else "add"):
                raise denied()
            changed = self._made(user, one) if deal is None else self._changed(user, deal, sent)
        except Refused as refused:
            return self._shown(deal, refused.description, status=400) if deal else self._list(refused.description)
        if changed is not deal:
            self._tell(DEAL, "UPDATE" if deal else "ADD", changed["id"])
        return see_other(_address(changed["id"]))

    def _sender(self, one: Mapping[str, str]) -> User | None:
        """Who sends a form; nobody where it does not carry our guard."""
        fits = hmac.compare_digest(one.get("guard", "").encode(), self._token.encode())
        return self._person(one.get("as", "")) if fits else None

    def _person(self, number: str) -> User:
        return self._portal.users.get(int(number) if number.isdigit() else 0) or self._portal.user("manager")

    def _made(self, user: User, one: dict[str, str]) -> Item:
        return add_item(self._portal, DEAL, user, sent={"title": one.get("title", ""), "categoryId": 3})

    def _changed(self, user: User, deal: Item, sent: list[tuple[str, str]]) -> Item:
        """Write what the form brought; an untouched field keeps its value, whatever a browser makes of it."""
        fields, written = FIELDS[DEAL], {}
        stale = {each.name: each.value for each in self._inputs(deal)}
        for name in (*EDITED, *OWN):
            values = [value for key, value in sent if key == name]
            if not values:
                continue
            given: Any = tuple(each for each in values if each) if fields[name].multiple else values[-1]
            if name == "ufCrm_1690000006":
                given = tuple(each.strip() for each in values[-1].split(",") if each.strip())
                stale[name] = tuple(deal[name])
            if fields[name].type == "boolean":
                given = "Y" if given == "1" else ""
            if given != stale[name]:
                written[name] = list(given) if isinstance(given, tuple) else given.replace("\r\n", "\n")
        if "opportunity" in written:
            written["isManualOpportunity"] = "Y"
        return update_item(self._portal, DEAL, deal, user=user, sent=written)

    # --- inputs -------------------------------------------------------------------------------------------------------

    def _guard(self) -> Input:
        return Input("guard", "", self._token, "hidden")

    def _as(self) -> Input:
        people = [(str(user.id), f"{user.person.first} {user.person.last}") for user in self._portal.users.values()]
        return Input("as", "От чьего имени", str(self._person("").id), "select", people)

    def _inputs(self, deal: Item) -> Iterator[Input]:
        fields = FIELDS[DEAL]
        for name in (*EDITED, *OWN):
            field = fields[name]
            title = "Стадия" if name == "stageId" else field.title
            kind = "several" if field.multiple and field.choices else _KINDS.get(field.type, "text")
            yield Input(
                name,
                title,
                _typed(field, deal[name], self._portal),
                kind,
                self._choices(field, deal),
            )

    def _choices(self, field: Field, deal: Item) -> list[tuple[str, str]]:
        if field.name == "stageId":
            return [(code, stage.name) for code, stage in STAGES[deal["categoryId"]].items()]
        nobody = [] if field.name == "assignedById" or field.multiple else [("", "—")]
        match field.type:
            case "user" | "employee":
                people = self._portal.users.values()
                return nobody + [(str(each.id), f"{each.person.first} {each.person.last}") for each in people]
            case "crm_company":
                return nobody + [(str(row["id"]), row["title"]) for row in self._portal.items[COMPANY]]
            case "crm_contact":
                rows = self._portal.items[CONTACT]
                return nobody + [(str(r["id"]), f"{r['name'] or ''} {r['lastName'] or ''}".strip()) for r in rows]
        return nobody + [(str(number), text) for number, text in field.choices]

    # --- words --------------------------------------------------------------------------------------------------------

    def _stage(self, deal: Item) -> str:
        return STAGES[deal["categoryId"]][deal["stageId"]].name

    def _stage_name(self, row: dict[str, Any]) -> str:
        pipeline = next(each.name for each in PIPELINES if each.id == row["CATEGORY_ID"])
        return f"{pipeline}: {STAGES[row['CATEGORY_ID']][row['STAGE_ID']].name}"

    def _when(self, deal: Item) -> str:
        local: datetime = deal["updatedTime"].astimezone(self._portal.zone)
        return f"{local:%d.%m.%Y %H:%M:%S}"


_KINDS = {
    **dict.fromkeys(("crm_status", "user", "employee", "crm_company", "crm_contact", "enumeration"), "select"),
    **dict.fromkeys(("double", "integer"), "number"),
    "text": "area",
    "boolean": "check",
    "date": "date",
    "datetime": "datetime-local",
}


def _address(number: int) -> str:
    return f"/crm/deal/details/{number}/"


def _money(deal: Item) -> Html | str:
    return f"{deal['opportunity']:,.2f} {deal['currencyId']}".replace(",", " ")


def _typed(field: Field, value: Any, portal: Portal) -> str | tuple[str, ...]:
    """Return a kept value as an input of a form holds it."""
    if field.multiple and field.choices:
        return tuple(str(each) for each in value)
    if field.multiple:
        return ", ".join(value)
    if value is None or (value == 0 and field.type.startswith("crm_")):
        return ""
    if field.type == "boolean":
        return "Y" if value == "Y" else ""
    if isinstance(value, datetime):
        return f"{value.astimezone(portal.zone):%Y-%m-%dT%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(shown(field, value, portal.zone))
