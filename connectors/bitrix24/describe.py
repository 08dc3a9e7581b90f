"""What a portal has to offer, for `discover`, `check` and `init`."""

from collections.abc import Mapping, Sequence

from mappings.exchange import Choice, Place, SystemPerson, View, Views

from .fields import MULTI, PEOPLE, RECORDS, Field, FieldTable
from .kinds import COMPANY
from .names import MOST_LISTED
from .records import POINTS_AT

TYPES: Mapping[str, str] = {
    "integer": "number",
    "double": "number",
    "boolean": "bool",
    "date": "date",
    "datetime": "datetime",
    "money": "money",
    "enumeration": "choice",
    "crm_status": "choice",
    "crm_category": "choice",
    "file": "reference",
    **dict.fromkeys(PEOPLE, "person"),
    **dict.fromkeys(RECORDS, "reference"),
}
"""Type of a field -> the transform that fits it; others are texts."""
MARKED_UP = frozenset({"comments"})
LONGEST: Mapping[str, int] = {"title": 255, "originId": 255, "originatorId": 255}


def places_of(
    fields: FieldTable,
    *,
    words: Mapping[str, tuple[Choice, ...]],
    records: Mapping[int, tuple[Choice, ...] | None],
    named: tuple[str, ...] = ("title",),
    example: Views,
) -> tuple[Place, ...]:
    """List the places of a kind, whose name stands in those NAMED; RECORDS can be chosen by name."""
    return tuple(
        Place(
            name=field.name,
            label=field.label,
            type=_type(field),
            required=field.required or field.name in named,
            writable=not field.fixed and field.type != "file",
            searchable=field.type not in ("file", "address", MULTI),
            multiple=field.multiple,
            max_length=LONGEST.get(field.name),
            choices=words.get(field.name) or _records(field, records),
            example=example.get(field.name),
        )
        for field in fields
    )


def _type(field: Field) -> str:
    if field.multiple:
        return "set"
    return "markup" if field.name in MARKED_UP else TYPES.get(field.type, "text")


def _records(field: Field, records: Mapping[int, tuple[Choice, ...] | None]) -> tuple[Choice, ...]:
    if field.multiple or field.type not in RECORDS:
        return ()
    return records.get(POINTS_AT[field.type]) or ()


def example_of(shown: Sequence[Views]) -> dict[str, View]:
    """Return for each place what one of the last records shows there."""
    example: dict[str, View] = {}
    for views in reversed(shown):
        example |= {place: view for place, view in views.items() if view is not None}
    return example


def notes_of(
    fields: FieldTable,
    people: Sequence[SystemPerson] | None,
    *,
    records: Mapping[int, tuple[Choice, ...] | None],
    marker_place: str,
    listens: bool,
) -> tuple[str, ...]:
    """Say what a person should know before relying on this webhook."""
    notes = []
    if people is None:
        notes.append("the webhook may not list people; give it the scope user (user_brief shows no e-mails)")
    elif people and not any(person.email for person in people):
        notes.append("people are shown without e-mails; give the webhook the scope user, or name them under people:")
    for kind, listed in records.items():
        what = "companies" if kind == COMPANY else "contacts"
        if listed is None:
            notes.append(f"{what} cannot be chosen by name: more than {MOST_LISTED}, or hidden from the webhook's user")
    if fields.get(marker_place) is None:
        notes.append(f"{marker_place}, where our marker should live, is no field here")
    if not listens:
        notes.append("events are not listened to: application_token is not set; changes come with the schedule")
    return tuple(notes)
