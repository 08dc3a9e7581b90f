"""
The way of a status through a workflow that allows only certain steps.

The graph is learned: steps that a system was seen to allow are remembered; a mapping may declare more. A known path is
planned whole; an unknown one is found on the way, one hop at a time. Never through a closing status unless the target
is closed.
"""

from collections import deque
from collections.abc import Collection, Iterable

from mappings.exchange import Transition, View

MOST_HOPS = 6
"""A path of more steps than this is no path."""


def hops(
    transitions: Iterable[Transition], source: View, target: View, *, closing: Collection[str] = ()
) -> tuple[View, ...] | None:
    """
    Return the views to pass between *source* and *target* on the shortest known path, none closing unless the target
    is; ``()`` where the direct step is known, None where no path is. Of two paths the one whose views sort first.
    """
    steps: dict[str, set[str]] = {}
    for step in transitions:
        steps.setdefault(step.source, set()).add(step.target)
    barred = set(closing) if target not in closing else set()
    waiting: deque[tuple[str, tuple[str, ...]]] = deque([(str(source), ())])
    met = {str(source)}
    while waiting:
        here, passed = waiting.popleft()
        if len(passed) >= MOST_HOPS:
            continue
        for there in sorted(steps.get(here, ())):
            if there == target:
                return passed
            if there not in met and there not in barred:
                met.add(there)
                waiting.append((there, (*passed, there)))
    return None


def next_hop(
    transitions: Iterable[Transition],
    here: View,
    target: View,
    *,
    allowed: Collection[str],
    tried: Collection[str],
    closing: Collection[str] = (),
) -> View | None:
    """
    Return the step to take next from *here*, where only *allowed* may follow and *tried* were stood on before: the
    target itself, else the first of a known path, else a step whose way on is not known yet; None where there is none,
    or where the way has become too long.
    """
    if len(set(tried)) >= MOST_HOPS:
        return None
    if target in allowed:
        return target
    longest = MOST_HOPS - len(set(tried)) - 2  # without the step itself, and the last one of the way
    if longest < 0:
        return None
    barred = set(closing) if target not in closing else set()
    open_steps = [step for step in sorted(allowed) if step not in tried and step not in barred and step != here]
    everything = list(transitions)
    known = [step for step in everything if step.target not in tried]
    ways = {step: hops(known, step, target, closing=closing) for step in open_steps}
    led = [(len(way), step) for step, way in ways.items() if way is not None and len(way) <= longest]
    if led:
        return min(led)[1]
    explored = {transition.source for transition in everything}
    return next((step for step in open_steps if step not in explored), None)
