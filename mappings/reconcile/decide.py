"""
Step B: what is proposed, and what follows. Collected first over all systems, decided once per fact, so that the order
of systems never matters.
"""

from collections.abc import Sequence
from typing import NamedTuple

from mappings.canonical.values import Value
from mappings.lens import Clash

from .judge import Cell, Elsewhere
from .model import Conflict, Entity, Origin, Party
from .policies import Dispute, Proposal, Verdict, settle_dispute
from .rules import MOST_ANSWERS, Rules


class Decision(NamedTuple):
    """
    What was decided about one fact.

    VALUE stands from now on, said by ORIGIN. MOVED are the cells whose edit is hereby answered: their bases move.
    With a CONFLICT nothing changes anywhere, and MOVED is empty.
    """

    fact: str
    value: Value
    origin: Origin | None
    moved: tuple[Cell, ...] = ()
    conflict: Conflict | None = None
    cause: str = ""


def decide(entity: Entity, fact: str, carriers: Sequence[Cell], rules: Rules) -> Decision | None:
    """Decide *fact* from all cells that carry it, or return None where nobody proposes anything."""
    movers = [cell for cell in carriers if fact in cell.moved_facts]
    if not movers:
        return None
    said = entity.facts.get(fact)
    hub = said.value if said else None
    origin = said.origin if said else None

    proposals = _proposals(fact, movers, carriers, hub=hub)
    speaks = all(cell.base_value(fact) != hub for cell in movers)
    dispute = Dispute(fact, hub, origin, speaks, proposals)
    for value in _agreeable(dispute, carriers):
        if all(cell.fits(fact, value) for cell in movers):
            return _adopt(dispute, Verdict(value, "", "agreed"), rules)
    if any(cell.unclear for cell in movers):
        return _conflict(dispute, "it is not clear whether the system or a person changed what we wrote")
    if len(proposals) == 1 and not speaks:
        step = proposals[0].value
        if isinstance(step, Clash):
            return _conflict(dispute, step.text)
        return _adopt(dispute, Verdict(step, proposals[0].system, ""), rules)
    verdict = settle_dispute(dispute, rules.policy(fact), rules)
    return _conflict(dispute, "") if verdict is None else _adopt(dispute, verdict, rules)


def kept_open(entity: Entity, conflict: Conflict) -> Decision:
    """A conflict with a party that is frozen just now stays as it is: that party neither agreed nor withdrew."""
    said = entity.facts.get(conflict.fact)
    value, origin = (said.value, said.origin) if said else (None, None)
    return Decision(conflict.fact, value, origin, conflict=conflict)


def _proposals(fact: str, movers: Sequence[Cell], carriers: Sequence[Cell], *, hub: Value) -> list[Proposal]:
    elsewhere = _writes_elsewhere(carriers)
    proposals = []
    for cell in movers:
        old, new = cell.old(fact), cell.new(fact, elsewhere)
        proposals.append(Proposal(cell, fact, old, new, cell.field.lens.step(fact, old, new, hub)))
    return proposals


def _writes_elsewhere(carriers: Sequence[Cell]) -> Elsewhere:
    def count(fact: str, value: Value, system: str) -> int:
        return sum(1 for cell in carriers if cell.system != system and not cell.fits(fact, value))

    return count


def _agreeable(dispute: Dispute, carriers: Sequence[Cell]) -> list[Value]:
    """
    Return the values that all moved views may already stand for: the hub's; where it does not propose, the hub's with
    a step applied (it keeps what the movers cannot see), then what views that stand for several values have in common.

    One system's edit is a step, not agreement; nor do views agree that are all in doubt.
    """
    if dispute.speaks:
        return [dispute.hub]
    movers = [p.cell for p in dispute.proposals]
    if len(movers) == 1 or all(cell.unclear for cell in movers):
        return []
    values = [p.value for p in dispute.proposals if not isinstance(p.value, Clash)]
    return values + _in_common(dispute.fact, movers, _writes_elsewhere(carriers))


def _in_common(fact: str, movers: Sequence[Cell], elsewhere: Elsewhere) -> list[Value]:
    """Return what the views list, those held last first, then those that need the fewest writes."""
    listed = [value for cell in movers for value in cell.field.lens.candidates(fact, cell.seen) or ()]
    held = [value for value in movers[0].held.get(fact, ()) if value in listed]
    return [*held, *sorted(dict.fromkeys(listed), key=lambda value: elsewhere(fact, value, ""))]


def _adopt(dispute: Dispute, verdict: Verdict, rules: Rules) -> Decision:
    """Take the verdict; but three answers in a row on one field are a quarrel between systems: a person decides."""
    stays = verdict.value == dispute.hub and dispute.origin is not None
    quarrel = None if stays or verdict.policy == "agreed" else _quarrel(dispute, rules)
    if quarrel is not None:
        return _conflict(dispute, quarrel)
    origin = dispute.origin if stays else _origin(dispute, verdict, rules)
    movers = tuple([proposal.cell for proposal in dispute.proposals])
    return Decision(dispute.fact, verdict.value, origin, movers, cause=verdict.policy)


def _origin(dispute: Dispute, verdict: Verdict, rules: Rules) -> Origin:
    """The system whose proposal the value is; where several made it together, the rule that joined them."""
    sources = [p for p in dispute.proposals if verdict.winner in ("", p.system) and verdict.value in (p.value, p.new)]
    if not sources:
        return Origin("rule", verdict.policy, rules.now)
    first = sources[0] if len(sources) == 1 else min(sources, key=lambda p: p.system)
    side = first.cell.side
    return Origin("system", first.system, rules.now, ref=f"#{side.link.external_id}", who=side.editor)


def _quarrel(dispute: Dispute, rules: Rules) -> str | None:
    """Return the text of a ping-pong, or None."""
    asked = rules.answers.get(dispute.fact, ())
    if len(asked) < MOST_ANSWERS:
        return None
    systems = sorted({*asked, *(p.system for p in dispute.proposals)})
    if len(systems) == 1:
        return f"{systems[0]} has answered what we wrote there {len(asked)} times in a row"
    return f"{' and '.join(systems)} have answered each other {len(asked)} times in a row"


def _conflict(dispute: Dispute, why: str) -> Decision:
    parties = [
        Party(
            p.system,
            p.new if isinstance(p.value, Clash) else p.value,
            p.cell.seen,
            p.cell.side.link.external_id,
            entry=p.cell.field.name,
        )
        for p in sorted(dispute.proposals, key=lambda p: p.system)
    ]
    if dispute.speaks:
        parties.insert(0, Party("hub", dispute.hub, origin=dispute.origin))
    conflict = Conflict(dispute.fact, dispute.hub, tuple(parties), why)
    return Decision(dispute.fact, dispute.hub, dispute.origin, conflict=conflict)
