"""The table at the end, and the same as JSON."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from . import by_hand
from .campaign import Campaign
from .make import Mutant
from .stories import Stories

WANTED = 0.9
"""So much of what the machine breaks must be caught at least."""


def told(campaign: Campaign, stories: Stories | None, *, drawn_from: int, seed: str, out: Path) -> int:
    """Print what became of all mutants, put it into OUT as JSON and return the exit code."""
    rules = [one for one in campaign.mutants if one.rule]
    made = [one for one in campaign.mutants if not one.rule]
    known = by_hand.survivors()
    lines = [
        "",
        *_rules(campaign, rules),
        "",
        f"drawn {len(made)} of {drawn_from} that the machine can make, seed {seed!r}",
        *_files(campaign, made),
        "",
    ]
    wrong = _wrong(campaign, rules, made, known=known)
    if stories is not None:
        lines += [*stories.lines(), ""]
        wrong += stories.wrong()
    lines += [f"NOT AS IT SHOULD BE: {one}" for one in wrong] or ["all is as it should be"]
    print("\n".join(lines))
    out.write_text(_as_json(campaign, stories, rules, made, wrong=wrong), encoding="utf-8")
    return 1 if wrong else 0


def _rules(campaign: Campaign, rules: Iterable[Mutant]) -> list[str]:
    lines = ["rules switched off by hand"]
    for one in rules:
        said = campaign.verdicts[one.name]
        lines.append(f"  {one.name:32} {said.by.partition('::')[2] or said.error or 'NOBODY NOTICES'}"[:150])
    return lines


def _files(campaign: Campaign, made: Iterable[Mutant]) -> list[str]:
    every, caught = Counter[str](), Counter[str]()
    for one in made:
        every[one.file] += 1
        caught[one.file] += campaign.verdicts[one.name].caught
    lines = [f"  {file:36} {caught[file]:4} of {every[file]:4} caught" for file in sorted(every)]
    total, good = sum(every.values()), sum(caught.values())
    return [*lines, f"  {'all':36} {good:4} of {total:4} caught ({good / total:.1%})" if total else "  none"]


def _wrong(campaign: Campaign, rules: Iterable[Mutant], made: list[Mutant], *, known: dict[str, str]) -> list[str]:
    said = campaign.verdicts
    wrong = [f"{name} fails as it is, and was not asked" for name in campaign.red]
    wrong += [f"{one.name}: {said[one.name].error}" for one in campaign.mutants if said[one.name].error]
    wrong += [f"nobody notices that a rule is off: {one.name}" for one in rules if not said[one.name].caught]
    left = [one.name for one in made if not said[one.name].caught]
    wrong += [f"survived, and nobody says why: {name}" for name in left if name not in known]
    wrong += [
        f"is said to survive, and does not: {one.name}" for one in made if one.name in known and said[one.name].caught
    ]
    if made and len(left) > len(made) * (1 - WANTED):
        wrong.append(f"{len(left)} of {len(made)} survived; at most {1 - WANTED:.0%} may")
    return wrong


def _as_json(
    campaign: Campaign, stories: Stories | None, rules: list[Mutant], made: list[Mutant], *, wrong: list[str]
) -> str:
    said = campaign.verdicts
    form = {
        "rules": {one.name: {"rule": one.rule, "by": said[one.name].by} for one in rules},
        "made": len(made),
        "caught": sum(said[one.name].caught for one in made),
        "survived": sorted(one.name for one in made if not said[one.name].caught),
        "stories": stories.form() if stories is not None else None,
        "broken": [{"text": one} for one in wrong],
    }
    return json.dumps(form, ensure_ascii=False, indent=1)
