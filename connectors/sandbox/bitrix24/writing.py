"""What becomes of a record when it is written: defaults, stages, sums, history."""

from collections.abc import Mapping
from typing import Any

from .errors import Refused, bad_value
from .fields import CONTACT, DEAL, Field
from .portal import Item, Portal, User
from .stages import STAGES, Status
from .values import take

FIRST, BETWEEN, FINAL, MOVED = 1, 2, 3, 5
"""Types of rows in the history of stages."""


def add_item(portal: Portal, kind: int, user: User, *, sent: Mapping[str, Any]) -> Item:
    """Make a record. Unknown and read-only fields are ignored in silence. Raises Refused, and then nothing is made."""
    fields = portal.fields(kind)
    item: Item = {name: field.empty for name, field in fields.items()}
    item |= _defaults(portal, kind, user)
    written = _taken(portal, fields, sent)
    item |= written
    stage = _settle_stage(portal, user, item, written=written, before=None) if kind == DEAL else None
    item["fm"] = _multi(portal, [], sent.get("fm"))
    number = portal.items[kind].new_number()
    now = portal.stamp()
    item |= {"id": number, "createdTime": now, "updatedTime": now, "createdBy": user.id, "updatedBy": user.id}
    item |= {"lastActivityTime": now, "lastActivityBy": user.id}
    _settle_names(kind, item, number)
    if kind == DEAL:
        _settle_contacts(item, written)
        _settle_sum(portal, item)
    portal.store(kind, item, before=None)
    if stage is not None:
        item |= {"movedTime": now, "movedBy": user.id}
        _tell(portal, item, stage, FIRST)
    return item


def update_item(portal: Portal, kind: int, before: Item, *, user: User, sent: Mapping[str, Any]) -> Item:
    """Change a record; gives the very same one back where nothing differs. Raises Refused, having changed nothing."""
    written = _taken(portal, portal.fields(kind), sent)
    item = {**before, **written}
    if "fm" in sent:
        item["fm"] = _multi(portal, before["fm"], sent["fm"])
    stage = None
    if kind == DEAL:
        stage = _settle_stage(portal, user, item, written=written, before=before)
        _settle_contacts(item, written)
        _settle_sum(portal, item)
    if item == before:
        return before
    item |= {"updatedTime": portal.stamp(), "updatedBy": user.id}
    if stage is not None:
        item |= {"movedTime": item["updatedTime"], "movedBy": user.id, "previousStageId": before["stageId"]}
    portal.store(kind, item, before=before)
    if stage is not None:
        other = item["categoryId"] != before["categoryId"]
        _tell(portal, item, stage, MOVED if other else FINAL if stage.semantics else BETWEEN)
    return item


def recount(portal: Portal, deal: Item, user: User) -> Item:
    """Bring the sum of a deal in line with its product rows."""
    return update_item(portal, DEAL, deal, user=user, sent={})


def _taken(portal: Portal, fields: Mapping[str, Field], sent: Mapping[str, Any]) -> dict[str, Any]:
    written = {}
    for name, value in sent.items():
        field = fields.get(name)
        if field is not None and not field.fixed:
            written[name] = take(field, value, zone=portal.zone, holds=portal.holds)
    if "assignedById" in written and written["assignedById"] is None:
        raise bad_value(fields["assignedById"].title)
    return written


def _defaults(portal: Portal, kind: int, user: User) -> dict[str, Any]:
    shared = {"opened": "Y", "assignedById": user.id}
    if kind != DEAL:
        return shared
    days = {"begindate": portal.today(), "closedate": portal.today(7)}
    words = {"typeId": "SALE", "currencyId": "RUB", "isManualOpportunity": "N", "categoryId": 0, "isNew": "Y"}
    return {**shared, **days, **words}


def _settle_names(kind: int, item: Item, number: int) -> None:
    """A deal or company without a title gets one with its number."""
    if kind == CONTACT:
        if not item["name"] and not item["lastName"]:
            item["name"] = "Без имени"
    elif not item["title"]:
        item["title"] = f"Сделка #{number}" if kind == DEAL else f"Компания #{number}"


def _settle_stage(
    portal: Portal, user: User, item: Item, *, written: Mapping[str, Any], before: Item | None
) -> Status | None:
    """Judge pipeline and stage together; return the stage if it is another one than before. Raises Refused."""
    stages = STAGES.get(item["categoryId"])
    if stages is None:
        raise bad_value("Воронка")
    moved = before is not None and item["categoryId"] != before["categoryId"]
    if not written.get("stageId") and (before is None or moved or "stageId" in written):
        item["stageId"] = next(iter(stages))
    stage = stages.get(item["stageId"])
    if stage is None:
        raise bad_value("Стадия сделки")
    if before is not None and stage.code == before["stageId"]:
        return None
    if stage.code in portal.settings.forbidden_stages.get(user.person.role, ()):
        raise Refused("", "Недостаточно прав на смену стадии")
    closed = "Y" if stage.semantics else "N"
    item |= {"stageSemanticId": stage.group, "closed": closed, "isNew": "Y" if stage.code.endswith("NEW") else "N"}
    return stage


def _settle_contacts(item: Item, written: Mapping[str, Any]) -> None:
    """contactId is the first of the contacts; writing it alone puts it in their place."""
    if "contactIds" not in written and "contactId" in written:
        item["contactIds"] = (item["contactId"],) if item["contactId"] else ()
    item["contactId"] = item["contactIds"][0] if item["contactIds"] else 0


def _settle_sum(portal: Portal, item: Item) -> None:
    """While the sum is not kept by hand it is that of the product rows."""
    if item["isManualOpportunity"] != "Y":
        rows = portal.rows.get(item["id"] or 0, ())
        item["opportunity"] = round(sum(float(row["price"]) * float(row["quantity"]) for row in rows), 2)


def _multi(portal: Portal, held: list[dict[str, Any]], sent: Any) -> list[dict[str, Any]]:
    """
    Return phones and addresses after a write. A key that is the number of one changes it, or takes it away where the
    value is empty; every other key adds one. Raises Refused on what is no list of them.
    """
    keyed = dict(enumerate(sent)) if isinstance(sent, list | tuple) else sent or {}
    if not isinstance(keyed, Mapping) or not all(isinstance(row, Mapping) for row in keyed.values()):
        raise bad_value("Множественные поля")
    rows = {str(row["id"]): row for row in held}
    for key, row in keyed.items():
        known = rows.get(str(key))
        if known is None and row.get("value"):
            number = portal.number("fm")
            rows[str(number)] = _multi_row(number, {"valueType": "WORK", "typeId": "PHONE"}, row)
        elif known is not None and row.get("value") == "":
            del rows[str(key)]
        elif known is not None:
            rows[str(key)] = _multi_row(known["id"], known, row)
    return list(rows.values())


def _multi_row(number: int, known: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: str(sent.get(name, known.get(name, ""))) for name in ("valueType", "value", "typeId")}
    return {"id": number, **said}


def _tell(portal: Portal, item: Item, stage: Status, kind: int) -> None:
    row = {
        "ID": portal.number("history"),
        "TYPE_ID": kind,
        "OWNER_ID": item["id"],
        "CREATED_TIME": item["updatedTime"],
        "CATEGORY_ID": item["categoryId"],
        "STAGE_SEMANTIC_ID": stage.group,
        "STAGE_ID": stage.code,
    }
    portal.history.setdefault(item["id"], []).append(row)
