"""Pages of the portal for people: the timeline of a deal, one comment of it, and companies."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ..page import Html, Input, form, heading, link, page_answer, paragraph, table
from ..wire import Answer, Request, Upload, see_other
from .comments import EVENT, add_comment, change_comment, comments_of, remove_comment
from .errors import Refused, denied
from .fields import COMPANY, DEAL
from .portal import Item, Portal, User
from .writing import add_item, update_item

TITLE = "Битрикс24"


def timeline_of(number: int) -> str:
    """Return the address of a deal's timeline."""
    return f"/crm/deal/details/{number}/timeline/"


class Talk:
    """Each form writes as the person it names, under the rules of the methods."""

    def __init__(
        self,
        portal: Portal,
        tell: Callable[[int | str, str, int], None],
        *,
        inputs: Callable[[], list[Input]],
        person: Callable[[Mapping[str, str]], User | None],
    ) -> None:
        self._portal = portal
        self._tell = tell
        self._common = inputs
        self._person = person

    def answer(self, request: Request) -> Answer | None:
        """Answer what is one of these pages; forms that are out of date are refused."""
        parts = request.path.strip("/").split("/")
        match parts:
            case ["crm", "deal", "details", deal, "timeline"] if deal.isdigit():
                return self._deal(request, int(deal))
            case ["crm", "deal", "details", deal, "timeline", comment] if deal.isdigit() and comment.isdigit():
                return self._comment(request, int(deal), int(comment))
            case ["crm", "company"]:
                return self._companies(request)
            case ["crm", "company", "details", company] if company.isdigit():
                return self._company(request, int(company))
        return None

    # --- the timeline -------------------------------------------------------------------------------------------------

    def _deal(self, request: Request, number: int) -> Answer:
        deal = self._portal.items[DEAL].get(number)
        if deal is None:
            return _nothing("Сделки нет.")
        return self._written(request, lambda user, one, files: self._said(user, deal, one, files), self._timeline(deal))

    def _said(self, user: User, deal: Item, one: Mapping[str, str], files: list[Upload]) -> str:
        row = add_comment(
            self._portal,
            user,
            ("deal", deal["id"]),
            text=_lines(one.get("text", "")),
            files=[(each.filename, each.content) for each in files],
        )
        self._tell(EVENT, "ADD", row["ID"])
        return timeline_of(deal["id"])

    def _timeline(self, deal: Item) -> Callable[[str], list[Html]]:
        def body(said: str) -> list[Html]:
            rows = (self._shown(deal, row) for row in reversed(comments_of(self._portal, ("deal", deal["id"]))))
            inputs = [*self._common(), Input("text", "Комментарий", kind="area"), Input("file", "Файл", kind="file")]
            return [
                heading(f"Таймлайн сделки № {deal['id']}"),
                *_words(said),
                table(("Когда", "Кто", "Комментарий", "Файлы"), rows),
                form(timeline_of(deal["id"]), inputs, button="Добавить"),
            ]

        return body

    def _shown(self, deal: Item, row: Mapping[str, Any]) -> tuple[str | Html, ...]:
        person = self._portal.users[row["AUTHOR_ID"]].person
        names = ", ".join(self._portal.files.rows[number]["NAME"] for number in row["FILES"])
        address = f"{timeline_of(deal['id'])}{row['ID']}/"
        return (link(address, self._when(row["CREATED"])), f"{person.first} {person.last}", row["COMMENT"], names)

    # --- one comment --------------------------------------------------------------------------------------------------

    def _comment(self, request: Request, deal: int, number: int) -> Answer:
        row = self._portal.comments.get(number)
        if row is None or (row["ENTITY_TYPE"], row["ENTITY_ID"]) != ("deal", deal):
            return _nothing("Комментария нет.")

        def body(said: str) -> list[Html]:
            text = Input("text", "Комментарий", row["COMMENT"], "area")
            inputs = [*self._common(), text, Input("gone", "Удалить", kind="check")]
            address = f"{timeline_of(deal)}{number}/"
            return [heading(f"Комментарий № {number}"), *_words(said), form(address, inputs, button="Сохранить")]

        def write(user: User, one: Mapping[str, str], files: list[Upload]) -> str:
            del user, files
            if one.get("gone") == "1":
                remove_comment(self._portal, number)
                self._tell(EVENT, "DELETE", number)
            elif _lines(one.get("text", "")) != row["COMMENT"]:
                change_comment(self._portal, row, text=_lines(one.get("text", "")))
                self._tell(EVENT, "UPDATE", number)
            return timeline_of(deal)

        return self._written(request, write, body)

    # --- companies ----------------------------------------------------------------------------------------------------

    def _companies(self, request: Request) -> Answer:
        def body(said: str) -> list[Html]:
            rows = (
                (f"№ {row['id']}", link(_company_address(row["id"]), row["title"]), self._when(row["updatedTime"]))
                for row in self._portal.items[COMPANY]
            )
            new = form("/crm/company/", [*self._common(), Input("title", "Новая компания")], button="Добавить")
            return [heading("Компании"), *_words(said), new, table(("№", "Компания", "Изменена"), rows)]

        def write(user: User, one: Mapping[str, str], files: list[Upload]) -> str:
            del files
            row = add_item(self._portal, COMPANY, user, sent={"title": one.get("title", "")})
            self._tell(COMPANY, "ADD", row["id"])
            return _company_address(row["id"])

        return self._written(request, write, body)

    def _company(self, request: Request, number: int) -> Answer:
        row = self._portal.items[COMPANY].get(number)
        if row is None:
            return _nothing("Компании нет.")

        def body(said: str) -> list[Html]:
            inputs = [*self._common(), Input("title", "Название компании", row["title"])]
            own = form(_company_address(number), inputs, button="Сохранить")
            return [heading(f"Компания № {number}"), *_words(said), own]

        def write(user: User, one: Mapping[str, str], files: list[Upload]) -> str:
            del files
            changed = update_item(self._portal, COMPANY, row, user=user, sent={"title": one.get("title", "")})
            if changed is not row:
                self._tell(COMPANY, "UPDATE", number)
            return _company_address(number)

        return self._written(request, write, body)

    # --- what all of them share ---------------------------------------------------------------------------------------

    def _written(
        self,
        request: Request,
        write: Callable[[User, Mapping[str, str], list[Upload]], str],
        body: Callable[[str], list[Html]],
    ) -> Answer:
        """Show a page, or write what its form brought and send the browser on."""
        if request.method == "GET":
            return page_answer(TITLE, body(""))
        uploads = request.uploads()
        one = dict(request.form()) | {each.name: each.text for each in uploads if not each.filename}
        user = self._person(one)
        if user is None:
            return page_answer(TITLE, [paragraph("Форма устарела: откройте страницу заново.")], status=403)
        try:
            if not user.may("update"):
                raise denied()
            return see_other(write(user, one, [each for each in uploads if each.filename]))
        except Refused as refused:
            return page_answer(TITLE, body(refused.description), status=400)

    def _when(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._portal.zone):%d.%m.%Y %H:%M:%S}"


def _words(said: str) -> Iterator[Html]:
    if said:
        yield paragraph(said, kind="said")


def _nothing(text: str) -> Answer:
    return page_answer(TITLE, [paragraph(text)], status=404)


def _company_address(number: int) -> str:
    return f"/crm/company/details/{number}/"


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
