"""What people do: each act is seen before it is made, and made only as it was seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Request, Response

from flows.hub.acting import Again, Deed, Foreseen, Give, Leave, Match, NotAsShown, Same, foresee, make
from flows.hub.acting.editable import choosing, facts_of, only_read
from flows.hub.parking import NoSuchEntry
from mappings.canonical.show import in_zone, spelled
from mappings.canonical.values import Money, Value
from mappings.reconcile.model import Entity
from state import cases
from web.acts import MOST, MOST_DIGITS, Shown, case_for, case_of, check, done, given_to, read, sheet, written
from web.bench import desk_of, person_of
from web.deeds import made, tried
from web.house import house_of, store_of
from web.pages.login import inside
from web.rendering import words
from web.viewer import SignedIn, Viewer

router = APIRouter()
CURRENCIES = ("RUB", "USD", "EUR", "KZT", "CNY", "GBP")

Many = Annotated[Sequence[str], Form()]
One = Annotated[str, Form()]


@router.get("/cases/{key}/edit/{fact}")
def edit(request: Request, viewer: SignedIn, key: str, fact: str) -> Response:
    """Ask for another value of a fact."""
    return _asked(request, viewer, key, fact)


@router.post("/cases/{key}/edit/{fact}")
def look_at_edit(
    request: Request,
    viewer: SignedIn,
    key: str,
    fact: str,
    *,
    text: Many = (),
    currency: One = "",
    local: One = "",
    take: One = "",
    back: One = "",
) -> Response:
    """Show what another value would bring about. LOCAL: it is a time as the page shows times, in the hub's zone."""
    parts = [part for part in text if part.strip()]
    said = spelled(part.strip() for part in parts) if len(parts) > 1 else parts[0] if parts else ""
    unit = f" {currency}" if said and currency else ""
    meant = (_read_in(said, house_of(request).zone) if local else said) + unit
    deed = Give(key, fact, "" if take else meant, take)
    check(request, viewer, deed)
    seen = foresee(desk_of(request), deed, by=person_of(viewer))
    if seen.refused is not None and seen.refused[0] in ("unreadable", "unresolvable"):
        wrong = seen.refused[0]
        return _asked(request, viewer, key, fact, given=said, currency=currency, wrong=wrong, status=422)
    return _shown(request, [(written(deed), seen)], back or f"/cases/{key}")


@router.post("/cases/{key}/link")
def look_at_link(request: Request, viewer: SignedIn, key: str, *, system: One = "", record: One = "") -> Response:
    """Show what it would bring about if a record were the case's."""
    deed = Match(case_for(request, viewer, key).key, system, record.strip().lstrip("#"))
    check(request, viewer, deed)
    seen = foresee(desk_of(request), deed, by=person_of(viewer))
    return _shown(request, [(written(deed), seen)], f"/cases/{deed.key}")


@router.post("/acts/look")
def look(
    request: Request,
    viewer: SignedIn,
    *,
    pick: Many = (),
    do: One = "",
    person: One = "",
    case: One = "",
    back: One = "",
) -> Response:
    """
    Show what acts would bring about: those that were PICKED. DO is done with entries that say no act of their own;
    PERSON is who somebody is, CASE whose a record is. What was picked too and DO is not for is left out.
    """
    meant = [_meant(one, do, person=person, case=case) for one in pick[:MOST]]
    deeds = [one for one in meant if one is not None]
    if not deeds:
        _ = words(request)
        return done(request, inside(back), said=_("Nothing was chosen."), kind="wrong")
    shown: list[Shown] = []
    for deed in deeds:
        try:
            check(request, viewer, deed)
            shown.append((written(deed), foresee(desk_of(request), deed, by=person_of(viewer))))
        except NoSuchEntry:
            continue  # somebody was faster
    return _shown(request, shown, back, more=len(pick) > MOST)


@router.post("/acts")
def carry_out(request: Request, viewer: SignedIn, *, deed: Many = (), mark: Many = (), back: One = "") -> Response:
    """Do what was shown; what has moved since is shown anew."""
    if len(deed) != len(mark) or len(deed) > MOST:
        raise HTTPException(422)
    _ = words(request)
    count, moved, unmade = 0, list[Shown](), list[str]()
    before = _before_any(request, viewer, deed)
    for text, sign in zip(deed, mark, strict=True):
        meant = read(text)
        try:
            act = check(request, viewer, meant)
            make(desk_of(request), meant, mark=sign, by=person_of(viewer), shown=before.get(text))
            made(request, act)
            count += 1
        except NotAsShown as error:
            moved.append((text, error.foreseen))
            unmade.append(act)
        except NoSuchEntry:
            continue
    if moved:
        tried(request, *unmade)
        return _shown(request, moved, back, made=count, moved=True, status=409)
    if not count:
        return done(request, inside(back), said=_("Nothing is left to do: somebody was faster."), kind="note")
    return done(request, inside(back), said=_("Done. The systems follow with the next pass."))


