"""What a Redmine has to offer, for `discover`, `check` and `init`."""

from collections.abc import Mapping

from mappings.exchange import Choice, Place, SystemPerson, Views

from .book import CHOSEN, Book
from .client import RedmineClient
from .fields import CustomField, FieldTable
from .records import CORE, CorePlace
from .settings import RedmineSettings

TYPES: Mapping[str, str] = {
    "string": "text",
    "text": "text",
    "link": "text",
    "int": "number",
    "float": "number",
    "bool": "bool",
    "date": "date",
    "list": "choice",
    "enumeration": "choice",
    "version": "choice",
    "user": "person",
    "attachment": "reference",
}
"""Format of a custom field -> the transform that fits it; unknown ones are texts."""


TIES = (("blocks", "Blocks"), ("blocked_by", "Blocked by"), ("relates", "Related to"))
CHILDREN: Mapping[str, tuple[Place, ...]] = {
    "comment": (
        Place("text", "Notes", "text", required=True, searchable=False),
        Place("private", "Private notes", "bool", searchable=False),
        Place("author", "Author", "person", writable=False, searchable=False),
        Place("created_on", "Created", "datetime", writable=False, searchable=False),
    ),
    "file": (
        Place("name", "File name", "text", required=True, searchable=False, max_length=255),
        Place("content", "Content", "text", required=True, searchable=False),
        Place("type", "Content type", "text", searchable=False),
        Place("size", "Size", "number", writable=False, searchable=False),
        Place("author", "Author", "person", writable=False, searchable=False),
        Place("created_on", "Created", "datetime", writable=False, searchable=False),
        Place("url", "Address", "text", writable=False, searchable=False),
    ),
}
CHILD_NOTES: Mapping[str, tuple[str, ...]] = {
    "comment": (
        "an edited or deleted comment moves no stamp: it is found by the full scan",
        "without the permission 'View private notes' a comment that went away cannot be told from one made private",
        "without 'Set notes as private' no private comment is sent: Redmine would publish it",
    ),
    "file": (
        "a renamed or deleted file moves no stamp: it is found by the full scan",
        "content and type of a file cannot be changed, and the hub deletes none",
    ),
}


def child_places(kind: str) -> tuple[Place, ...]:
    """List the places of what hangs on issues."""
    return CHILDREN[kind]


def child_notes(kind: str) -> tuple[str, ...]:
    """Say what a person should know of them."""
    return CHILD_NOTES[kind]


async def places_of(book: Book, *, example: Views) -> tuple[Place, ...]:
    """List the places of issues."""
    closing = await book.closing()
    core = [
        _core(place, await book.choices(place.name) if place.name in CHOSEN else {}, closing=closing, example=example)
        for place in CORE
    ]
    ties = [Place(name, label, "set", multiple=True, searchable=False) for name, label in TIES]
    fields = await book.fields()
    return (*core, *ties, *(_custom(field, fields, example=example) for field in fields))


def _core(place: CorePlace, names: Mapping[str, str], *, closing: set[str], example: Views) -> Place:
    guarded = place.name == "status"
    return Place(
        name=place.name,
        label=place.label,
        type=place.type,
        required=place.required,
        writable=bool(place.writes),
        searchable=place.name != "description",
        max_length=255 if place.name == "subject" else None,
        choices=tuple(Choice(number, name, closes=guarded and number in closing) for number, name in names.items()),
        example=example.get(place.name),
    )


def _custom(field: CustomField, fields: FieldTable, *, example: Views) -> Place:
    name = fields.place(field)
    type_ = "set" if field.multiple else TYPES.get(field.format, "text")
    values = field.values if type_ != "bool" else ()  # 1 and 0 with their words: no view shows either
    return Place(
        name=name,
        label=field.name,
        type=type_,
        required=field.required,
        writable=field.format != "attachment",
        searchable=field.filter,
        multiple=field.multiple,
        max_length=field.max_length,
        choices=tuple(Choice(value, label) for value, label in values),
        example=example.get(name),
    )


def notes_of(fields: FieldTable, settings: RedmineSettings, *, marker_place: str | None) -> tuple[str, ...]:
    """Say what a person should know before relying on this account."""
    notes = [f"texts are read as {settings.markup}; Redmine does not tell its text formatting (setting `markup`)"]
    if not fields.whole:
        notes.append(
            "this account is no administrator: formats and choices of custom fields and e-mails of people are not"
            " shown; fields are known once an issue has shown them"
        )
    marker = fields.by_place(marker_place) if marker_place else None
    if marker_place and marker is None:
        notes.append(f"{marker_place}, where our marker should live, is not known here")
    if marker is not None and not marker.filter:
        notes.append(f"{marker_place} is not 'Used as a filter': our marker cannot be searched for")
    return tuple(notes)


async def people_of(client: RedmineClient, settings: RedmineSettings) -> tuple[SystemPerson, ...]:
    """List the accounts; without an administrator's rights the members of the project, by name only."""
    rows = await client.listed_if_allowed("/users.json", "users")
    if rows is not None:
        return tuple(
            SystemPerson(
                id=str(row["id"]),
                name=f"{row.get('firstname', '')} {row.get('lastname', '')}".strip(),
                email=row.get("mail") or None,
                login=row.get("login") or None,
            )
            for row in rows
        )
    if settings.project is None:
        return ()
    members = await client.listed_if_allowed(f"/projects/{settings.project}/memberships.json", "memberships") or ()
    shown = [member.get("user") or member.get("group") for member in members]
    return tuple(SystemPerson(str(each["id"]), each["name"]) for each in shown if each)
