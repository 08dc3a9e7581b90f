"""What a connector has to know of an installation before it can read it: project, trackers, custom fields."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..base import Shelf
from ..errors import ConnectorError, Gone, Rejected
from .client import RedmineClient, Row
from .fields import CustomField, FieldTable, told_field
from .settings import RedmineSettings

KEPT = 3600.0
"""Seconds that a dictionary is good for."""
CHOSEN = ("status", "priority", "category", "fixed_version", "project", "tracker")
"""Core places with choices."""


@dataclass
class ProjectFacts:
    """The project that the hub works in. ID 0: a saved query without a project."""

    id: int = 0
    name: str = ""
    trackers: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    """Number -> name; of custom fields only those that are not for all projects."""


class Book:
    """Dictionaries of one Redmine, asked for when they are needed and kept on the shelf for an hour."""

    def __init__(self, client: RedmineClient, settings: RedmineSettings, *, name: str, shelf: Shelf) -> None:
        self._client = client
        self._settings = settings
        self._name = name
        self._shelf = shelf
        self._fields: FieldTable | None = None
        self._project: ProjectFacts | None = None
        self._tracker: str | None = None
        self._listed: set[int] = set()

    async def fields(self) -> FieldTable:
        """The custom fields: all of them for an administrator, else what the project tells and issues have shown."""
        if self._fields is None:
            kept = self._shelf.get(self._key("fields"))
            self._fields = FieldTable.from_json(kept) if kept else await self._ask_fields()
        return self._fields

    async def project(self) -> ProjectFacts:
        """The project of the settings. Raises Rejected where there is none for this account."""
        if self._project is None:
            kept = self._shelf.get(self._key("facts"))
            self._project = ProjectFacts(**kept) if kept else await self._ask_project()
        return self._project

    def forget(self, *, admin: bool) -> None:
        """
        Ask anew what there is: somebody wants to know how it is now. Names of custom fields that only issues have shown
        are kept, unless the account is an ADMIN, who is told all.
        """
        self._project = self._tracker = None
        self._listed.clear()
        for what in ("facts", "closing", *(f"choices/{place}" for place in CHOSEN), *(("fields",) if admin else ())):
            self._shelf.put(self._key(what), None, seconds=0.0)
        if admin:
            self._fields = None

    async def tracker_id(self) -> str | None:
        """The number of the tracker that the settings name, by number or by name. Raises Rejected on a wrong one."""
        wanted = self._settings.tracker
        if wanted is None or wanted.isdigit():
            return wanted
        if self._tracker is None:
            trackers = (await self.project()).trackers or await self.choices("tracker")
            self._tracker = self._number(wanted, trackers, what="tracker")
        return self._tracker

    def listed(self, rows: Iterable[Row]) -> None:
        """Remember the projects of *rows*: a list of what takes part has shown them."""
        self._listed |= {row["project"]["id"] for row in rows if isinstance(row.get("project"), dict)}

    async def taking_part(self, rows: Iterable[Row]) -> frozenset[int]:
        """
        Return the numbers of those projects of *rows* that take part.

        Only a list tells what is below a project: it shows an issue of there. Where it cannot be asked now, nothing is
        said to have left.
        """
        project, found = await self.project(), set[int]()
        for row in rows:
            shown = row.get("project")
            number = shown.get("id") if isinstance(shown, dict) else None
            if not isinstance(number, int) or number in found:
                continue
            if project.id in (0, number) or (self._settings.subprojects and await self._is_below(row, number)):
                found.add(number)
        return frozenset(found)

    async def _is_below(self, row: Row, number: int) -> bool:
        if number not in self._listed:
            params = {"project_id": str(self._settings.project), "subproject_id": "*", "issue_id": str(row.get("id"))}
            try:
                self.listed((await self._client.issues({**params, "limit": 1}, overhead=True)).rows)
            except ConnectorError:
                return True
        return number in self._listed

    async def choices(self, place: str) -> dict[str, str]:
        """Number -> name of a core choice."""
        kept = self._shelf.get(self._key(f"choices/{place}"))
        if kept is None:
            kept = await self._ask_choices(place)
            self._shelf.put(self._key(f"choices/{place}"), kept, seconds=KEPT)
        return dict(kept)

    async def number(self, place: str, word: str) -> str:
        """Return the number of a choice given by number or by name. Raises Rejected, naming the place."""
        return word if word.isdigit() else self._number(word, await self.choices(place), what=place)

    async def closing(self) -> set[str]:
        """The statuses that close an issue."""
        kept = self._shelf.get(self._key("closing"))
        if kept is None:
            rows = await self._client.listed("/issue_statuses.json", "issue_statuses")
            kept = [str(row["id"]) for row in rows if row.get("is_closed")]
            self._shelf.put(self._key("closing"), kept, seconds=KEPT)
        return set(kept)

    async def learn(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take names of custom fields from issues, and keep them for the next process."""
        fields = await self.fields()
        if fields.learn(rows):
            self._shelf.put(self._key("fields"), fields.to_json(), seconds=KEPT)

    async def look_for_fields(self, places: Iterable[str]) -> None:
        """Where a place is unknown and may be learned, look at some issues: of the project, then of anywhere."""
        fields = await self.fields()
        here: dict[str, str | int] = {"project_id": self._settings.project} if self._settings.project else {}
        tracker = await self.tracker_id()
        kind: dict[str, str | int] = {"tracker_id": tracker} if tracker else {}
        for params in ({**here, **kind}, kind):
            if all(fields.by_place(place) for place in places if place.startswith("cf[")):
                return
            page = await self._client.issues({**params, "limit": 100, "sort": "updated_on:desc"}, overhead=True)
            await self.learn(page.rows)

    def known_places(self) -> frozenset[str]:
        """The places of custom fields that are known so far, without asking anybody."""
        fields = self._fields or FieldTable()
        return frozenset(fields.place(field) for field in fields)

    def known_field(self, place: str) -> CustomField | None:
        """Return a custom field without asking anybody."""
        return self._fields.by_place(place) if self._fields else None

    async def _ask_fields(self) -> FieldTable:
        rows = await self._client.listed_if_allowed("/custom_fields.json", "custom_fields")
        if rows is None:
            names = (await self.project()).fields
            table = FieldTable(CustomField(int(number), name) for number, name in names.items())
        else:
            table = FieldTable((told_field(r) for r in rows if r.get("customized_type") == "issue"), whole=True)
        self._shelf.put(self._key("fields"), table.to_json(), seconds=KEPT)
        return table

    async def _ask_project(self) -> ProjectFacts:
        if self._settings.project is None:
            return ProjectFacts()
        try:
            row = await self._client.project(self._settings.project)
        except Gone as error:
            text = f"there is no project {self._settings.project!r} for this account; check its identifier"
            raise Rejected(text, system=self._name, place="project", whole=True) from error
        facts = ProjectFacts(
            id=row["id"],
            name=row["name"],
            trackers=_names(row.get("trackers") or ()),
            categories=_names(row.get("issue_categories") or ()),
            fields=_names(row.get("issue_custom_fields") or ()),
        )
        self._shelf.put(self._key("facts"), asdict(facts), seconds=KEPT)
        return facts

    async def _ask_choices(self, place: str) -> dict[str, str]:
        project = await self.project()
        match place:
            case "status":
                return _names(await self._client.listed("/issue_statuses.json", "issue_statuses"))
            case "priority":
                return _names(await self._client.listed("/enumerations/issue_priorities.json", "issue_priorities"))
            case "tracker":
                return project.trackers or _names(await self._client.listed("/trackers.json", "trackers"))
            case "category":
                return project.categories
            case "project":
                return _names(await self._client.listed("/projects.json", "projects"))
            case "fixed_version" if self._settings.project:
                path = f"/projects/{self._settings.project}/versions.json"
                return _names(await self._client.listed_if_allowed(path, "versions") or ())
        return {}

    def _number(self, word: str, names: Mapping[str, str], *, what: str) -> str:
        met = [number for number, name in names.items() if name.casefold() == word.casefold()]
        if len(met) == 1:
            return met[0]
        known = ", ".join(repr(name) for name in names.values()) or "none"
        raise Rejected(f"there is no {what} {word!r}; there are: {known}", system=self._name, place=what)

    def _key(self, what: str) -> str:
        """What was kept of another project is not of this one: somebody may have changed the settings since."""
        return f"{self._name}/{self._settings.project or ''}/{what}"


def _names(rows: Iterable[Row]) -> dict[str, str]:
    return {str(row["id"]): row["name"] for row in rows}
