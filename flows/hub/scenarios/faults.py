"""What happens at a request: it goes wrong, or somebody comes in between."""

from functools import partial
from typing import Literal

from connectors.memory import MemoryRequest
from mappings.language.reader import Keys, Scalar

from .doing import do, fault
from .model import Step
from .world import Lost, World


class Faults:
    """
    The hook of one system: the steps that wait for a request, in the order in which the story names them.

    LOST are reasons why something that was to happen meanwhile could not.
    """

    def __init__(self, world: World, system: str) -> None:
        self._world = world
        self._system = system
        self._steps: list[tuple[int, Step]] = []
        self.lost: list[str] = []

    @property
    def waiting(self) -> list[Step]:
        """The steps whose request never came."""
        return [step for _, step in self._steps]

    def add(self, step: Step) -> None:
        """Let *step* happen at the next request that it names; `skip: 2` lets two pass, `times: 3` does it thrice."""
        skip, times = _count(step, "skip", 0), _count(step, "times", 1)
        self._steps += [(0 if number else skip, step) for number in range(times)]

    def __call__(self, request: MemoryRequest, moment: Literal["before", "after"]) -> None:
        """Raises what a connector would, or Killed."""
        self._world.death.check()
        for place, (skip, step) in enumerate(self._steps):
            if (step.args["verb"], step.args["moment"]) != (request.verb, moment):
                continue
            if skip:
                self._steps[place] = (skip - 1, step)
            else:
                del self._steps[place]
                self._happen(step)
            return

    def _happen(self, step: Step) -> None:
        for each in step.steps:
            if each.verb == "fault":
                fault(self._world, self._system, each.args["what"])
            try:
                self._world.elsewhere(partial(do, self._world, each))
            except Lost as error:
                self.lost.append(str(error))


def _count(step: Step, word: str, otherwise: int) -> int:
    node = step.value.get(word) if isinstance(step.value, Keys) else None
    return node.word if isinstance(node, Scalar) and isinstance(node.word, int) else otherwise
