"""What a story expects to be seen, held against what is there: each difference with its line, expected and was."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from mappings.canonical.show import EMPTY, Unreadable, show
from mappings.exchange import View
from mappings.language.problems import hint
from mappings.language.reader import Items, Keys, Node, Scalar
from mappings.reconcile import Unresolvable
from state import attention

from ..entering import NoSuchFact, entered, fact_of
from ..remembering import all_lines, line_text
from .model import Difference, Step, plain, texts
from .standins import TEXT
from .world import Lost, World

NOTHING = ("none", "nothing")
EMPTY_VIEWS: tuple[object, ...] = (None, "", [])


def differences(world: World, step: Step) -> list[Difference]:
    """Return what is not as *step* says."""
    found: list[Difference] = []
    for key, node in step.value.pairs if isinstance(step.value, Keys) else ():
        looking = _Looking(world, key.line)
        try:
            found += looking.at(key.text, node)
        except Lost as error:
            found.append(Difference(key.line, key.text, said(plain(node)), str(error)))
    return found


def subjects(world: World) -> dict[str, Callable[["_Looking", str, Node], Iterator[Difference]]]:
    """Return what can be looked at -> how."""
    return {**dict.fromkeys(world.systems, _Looking.records), **WATCHED}


class _Looking:
    """Looks at one thing."""

    def __init__(self, world: World, line: int) -> None:
        self._world = world
        self._line = line

    def at(self, words: str, node: Node) -> list[Difference]:
        """Raises Lost where there is no such thing to be looked at."""
        subject, _, name = words.partition(" ")
        look = subjects(self._world).get(subject)
        if look is None:
            raise Lost(f"nothing to see is called {subject!r}{hint(subject, list(subjects(self._world)))}")
        about = subject if subject in self._world.systems else ""
        name = name.removeprefix("of ").strip()
        self._line = node.line or self._line
        return list(look(self, f"{about}\n{name}", node))

    # --- systems --------------------------------------------------------------------------------------------------

    def records(self, about: str, node: Node) -> Iterator[Difference]:
        system, name = about.split("\n")
        world = self._world
        if name:
            views = world.views(system, name)
            if isinstance(node, Scalar) and node.text in NOTHING:
                if views is not None:
                    yield Difference(self._line, f"{system} {name}", node.text, _brief(views))
            elif views is None:
                yield Difference(self._line, f"{system} {name}", said(plain(node)), "it is not there")
            else:
                yield from self._record(f"{system} {name}", node, views)
            return
        yield from self._all(system, node, [views for _, views in world.records(system)])

    def _all(self, where: str, node: Node, there: Sequence[Mapping[str, View]]) -> Iterator[Difference]:
        if isinstance(node, Scalar):
            wanted = 0 if node.text in NOTHING else node.word
            if wanted != len(there):
                yield Difference(self._line, where, f"{node.text} records", f"{len(there)} records")
            return
        wanted_records = node.items if isinstance(node, Items) else (node,)
        if len(wanted_records) != len(there):
            was = f"{len(there)} records" + "".join(f"; {_brief(views)}" for views in there)
            yield Difference(self._line, where, f"{len(wanted_records)} records", was)
            return
        for number, (each, views) in enumerate(zip(wanted_records, there, strict=True), 1):
            yield from self._record(f"{where} {number}." if len(there) > 1 else where, each, views)

    def comments(self, about: str, node: Node) -> Iterator[Difference]:
        """What is said in a system, or on one of its records: the texts in their order, or what else they show."""
        system, _, name = about.strip().partition(" ")
        yield from self._all(f"comments {about.strip()}", node, self._world.comments(system, name.strip()))

    def _record(self, where: str, node: Node, views: Mapping[str, View]) -> Iterator[Difference]:
        if isinstance(node, Scalar) and not _same(node.text, views.get(TEXT)):
            yield Difference(node.line, f"{where} {TEXT}", said(node.text), said(views.get(TEXT)))
        for key, wanted in node.pairs if isinstance(node, Keys) else ():
            view = plain(wanted)
            shown_view = views.get(key.text)
            if isinstance(view, list) and isinstance(shown_view, list):
                view, shown_view = sorted(map(str, view)), sorted(map(str, shown_view))
            if not _same(view, shown_view):
                yield Difference(key.line, f"{where} {key.text}", said(view), said(shown_view))

    # --- the hub --------------------------------------------------------------------------------------------------

    def facts(self, about: str, node: Node) -> Iterator[Difference]:
        world = self._world
        sync = world.installation.sync(world.sync_name)
        stands = world.case(about.strip()).entity.facts
        for key, wanted in node.pairs if isinstance(node, Keys) else ():
            given = plain(wanted)
            text = ", ".join(map(str, given)) if isinstance(given, list) else _typed(given)
            try:
                value = entered(sync, fact_of(sync, key.text), text)
            except (NoSuchFact, Unreadable, Unresolvable) as error:
                raise Lost(str(error)) from error
            was = stands[key.text].value if key.text in stands else None
            if value != was:
                yield Difference(key.line, f"fact {key.text}", show(value), show(was))

    def cases(self, about: str, node: Node) -> Iterator[Difference]:
        del about
        there = [show(one.entity.facts["title"].value) for one in self._world.cases() if "title" in one.entity.facts]
        if isinstance(node, Scalar) and (0 if node.text in NOTHING else node.word) != len(there):
            yield Difference(self._line, "cases", node.text, f"{len(there)}: {', '.join(there)}")

    def conflicts(self, about: str, node: Node) -> Iterator[Difference]:
        owner = self._world.case(about.strip()).entity.id if about.strip() else None
        found = attention.conflicts(self._world.installation.store, entity_id=owner)
        there = {
            one.field: {party.system: show(party.value) for party in one.conflict.parties}
            for one in found
            if one.conflict
        }
        yield from self._names("conflicts", node, there)
        for key, wanted in node.pairs if isinstance(node, Keys) else ():
            parties = {system: show(str(text)) for system, text in _form(plain(wanted)).items()}
            if key.text in there and there[key.text] != parties:
                was = " · ".join(f"{system} {text}" for system, text in there[key.text].items())
                told = " · ".join(f"{system} {text}" for system, text in parties.items())
                yield Difference(key.line, f"conflict {key.text}", told, was)

    def _names(self, what: str, node: Node, there: Mapping[str, object]) -> Iterator[Difference]:
        wanted = [key.text for key, _ in node.pairs] if isinstance(node, Keys) else texts(node)
        wanted = [one for one in wanted if one not in NOTHING]
        if sorted(wanted) != sorted(there):
            yield Difference(self._line, what, ", ".join(sorted(wanted)) or "none", ", ".join(sorted(there)) or "none")

    def parked(self, about: str, node: Node) -> Iterator[Difference]:
        owner = self._world.case(about.strip()).entity.id if about.strip() else None
        found = attention.parked_fields(self._world.installation.store, entity_id=owner)
        was = "; ".join(_entry(one) for one in found) or "none"
        if isinstance(node, Keys):
            wanted = {key.text: str(plain(value)) for key, value in node.pairs}
            counts = {code: str(count) for code, count in Counter(one.code for one in found).items()}
            if wanted != counts:
                yield Difference(self._line, "parked", said(wanted), was)
            return
        lines = [one for one in texts(node) if one not in NOTHING]
        left = list(found)
        missing = []
        for line in lines:
            hit = next((one for one in left if _means(line, one)), None)
            if hit is None:
                missing.append(line)
            else:
                left.remove(hit)
        if missing or left:
            yield Difference(self._line, "parked", "; ".join(lines) or "none", was)

    def history(self, about: str, node: Node) -> Iterator[Difference]:
        told = self._told(about)
        for one in node.items if isinstance(node, Items) else (node,):
            text = one.text if isinstance(one, Scalar) else ""
            if not any(_holds(line, text) for line in told):
                yield Difference(one.line, "history", text, _nearest_lines(told, text))

    def told(self, about: str, node: Node) -> Iterator[Difference]:
        """How often the history says something."""
        lines = self._told(about)
        for key, wanted in node.pairs if isinstance(node, Keys) else ():
            count = sum(1 for line in lines if _holds(line, key.text))
            if str(count) != str(plain(wanted)):
                was = f"{count} times: {_nearest_lines(lines, key.text)}"
                yield Difference(key.line, f"told {key.text}", f"{plain(wanted)} times", was)

    def _told(self, about: str) -> list[str]:
        world = self._world
        zone, store = world.installation.hub.timezone, world.installation.store
        lines = all_lines(store, entity=world.case(about.strip()).entity.id)
        return [" ".join(part for part in line_text(one, zone)[1:] if part) for one in lines]

    # --- the last pass --------------------------------------------------------------------------------------------

    def writes(self, about: str, node: Node) -> Iterator[Difference]:
        """Requests that write, of the last pass."""
        del about
        made = dict(self._world.last.writing) if self._world.last else {}
        wanted = dict.fromkeys(made, 0) if isinstance(node, Scalar) else {}
        wanted |= {key.text: int(str(plain(value))) for key, value in (node.pairs if isinstance(node, Keys) else ())}
        for system, count in wanted.items():
            if made.get(system, 0) != count:
                was = f"{made.get(system, 0)} requests"
                yield Difference(self._line, f"writes in {system}", f"{count} requests", was)

    def stopped(self, about: str, node: Node) -> Iterator[Difference]:
        del about
        stops = {stop.guard: stop.text for stop in self._world.last.stops} if self._world.last else {}
        yield from self._names("stopped", node, stops)

    def trouble(self, about: str, node: Node) -> Iterator[Difference]:
        del about
        yield from self._names("trouble", node, self._world.last.trouble if self._world.last else {})

    def refused(self, about: str, node: Node) -> Iterator[Difference]:
        """What the hub answered to the last deed that it would not do."""
        del about
        text = "" if isinstance(node, Scalar) and node.text in NOTHING else str(plain(node))
        was = self._world.refused
        if bool(text) != bool(was) or text not in was:
            yield Difference(self._line, "refused", text or "none", was or "it was done")


WATCHED: Mapping[str, Callable[[_Looking, str, Node], Iterator[Difference]]] = {
    "comments": _Looking.comments,
    "facts": _Looking.facts,
    "cases": _Looking.cases,
    "conflicts": _Looking.conflicts,
    "parked": _Looking.parked,
    "history": _Looking.history,
    "told": _Looking.told,
    "writes": _Looking.writes,
    "stopped": _Looking.stopped,
    "trouble": _Looking.trouble,
    "refused": _Looking.refused,
}


def said(view: object) -> str:
    """Return a view as a person reads it in a difference."""
    match view:
        case None | "" | []:
            return EMPTY
        case Mapping():
            return ", ".join(f"{name}: {said(one)}" for name, one in view.items())
        case list():
            return ", ".join(map(str, view))
        case _:
            return f"{view!r}" if isinstance(view, str) else str(view)


def _same(wanted: object, view: object) -> bool:
    return wanted == view or (wanted in EMPTY_VIEWS and view in EMPTY_VIEWS)


def _typed(given: object) -> str:
    if isinstance(given, bool):
        return "yes" if given else "no"
    return "" if given is None else str(given)


def _form(given: object) -> dict[str, object]:
    return given if isinstance(given, dict) else {}


def _brief(views: Mapping[str, View]) -> str:
    return next((str(views[one]) for one in ("title", "subject", "text", "name") if views.get(one)), said(dict(views)))


def _entry(one: attention.Attention) -> str:
    return " ".join(part for part in (one.system, one.field, one.code) if part)


def _means(line: str, one: attention.Attention) -> bool:
    """A line names any of system, field, code and key; a code of two words stands last."""
    rest = line.removesuffix(one.code).strip() if line.endswith(one.code) else line
    return line.endswith(one.code) and all(word in (one.system, one.field, one.key) for word in rest.split())


def _holds(line: str, text: str) -> bool:
    """The words of *text* stand in *line* in their order, others perhaps between them."""
    begin = 0
    for word in text.split():
        found = line.find(word, begin)
        if found < 0:
            return False
        begin = found + len(word)
    return True


def _nearest_lines(told: Sequence[str], text: str) -> str:
    words = set(text.split())
    near = sorted(told, key=lambda line: -len(words & set(line.split())))[:3]
    return " | ".join(near) or "nothing"
