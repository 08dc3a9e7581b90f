"""
``python -m tests.crash.forge``: a warm process that forks one process of the hub per order, for a start costs most.

Takes orders on stdin, one JSON object a line, and answers each on stdout. ``start`` forks a process that carries out
`killed.main` with the given words and environment and answers its number; ``wait`` answers how it ended; ``warm``
loads the modules that a process before has written down.
"""

import contextlib
import gc
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from flows.hub.wiring import load_installation
from tests.crash import killed


def serve() -> None:
    """Carry out orders until the other side is gone."""
    orders = {"start": _start, "wait": _wait, "warm": _warm}
    for line in sys.stdin:
        order = json.loads(line)
        answer = orders[order["do"]](order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _start(order: dict[str, Any]) -> Any:
    pid = os.fork()
    if pid == 0:
        _be(order)
    return pid


def _wait(order: dict[str, Any]) -> Any:
    _, status = os.waitpid(order["pid"], 0)
    return os.waitstatus_to_exitcode(status)


def _warm(order: dict[str, Any]) -> Any:
    """Load what a process of the hub has loaded at its end, so that the next ones need not."""
    names = Path(order["modules"]).read_text(encoding="utf-8").split()
    for name in names:
        if name not in sys.modules:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    load_installation(Path(order["folder"]), order["environment"])  # what is worked out once per process
    gc.collect()
    gc.freeze()
    return len(sys.modules)


def _be(order: dict[str, Any]) -> NoReturn:
    """Become the process of the hub; ends here."""
    os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    for number, name, flags in ((0, os.devnull, os.O_RDONLY), (1, "out", 0), (2, "err", 0)):
        path = name if number == 0 else str(Path(order["logs"]) / name)
        os.dup2(os.open(path, flags or os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.argv = ["casehub", *order["words"]]
    code = 0
    try:
        killed.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
    except BaseException:  # noqa: BLE001  # the top of a process: what Python would do, told in its log
        sys.excepthook(*sys.exc_info())
        code = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if "modules" in order:
        Path(order["modules"]).write_text("\n".join(sys.modules), encoding="utf-8")
    os._exit(code)


if __name__ == "__main__":
    serve()
