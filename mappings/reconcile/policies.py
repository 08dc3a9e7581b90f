"""
Step C: who is right. Applies a policy value to the proposals of a conflict; None means that nobody decides.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import permutations
from typing import NamedTuple

from mappings.canonical.values import Money, Value
from mappings.lens import Clash
from mappings.policy import Furthest, Home, Max, Merge, Min, Newest, Park, Policy, Union, When

from .judge import Cell
from .model import Origin
from .newest import Claim, latest, said_at
from .rules import Rules

MOST_MERGED = 4
"""Merging tries every order of the edits; more parties than this have too many orders, and park."""


class Proposal(NamedTuple):
    """A moved system's edit of one fact: from OLD to NEW. VALUE is that step applied to the hub's value."""

    cell: Cell
    fact: str
    old: Value
    new: Value
    value: Value | Clash

    @property
    def system(self) -> str:
        return self.cell.system

    def onto(self, value: Value) -> Value | Clash:
        """Apply this edit to *value*."""
        return self.cell.field.lens.step(self.fact, self.old, self.new, value)


class Dispute(NamedTuple):
    """A fact that more than one party claims. SPEAKS says whether the hub's own value is one of the proposals."""

    fact: str
    hub: Value
    origin: Origin | None
    speaks: bool
    proposals: Sequence[Proposal]


class Verdict(NamedTuple):
    """What a policy decided, and whose value it is (a system's name, ``hub``, or the policy's own word)."""

    value: Value
    winner: str
    policy: str


def settle_dispute(dispute: Dispute, policy: Policy, rules: Rules) -> Verdict | None:
    """Return what *policy* makes of *dispute*, or None where it leaves the decision to a person."""
    match policy:
        case Park():
            return None
        case When(cases, otherwise):
            chosen = next((then for holds, then in cases if holds(rules.dotted)), otherwise)
            return settle_dispute(dispute, chosen, rules)
        case Home(system):
            return _home(dispute, system)
        case Furthest():
            return _extreme(dispute, rules, highest=True, word="furthest")
        case Max():
            return _extreme(dispute, rules, highest=True, word="max")
        case Min():
            return _extreme(dispute, rules, highest=False, word="min")
        case Union():
            return _union(dispute)
        case Merge():
            return _merge(dispute)
        case Newest():
            return _newest(dispute, rules)


def _home(dispute: Dispute, system: str) -> Verdict | None:
    """The home decides if it is a party: by its own move, else as the origin of the hub's value."""
    for proposal in dispute.proposals:
        if proposal.system == system:
            return None if isinstance(proposal.value, Clash) else Verdict(proposal.value, system, "home")
    spoke = dispute.origin is not None and dispute.origin.by == "system" and dispute.origin.name == system
    return Verdict(dispute.hub, system, "home") if dispute.speaks and spoke else None


def _extreme(dispute: Dispute, rules: Rules, *, highest: bool, word: str) -> Verdict | None:
    order = rules.orders.get(dispute.fact)
    if order is None and word == "furthest":
        return None
    claims: list[tuple[Value, str]] = [(dispute.hub, "hub")] if dispute.speaks else []
    for proposal in dispute.proposals:
        if isinstance(proposal.value, Clash):
            return None
        claims.append((proposal.value, proposal.system))
    ranks = [_rank(value, order) for value, _ in claims]
    if not _comparable([value for value, _ in claims], order):
        return None
    best = (max if highest else min)(range(len(claims)), key=lambda i: ranks[i])
    value, winner = claims[best]
    return Verdict(value, winner, word)


def _rank(value: Value, order: Sequence[Value] | None) -> tuple[int, object]:
    """Empty is lowest."""
    if value is None:
        return (0, 0)
    if order is not None:
        return (1, order.index(value) if value in order else -1)
    return (1, value.amount if isinstance(value, Money) else value)


def _comparable(values: Sequence[Value], order: Sequence[Value] | None) -> bool:
    """
    Values can be ordered if the order lists them all, or they are of one ordered type and one currency. Words have no
    order of their own: the alphabet knows nothing of stages.
    """
    there = [value for value in values if value is not None]
    if order is not None:
        return all(value in order for value in there)
    if len({type(value) for value in there}) > 1:
        return False
    if not all(isinstance(value, Money | Decimal | date | datetime | bool) for value in there):
        return False
    return len({value.currency for value in there if isinstance(value, Money)}) <= 1


def _union(dispute: Dispute) -> Verdict | None:
    """All steps, removals before additions; what the hub itself changed is in its value already."""
    said = [dispute.hub, *(value for p in dispute.proposals for value in (p.old, p.new))]
    if not all(value is None or isinstance(value, frozenset) for value in said):
        return None
    removed: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    for proposal in dispute.proposals:
        old, new = _words(proposal.old), _words(proposal.new)
        removed |= old - new
        added |= new - old
    return Verdict((_words(dispute.hub) - removed) | added or None, "all", "union")


def _words(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


def _merge(dispute: Dispute) -> Verdict | None:
    """All edits, if every order of them gives the same text: three-way merging by line is not associative."""
    if len(dispute.proposals) > MOST_MERGED or (
        dispute.speaks and any(_replaces(dispute, p) for p in dispute.proposals)
    ):
        return None
    results = {_in_order(order, dispute.hub) for order in permutations(dispute.proposals)}
    merged = results.pop()
    return None if results or isinstance(merged, Clash) else Verdict(merged, "all", "merge")


def _replaces(dispute: Dispute, proposal: Proposal) -> bool:
    """
    Say whether an edit would take the place of what the hub says, which was changed as well: in texts of one line there
    is nothing to merge by.
    """
    if proposal.value != proposal.new or dispute.hub in (proposal.old, proposal.new):
        return False
    return not any(isinstance(text, str) and "\n" in text for text in (proposal.old, proposal.new, dispute.hub))


def _newest(dispute: Dispute, rules: Rules) -> Verdict | None:
    """The last edit, if it is the last beyond doubt; what was never agreed upon has no time."""
    if any(proposal.fact not in proposal.cell.bases for proposal in dispute.proposals):
        return None
    claims = [Claim(p.value, p.system, p.cell.side.edits.get(p.cell.field.name)) for p in dispute.proposals]
    if dispute.speaks:
        claims.append(Claim(dispute.hub, "hub", said_at(dispute.origin)))
    last = latest(claims, skew=rules.skew)
    return None if last is None or isinstance(last.value, Clash) else Verdict(last.value, last.who, "newest")


def _in_order(proposals: Sequence[Proposal], value: Value) -> Value | Clash:
    for proposal in proposals:
        step = proposal.onto(value)
        if isinstance(step, Clash):
            return step
        value = step
    return value
