"""What people do to a case, and to a case at the hub, drawn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from .settings import CELLS, PLAIN, WORDS, Setting, one_in

Step = dict[str, Any]
Directed = Callable[[int, str, str], Iterator[Step]]
FACTS = ("title", "next_step", "channel", "client", "amount", "labels", "description", "deadline")


LOSSY = {"title_cut": "title", "description": "description", "vocabulary": "labels"}
"""A habit of a system -> the fact of which it does not show all."""


@dataclass
class People:
    """The dice, and the steps that people take by them in a world of CASES."""

    dice: Random
    setting: Setting
    cases: int
    words: int = 0
    facts: tuple[str, ...] = ()
    """What this world is about: most edits are of these, so that people meet."""

    def __post_init__(self) -> None:
        self.facts = ("status", *self.dice.sample(FACTS, 3))

    @property
    def systems(self) -> list[str]:
        return list(self.setting["systems"])

    def word(self, what: str, case: int) -> str:
        """A text that nobody types twice."""
        self.words += 1
        return f"{what} {case}-{self.words}"

    def _deed(self, case: int) -> Iterator[Step]:
        draw = self.dice.randrange(30)
        if draw < 8:
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
        fact = fact or self._fact()
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

    def _fact(self) -> str:
        return self.dice.choice(("status", *FACTS) if one_in(self.dice, 4) else self.facts)

    def _both(self, case: int) -> Iterator[Step]:
        """Two people, two systems, one fact."""
        fact = self._fact()
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
        chosen = self.dice.choice(("resolve moving", "trash", "undo", "answer", "swap", "undone", "old page", "lossy"))
        stories: dict[str, Directed] = {
            "resolve moving": self._resolve_moving,
            "trash": self._trash,
            "undo": self._undo,
            "undone": self._undone,
            "answer": self._answer,
            "old page": self._old_page,
            "lossy": self._lossy,
            "swap": self._swap,
        }
        yield from stories[chosen](case, system, other)

    def _resolve_moving(self, case: int, system: str, other: str) -> Iterator[Step]:
        """Resolve while the systems move."""
        fact = self.dice.choice(("title", "channel"))
        yield self._edit(case, system, fact)
        yield self._edit(case, other, fact)
        yield {"do": "pass"}
        yield self._edit(case, self.dice.choice((system, other)), fact)
        yield {"do": "resolve", "case": case, "which": 0, "party": self.dice.randrange(3)}

    def _trash(self, case: int, system: str, other: str) -> Iterator[Step]:
        """Restored with an unsettled write."""
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

    def _undo(self, case: int, system: str, other: str) -> Iterator[Step]:
        """Undo after a foreign edit."""
        yield self._edit(case, system, "title")
        yield {"do": "pass"}
        yield self._edit(case, other, self.dice.choice(("title", "channel")))
        yield {"do": "undo"}

    def _undone(self, case: int, system: str, other: str) -> Iterator[Step]:
        del other
        yield self._edit(case, system)
        yield {"do": "pass"}
        yield {"do": "undo"}
        yield {"do": "pass"}
        yield self._edit(case, system)

    def _answer(self, case: int, system: str, other: str) -> Iterator[Step]:
        """Edited in the moment after our write."""
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

    def _old_page(self, case: int, system: str, other: str) -> Iterator[Step]:
        """A page is read, what is on it changes and is carried on, and then it is stored."""
        del other
        news = [self._edit(case, system, fact) for fact in self.dice.sample(self.facts, 2)]
        late = {"do": "several", "steps": [*news, {"do": "pass"}]}
        yield {"do": "fault", "in": system, "verb": "list", "moment": "after", "skip": 0, "what": late}
        yield {"do": "pass", "full": self.dice.choice((True, False))}

    def _lossy(self, case: int, system: str, other: str) -> Iterator[Step]:
        """Where not all of it is seen."""
        narrow = [name for name, one in self.setting["systems"].items() if one.keys() & LOSSY.keys()]
        where = self.dice.choice(narrow or [system])
        words = [word for word in LOSSY if word in self.setting["systems"][where]] or ["labels"]
        fact = LOSSY.get(self.dice.choice(words), "labels")
        yield self._edit(case, other, fact)
        yield {"do": "pass"}
        yield self._edit(case, where, fact)

    def _filled(self, unsaid: Sequence[int]) -> Iterator[Step]:
        """
        A server has filled in what nobody had said of the cases UNSAID: of some people say it there, of some elsewhere,
        and of the rest it is never said. No dice are thrown, so that other histories stay as they are.
        """
        filling = [(name, fact) for name, one in self.setting["systems"].items() for fact in one.get("defaults", ())]
        for name, fact in filling[:1]:
            for at, case in enumerate(unsaid):
                if at % 3 < 2:
                    where = (name, "crm")[at % 3]
                    yield {"do": "edit", "case": case, "in": where, "place": fact, "view": f"{fact} {case} сказан"}
            yield {"do": "pass"}

    def _swap(self, case: int, system: str, other: str) -> Iterator[Step]:
        """Withdrawn again."""
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
