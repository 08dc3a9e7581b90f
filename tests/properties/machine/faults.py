"""What goes wrong at a request, and who comes in between."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from connectors.errors import AuthFailed, ConnectorError, Rejected, RetryLater, Stale
from connectors.memory import MemoryRequest

from .people import Step

if TYPE_CHECKING:
    from .world import Life


BETWEEN = {"pass": "second worker", "several": "page held back"}
"""What another process does meanwhile; not while another is at that already."""


class Undoable(Exception):
    """A step that cannot be done now: no such record, nothing to resolve."""


class Faults:
    """The hook of one system: what is armed happens at the next request that it names."""

    def __init__(self, life: Life, system: str) -> None:
        self._life, self._system = life, system
        self.armed: list[Step] = []

    def __call__(self, request: MemoryRequest, moment: str) -> None:
        life = self._life
        life.death.check()
        if life.depth:
            life.beat()
        if not self.armed:
            return
        for step in list(self.armed):
            if (step["verb"], step["moment"]) != (request.verb, moment) or not self._meant(step, request):
                continue
            if step.get("skip"):
                step["skip"] -= 1
                continue
            self.armed.remove(step)
            self._happen(step, request)
            return

    def _meant(self, step: Step, request: MemoryRequest) -> bool:
        if "case" not in step or not request.ids:
            return True
        try:
            return self._life.record(self._system, step["case"]) in request.ids
        except Undoable:
            return False

    def _happen(self, step: Step, request: MemoryRequest) -> None:
        life, what = self._life, step["what"]
        if isinstance(what, dict):
            if what["do"] in BETWEEN and life.depth:
                return
            life.counts.faults[BETWEEN.get(what["do"], "edit in between")] += 1
            self._tell(request, doubt=False)
            life.depth += 1
            life.beat()
            try:
                with suppress(Undoable):
                    life.elsewhere(lambda: life.do(life, what))
            finally:
                life.depth -= 1
            return
        name = f"{what} {step['moment']}" if what in ("time-out", "500", "kill") else what
        life.counts.faults[name] += 1
        self._tell(request, doubt=request.verb == "create" and what in ("time-out", "cut body", "500", "kill"))
        if what == "kill":
            life.death.strike()
        raise self._error(what, step["moment"])

    def _tell(self, request: MemoryRequest, *, doubt: bool) -> None:
        """Count for the cases that it concerns."""
        life = self._life
        if request.verb in ("update", "get"):  # nobody knows the end of a write either that cannot be read back
            life.counts.unclear.update((self._system, one) for one in request.ids)
        cases = {life.case_of(self._system, one) for one in request.ids} - {None}
        title = request.views.get("title")
        if request.verb == "create" and isinstance(title, str):
            digits = title.rpartition(" ")[2].partition("-")[0]
            cases = {int(digits)} if digits.isdigit() else set()
        for case in cases or (range(life.history.cases) if not request.ids and request.verb != "create" else ()):
            life.counts.faults_of[case] += 1
            life.counts.doubts_of[case] += doubt

    def _error(self, what: str, moment: str) -> ConnectorError:
        system = self._system
        match what:
            case "time-out" | "cut body":
                return RetryLater(f"{what}", system=system, sent=True)
            case "500":
                return RetryLater("answered 500", system=system, sent=True)
            case "no connection":
                return RetryLater("no connection", system=system)
            case "429":
                return RetryLater("answered 429", system=system)
            case "429 after":
                return RetryLater("answered 429", system=system, after=20.0)
            case "stale":
                return Stale("answered 412", system=system)
            case "refused":
                return Rejected("answered 422", system=system, reason="it says no", whole=True)
            case "no field":
                return Rejected("answered 422", system=system, reason="something is wrong")
            case "401":
                return AuthFailed("answered 401", system=system)
        raise ValueError(what)
