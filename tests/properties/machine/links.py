"""The promises about each record of a case: it fits what the hub knows (P4), and what was agreed was shown (P5)."""

from flows.hub.wired import WHOLE, Channel
from mappings.exchange import View
from mappings.lens import Field, Unseen
from mappings.reconcile.model import Link
from state.types import Whole

from .after import After, scalars
from .settings import KIND


class Links(After):
    """What is held of the records of a case."""

    def _link(self, whole: Whole, link: Link) -> None:
        channel = self.shape.channels.get((link.system, link.kind))
        row = self.life.systems[link.system].stands(link.external_id)
        if channel is None or row is None:
            return
        if row.deleted:
            gone = link.tombstone and WHOLE in link.parked
            text = f"{whole.entity.key} {link.system}#{link.external_id} is deleted, and nobody says so"
            self.found.hold("P7", gone or self.undone, text)
            return
        self.found.hold("P4", not link.tombstone or WHOLE in link.parked, f"{link.system}#{link.external_id} lives")
        if link.tombstone:
            return
        names = [place.name for place in self.life.systems[link.system].traits(KIND).places]
        shown = {name: row.views.get(name) for name in names}
        for entry in channel.fields.values():
            self._base(whole, link, entry)
            if entry.direction != "once" and entry.facts != ("link",):
                self._field(whole, link, entry, channel=channel, view=entry.view(shown))

    def _field(self, whole: Whole, link: Link, entry: Field, *, channel: Channel, view: "View | Unseen") -> None:
        facts, told = whole.entity.facts, link.parked.keys() & {entry.name, WHOLE}
        contested = not whole.entity.conflicts.keys().isdisjoint(entry.facts)  # a conflict over one holds the cell
        if isinstance(view, Unseen):
            return
        for fact, key in entry.slots:
            value = facts[fact].value if fact in facts else None
            base = link.bases.get(key)
            default = base is not None and base.default and base.view == view
            mine = base is not None and base.lens == entry.fingerprint  # another mapping's base is none
            if entry.direction == "out" and not mine and value is None:
                continue  # what was there before the hub had anything to say is let be
            fits = entry.lens.fits(fact, value, view)
            excused = bool(told) or contested or default
            text = f"{whole.entity.key} {link.system}#{link.external_id} {entry.name}: hub {value!r}, there {view!r}"
            self.found.hold("P4" if fits else "P7", fits or excused, text)
            self.found.checks["P6"] += bool(self.parked) and fits

    def _base(self, whole: Whole, link: Link, entry: Field) -> None:
        for fact, key in entry.slots:
            base = link.bases.get(key)
            if base is None or base.lens != entry.fingerprint:
                continue
            where = f"{whole.entity.key} {link.system}#{link.external_id} {key}"
            fits = base.default or entry.lens.fits(fact, base.value.get(fact), base.view)
            self.found.hold("P5", fits, f"{where}: base {base.value} does not fit {base.view!r}")
            if len(entry.places) == 1 and link.external_id not in self.life.systems[link.system].took_over:
                shown = {"null"} | {
                    one
                    for deed in self.life.tape.of(link.system, link.external_id)
                    if deed.what in ("typed", "written") and deed.place == entry.places[0]
                    for one in (*scalars(deed.old), *scalars(deed.new))
                }
                self.found.hold("P5", set(scalars(base.view)) <= shown, f"{where}: {base.view!r} was never shown")
