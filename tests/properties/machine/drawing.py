"""
The steps of a history, drawn from its seed without looking at what they lead to: so that any of them can be left out.

A step is plain JSON. Cases and systems are named by number and name; what cannot be done when its turn comes is not
done, and not counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .settings import CELLS, PLAIN, WORDS, Setting, draw_setting, one_in

Step = dict[str, Any]
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
    cases = dice.choice((1, 2, 4, 8, 12, 16, 16, 20))
    return History(seed, setting, cases, tuple(_Drawing(dice, setting, cases).steps()))


@dataclass
class _Drawing:
    dice: Random
    setting: Setting
    cases: int
    words: int = 0
    deeds: list[Step] = field(default_factory=list)

    @property
    def systems(self) -> list[str]:
        return list(self.setting["systems"])

    def word(self, what: str, case: int) -> str:
        """A text that nobody types twice."""
        self.words += 1
        return f"{what} {case}-{self.words}"

    def steps(self) -> Iterator[Step]:
        for case in range(self.cases):
            yield from self._opening(case)
        yield from self._doubts()
        yield {"do": "pass"}
        for _ in range(self.dice.choice((4, 5, 6))):
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

    # --- people ---

    def _deed(self, case: int) -> Iterator[Step]:
        draw = self.dice.randrange(30)
        if draw < 11:
            yield self._edit(case, self.dice.choice(self.systems))
        elif draw < 20:
            yield from self._both(case)
        elif draw < 24:
            yield self._at_hub(case)
        elif draw < 26:
            yield from self._directed(case)
        elif draw < 27:
            yield {"do": "hint", "case": case, "in": self.dice.choice(self.systems), "times": self.dice.choice((1, 2))}
        else:
            yield self._life(case)

    def _edit(self, case: int, system: str, fact: str = "") -> Step:
        step: Step = {"do": "edit", "case": case, "in": system}
        fact = fact or self.dice.choice(
            (
                "title",
                "next_step",
                "channel",
                "client",
                "amount",
                "labels",
                "labels",
                "description",
                "description",
                "status",
                "status",
                "status",
                "deadline",
            )
        )
        match fact:
            case "amount":
                step |= {"place": "amount", "view": str(self.dice.randrange(1, 9000) * 10)}
            case "labels":
                word = self.dice.choice(WORDS) if one_in(self.dice, 2) else self.word("метка", case)
                step |= (
                    {"place": "labels", "add": word}
                    if self.dice.randrange(3)
                    else {"place": "labels", "drop": self.dice.randrange(4)}
                )
            case "description":
                how = self.dice.choice(("add", "add", "change", "drop"))
                step |= {"place": "description", how: self.dice.randrange(6), "text": self.word("строка", case)}
            case "status":
                views = tuple(CELLS[self.setting["systems"][system]["cell"]])
                step |= {"place": "status", "view": self.dice.choice(views)}
            case "deadline":
                step |= {"place": "deadline", "view": f"2026-12-{self.dice.randrange(1, 29):02d}"}
            case _:
                empty = fact != "title" and one_in(self.dice, 6)
                step |= {"place": fact, "view": None if empty else self.word(fact, case)}
        return step

    def _both(self, case: int) -> Iterator[Step]:
        """Two people, two systems, one fact."""
        fact = self.dice.choice(
            (*PLAIN[:1], "next_step", "channel", "amount", "labels", "description", "status", "deadline")
        )
        for name in self.dice.sample(self.systems, 2):
            yield self._edit(case, name, fact)

    def _at_hub(self, case: int) -> Step:
        match self.dice.choice(("set", "set", "resolve", "resolve", "retry", "leave", "bring back")):
            case "set":
                fact = self.dice.choice(PLAIN)
                return {"do": "set", "case": case, "fact": fact, "value": self.word(fact, case)}
            case "resolve":
                return {"do": "resolve", "case": case, "which": self.dice.randrange(8), "party": self.dice.randrange(4)}
            case "bring back":
                return {"do": "bring back", "case": case, "fact": self.dice.choice(PLAIN)}
            case other:
                return {"do": other, "case": case, "which": self.dice.randrange(8)}

    def _directed(self, case: int) -> Iterator[Step]:
        """What is hardly ever met by chance."""
        system = self.dice.choice(self.systems)
        other = self.dice.choice([name for name in self.systems if name != system])
        match self.dice.choice(("resolve moving", "trash", "undo", "answer", "swap", "undone")):
            case "resolve moving":  # resolve while the systems move
                fact = self.dice.choice(("title", "channel"))
                yield self._edit(case, system, fact)
                yield self._edit(case, other, fact)
                yield {"do": "pass"}
                yield self._edit(case, self.dice.choice((system, other)), fact)
                yield {"do": "resolve", "case": case, "which": 0, "party": self.dice.randrange(3)}
            case "trash":  # restored with an unsettled write
                yield self._edit(case, other)
                yield {
                    "do": "fault",
                    "in": system,
                    "verb": "update",
                    "moment": "after",
                    "what": "time-out",
                    "case": case,
                }
                yield {"do": "pass"}
                yield {"do": "delete", "case": case, "in": system}
                yield {"do": "pass", "full": True}
                yield {"do": "untrash", "case": case, "in": system}
            case "undo":  # undo after a foreign edit
                yield self._edit(case, system, "title")
                yield {"do": "pass"}
                yield self._edit(case, other, self.dice.choice(("title", "channel")))
                yield {"do": "undo"}
            case "undone":
                yield self._edit(case, system)
                yield {"do": "pass"}
                yield {"do": "undo"}
                yield {"do": "pass"}
                yield self._edit(case, system)
            case "answer":  # edited in the moment after our write
                fact = self.dice.choice(PLAIN)
                yield self._edit(case, system, fact)
                yield {
                    "do": "fault",
                    "in": other,
                    "verb": "update",
                    "moment": self.dice.choice(("before", "after")),
                    "case": case,
                    "what": self._edit(case, other, self.dice.choice((fact, "title"))),
                }
                yield {"do": "pass"}
            case "swap":  # withdrawn again
                yield self._edit(case, system, "title")
                yield {"do": "fault", "in": other, "verb": "update", "moment": "before", "what": "500", "case": case}
                yield {"do": "pass"}
                yield self._edit(case, system, "title")
                yield self._edit(case, other, "title")

    def _life(self, case: int) -> Step:
        what = self.dice.choice(("delete", "delete", "untrash", "untrash", "away", "back", "back", "clone", "merge"))
        step: Step = {"do": what, "case": case, "in": self.dice.choice(self.systems)}
        if what == "merge":
            step["into"] = self.dice.randrange(self.cases)
        return step

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
