"""Which scenarios each breakage ends: a story that nothing ends proves nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from .campaign import PATIENCE, Campaign, broken
from .loop import Loop
from .make import Mutant
from .pool import Task, done

STORIES = "tests/scenarios/test_scenarios.py::test_it_ends_as_it_is_told["
BLUNT = 1 / 3
"""A breakage that ends more of the stories than this says nothing about any of them."""


@dataclass
class Stories:
    """ENDS: story -> the breakage that ends it and the fewest others with it."""

    campaign: Campaign
    ends: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def run(self, loop: Loop) -> None:
        """Play all stories against each breakage: those made by hand first, the machine's for what is left."""
        self.names = [name for name in loop.items if name.startswith(STORIES)]
        kept = self.campaign.folder / "stories.json"
        known = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() and not self.campaign.fresh else {}
        dead: dict[str, list[str]] = known.get(self.campaign.now, {})
        self._count(dead)
        tasks = self._tasks(loop, dead)
        for name, answer in done(tasks, jobs=self.campaign.jobs, folder=self.campaign.folder):
            dead[name] = answer if answer is not None else []
            self._count(dead)
            kept.write_text(json.dumps({self.campaign.now: dead}, ensure_ascii=False), encoding="utf-8")
            print(f"{name[:110]}: ends {len(dead[name])}; {len(self.unended())} stories left", flush=True)

    def _tasks(self, loop: Loop, dead: dict[str, list[str]]) -> Iterator[Task]:
        for one in sorted(self.campaign.mutants, key=lambda one: not one.rule):
            met = [name for name in self.campaign.reached(one) if name in self.names]
            asked = met if one.rule else [name for name in met if name in self.unended()]
            if one.name not in dead and asked:
                yield Task(one.name, partial(self._ended, loop, one, asked), PATIENCE)

    def _ended(self, loop: Loop, one: Mutant, names: list[str]) -> list[str]:
        return [] if broken(one) else loop.run(names, known=self.campaign.reach, stop=False)

    def _count(self, dead: dict[str, list[str]]) -> None:
        sharp = {name: len(ended) for name, ended in dead.items() if len(ended) <= len(self.names) * BLUNT}
        for name in sorted(sharp, key=lambda one: -sharp[one]):  # the sharpest has the last word
            self.ends.update(dict.fromkeys(dead[name], name))

    def unended(self) -> list[str]:
        """Return the stories that no breakage has ended."""
        return [name for name in self.names if name not in self.ends]

    def lines(self) -> list[str]:
        """Return what is printed."""
        return [f"{len(self.names) - len(self.unended())} of {len(self.names)} stories are ended by a breakage"]

    def wrong(self) -> list[str]:
        """Return the stories that prove nothing."""
        return [f"no breakage ends the story {name.removeprefix(STORIES)[:-1]}" for name in self.unended()]
