"""
The steps of a history, drawn from its seed without looking at what they lead to: so that any of them can be left out.

A step is plain JSON. Cases and systems are named by number and name; what cannot be done when its turn comes is not
done, and not counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from .people import People, Step
from .settings import CELLS, WORDS, Setting, draw_setting, one_in

ANSWERS = ("time-out", "cut body", "500")
"""The request left, and what became of it is not known."""
UNSENT = ("no connection", "429", "429 after")


@dataclass(frozen=True)
class History:
    """What happened, in order, in a hub: everything that a counterexample needs."""

    seed: int
    setting: Setting
    cases: int
    steps: tuple[Step, ...]


def draw(seed: int) -> History:
    """Draw the history of *seed*."""
    dice = Random(seed)  # noqa: S311 - no secrets
    setting = draw_setting(dice)
    cases = dice.choice((1, 3, 8, 12, 16, 20, 24, 32))
    return History(seed, setting, cases, tuple(_Drawing(dice, setting, cases).steps()))


class _Drawing(People):
    def steps(self) -> Iterator[Step]:
        opened = [step for case in range(self.cases) for step in self._opening(case)]
        yield from opened
        yield from self._doubts()
        yield {"do": "pass"}
        if not one_in(self.dice, 3):  # long enough to find out what became of them
            yield {"do": "wait", "seconds": self.dice.choice((45, 90, 400))}
            yield {"do": "pass"}
        yield from self._filled(
            [step["case"] for step in opened if step["do"] == "open" and "channel" not in step["views"]]
        )
        for _ in range(self.dice.choice((3, 4, 4))):
            yield from self._round()

    def _opening(self, case: int) -> Iterator[Step]:
        views = {
            "title": self.word("Дело", case),
            "client": self.word("ООО", case),
            "status": self.dice.choice(tuple(CELLS["coarse"])[:4]),
            "channel": self.word("канал", case) if one_in(self.dice, 2) else None,
            "amount": str(self.dice.randrange(1, 90) * 1000),
            "currency": "RUB",
            "labels": sorted(self.dice.sample(WORDS, self.dice.randrange(3))),
            "description": "\n".join(self.word("строка", case) for _ in range(self.dice.randrange(4))) or None,
            "next_step": self.word("шаг", case) if one_in(self.dice, 2) else None,
            "deadline": f"2026-12-{self.dice.randrange(1, 29):02d}",
        }
        yield {"do": "open", "case": case, "views": {place: view for place, view in views.items() if view}}
        if one_in(self.dice, 5):
            yield {"do": "twin", "case": case, "in": self.dice.choice(self.systems[1:])}

    def _doubts(self) -> Iterator[Step]:
        """Creates of which nobody knows whether they arrived."""
        for name in self.systems[1:]:
            for number in range(self.cases):
                if not one_in(self.dice, 4):
                    moment = self.dice.choice(("before", "after"))
                    what = self.dice.choice((*ANSWERS, "time-out"))
                    yield {
                        "do": "fault",
                        "in": name,
                        "verb": "create",
                        "moment": moment,
                        "what": what,
                        "skip": number % 2,
                    }

    def _round(self) -> Iterator[Step]:
        for case in range(self.cases):
            for _ in range(self.dice.choice((0, 1, 1, 2))):
                yield from self._deed(case)
        for _ in range(self.dice.choice((1, 2, 3)) + self.cases // 3):
            yield self._fault()
        if one_in(self.dice, 2):
            yield self._turn()
        if one_in(self.dice, 3):
            yield {"do": "kill", "commit": self.dice.randrange(1, 14), "moment": self.dice.choice(("before", "after"))}
        if one_in(self.dice, 9):
            yield from self._remapped()
        yield from self._pass()
        if one_in(self.dice, 2):
            yield {"do": "wait", "seconds": self.dice.choice((1, 7, 31, 45, 90, 400))}

    def _pass(self) -> Iterator[Step]:
        how = self.dice.choice(("", "", "", "full", "only", "hinted", "twice"))
        step: Step = {"do": "pass"}
        if how == "full":
            step["full"] = True
        elif how == "only":
            step["only"] = self.dice.choice(self.systems)
        elif how == "hinted":
            step["hinted"] = True
        yield step
        if how in ("twice", "hinted"):
            yield {"do": "pass"}

    # --- what goes wrong ---

    def _fault(self) -> Step:
        name, case = self.dice.choice(self.systems), self.dice.randrange(self.cases)
        verb = self.dice.choice(("list", "get", "get", "update", "update", "update", "create", "find", "log"))
        moment = self.dice.choice(("before", "after"))
        step: Step = {"do": "fault", "in": name, "verb": verb, "moment": moment, "skip": self.dice.choice((0, 0, 1, 2))}
        if verb in ("get", "update") and not one_in(self.dice, 3):
            step |= {"case": case, "skip": 0}
        match self.dice.randrange(12):
            case 0 | 1 | 2:
                step["what"] = self.dice.choice(ANSWERS)
            case 3 | 4:
                step |= {"what": self.dice.choice(UNSENT), "moment": "before"}
            case 5:
                step["what"] = "kill"
            case 6:
                step |= {"what": self.dice.choice(("stale", "refused", "401", "no field")), "moment": "before"}
            case 7:
                step["what"] = {"do": "pass"}  # a second worker
            case _:
                step["what"] = self._edit(case, name if self.dice.randrange(4) else self.dice.choice(self.systems))
        return step

    def _turn(self) -> Step:
        step: Step = {"do": "turn", "in": self.dice.choice(self.systems)}
        match self.dice.randrange(9):
            case 0 | 1:
                step["hidden"] = self.dice.choice(("next_step", "channel", "amount", "labels", "description"))
            case 2:
                step["nulled"] = self.dice.choice(("next_step", "channel"))
            case 3:
                step["locked"] = True
            case 4:
                step["blank"] = True
            case 5:
                step["mixed"] = True
            case _:
                step["well"] = True
        return step

    def _remapped(self) -> Iterator[Step]:
        """The mapping changes in mid-life; sometimes a pass comes before it is approved."""
        name = self.dice.choice(self.systems)
        cell = CELLS[self.setting["systems"][name]["cell"]]
        change: Any = self.dice.choice(
            (
                {"moved": self.dice.choice(("next_step", "channel"))},
                {"unmapped": [self.dice.choice(("channel", "next_step"))]},
                {"unlisted": [self.dice.choice(tuple(cell)[1:3])]},
                {"title_cut": 11},
                {"next_step": self.dice.choice(("in", "out"))},
                {"moved": None, "unmapped": []},
            )
        )
        yield {"do": "remap", "in": name, "change": change}
        if one_in(self.dice, 2):
            yield {"do": "pass"}
        yield {"do": "pass", "approved": True}
