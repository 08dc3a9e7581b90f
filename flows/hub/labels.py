"""What people call the views of a system: its choices and its people, as it last said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from sys import maxsize

from mappings.canonical.show import LONGEST, contrasted, show
from mappings.exchange import Discovery, View
from mappings.language import Hub
from mappings.reconcile.model import Link
from state import people
from state.store import Store

from .shelf import load_discoveries, load_discovery
from .wiring import labels_of

ON_A_PAGE = 500
"""Letters of a view that a page shows: of what two records show the ends may differ."""


@dataclass
class Labels:
    """What people call the views of a system, as it last said; asks no system. What is longer than LONGEST is cut."""

    store: Store
    hub: Hub
    known: dict[tuple[str, str], Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    longest: int = LONGEST

    def change(
        self, system: str, kind: str, *, field_name: str, views: tuple[View, View], entity: str = "case"
    ) -> tuple[str, str]:
        """Return the *views* before and after a change, long ones from where they differ; nothing stays nothing."""
        whole = replace(self, longest=maxsize)
        said = (
            "" if one is None else whole.of(system, kind, field_name=field_name, view=one, entity=entity)
            for one in views
        )
        before, after = contrasted([*said], self.longest)
        return before, after

    def of(self, system: str, kind: str, *, field_name: str, view: View, entity: str = "case") -> str:
        """Return *view* of a field in one line; ENTITY is the kind of entity that the record is of."""
        spec = self.hub.mapping(system, kind, entity=entity)
        entry = spec.fields.get(field_name) if spec else None
        places = entry.at if entry else (field_name,)
        if len(places) == 1:
            return self.place(system, kind, place=places[0], view=view)
        shown = view if isinstance(view, Mapping) else {}
        parts = [self.place(system, kind, place=place, view=shown.get(place)) for place in places]
        return self._line(" ".join(part for part in parts if part != show(None)) or None)

    def place(self, system: str, kind: str, *, place: str, view: View) -> str:
        """Return *view* of one place in one line."""
        if view is None or isinstance(view, bool):
            return show(view)
        if isinstance(view, list):
            return self._line(", ".join(self.place(system, kind, place=place, view=one) for one in view) or None)
        text = str(view["name"]) if isinstance(view, Mapping) and "name" in view else str(view)
        return self._line(self._labels(system, kind).get(place, {}).get(text, text))

    def _line(self, text: str | None) -> str:
        return show(text, longest=self.longest)

    def facts(self, link: Link, field_name: str) -> tuple[str, ...]:
        """Return the facts that a field of *link* says."""
        specs = [one for one in self.hub.mappings_of(link.system, kind=link.kind) if field_name in one.fields]
        return specs[0].fields[field_name].facts if specs else ()

    def load(self, places: Collection[tuple[str, str]]) -> tuple[people.Identity, ...]:
        """Read what is known of *places* ((system, kind)) in two statements; returns the people of all systems."""
        everybody = people.identities(self.store)
        offered = load_discoveries(self.store, places)
        for system, kind in places:
            found = offered.get((system, kind))
            met = {one.known.id: one.known.name for one in everybody if one.system == system}
            self.known[system, kind] = _with_people(labels_of(found), found, met) if found else {}
        return everybody

    def _labels(self, system: str, kind: str) -> Mapping[str, Mapping[str, str]]:
        if (system, kind) not in self.known:
            found = load_discovery(self.store, system, kind)
            self.known[system, kind] = self._with_unlisted(system, labels_of(found), found) if found else {}
        return self.known[system, kind]

    def _with_unlisted(
        self, system: str, labels: Mapping[str, Mapping[str, str]], found: Discovery
    ) -> Mapping[str, Mapping[str, str]]:
        if not any(place.type == "person" for place in found.places):
            return labels
        met = {one.known.id: one.known.name for one in people.identities(self.store, system=system)}
        return _with_people(labels, found, met)


def _with_people(
    labels: Mapping[str, Mapping[str, str]], found: Discovery, met: Mapping[str, str]
) -> Mapping[str, Mapping[str, str]]:
    """People whom the system lists no longer, or never did, are called as they were when they were met."""
    places = [place.name for place in found.places if place.type == "person"]
    return {**labels, **{place: {**met, **labels.get(place, {})} for place in places}}
