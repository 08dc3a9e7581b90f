"""The demo's hub on disk: files that a newcomer reads, changes and copies."""

import fcntl
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

ENV_FILE = "demo.env"
"""
Where a shell finds the sandboxes' addresses and keys. It also says that a folder is the demo's own, and the demo that
runs there holds a lock on it: it is written in its place, never replaced by another file.
"""
DATABASE = "casehub.db"


class NotOurs(RuntimeError):
    """The folder holds something that the demo did not make, or another demo runs in it."""


def shipped() -> dict[str, str]:
    """Return the demo's files by name: ``hub.yaml`` and its mappings."""
    root = resources.files(__package__) / "files"
    found = {file.name: file.read_text(encoding="utf-8") for file in root.iterdir() if file.name.endswith(".yaml")}
    return dict(sorted(found.items()))


def must_be_ours(folder: Path) -> Path:
    """Return *folder* if a demo may live there. Raises NotOurs."""
    if folder.is_file():
        raise NotOurs(f"{folder} is a file; choose a folder with --hub")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / ENV_FILE).is_file():
        raise NotOurs(f"{folder} holds something that no demo made; choose another folder with --hub")
    return folder


def must_be_free(folder: Path) -> None:
    """Make sure that a demo may begin in *folder*; nothing is made there. Raises NotOurs."""
    if (must_be_ours(folder) / ENV_FILE).is_file():
        with alone(folder):
            pass


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other demos out of *folder*, which is made if need be. A demo that is killed lets go. Raises NotOurs."""
    must_be_ours(folder).mkdir(parents=True, exist_ok=True)
    file = _open_env(folder / ENV_FILE)
    try:
        _lock(file, folder)
        yield
    finally:
        os.close(file)


def hub_folder(folder: Path, env: Mapping[str, str]) -> Path:
    """
    Make *folder* the hub of a demo that begins now, and return its whole path. Raises NotOurs.

    Files that are there stay as they are: somebody may have changed a mapping to try it. The database goes, because the
    systems that it knew are gone. ENV is written beside them, readable by its owner alone.
    """
    folder = must_be_ours(folder.resolve())
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in shipped().items():
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")
    for leftover in folder.glob(f"{DATABASE}*"):
        leftover.unlink()
    _write_env(folder / ENV_FILE, {"CASEHUB_HUB": str(folder), **env})
    return folder


def _write_env(path: Path, env: Mapping[str, str]) -> None:
    lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items())
    lines += f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"\n'  # of a clone: .venv/bin
    with os.fdopen(_open_env(path), "w", encoding="utf-8") as file:
        file.truncate()
        file.write(f"# The running demo's systems; they end with it. In another terminal: source {path.name}\n{lines}")


def _lock(file: int, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        told = f"a demo runs in {folder} already; end it with Ctrl-C, or choose another folder with --hub"
        raise NotOurs(told) from error


def _open_env(path: Path) -> int:
    handle = os.open(path, os.O_CREAT | os.O_NOFOLLOW | os.O_WRONLY, 0o600)
    os.fchmod(handle, 0o600)
    return handle
