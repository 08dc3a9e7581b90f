"""What is installed once: Debian packages, whose services do not start, and private Python environments."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from machine import CHECKOUT, Folder, Trouble, clean_environment, home, run

DEBIANS = "/usr/bin/python3"


def missing_debian(packages: Sequence[str]) -> list[str]:
    """Return those of *packages* that are not installed."""
    found = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    there = {line.split()[0] for line in found.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in there]


def install_debian(packages: Sequence[str], *, answers: Sequence[str] = ()) -> None:
    """
    Install Debian *packages*; no service of theirs starts. ANSWERS go to debconf first.

    Raises Trouble where we are not root: the message is the command that an administrator can run.
    """
    if os.geteuid() != 0:
        raise Trouble(f"only root can install Debian packages: apt-get install {' '.join(packages)}")
    log = Folder("apt", home()).log("apt")
    apt = ["apt-get", "-y", "-q", "-o", "DPkg::Lock::Timeout=600", "-o", "Dpkg::Use-Pty=0"]
    env = clean_environment(DEBIAN_FRONTEND="noninteractive")
    if answers:
        subprocess.run(["debconf-set-selections"], input="\n".join(answers), text=True, check=True)
    with _no_services():
        try:
            run([*apt, "install", "--no-install-recommends", *packages], log=log, env=env)
        except Trouble:  # most often the lists of packages are missing or old
            run([*apt, "update"], log=log, env=env)
            run([*apt, "install", "--no-install-recommends", *packages], log=log, env=env)


@contextlib.contextmanager
def _no_services() -> Iterator[None]:
    """Keep packages from starting services: Debian asks this file before each start."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def _python() -> str:
    """Return a Python that can make environments: Debian's own, the fastest, cannot without python3-venv."""
    for python in (DEBIANS, sys.executable, str(CHECKOUT / ".venv" / "bin" / "python")):
        asked = [python, "-c", "import ensurepip, venv"]
        if shutil.which(python) and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return python
    raise Trouble("this Python makes no environments: apt-get install python3-venv")


def install_venv(path: Path, requirements: Sequence[str]) -> None:
    """Make a private environment at *path* with exactly *requirements*; does nothing where it stands already."""
    wanted = path / "requirements.txt"
    if wanted.exists() and wanted.read_text().split("\n") == list(requirements):
        return
    shutil.rmtree(path, ignore_errors=True)
    log = Folder("pip", home()).log("pip")
    run([_python(), "-m", "venv", str(path)], log=log)
    run([str(path / "bin" / "pip"), "install", "--disable-pip-version-check", *requirements], log=log)
    wanted.write_text("\n".join(requirements))
