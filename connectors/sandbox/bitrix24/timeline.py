"""What hangs on records: the history of stages, rows of products."""

from collections.abc import Mapping
from typing import Any

from .call import Call, Result, whole
from .errors import Refused, bad_argument, denied, missing
from .fields import DEAL
from .filters import Column, compiled, ordered, split
from .portal import Item
from .values import moment_of, stamp
from .writing import recount

PAGE = 50
HISTORY = ("ID", "TYPE_ID", "OWNER_ID", "CREATED_TIME", "CATEGORY_ID", "STAGE_SEMANTIC_ID", "STAGE_ID")


# --- stages ----------------------------------------------------------------------------------------------------------


def stage_history(call: Call) -> Result:
    """Fifty rows a page, of one deal or of many."""
    if whole(call.need("entityTypeId")) != DEAL:
        raise Refused("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
    form, zone = call.mapping("filter"), call.portal.zone

    def column(name: str) -> Column | None:
        if name not in HISTORY:
            return None
        if name == "CREATED_TIME":
            return Column(lambda row: row[name], lambda value: moment_of(str(value), zone))
        return Column(lambda row: row[name], str if name.startswith("STAGE") else whole)

    fits = compiled(form, column)
    rows = [row for row in _history_rows(call, form) if fits(row)]
    rows = ordered(rows, call.mapping("order"), column, default="ID")
    start = whole(call.params.get("start", 0))
    names = [name for name in _names(call.params.get("select")) if name in HISTORY] or HISTORY
    page = rows[max(start, 0) : max(start, 0) + PAGE]
    shown = [{name: stamp(row[name], zone) if name == "CREATED_TIME" else row[name] for name in names} for row in page]
    if start < 0:
        return Result({"items": shown}, total=0)
    following = start + PAGE if start + PAGE < len(rows) else None
    return Result({"items": shown}, total=len(rows), next=following)


def _history_rows(call: Call, form: Mapping[str, Any]) -> list[dict[str, Any]]:
    owners = next((value for key, value in form.items() if split(key) in (("", "OWNER_ID"), ("@", "OWNER_ID"))), None)
    history = call.portal.history
    if owners is None:
        return [row for rows in history.values() for row in rows]
    wanted = owners.values() if isinstance(owners, Mapping) else owners if isinstance(owners, list) else [owners]
    return [row for owner in dict.fromkeys(map(whole, wanted)) for row in history.get(owner, ())]


def _names(select: Any) -> list[str]:
    return [str(each) for each in (select.values() if isinstance(select, Mapping) else select or ())]


# --- products --------------------------------------------------------------------------------------------------------


def rows_set(call: Call) -> Result:
    """Replace the rows of a deal; its sum follows them unless it is kept by hand."""
    deal = _owner_of_rows(call)
    if not call.hook.user.may("update"):
        raise denied()
    sent = call.need("productRows")
    rows = list(sent.values()) if isinstance(sent, Mapping) else sent
    if not isinstance(rows, list):
        raise missing("productRows")
    call.portal.rows[deal["id"]] = [_row(call, deal["id"], each) for each in rows]
    recount(call.portal, deal, call.hook.user)
    return Result({"productRows": call.portal.rows[deal["id"]]}, event=(DEAL, "UPDATE", deal["id"]))


def rows_list(call: Call) -> Result:
    form = call.mapping("filter")
    owner = form.get("=ownerId", form.get("ownerId"))
    rows = call.portal.rows.get(whole(owner), [])
    return Result({"productRows": rows}, total=len(rows))


def _owner_of_rows(call: Call) -> Item:
    if call.need("ownerType") != "D":
        raise bad_argument("ownerType is not supported")
    deal = call.portal.items[DEAL].get(whole(call.need("ownerId")))
    if deal is None:
        raise Refused("OWNER_NOT_FOUND", "Owner was not found")
    return deal


def _row(call: Call, owner: int, sent: Mapping[str, Any]) -> dict[str, Any]:
    try:
        price, quantity = float(sent.get("price") or 0), float(sent.get("quantity") or 1)
    except ValueError:
        raise bad_argument("price and quantity are numbers") from None
    figures = {"price": _plain(price), "quantity": _plain(quantity)}
    name = {"productId": whole(sent.get("productId", 0)), "productName": str(sent.get("productName") or "")}
    return {"id": call.portal.number("rows"), "ownerId": owner, "ownerType": "D", **name, **figures}


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number
