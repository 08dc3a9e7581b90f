"""Comments in timelines, and the files attached to them."""

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from .call import Call, Result, whole
from .errors import Refused, bad_argument, denied, missing
from .fields import COMPANY, CONTACT, DEAL
from .filters import Column, ordered
from .portal import Item, Portal, User
from .values import stamp

PAGE = 50
OWNERS: Mapping[str, int] = {"deal": DEAL, "contact": CONTACT, "company": COMPANY}
EVENT = "TIMELINECOMMENT"
EMPTY = "Empty comment message"


# --- what a person or a method does ----------------------------------------------------------------------------------


def add_comment(portal: Portal, user: User, owner: tuple[str, int], *, text: str, files: Any = ()) -> dict[str, Any]:
    """Make a comment. The owner's time of change stays; only its last activity moves. Raises Refused."""
    if not text.strip():
        raise bad_argument(EMPTY)
    kept = [_keep(portal, user, *each) for each in _contents(files)]
    number = portal.comments.new_number()
    kind, owner_id = owner
    row = {"ID": number, "ENTITY_ID": owner_id, "ENTITY_TYPE": kind, "CREATED": portal.stamp(), "COMMENT": text}
    row |= {"AUTHOR_ID": user.id, "FILES": tuple(kept)}
    portal.comments.put(number, row)
    portal.timelines.setdefault(owner, []).append(number)
    _touch(portal, owner, user)
    return row


def change_comment(portal: Portal, row: dict[str, Any], *, text: str | None, files: Any = None) -> None:
    """Change a comment; where FILES are sent at all, those that were attached before go. Raises Refused."""
    if text is not None and not text.strip():
        raise bad_argument(EMPTY)
    author = portal.users[row["AUTHOR_ID"]]
    kept = row["FILES"] if files is None else tuple(_keep(portal, author, *each) for each in _contents(files))
    row |= {"COMMENT": row["COMMENT"] if text is None else text, "FILES": kept}


def remove_comment(portal: Portal, number: int) -> None:
    row = portal.comments.rows.pop(number)
    portal.timelines[row["ENTITY_TYPE"], row["ENTITY_ID"]].remove(number)


def comments_of(portal: Portal, owner: tuple[str, int]) -> list[dict[str, Any]]:
    return [portal.comments.rows[number] for number in portal.timelines.get(owner, ())]


def _touch(portal: Portal, owner: tuple[str, int], user: User) -> None:
    item = portal.items[OWNERS[owner[0]]].get(owner[1])
    if item is not None:
        item |= {"lastActivityTime": portal.stamp(), "lastActivityBy": user.id}


def _contents(files: Any) -> list[tuple[str, bytes]]:
    """Read pairs of a name and a base64 text, in any form that a parameter may have. Raises Refused."""
    pairs = list(files.values()) if isinstance(files, Mapping) else list(files or ())
    found = []
    for pair in pairs:
        parts = list(pair.values()) if isinstance(pair, Mapping) else list(pair)
        if len(parts) != 2:
            raise bad_argument("A file is a pair of a name and a content")
        content = parts[1] if isinstance(parts[1], bytes) else _decoded(str(parts[1]))
        if not content:
            raise bad_argument("A file has no content")
        found.append((str(parts[0]), content))
    return found


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise bad_argument("A content is no base64") from None


def _keep(portal: Portal, user: User, name: str, content: bytes) -> int:
    number = portal.files.new_number()
    portal.files.put(
        number, {"ID": number, "NAME": name, "CONTENT": content, "CREATED": portal.stamp(), "AUTHOR": user.id}
    )
    return number


# --- methods ---------------------------------------------------------------------------------------------------------


def comment_add(call: Call) -> Result:
    sent = call.need("fields")
    kind, owner = _owner(call, sent)
    row = add_comment(
        call.portal,
        call.hook.user,
        (kind, owner["id"]),
        text=str(sent.get("COMMENT") or ""),
        files=sent.get("FILES"),
    )
    return Result(row["ID"], event=(EVENT, "ADD", row["ID"]))


def comment_list(call: Call) -> Result:
    """Needs the owner's number and kind; fifty a page, and no way to ask for what changed."""
    form = call.mapping("filter", "FILTER")
    if "ENTITY_ID" not in form or "ENTITY_TYPE" not in form:
        raise bad_argument("Filter by ENTITY_ID and ENTITY_TYPE is required")
    owner, kind = whole(form["ENTITY_ID"]), str(form["ENTITY_TYPE"]).lower()
    known = OWNERS.get(kind)
    if known is None or owner not in call.portal.items[known] or not call.hook.user.may("read"):
        raise Refused("", "Access denied.")
    rows = comments_of(call.portal, (kind, owner))
    rows = ordered(rows, call.mapping("order", "ORDER"), _comment_column, default="ID")
    start = max(whole(call.params.get("start", 0)), 0)
    following = start + PAGE if start + PAGE < len(rows) else None
    page = [_shown_comment(call.portal, row) for row in rows[start : start + PAGE]]
    return Result(page, total=len(rows), next=following)


