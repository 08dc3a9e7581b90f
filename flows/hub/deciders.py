"""Who or what decided a value, and which policy is right about it, in words."""

from collections.abc import Mapping

from mappings.policy import Home, Policy, When
from mappings.reconcile.model import Origin
from state.history import Line

CAUSES: Mapping[str, str] = {
    "": "nobody else had moved",
    "agreed": "all who had moved say the same",
    "home": "its home decided",
    "furthest": "the furthest stage won",
    "max": "the greatest value won",
    "min": "the least value won",
    "union": "all additions and removals together",
    "merge": "all edits together, line by line",
    "newest": "the newest edit won",
}


def decided_by(decider: Line | None, origin: Origin | None) -> str:
    """Return how a value came to be: DECIDER is the line of the history that set it."""
    if decider is None:
        return "the hub has always said so" if origin else "nobody has said anything"
    cause = decider.event.cause
    if decider.event.what == "resolved":
        return f"{decider.event.by} settled a conflict at the hub"
    if origin is not None and origin.by == "person":
        return f"{decider.event.by} set it at the hub" + (f" ({cause})" if cause else "")
    return CAUSES.get(cause, cause)


def policy_words(policy: Policy | None) -> str:
    """Return a policy as hub.yaml spells it."""
    match policy:
        case None:
            return "park"
        case Home(system):
            return f"home: {system}"
        case When(cases, otherwise):
            told = [f"{policy_words(then)} when {asked}" for asked, then in cases]
            return ", ".join([*told, f"else {policy_words(otherwise)}"])
    return type(policy).__name__.lower()
