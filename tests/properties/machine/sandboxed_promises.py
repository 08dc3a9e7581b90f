"""The promises, held of a world of sandboxes once nothing goes wrong in it any more."""

from datetime import timedelta

from connectors.sandbox.faults import Script
from flows.hub.wired import WHOLE, Wired
from mappings.lens import Unseen
from mappings.reconcile.marker import Marker
from state import attention, cases, history

from .after import scalars
from .boxes import MARKER
from .sandboxed_life import Life

MOST_PASSES = 12


class Promises:
    """What is held of a world through the sandboxes."""

    def __init__(self, life: Life) -> None:
        self.life, self.found, self.boxes = life, life.findings, life.boxes

    def hold(self) -> None:
        """Come to rest, then hold all of them."""
        if not self._rests():
            return
        self._count()
        self._idle()
        for whole in cases.cases(self.life.store, limit=1000).entities:
            made = self.boxes.issue_of(str(Marker(whole.entity.id, whole.entity.generation)))
            self.found.hold("P2", len(made) <= 1, f"{whole.entity.key} has the issues {made}")
        open_ones = {self.life.issue(deal) for deal in self.boxes.numbers} - {None}
        ours = {n for n, issue in self.boxes.tracker.office.issues.rows.items() if issue.custom.get(MARKER)}
        self.found.hold("P2", len(ours - open_ones) == 0, f"issues {ours - open_ones} are nobody's")
        self._nothing_lost()
        self.life.wired(self._together)

    def _count(self) -> None:
        """How hard it was: the conflicts of each deal, and the creates of which nobody knew the end."""
        found = cases.by_record(self.life.store, "crm", kind="deal", ids=[str(deal) for deal in self.boxes.numbers])
        deals = {whole.entity.id: int(deal) for deal, whole in found.items()}
        self.found.count_conflicts(history.history(self.life.store, limit=1_000_000), deals)
        for entity, often in self.life.unclear.items():
            if entity in deals:
                self.life.counts.doubts_of[deals[entity]] += often

    def _rests(self) -> bool:
        life = self.life
        life.waiting.clear()
        for box in (self.boxes.crm, self.boxes.tracker):
            box.script = Script()
        stopped = True
        for _ in range(MOST_PASSES):
            self.boxes.clock.advance(timedelta(minutes=10).total_seconds())
            life.sync(full=True, approved=stopped)
            report = life.last
            if report is None:
                break
            if not (stopped or report.stops or report.trouble or report.decided or any(report.writing.values())):
                self.found.hold("P4", True)
                return True
            stopped = bool(report.stops)
        self.found.hold("P4", False, f"not at rest: {life.last.as_json() if life.last else None}")
        return False

    def _idle(self) -> None:
        for full in (False, True):
            before = self.boxes.everything()
            self.boxes.clock.advance(60)
            self.life.sync(full=full)
            writing = self.life.last.writing if self.life.last else {}
            text = f"an idle pass wrote {dict(writing)}"
            self.found.hold("P3", not any(writing.values()) and before == self.boxes.everything(), text)

    def _nothing_lost(self) -> None:
        told = {
            one
            for line in history.history(self.life.store, limit=1_000_000)
            for one in (*scalars(line.event.old), *scalars(line.event.new))
        }
        said = " ".join(told)
        typed = [one for one in self.boxes.typed if "-" in one.view and one.view.count(" ") == 1]
        for number, one in enumerate(typed):
            again = any(
                (o.system, o.record, o.place) == (one.system, one.record, one.place) for o in typed[number + 1 :]
            )
            known = one.view in said or one.view in self.boxes.shows(one.system, one.record)
            if again or (one.late and not known):
                self.found.checks["P1, typed over or in the declared window"] += 1
            else:
                self.found.hold("P1", known, f"{one} is nowhere")

    async def _together(self, wired: Wired) -> None:
        """Every two-way field fits, or the list says why not."""
        parked = attention.parked_fields(self.life.store, limit=10_000)
        for whole in cases.cases(self.life.store, limit=1000).entities:
            for link in whole.links:
                channel = wired.shape.channels[link.system, link.kind]
                shown = (await wired.connectors[link.system].get(link.kind, [link.external_id]))[0].record
                if shown is None or link.tombstone:
                    continue
                for entry in channel.fields.values():
                    view = entry.view(shown.views)
                    if isinstance(view, Unseen) or entry.direction in ("once", "out"):
                        continue
                    for fact, key in entry.slots:
                        value = whole.entity.facts[fact].value if fact in whole.entity.facts else None
                        base = link.bases.get(key)
                        fits = entry.lens.fits(fact, value, view) or (base is not None and base.default)
                        excused = link.parked.keys() & {entry.name, WHOLE} or fact in whole.entity.conflicts
                        text = (
                            f"{whole.entity.key} {link.system}#{link.external_id} {key}: hub {value!r}, there {view!r}"
                        )
                        self.found.hold("P4" if fits else "P7", fits or bool(excused), text)
        for one in parked:
            self.found.hold("P7", bool(one.text), f"an entry says nothing: {one}")