def comment_get(call: Call) -> Result:
    """What is not there is refused without a code here, and with one by the methods that write."""
    return Result(_shown_comment(call.portal, _comment(call, code="")))


def comment_update(call: Call) -> Result:
    row = _comment(call)
    if not call.hook.user.may("update"):
        raise denied()
    sent = call.need("fields")
    if not isinstance(sent, Mapping):
        raise missing("fields")
    text = str(sent["COMMENT"] or "") if "COMMENT" in sent else None
    change_comment(call.portal, row, text=text, files=sent.get("FILES"))
    return Result(row["ID"], event=(EVENT, "UPDATE", row["ID"]))


def comment_delete(call: Call) -> Result:
    number = _comment(call)["ID"]
    if not call.hook.user.may("update"):
        raise denied()
    remove_comment(call.portal, number)
    return Result(None, event=(EVENT, "DELETE", number))


def comment_fields(call: Call) -> Result:
    del call
    return Result({name: _described(name, kind, title) for name, (kind, title) in _FIELDS.items()})


_FIELDS: Mapping[str, tuple[str, str]] = {
    "ID": ("integer", "ID"),
    "CREATED": ("datetime", "Дата добавления"),
    "ENTITY_ID": ("integer", "ID элемента, к которому привязан комментарий"),
    "ENTITY_TYPE": ("string", "Тип элемента, к которому привязан комментарий"),
    "AUTHOR_ID": ("integer", "Автор"),
    "COMMENT": ("string", "Текст комментария"),
    "FILES": ("attached_diskfile", "Список файлов"),
}


def _described(name: str, kind: str, title: str) -> dict[str, Any]:
    flags = {"isRequired": name.startswith("ENTITY"), "isReadOnly": name in ("ID", "CREATED")}
    flags |= {"isImmutable": name in ("ENTITY_ID", "ENTITY_TYPE", "AUTHOR_ID"), "isMultiple": name == "FILES"}
    return {"type": kind, **flags, "isDynamic": False, "title": title}


def _owner(call: Call, sent: Any) -> tuple[str, Item]:
    if not isinstance(sent, Mapping):
        raise missing("fields")
    name = str(sent.get("ENTITY_TYPE", "")).lower()
    kind = OWNERS.get(name)
    if kind is None:
        raise bad_argument("ENTITY_TYPE is not valid")
    owner = call.portal.items[kind].get(whole(sent.get("ENTITY_ID")))
    if owner is None:
        raise Refused("OWNER_NOT_FOUND", "Owner was not found")
    if not call.hook.user.may("update"):
        raise denied()
    return name, owner


def _comment(call: Call, code: str = "NOT_FOUND") -> dict[str, Any]:
    row = call.portal.comments.get(whole(call.need("id")))
    if row is None:
        raise Refused(code, "Not found.")
    return row


def _comment_column(name: str) -> Column | None:
    return Column(lambda row: row[name], str) if name in ("ID", "CREATED", "AUTHOR_ID") else None


def _shown_comment(portal: Portal, row: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers are text here, but for those of files."""
    texts = {name: str(row[name]) for name in ("ID", "ENTITY_ID", "ENTITY_TYPE")}
    said = {"CREATED": stamp(row["CREATED"], portal.zone), "COMMENT": row["COMMENT"]}
    files = {str(number): _shown_file(portal, number) for number in row["FILES"]}
    return {**texts, **said, "AUTHOR_ID": str(row["AUTHOR_ID"]), "FILES": files}


def _shown_file(portal: Portal, number: int) -> dict[str, Any]:
    """The addresses are for a browser that is logged in."""
    file = portal.files.rows[number]
    person = portal.users[file["AUTHOR"]].person
    image = (mimetypes.guess_type(file["NAME"])[0] or "").startswith("image/")
    rest = f"{number}/?&ncc=1&filename={quote(file['NAME'])}"
    return {
        "id": number,
        "date": stamp(file["CREATED"], portal.zone),
        "type": "image" if image else "file",
        "name": file["NAME"],
        "size": len(file["CONTENT"]),
        "authorId": file["AUTHOR"],
        "authorName": f"{person.first} {person.last}",
        "urlShow": f"{portal.base}/disk/showFile/{rest}",
        "urlDownload": f"{portal.base}/disk/downloadFile/{rest}",
    }
