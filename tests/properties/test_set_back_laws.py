"""A tracker is set back to a backup, at any time, and people go on: nothing old gets through."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.memory import KindTraits
from connectors.memory.system import Row
from flows.hub.parking import Chosen, choose, retry
from mappings.exchange import View
from state import attention
from tests.hub_builders import AHub, a_clock, a_deal, a_hub

FIELDS = ("title", "contact", "channel", "next_step")
edits = st.tuples(st.sampled_from(("crm", "trk")), st.sampled_from(FIELDS), st.sampled_from(("а", "б", "в", "")))
law = settings(derandomize=True, deadline=None, max_examples=25)


class World:
    """One case in two systems; an hour goes by with each pass."""

    def __init__(self, folder: Path, *, conditional: bool) -> None:
        self.late, ticking = timedelta(0), a_clock()
        self.copies: list[list[Row]] = []
        traits = {"trk": KindTraits(conditional_writes=conditional)}
        self.hub: AHub = a_hub(folder, clock=lambda: ticking() + self.late, traits=traits)
        self.hub.systems["crm"].create("record", a_deal("Внедрение"))
        self.go()

    def go(self, *, full: bool = False) -> None:
        self.hub.sync(full=full)
        self.late += timedelta(hours=1)
        self.copies.append(list(self.hub.systems["trk"].rows["record"]["1"]))

    def edit(self, system: str, field: str, view: View) -> None:
        self.hub.systems[system].edit("record", "1", {field: view or None})

    def set_back(self, passes: int) -> None:
        """The tracker has its record as it was after an earlier pass."""
        self.hub.systems["trk"].rows["record"]["1"] = list(self.copies[max(len(self.copies) - 1 - passes, 0)])

    def retry(self) -> None:
        entries = attention.parked_fields(self.hub.installation.store)
        for one in choose(Chosen(key="CASE-1"), entries) if entries else ():
            if one.code == "older":
                self.hub.wired(lambda wired, one=one: retry(wired, one, person="ann"))

    def told(self) -> set[str]:
        """Fields of which something is on the attention list; "" for the record as a whole."""
        store = self.hub.installation.store
        return {one.field for one in (*attention.parked_fields(store), *attention.conflicts(store))}


@law
@given(
    st.lists(edits, min_size=1, max_size=4),
    st.integers(1, 4),
    st.lists(edits, max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_what_nobody_has_edited_since_stays_as_the_hub_knew_it(before, passes, after, again, conditional):  # type: ignore[no-untyped-def]  # drawn above
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), conditional=conditional)
        for edit in before:
            world.edit(*edit)
            world.go()
        known, agreed = world.hub.facts(), not world.told()
        world.set_back(passes)
        for edit in after:
            if edit[0] == "crm":
                world.edit(*edit)
        world.go(full=True)
        if again:
            world.retry()
        world.go()
        for edit in after:
            if edit[0] == "trk":
                world.edit(*edit)
                world.go()
        for _ in range(3):
            world.go(full=True)

        facts, edited = world.hub.facts(), {field for _, field, _ in after}
        crm, trk = world.hub.records("crm")["1"], world.hub.records("trk")["1"]
        for field in FIELDS:
            if field not in edited and agreed and known.get(field) is not None:  # what is empty is filled
                assert facts.get(field) == known.get(field)
            if agreed and not world.told() & {field, ""}:
                assert (crm.get(field) or None) == (trk.get(field) or None) == facts.get(field)
        world.hub.installation.store.close()