def _before_any(request: Request, viewer: Viewer, deeds: Sequence[str]) -> dict[str, Foreseen]:
    """Return what each of several acts brings about before any is made: one case may have more than one of them."""
    found: dict[str, Foreseen] = {}
    for text in deeds if len(deeds) > 1 else ():
        try:
            check(request, viewer, read(text))
            found[text] = foresee(desk_of(request), read(text), by=person_of(viewer))
        except (NoSuchEntry, HTTPException):
            continue  # told in its turn, behind those that are made
    return found


def _meant(text: str, do: str, *, person: str, case: str) -> Deed | None:
    """
    Read a pick: an act of its own, or an entry to which DO is done (``again``, ``leave``, ``take:SYSTEM``); None where
    that is not for such an entry.
    """
    if text.startswith("{"):
        deed = read(text)
        if isinstance(deed, Same):
            return replace(deed, person=person.strip())
        return replace(deed, key=case.strip().upper()) if isinstance(deed, Match) and not deed.key else deed
    kind, _, name = text.partition(":")
    takes, is_entry = do.startswith("take:"), kind == "entry" and name.isdecimal() and len(name) <= MOST_DIGITS
    if not (takes or do in ("again", "leave")) or not (is_entry or kind == "conflict"):
        raise HTTPException(422)
    if takes is is_entry:
        return None
    if takes:
        key, _, fact = name.partition(":")
        return Give(key, fact, take=do.removeprefix("take:"))
    return Again(int(name)) if do == "again" else Leave(int(name))


def _shown(
    request: Request,
    shown: Sequence[Shown],
    back: str,
    *,
    made: int = 0,
    moved: bool = False,
    more: bool = False,
    status: int = 200,
) -> Response:
    return sheet(
        request,
        "pages/acts.html",
        status=status,
        shown=shown,
        possible=[one for one in shown if one[1].refused is None],
        back=inside(back),
        made=made,
        moved=moved,
        more=more,
    )


# --- one fact ---------------------------------------------------------------------------------------------------------


def _asked(
    request: Request,
    viewer: Viewer,
    key: str,
    fact: str,
    *,
    given: str | None = None,
    currency: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    case = given_to(request, viewer, Give(key, fact))
    installation, over = house_of(request).installation, case_of(store_of(request), case.id)
    sync = installation.sync(case.sync)
    info = facts_of(sync, case.kind).get(fact)
    if info is None:
        raise HTTPException(404)
    records = [(link.system, link.kind) for link in cases.by_ids(store_of(request), [case.id])[case.id].links]
    return sheet(
        request,
        "pages/edit.html",
        status=status,
        case=case,
        choosing=choosing(installation, sync, info),
        value=case.facts[fact].value if fact in case.facts else None,
        text=_text(case, fact, house_of(request).zone) if given is None else given,
        conflict=case.conflicts.get(fact),
        locked=() if fact in case.conflicts else only_read(installation.hub, records).get(fact, ()),
        currencies=CURRENCIES,
        currency=currency,
        wrong=wrong,
        back=f"/cases/{over.key}" if over.kind == "case" else "/attention",
    )


def _read_in(text: str, zone: ZoneInfo) -> str:
    """Return a time that names no zone as one of ZONE; anything else as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo else moment.replace(tzinfo=zone).isoformat()


def _text(case: Entity, fact: str, zone: ZoneInfo) -> str:
    """Return the present value as somebody would write it."""
    return text_of(case.facts[fact].value, zone) if fact in case.facts else ""


def text_of(value: Value, zone: ZoneInfo) -> str:
    """Return *value* as a field of a form holds it; a time as it is in ZONE."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Money():
            return f"{value.amount:f}"
        case frozenset():
            return spelled(value)
        case datetime():
            there = in_zone(value, zone).replace(tzinfo=None)
            return there.isoformat(timespec="seconds" if there.second else "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)
