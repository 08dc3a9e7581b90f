"""``python -m tools.proof``: run what has no numbers yet, and print the table."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .parts import HISTORIES, PARTS, Asked, Part, Shard

FOLDER = Path("var/proof")


def main(given: Sequence[str]) -> int:
    """Return 1 where a promise was broken or a shard left no numbers."""
    parser = argparse.ArgumentParser(prog="python -m tools.proof")
    parser.add_argument("--histories", type=int, default=HISTORIES)
    parser.add_argument("--seed", type=int, default=Asked.seed)
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument("parts", nargs="*", help="only these parts")
    said = parser.parse_args(given)
    if unknown := set(said.parts) - {part.name for part in PARTS}:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(part.name for part in PARTS)}")
    asked = Asked(said.histories, said.seed)
    folder = FOLDER / f"{asked.seed}-{asked.histories}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = [part for part in PARTS if not said.parts or part.name in said.parts]
    shards = [shard for part in parts for shard in part.shards(asked)]
    with ThreadPoolExecutor(max(said.jobs, 1)) as pool:
        missing = [name for name in pool.map(lambda shard: run(shard, folder), shards) if name]
    numbers = {part.name: [*_numbers(part, asked, folder)] for part in parts}
    sys.stdout.writelines(f"{line}\n" for line in table(parts, numbers, asked))
    for name in missing:
        sys.stdout.write(f"no numbers: {name}; its words are in {folder / name}.log\n")
    broken = sum(len(one.get("broken", ())) for each in numbers.values() for one in each)
    return 1 if broken or missing else 0


def run(shard: Shard, folder: Path) -> str:
    """Run *shard* unless its numbers are there; return its name where it left none."""
    out = folder / f"{shard.name}.json"
    if out.exists():
        return ""
    made = out.with_suffix(".part")
    with (folder / f"{shard.name}.log").open("w", encoding="utf-8") as log:
        subprocess.run([*shard.command, "--out", str(made)], stdout=log, stderr=log, check=False)
    if not made.exists():
        sys.stdout.write(f"{shard.name}: failed\n")
        return shard.name
    made.rename(out)
    found = len(_read(out).get("broken", ()))
    sys.stdout.write(f"{shard.name}: {'ok' if not found else f'{found} broken'}\n")
    sys.stdout.flush()
    return ""


def _numbers(part: Part, asked: Asked, folder: Path) -> Iterator[dict[str, Any]]:
    for shard in part.shards(asked):
        file = folder / f"{shard.name}.json"
        if file.exists():
            yield _read(file)


def _read(file: Path) -> dict[str, Any]:
    form: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return form


def table(parts: Sequence[Part], numbers: dict[str, list[dict[str, Any]]], asked: Asked) -> Iterator[str]:
    """Yield the table, in Markdown."""
    yield f"seed {asked.seed}: `make proof SEED={asked.seed} HISTORIES={asked.histories}`"
    yield ""
    yield "| part | what | result |"
    yield "|---|---|---|"
    for part in parts:
        for what, result in part.rows(numbers[part.name]):
            yield f"| {part.name} | {what} | {result} |"
    broken = [one for part in parts for each in numbers[part.name] for one in each.get("broken", ())]
    yield f"| all | broken promises | {len(broken)} |"
    for one in broken:
        yield f"broken: {json.dumps(one, ensure_ascii=False)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
