"""
``python -m tests.bench.profiling 600``: where the CPU of a pass goes, for `make bench ARGS=--profile`.

Samples by the processor's clock, a thousand a second, as they fall: nothing is added to what a call costs, which is
what misleads with a tracing profiler where calls are many and small. Whatever the hub hands to threads is done in the
main thread here, which is the one that is sampled. Prints one JSON object: the shares of stages and of functions.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from flows.hub.wiring import install
from tests.hub_builders import CRM, HUB, TRK

from .far_memory import NAMES, FarConnector, far_systems
from .memory_runs import OVERLAP
from .passes import Cost, measured

EVERY = 0.001
ROOT = str(Path(__file__).parents[2]) + "/"
LIBRARY = str(Path(signal.__file__).parent) + "/"
HUB_OWN = ("flows/", "state/", "mappings/", "connectors/", "sqlalchemy/")
STAGES: Mapping[str, tuple[str, ...]] = {
    "systems (transport)": ("tests/bench/meter.py:__await__",),
    "store what was read": ("state/inbox.py:put", "state/inbox.py:put_found"),
    "claim": ("state/claims.py:claim",),
    "reconcile": ("mappings/reconcile/reconcile.py:reconcile",),
    "commit decisions": ("state/commits.py:commit",),
    "decide, the rest": ("flows/hub/batches.py:_decide",),
    "take writes": ("state/outbox.py:take",),
    "store receipts": ("state/settling.py:settle",),
    "judge receipts": ("flows/hub/pushing.py:_settle",),
    "build writes": ("flows/hub/pushing.py:make_write",),
}
"""Stage -> the functions inside which it is; of nested ones the first here counts."""


@dataclass
class Samples:
    """How often which function ran (OWN), was anywhere on the stack (WITHIN), and which stage it was."""

    total: int = 0
    own: Counter[str] = field(default_factory=Counter)
    within: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)

    def take(self, _: int, frame: FrameType | None) -> None:
        """Note one sample; a handler of signals."""
        names = [_name(one) for one in _stack(frame)]
        self.total += 1
        self.own.update(names[:1])
        present = set(names)
        self.within.update(present)
        stage = next((stage for stage, marks in STAGES.items() if not present.isdisjoint(marks)), "everything else")
        self.stages[stage] += 1

    @contextmanager
    def running(self) -> Iterator[None]:
        """Sample what this thread does meanwhile."""
        before = signal.signal(signal.SIGPROF, self.take)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            signal.signal(signal.SIGPROF, before)

    def shares(self, most: int) -> dict[str, dict[str, float]]:
        """Return the shares of everything sampled: of all stages, and of the MOST busy functions."""
        return {
            "stages": self._of(self.stages, len(self.stages)),
            "own": self._of(self.own, most),
            "within": self._of(Counter({n: c for n, c in self.within.items() if n.startswith(HUB_OWN)}), most),
        }

    def _of(self, counts: Counter[str], most: int) -> dict[str, float]:
        return {name: count / max(self.total, 1) for name, count in counts.most_common(most)}


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _name(frame: FrameType) -> str:
    code = frame.f_code
    path = code.co_filename.removeprefix(ROOT).removeprefix(LIBRARY)
    if "site-packages/" in path:
        path = path.partition("site-packages/")[2].partition("/")[0] + "/…/" + path.rpartition("/")[2]
    return f"{path}:{code.co_name}"


def run(count: int, *, most: int = 30) -> dict[str, Any]:
    """Profile a first pass of COUNT cases and one in which all of them have changed on both sides."""
    with tempfile.TemporaryDirectory() as place, far_systems() as far:
        folder = Path(place)
        for name, text in {"hub.yaml": HUB, "record.crm.yaml": CRM, "record.trk.yaml": TRK}.items():
            (folder / name).write_text(text, encoding="utf-8")
        far.seed(count)
        installation = install(folder, {})

        def one() -> Cost:
            return measured(installation, lambda _, name: FarConnector(name, far), threads=False)

        found = {"first pass": _sampled(one, count, most)}
        for _ in range(2):
            time.sleep(OVERLAP)
            for name in NAMES:
                far.edit(name, 1)
            one()
        time.sleep(OVERLAP)
        for name in NAMES:
            far.edit(name, count)
        found["changed on both sides"] = _sampled(one, count, most)
        installation.store.close()
    return found


def _sampled(one: Callable[[], Cost], count: int, most: int) -> dict[str, Any]:
    samples = Samples()
    with samples.running():
        cost = one()
    each = {"ms per case": cost.hub_cpu / count * 1000, "statements": cost.statements}
    return {**each, "samples": samples.total, **samples.shares(most)}


def text(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the shares as Markdown."""
    lines = []
    for name, one in found.items():
        lines += [
            f"### where the CPU goes: {name}",
            "",
            f"{one['ms per case']:.2f} ms of the hub's own CPU per case",
            "",
        ]
        for what, title in {"stages": "stage", "within": "within", "own": "itself"}.items():
            lines += [f"| {title} | share |", "|---|---|"]
            lines += [f"| `{key}` | {share:.1%} |" for key, share in one[what].items()]
            lines.append("")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.profiling", description=__doc__)
    parser.add_argument("n", type=int)
    parser.add_argument("--most", type=int, default=30, help="so many functions")
    parser.add_argument("--text", action="store_true", help="as Markdown")
    given = parser.parse_args(arguments)
    found = run(given.n, most=given.most)
    sys.stdout.write(text(found) if given.text else json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
