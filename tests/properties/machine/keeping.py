"""Histories in files: counterexamples that were found are kept, and lived again by the tests."""

import json
from pathlib import Path

from .drawing import History

FOLDER = Path(__file__).with_name("counterexamples")


def write(history: History, file: Path, *, broken: str = "") -> None:
    """Keep *history* in *file*, with the promise that it had BROKEN."""
    file.parent.mkdir(parents=True, exist_ok=True)
    steps = ",\n    ".join(json.dumps(step, ensure_ascii=False) for step in history.steps)
    setting = json.dumps(history.setting, ensure_ascii=False)
    head = f'  "broken": {json.dumps(broken, ensure_ascii=False)},\n  "seed": {history.seed},\n'
    body = f'  "cases": {history.cases},\n  "setting": {setting},\n  "steps": [\n    {steps}\n  ]\n'
    file.write_text(f"{{\n{head}{body}}}\n", encoding="utf-8")


def read(file: Path) -> History:
    """Return the history that is kept in *file*."""
    form = json.loads(file.read_text(encoding="utf-8"))
    return History(form["seed"], form["setting"], form["cases"], tuple(form["steps"]))


def kept() -> list[Path]:
    """Return the files of all counterexamples that were ever kept."""
    return sorted(FOLDER.glob("*.json"))
