"""crm.item.*: the universal methods over deals, contacts and companies."""

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from .call import Call, Result, whole
from .errors import Refused, denied, missing, not_found
from .fields import CAMEL, DEAL, ORIGINAL, Field
from .filters import NOTHING, Column, compiled, ordered, split
from .portal import Item, Portal
from .values import is_iso, shown, take
from .writing import add_item, update_item

PAGE = 50


def kind_of(call: Call) -> int:
    """Return the kind that a call is about. Raises Refused without one, or for one that the portal has not."""
    kind = whole(call.need("entityTypeId"))
    call.portal.fields(kind)
    return kind


def fields(call: Call) -> Result:
    kind = kind_of(call)
    original = _original(call)
    described = {}
    for name, field in call.portal.fields(kind).items():
        described[CAMEL.get(name, name) if original else name] = field.described()
    return Result({"fields": described})


def get(call: Call) -> Result:
    kind = kind_of(call)
    item = _item(call, kind)
    return Result({"item": whole_item(call.portal, kind, item, original=_original(call))})


def add(call: Call) -> Result:
    kind = kind_of(call)
    if not call.hook.user.may("add"):
        raise denied()
    item = add_item(call.portal, kind, call.hook.user, sent=_sent(call, "crm.item.add"))
    return Result(
        {"item": whole_item(call.portal, kind, item, original=_original(call))}, event=(kind, "ADD", item["id"])
    )


def update(call: Call) -> Result:
    kind = kind_of(call)
    before = _item(call, kind)
    if not call.hook.user.may("update"):
        raise denied()
    item = update_item(call.portal, kind, before, user=call.hook.user, sent=_sent(call, "crm.item.update"))
    event = None if item is before else (kind, "UPDATE", item["id"])
    return Result({"item": whole_item(call.portal, kind, item, original=_original(call))}, event=event)


def delete(call: Call) -> Result:
    kind = kind_of(call)
    item = _item(call, kind)
    if not call.hook.user.may("delete"):
        raise denied()
    call.portal.remove(kind, item["id"])
    return Result([], event=(kind, "DELETE", item["id"]))


def listing(call: Call) -> Result:
    """Fifty a page; with start -1 nothing is counted."""
    kind = kind_of(call)
    if not call.hook.user.may("read"):
        raise denied()
    portal, form = call.portal, call.params.get("filter")
    columns = _columns(portal, kind, original=_original(call))
    fits = compiled(form, columns)
    found = (row for row in portal.listed(kind, _candidates(portal, kind, form)) if fits(row))
    start, order = whole(call.params.get("start", 0)), call.params.get("order")
    if start < 0 and _is_by_number(order):
        rows = list(islice(found, PAGE))  # they come in that order, and nobody wants them counted
    else:
        rows = ordered(list(found), order, columns, default="id")
    page = rows[max(start, 0) : max(start, 0) + PAGE]
    show = _shower(portal, kind, call.params.get("select"), original=_original(call))
    items = {"items": [show(row) for row in page]}
    if start < 0:
        return Result(items, total=0)
    following = start + PAGE if start + PAGE < len(rows) else None
    return Result(items, total=len(rows), next=following)


def _is_by_number(order: Any) -> bool:
    return not order or (isinstance(order, Mapping) and {k: str(v).upper() for k, v in order.items()} == {"id": "ASC"})


# --- how records look ------------------------------------------------------------------------------------------------


def whole_item(portal: Portal, kind: int, item: Item, *, original: bool = False) -> dict[str, Any]:
    """Return a record with all that belongs to it."""
    found = _shower(portal, kind, ["*"], original=original)(item)
    return {**found, "entityTypeId": kind}


def _shower(portal: Portal, kind: int, select: Any, *, original: bool) -> Any:
    known, zone = portal.fields(kind), portal.zone
    names = list(select.values()) if isinstance(select, Mapping) else list(select or ["*"])
    everything = "*" in names
    chosen = known if everything else [camel for name in names if (camel := _camel(name, original=original)) in known]
    places = [(CAMEL.get(name, name) if original else name, known[name]) for name in chosen]
    with_fm = everything and bool(select) and kind != DEAL

    def show(item: Item) -> dict[str, Any]:
        found = {name: shown(field, item[field.name], zone) for name, field in places}
        if with_fm:
            found["fm"] = item["fm"]
        return found

    return show


# --- what is asked for -----------------------------------------------------------------------------------------------


def _item(call: Call, kind: int) -> Item:
    if "id" not in call.params:
        raise missing("id")
    item = call.portal.items[kind].get(whole(call.params["id"]))
    if item is None:
        raise not_found()
    if not call.hook.user.may("read"):
        raise denied()
    return item


def _sent(call: Call, method: str) -> dict[str, Any]:
    """Return the fields of a write by their names in camel case, without those that the fault script loses."""
    sent = call.need("fields")
    if not isinstance(sent, Mapping):
        raise missing("fields")
    lost = call.portal.script().dropped("POST", f"/{method}")
    original = _original(call)
    named = {_camel(str(name), original=original): value for name, value in sent.items()}
    return {name: value for name, value in named.items() if "*" not in lost and name not in lost}


def _original(call: Call) -> bool:
    return call.params.get("useOriginalUfNames") in ("Y", True, 1, "1")


def _camel(name: str, *, original: bool) -> str:
    """Return a field's name in camel case; own fields have only one of their two names at a time."""
    if original:
        return ORIGINAL.get(name, "" if name in CAMEL else name)
    return name


def _columns(portal: Portal, kind: int, *, original: bool) -> Any:
    known = portal.fields(kind)

    def column(name: str) -> Column | None:
        field = known.get(_camel(name, original=original))
        return (
            None if field is None else Column(lambda item: item[field.name], lambda value: _meant(portal, field, value))
        )

    return column


def _meant(portal: Portal, field: Field, value: Any) -> Any:
    """Return what a value means in a filter; own yes-or-no fields are asked for by 1 and 0 alone."""
    if field.type == "boolean":
        if field.own:
            return {"1": "Y", "0": "N"}.get(str(int(value) if isinstance(value, bool) else value), NOTHING)
        return "Y" if value is True else value
    if field.type in ("datetime", "date") and portal.settings.blind_to_iso and is_iso(str(value)):
        return NOTHING
    single = Field(field.name, field.type, field.title, own=1)
    kept = take_or_nothing(single, value, portal)
    return NOTHING if kept is None else kept


def take_or_nothing(field: Field, value: Any, portal: Portal) -> Any:
    """Return the kept form of a value to compare with, NOTHING if it has none."""
    try:
        return take(field, value, zone=portal.zone, holds=lambda *_: True)
    except Refused:
        return NOTHING


def _candidates(portal: Portal, kind: int, form: Any) -> Collection[int] | None:
    """Return the only numbers that can fit, where the filter asks for ids or for an origin; None: any."""
    if not isinstance(form, Mapping) or any(str(key).lower() == "logic" for key in form):
        return None
    for key, value in form.items():
        prefix, name = split(str(key))
        if prefix not in ("", "=", "@"):
            continue
        values = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
        if name == "id":
            return [int(each) for each in values if str(each).isdigit()]
        if name == "originId" and all(each not in ("", None, False) for each in values) and not portal.script().lag:
            return set().union(*(portal.origins.get((kind, str(each).casefold()), ()) for each in values))
    return None
