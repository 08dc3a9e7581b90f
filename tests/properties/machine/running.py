"""A history, lived from its first step to its last promise."""

import copy
import traceback
from dataclasses import dataclass
from functools import partial

from flows.hub.scenarios.ground import Ground

from .doing import do
from .drawing import History
from .faults import Undoable
from .findings import Broken, Findings
from .promises import hold_all
from .world import Counts, Life

SHARED = ("pass", "wait", "kill", "turn", "remap", "undo")


@dataclass
class Lived:
    """What came of a history."""

    history: History
    counts: Counts
    findings: Findings

    @property
    def broken(self) -> list[Broken]:
        return self.findings.broken


def live(history: History, ground: Ground) -> Lived:
    """Live *history*; an error that nobody foresaw is a broken promise as well."""
    life = Life(history, ground, do)
    try:
        for step in history.steps:
            try:
                life.mortal(partial(do, life, copy.deepcopy(step)))  # whoever writes then may die of an earlier `kill`
            except Undoable:
                continue
            if "case" in step:
                life.counts.steps_of[step["case"]] += 1
            elif step["do"] in SHARED:
                life.counts.steps_of.update(range(history.cases))
        life.counts.steps_of += life.counts.faults_of  # what went wrong for a case is a step of its history
        findings = hold_all(life)
    except Exception:  # noqa: BLE001  # whatever it is: a pass must not fall over
        findings = Findings()
        findings.broken.append(Broken("P6", traceback.format_exc(limit=-12)))
    return Lived(history, life.counts, findings)
