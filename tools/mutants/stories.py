"""
Which scenarios each breakage ends: a story that nothing ends proves nothing.

Rules that are switched off by hand say which stories hold them, and have to end each of those. For stories that nobody
names the other breakages are tried, but for blunt ones, which end nearly everything.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .campaign import PATIENCE, STORY, Campaign, broken
from .loop import Loop
from .make import Mutant
from .pool import LATE, Task, done

STORIES = STORY.partition("{")[0]
BLUNT = 1 / 3
"""A breakage that ends more of the stories it meets says nothing about any of them."""
FEW = 12
"""Of fewer stories no share can be told."""


@dataclass
class Stories:
    """ENDS: story -> the breakages that end it. MISSED: stories that outlive the rule which they are said to hold."""

    campaign: Campaign
    ends: dict[str, list[str]] = field(default_factory=dict)
    missed: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    died: list[str] = field(default_factory=list)
    """Breakages whose process died, so that nothing is known of its stories."""

    def run(self, loop: Loop) -> None:
        """Play each story against its rule, then what is left against everything."""
        self.names = {name.removeprefix(STORIES)[:-1]: name for name in loop.items if name.startswith(STORIES)}
        named = [one for one in self.campaign.mutants if one.ends]
        self._play(loop, ((one, list(one.ends)) for one in named))
        self._play(loop, self._others())

    def _others(self) -> Iterator[tuple[Mutant, list[str]]]:
        for one in sorted(self.campaign.mutants, key=lambda one: not one.rule):
            met = set(self.campaign.reached(one))
            left = [story for story in self.unended() if self.names[story] in met and story not in one.ends]
            if left:
                yield one, left

    def _play(self, loop: Loop, pairs: Iterator[tuple[Mutant, list[str]]]) -> None:
        file = self.campaign.folder / "stories.json"
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        known: dict[str, list[str]] = {} if self.campaign.fresh else kept.get(self.campaign.now, {})
        asked: dict[str, tuple[Mutant, list[str]]] = {}

        def tasks() -> Iterator[Task]:
            for one, stories in pairs:
                key = f"{one.name}: {' '.join(stories)}"
                asked[key] = one, stories
                if key in known:
                    self._note(one, stories, known[key])
                else:
                    yield Task(key, partial(self._ended, loop, one, stories), PATIENCE)

        for key, answer in done(tasks(), jobs=self.campaign.jobs, folder=self.campaign.folder):
            if answer in (None, LATE):
                self.died.append(asked[key][0].name)
                continue
            known[key] = answer
            self._note(*asked[key], known[key])
            file.write_text(json.dumps({self.campaign.now: known}, ensure_ascii=False), encoding="utf-8")
            print(f"{asked[key][0].name[:90]} ends {', '.join(known[key]) or 'no story'}", flush=True)

    def _ended(self, loop: Loop, one: Mutant, stories: list[str]) -> list[str]:
        if broken(one):
            return []
        failed = loop.run([self.names[story] for story in stories], known=self.campaign.reach, stop=False)
        return [story for story in stories if self.names[story] in failed]

    def _note(self, one: Mutant, asked: list[str], ended: list[str]) -> None:
        self.missed += [(one.name, story) for story in asked if story in one.ends and story not in ended]
        if len(asked) < FEW or len(ended) <= len(asked) * BLUNT:
            for story in ended:
                self.ends.setdefault(story, []).append(one.name)

    def unended(self) -> list[str]:
        """Return the stories that no breakage has ended."""
        return [story for story in self.names if story not in self.ends]

    def lines(self) -> list[str]:
        """Return what is printed."""
        return [f"{len(self.ends)} of {len(self.names)} stories are ended by a breakage"]

    def wrong(self) -> list[str]:
        """Return the stories that prove nothing, or not what they are said to."""
        left = [f"no breakage ends the story {story}" for story in self.unended()]
        left += [f"nothing is known of {name}: its process died; ask again" for name in self.died]
        return [*left, *(f"the story {story} outlives the rule that it holds: {rule}" for rule, story in self.missed)]

    def form(self) -> Mapping[str, list[str]]:
        """Return it as JSON keeps it."""
        return dict(sorted(self.ends.items()))
