"""
``python -m tests.bench.talk``: comments between a Bitrix24 and a Redmine, half of them written on each side.

Every pass is a process of its own; memory is held against that of the pass that made the issues, before anybody said a
word. Each comment is looked for as a person sees it, by its own words. Prints one JSON object.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .attachments import a_pass, pairs_of, sandboxes_with
from .sandboxes import Sandboxes, hub_folder

SHARED = "    notes: {crm: {}, tracker: {}}\n"
KINDS = {"crm": "bitrix24", "tracker": "redmine"}


def run(count: int, cases: int) -> dict[str, Any]:
    """Return what the passes without and with COUNT comments took, and whether each comment is there once."""
    with tempfile.TemporaryDirectory(prefix="casehub-bench-") as place, sandboxes_with(cases) as systems:
        folder = _hub(Path(place))
        plain = a_pass(systems, folder)
        pairs = pairs_of(systems, folder, cases)
        _talk(systems, pairs, count)
        systems.later(60)
        passes = [a_pass(systems, folder) for _ in range(2)]
        shown = Counter(_shown(systems, pairs))
        wanted = [(system, _mark(number)) for system in KINDS for number in range(count)]
        return {
            "comments": count,
            "without": plain,
            "with": passes[0],
            "again": passes[1],
            "missing": sum(1 for one in wanted if not shown[one]),
            "doubled": sum(shown[one] - 1 for one in wanted if shown[one] > 1),
        }


def _hub(place: Path) -> Path:
    folder = hub_folder(place)
    path = folder / "hub.yaml"
    text = path.read_text(encoding="utf-8").replace("    stages: [", f"{SHARED}    stages: [", 1)
    path.write_text(text.replace("conflicts:", "guards: {max_creates: 100000}\n    conflicts:", 1), encoding="utf-8")
    for system, type_name in KINDS.items():
        mapping = f"system: {system}\nkind: comment\nentity: note\nextends: {type_name}/comment\n"
        (folder / f"comment.{system}.yaml").write_text(mapping, encoding="utf-8")
    return folder


def _mark(number: int) -> str:
    return f"заметка-{number:05}"


def _talk(systems: Sandboxes, pairs: Sequence[tuple[int, int]], count: int) -> None:
    """People write, in turn on deals and on issues."""
    hook = systems.crm.about["webhooks"]["manager"]
    headers = {"X-Redmine-API-Key": str(systems.tracker.about["keys"]["admin"])}
    for number in range(count):
        deal, issue = pairs[number // 2 % len(pairs)]
        text = f"{_mark(number)}: клиент просил перезвонить"
        if number % 2:
            address = f"{systems.tracker.address}/issues/{issue}.json"
            systems.client.put(address, json={"issue": {"notes": text}}, headers=headers).raise_for_status()
        else:
            fields = {"ENTITY_ID": deal, "ENTITY_TYPE": "deal", "COMMENT": text}
            systems.clicked(f"{hook}crm.timeline.comment.add", {"fields": fields})


def _shown(systems: Sandboxes, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """Yield (system, mark) of every comment that a person finds."""
    headers = {"X-Redmine-API-Key": str(systems.tracker.about["keys"]["admin"])}
    hook = systems.crm.about["webhooks"]["admin"]
    for deal, issue in pairs:
        address = f"{systems.tracker.address}/issues/{issue}.json?include=journals"
        journals = systems.client.get(address, headers=headers).raise_for_status().json()["issue"]["journals"]
        yield from (("tracker", mark) for one in journals for mark in _marks(one.get("notes") or ""))
        start = 0
        while True:
            wanted = {"filter": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal"}, "start": start}
            page = systems.clicked(f"{hook}crm.timeline.comment.list", wanted)
            yield from (("crm", mark) for row in page["result"] for mark in _marks(row["COMMENT"]))
            if "next" not in page:
                break
            start = page["next"]


def _marks(text: str) -> list[str]:
    return [word.strip(":") for word in text.split() if word.startswith("заметка-")]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=1000)
    parser.add_argument("--cases", type=int, default=20)
    given = parser.parse_args(arguments)
    sys.stdout.write(json.dumps(run(given.comments, given.cases), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
