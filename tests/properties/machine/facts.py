"""The promises about each fact of a case: what nobody removed is there, and who said what stands."""

from typing import Any

from state.types import Whole

from .after import After
from .settings import PLAIN
from .tape import Deed


class Facts(After):
    """What is held of the facts of a case."""

    def _facts(self, whole: Whole) -> None:
        for fact in PLAIN:
            if not self._open(whole, fact) and not self._bent(fact):
                self._plain(whole, fact)
                self._not_back(whole, fact, self._deeds(whole, fact))
        self._kept(whole, "labels", "union", lambda view: set(view or ()))
        if not any(one.get("description") for one in self.life.setting["systems"].values()):
            self._kept(whole, "description", "merge", lambda view: set(str(view).split("\n")) if view else set())

    def _plain(self, whole: Whole, fact: str) -> None:
        stands = whole.entity.facts[fact].value if fact in whole.entity.facts else None
        deeds = self._deeds(whole, fact)
        where = f"{whole.entity.key} {fact}: {stands!r} stands"
        said = stands is None or any(d.new == stands for d in deeds) or self._met(whole, fact, stands)
        self.found.hold("P3", said, f"{where}, and nobody said it")
        last = next((deed for deed in reversed(deeds) if (deed.new or None) == stands), None)
        if last is not None and last.system:
            self._not_withdrawn(last, deeds, where)
        deeds = self._moves(whole, fact, deeds)
        if deeds and self.life.setting["policies"].get(fact, self.life.setting["policies"]["default"]) == "park":
            latest = deeds[-1]
            # Whoever moved away from a value has answered it, even where it was said anew before his move was seen: by
            # values alone that is the same. A client was emptied in one system, changed in another, and brought back at
            # the hub before the first had been read: empty stands, and the history has the rest.
            answers = [d for d in deeds if d.system and d.old == latest.new and (d.new or None) == stands]
            at_once = any(not d.fresh and not self._shown_between(d, latest) for d in answers)
            if (not latest.system and not latest.fresh and not answers) or (
                latest.system and self._lives(whole, latest) and not self._unseen(latest) and not at_once
            ):
                filled = not latest.new and self._met(whole, fact, stands)  # a word against nothing, or so it looks
                held = (latest.new or None) == stands or filled
                self.found.hold("P1", held, f"{where}, and the last word was {latest}")

    def _moves(self, whole: Whole, fact: str, deeds: list[Deed]) -> list[Deed]:
        """
        Leave out what was typed last and taken back: the record says again what it said before, and what it said in
        between was never the hub's, since nobody looked or since it was in conflict. By values nothing was done there.
        """
        lines = [line.event for line in self.lines if line.entity == whole.entity.id]
        taken = {str(event.new) for event in lines if event.what in ("set", "resolved") and event.field == fact}
        while deeds and deeds[-1].system:
            latest = deeds[-1]
            same = [d for d in deeds if (d.system, d.record) == (latest.system, latest.record)]
            ours = [d.at for d in self.life.tape.of(latest.system, latest.record) if _writes(d, latest.place)]
            run = [d for d in same if not any(d.at < at < latest.at for at in ours)]
            while run and any(str(d.new) in taken for d in run[:-1]):
                run.pop(0)
            before = None if self._met(whole, fact, run[0].old) else run[0].old  # a server's word was in conflict too
            if (before or None) != (latest.new or None):
                break
            deeds = [d for d in deeds if d not in run]
        return deeds

    def _shown_between(self, one: Deed, other: Deed) -> bool:
        """Whether the hub has seen the record of *one* between both: if not, they were said at once, as it sees it."""
        first, last = sorted((one.at, other.at))
        return any(d.what == "shown" and first < d.at < last for d in self.life.tape.of(one.system, one.record))

    def _met(self, whole: Whole, fact: str, stands: Any) -> bool:
        """
        What a server filled in may be a person's, where the hub met its record again after a create in doubt: also one
        that is gone by now.
        """
        return any(
            self.life.setting["systems"][system].get("defaults", {}).get(fact) == stands
            and record not in self.life.systems[system].answered
            for system, record in self.records.get(whole.entity.id, ())
        )

    def _not_back(self, whole: Whole, fact: str, deeds: list[Deed]) -> None:
        """What was written, and then something else, is not written there again unless somebody has said it again."""
        for system, record in self.records.get(whole.entity.id, ()):
            wrote = [d for d in self.life.tape.of(system, record) if d.what == "written" and d.place == fact and d.new]
            for before, between, now in zip(wrote, wrote[1:], wrote[2:], strict=False):
                if before.new == now.new != between.new:
                    again = any(before.at < deed.at < now.at and deed.new == now.new for deed in deeds)
                    text = f"{whole.entity.key} {system}#{record} {fact}: went back to {now.new!r}"
                    self.found.hold("P3", again, f"{text} from {between.new!r}, and nobody said so")

    def _not_withdrawn(self, last: Deed, deeds: list[Deed], where: str) -> None:
        later = [d for d in deeds if d.at > last.at and (d.system, d.record) == (last.system, last.record)]
        seen = [d for d in later if d.old == last.new and not self._unseen(d)]
        row = self.life.systems[last.system].stands(last.record)
        if row is not None and not row.deleted:
            self.found.hold("P1", not seen, f"{where}, which {last.system}#{last.record} has replaced: {seen[:1]}")

    def _kept(self, whole: Whole, fact: str, policy: str, parts: Any) -> None:
        """What somebody added and nobody removed is there; what somebody removed is not."""
        if self.life.setting["policies"].get(fact) != policy or self._open(whole, fact):
            return
        said = whole.entity.facts.get(fact)
        stands = parts(said.value if said else None)
        narrow = {
            name for name, one in self.life.setting["systems"].items() if fact == "labels" and "vocabulary" in one
        }
        deeds = [deed for deed in self._deeds(whole, fact) if deed.system not in narrow]  # other words stay theirs
        removed = {one for deed in deeds for one in parts(deed.old) - parts(deed.new)}
        for chosen in (deed for deed in deeds if not deed.system):  # whoever decides leaves out what he does not say
            removed |= {one for deed in deeds if deed.at < chosen.at for one in parts(deed.new)} - parts(chosen.new)
        for deed in deeds:
            for one in parts(deed.new) - parts(deed.old) - removed:
                if "-" in one and self._lives(whole, deed) and not self._unseen(deed):
                    self.found.hold(
                        "kept", one in stands, f"{whole.entity.key} {fact}: {one!r} of {deed.system} is gone"
                    )
            for one in parts(deed.old) - parts(deed.new):
                again = any(one in parts(d.new) - parts(d.old) for d in deeds if d.at > deed.at)
                if "-" in one and self._lives(whole, deed) and not self._unseen(deed) and not again:
                    self.found.hold(
                        "kept", one not in stands, f"{whole.entity.key} {fact}: {one!r} is back, gone in {deed.system}"
                    )


def _writes(deed: Deed, place: str) -> bool:
    return deed.what == "written" and deed.place == place
