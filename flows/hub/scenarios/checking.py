"""A story held against the hub it plays in, before it is played: systems, places and facts must exist."""

from collections.abc import Collection, Iterator, Mapping

from connectors.memory import MemorySystem
from mappings.canonical.facts import FACTS
from mappings.language import Hub, Problem
from mappings.language.problems import hint
from mappings.language.reader import Items, Keys, Node, Scalar

from .doing import duration
from .forms import wrong_form
from .model import Step, Story, pairs, plain
from .seeing import WATCHED
from .standins import comments_of
from .turning import turned

SAID_IN = {"create": "{place: view}", "edit": "{place: view}", "say": "{fact: value}"}
"""Steps that name what they say, and how."""
REQUESTS = ("identify", "list", "get", "find", "create", "update", "log", "discover")


def wrong_steps(story: Story, hub: Hub, systems: Mapping[str, MemorySystem]) -> list[Problem]:
    """Return everything in the steps of *story* that its hub does not know."""
    return list(_Checking(story, hub, systems).steps(story.steps))


class _Checking:
    def __init__(self, story: Story, hub: Hub, systems: Mapping[str, MemorySystem]) -> None:
        self._file = story.file
        self._hub = hub
        self._systems = systems
        sync = next(iter(hub.syncs.values()))
        self._facts = [one.name for one in (*FACTS["case"], *sync.facts)]

    def steps(self, steps: Collection[Step]) -> Iterator[Problem]:
        for step in steps:
            yield from self._step(step)
            yield from self.steps(step.steps)

    def _step(self, step: Step) -> Iterator[Problem]:
        system = step.args.get("system")
        if system is not None and system not in self._systems:
            yield self._problem(step.line, f"no system {system!r}{hint(system, list(self._systems))}")
            return
        wanted = SAID_IN.get(step.verb)
        if wanted and not (isinstance(step.value, Keys) or plain(step.value) is None):
            yield self._problem(step.line, f"{step.verb}: it is written {wanted}")
        match step.verb:
            case "create" | "edit" if system is not None:
                yield from self._places(system, step.value)
            case "comment" if system is not None:
                yield from self._comment(system, step)
            case "say":
                yield from self._known(step.value, self._facts, what="fact")
            case "set" | "resolve" | "bring back" if step.args["fact"] not in self._facts:
                yield self._problem(step.line, f"no fact {step.args['fact']!r}{hint(step.args['fact'], self._facts)}")
            case "at":
                yield from self._request(step)
            case "turn" if system is not None and isinstance(step.value, Keys):
                wrong = turned(self._systems[system].kinds, step.value)[1]
                yield from (self._problem(line, text) for line, text in wrong)
            case "wait" if not (isinstance(step.value, Scalar) and duration(step.value.text)):
                yield self._problem(step.line, 'wait: a time is wanted, like "10 minutes"')
            case "see":
                yield from self._see(step)
            case _:
                return

    def _request(self, step: Step) -> Iterator[Problem]:
        verb = step.args["verb"]
        if verb not in REQUESTS:
            yield self._problem(step.line, f"no request {verb!r}{hint(verb, REQUESTS)}")
        if not step.steps:
            yield self._problem(step.line, "what happens then? a fault, or steps")

    def _comment(self, system: str, step: Step) -> Iterator[Problem]:
        if not isinstance(step.value, Keys | Scalar) or plain(step.value) is None:
            yield self._problem(step.line, "comment: what is said? a text, or {place: view}")
        yield from self._commented(system, [step.value], step.line)

    def _commented(self, system: str, said: Collection[Node | None], line: int) -> Iterator[Problem]:
        kind = comments_of(self._hub, system)
        if not kind:
            yield self._problem(line, f"{system} has no comments: no mapping of it is of notes")
            return
        known = [place.name for place in self._systems[system].kinds[kind].places]
        for one in said:
            yield from self._known(one, known, what=f"place of a comment in {system}")

    def _see(self, step: Step) -> Iterator[Problem]:
        known = [*self._systems, *WATCHED]
        if not isinstance(step.value, Keys):
            yield self._problem(step.line, f"see: what? {', '.join(known)}")
            return
        for key, node in step.value.pairs:
            subject = key.text.split(" ", 1)[0]
            if subject not in known:
                yield self._problem(key.line, f"nothing to see is called {subject!r}{hint(subject, known)}")
                continue
            yield from (self._problem(*wrong) for wrong in wrong_form(key, node, systems=self._systems))
            if subject in self._systems:
                for one in node.items if isinstance(node, Items) else (node,):
                    yield from self._places(subject, one)
            elif subject == "comments":
                yield from self._see_comments(key, node)
            elif subject == "facts":
                yield from self._known(node, self._facts, what="fact")

    def _see_comments(self, key: Scalar, node: Node) -> Iterator[Problem]:
        _, system, *_ = *key.text.split(), ""
        if not system:
            yield self._problem(key.line, f"comments: of which system? {', '.join(self._systems)}")
            return
        if system not in self._systems:
            yield self._problem(key.line, f"no system {system!r}{hint(system, list(self._systems))}")
            return
        yield from self._commented(system, node.items if isinstance(node, Items) else (node,), key.line)

    def _places(self, system: str, node: Node | None) -> Iterator[Problem]:
        known = [place.name for traits in self._systems[system].kinds.values() for place in traits.places]
        yield from self._known(node, known, what=f"place of {system}")

    def _known(self, node: Node | None, known: Collection[str], *, what: str) -> Iterator[Problem]:
        for key, _ in pairs(node):
            if key.text not in known:
                yield self._problem(key.line, f"no {what} is called {key.text!r}{hint(key.text, list(known))}")

    def _problem(self, line: int, text: str) -> Problem:
        return Problem(self._file, line, text)
