"""
A comment as one lens over what it says and who says it: ``at: [text, author, created_on]``.

What our own account has written carries the author in the text, by a signature; there the system says nothing of
author and time, whatever somebody makes of the signature. What others have written is theirs, and unsigned.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, ClassVar, TypeAlias, cast

from mappings.canonical.values import Facts, Value
from mappings.exchange import SystemPerson, View
from mappings.lens import Clash, Held, Lens, Refusal

from ..base import malformed
from ..clock import zone_of
from ..markup import Markup
from ..moment import Moment
from ..settings import BadSettings, Problem, Setting, complete
from ..vocabulary import Spot, Vocabulary
from .mentions import FORMS, Form, Mentions
from .signature import HUB, Signature, Signer

BODY, AUTHOR, AT, WRITTEN_IN = FACTS = ("body", "author", "at", "written_in")
LONGEST = 65_000
"""More than this is no note: systems cut such texts without a word, or choke on them."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a comment shows, place by place."""

    text: View
    author: View = None
    at: View = None


@dataclass(frozen=True, slots=True)
class Signed:
    """
    What is said goes through the system's markup, mentions turned into those of each system.

    Author, time and the system it was written in are read and never written: they fit a record that is the author's
    own as it is, and one of ours by its signature.
    """

    name: ClassVar[str] = "signed"
    declared: ClassVar[tuple[Setting, ...]] = (
        *Markup.declared,
        Setting("mentions", "word", "how people are mentioned: @login, [USER=7]…[/USER], @[7]", "none", words=FORMS),
    )

    facts: tuple[str, ...]
    places: tuple[str, ...]
    markup: Markup
    form: Form = "none"
    system: str = ""
    account: str | None = None
    signer: Signer = field(default_factory=Signer, hash=False)
    mentions: Mentions = field(default_factory=Mentions, hash=False)
    people: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Id there -> canonical person."""
    shown: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Id there -> what the person is called."""
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Canonical person -> what everybody calls the person."""
    limit: int = LONGEST

    @classmethod
    def make(cls, given: Mapping[str, Any], spot: Spot) -> Lens:
        """Return the lens over `spot.facts`. Raises `BadSettings`."""
        asked = complete(cls.declared, given)
        _check(spot)
        words = spot.words
        return cls(
            facts=spot.facts,
            places=spot.places,
            markup=Markup.built({"markup": asked["markup"]}, Spot(spot.facts, spot.places)),
            form=asked["mentions"],
            system=words.system,
            account=words.account,
            signer=Signer(words.systems, _zone(words), html=asked["markup"] == "html"),
            mentions=_mentions(asked["mentions"], words),
            people=words.people,
            shown={member.id: member.name for member in words.members},
            names=words.known_as,
            limit=min(spot.limit or LONGEST, LONGEST),
        )

    def settings(self) -> Mapping[str, Any]:
        return {"as": self.name, "facts": list(self.facts), "mentions": self.form, **self.markup.settings()}

    def candidates(self, fact: str, view: View) -> tuple[Value, ...] | None:
        return None

    # --- reading ------------------------------------------------------------------------------------------------------

    def read(self, view: View, held: Held) -> Facts | Refusal:
        parts = self._parts(view)
        if isinstance(parts, Refusal):
            return parts
        head, rest = self._split(parts)
        body = self._body(rest)
        at = _moment(parts.at)
        if isinstance(body, Refusal) or isinstance(at, Refusal):
            return body if isinstance(body, Refusal) else cast("Refusal", at)
        said: dict[str, Value] = {self._said: body}
        author_known = any(value is not None for value in held.get(AUTHOR, ()))
        if not head and not (self.is_ours(parts) and author_known):
            said |= {AUTHOR: self._author(parts.author), AT: at, WRITTEN_IN: self.system or None}
        return {fact: value for fact, value in said.items() if fact in self.facts}

    def is_ours(self, parts: Parts) -> bool:
        """Say whether our account has written a comment: of one that is not there yet, by its signature."""
        if parts.author is None:
            return bool(self._split(parts)[0])
        return isinstance(parts.author, str) and parts.author == self.account

    def is_signed(self, view: View) -> bool:
        """Say whether the hub has written what *view* shows: our account's, with a signature."""
        parts = self._parts(view)
        return not isinstance(parts, Refusal) and parts.author is not None and bool(self._split(parts)[0])

    def fits(self, fact: str, value: Value, view: View) -> bool:
        parts = self._parts(view)
        if isinstance(parts, Refusal):
            return False
        head, rest = self._split(parts)
        if fact == self._said:
            return self._says(value, rest)
        if value is not None or head:
            return True
        reading = self.read(view, {})
        return not isinstance(reading, Refusal) and reading.get(fact) is None

    def _says(self, value: Value, rest: str) -> bool:
        if not (value is None or isinstance(value, str)):
            return False
        table = self.mentions.table(rest)
        body = table.hidden(value) if value is not None else None
        return self.markup.fits(body, table.hidden(rest, raw=True))

    def _body(self, rest: str) -> Value | Refusal:
        table = self.mentions.table(rest)
        body = self.markup.means(table.hidden(rest, raw=True))
        return table.shown(body) if isinstance(body, str) else body

    def _author(self, view: View) -> Value:
        """Return who that is; somebody whom the hub cannot tell is known by the name there."""
        if not isinstance(view, str) or not view:
            return None
        return self.people.get(view) or self.shown.get(view) or view

    # --- writing ------------------------------------------------------------------------------------------------------

    def write(self, facts: Facts, view: View) -> View | Refusal:
        parts = self._parts(view)
        if isinstance(parts, Refusal):
            return parts
        for fact, value in facts.items():
            if fact != self._said and not self.fits(fact, value, view):
                return Refusal("no view", "who wrote a comment, and when, is for its system to say")
        if self._said not in facts or self.fits(self._said, facts[self._said], view):
            return view
        body = facts[self._said]
        if not isinstance(body, str):
            return Refusal("no view", "a comment cannot be emptied; delete it where it is")
        head, rest = self._split(parts)
        if not head and (parts.text in (None, "") or self.is_ours(parts)):
            head = self.signer.put(self._signature(facts))
        said = self._written(body, rest)
        if isinstance(said, Refusal):
            return said
        return self._checked(body, f"{head}{said}", view)

    def _written(self, body: str, rest: str) -> str | Refusal:
        table = self.mentions.table(rest)
        said = self.markup.write(table.hidden(body), table.hidden(rest, raw=True))
        return said if isinstance(said, Refusal) else table.spelled(str(said or ""), rest)

    def _checked(self, body: str, text: str, view: View) -> View | Refusal:
        if len(text) > self.limit:
            return Refusal("too long", f"{len(text)} characters, and a comment holds {self.limit}")
        written = {**view, self.places[0]: text} if isinstance(view, Mapping) else text
        if not self.fits(self._said, body, written):
            return Refusal("no view", "it would say something else in the markup of that system")
        return written

    def _signature(self, facts: Facts) -> Signature:
        author, at = facts.get(AUTHOR), facts.get(AT)
        name = self.names.get(author, author) if isinstance(author, str) else ""
        written_in = facts.get(WRITTEN_IN)
        system = written_in if isinstance(written_in, str) else HUB
        return Signature(name, system, at if isinstance(at, datetime) else None)

    # --- an edit ------------------------------------------------------------------------------------------------------

    def step(self, fact: str, old: Value, new: Value, onto: Value) -> Value | Clash:
        if fact != self._said:
            return onto if old == new else new
        table = self.mentions.table("")
        before, after, here = (table.hidden(one) if isinstance(one, str) else one for one in (old, new, onto))
        merged = self.markup.step(before, after, here)
        return table.shown(merged) if isinstance(merged, str) else merged

    def drops(self, facts: Facts, view: View) -> tuple[str, ...]:
        parts = self._parts(view)
        body = facts.get(self._said)
        if isinstance(parts, Refusal) or not isinstance(body, str):
            return ()
        rest = self._split(parts)[1]
        table = self.mentions.table(rest)
        return self.markup.drops(table.hidden(body), table.hidden(rest, raw=True))

    # --- the view -----------------------------------------------------------------------------------------------------

    @property
    def _said(self) -> str:
        return BODY if BODY in self.facts else self.facts[0]

    def _parts(self, view: View) -> Parts | Refusal:
        shown = dict(view) if isinstance(view, Mapping) else {self.places[0]: view}
        text, author, at = (shown.get(place) for place in (*self.places, "", "")[:3])
        if not (text is None or isinstance(text, str)):
            return malformed("text", text)
        if isinstance(text, str) and len(text) > LONGEST:
            return Refusal("too long", f"{len(text)} characters; a note has {LONGEST} at most")
        return Parts(text, author, at)

    def _split(self, parts: Parts) -> tuple[str, str]:
        text = str(parts.text or "")
        mine = parts.author is None or parts.author == self.account
        return self.signer.split(text) if mine else ("", text)


_MOMENTS = Moment(resolution="exact")
_Found: TypeAlias = Value | Refusal


def _moment(view: View) -> _Found:
    return _MOMENTS.means(view)


def _zone(words: Vocabulary) -> tzinfo:
    return zone_of(words.zone) if words.zone else UTC


def _mentions(form: Form, words: Vocabulary) -> Mentions:
    identities = words.people

    def name_of(member: SystemPerson) -> str:
        return words.known_as.get(identities.get(member.id, ""), member.name)

    def known(member: SystemPerson) -> bool:
        return member.id in identities and name_of(member) not in words.namesakes

    return Mentions.of(form, words.members, name_of=name_of, known=known)


def _check(spot: Spot) -> None:
    problems = []
    strange = [fact for fact in spot.facts if fact not in FACTS]
    if len(spot.facts) > 1 and (strange or BODY not in spot.facts):
        problems.append(Problem("sets", f"must be {BODY}, and of {', '.join(FACTS[1:])} what is to be known"))
    if len(spot.places) > 3 or (len(spot.facts) > 1 and len(spot.places) < 2):
        problems.append(Problem("at", "must be the places of the text, of its author and of the time, in this order"))
    if problems:
        raise BadSettings(problems)
