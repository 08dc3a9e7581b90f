"""`make mutants`: break the code on purpose and see who notices. ARGS="--only state/inbox.py", ARGS="--help"."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.sources import ROOT

from . import by_hand, table
from .campaign import TESTS, Campaign
from .loop import Loop, collect
from .make import Mutant, drawn, mutants
from .stories import Stories

SEED = "casehub"
NUMBER = 400
RECONCILE = "mappings/reconcile"
STATE = ("arrivals", "claims", "commits", "cursors", "freshness", "gone", "inbox", "known", "outbox", "overtaken")
MORE_STATE = ("planned", "settled_rows", "settling", "sifting", "waiting_rows")


def targets(root: Path) -> list[str]:
    """Return the files that mutants are made of: reconcile, inbox, outbox, cursors."""
    pure = sorted(str(file.relative_to(root)) for file in (root / RECONCILE).glob("*.py"))
    return [*pure, *(f"state/{name}.py" for name in (*STATE, *MORE_STATE))]


def main(arguments: Sequence[str]) -> int:
    """Run the campaign; 0 where all that should be caught is, 1 where not, 2 where nothing can be said."""
    options = _options(arguments)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    try:
        by_rule = by_hand.rules(lambda path: (ROOT / path).read_text(encoding="utf-8"))
    except by_hand.DoesNotApply as error:
        print(f"breakages that no longer apply; say them anew in {by_hand.RULES.name}:\n{error}")
        return 2
    made = [one for path in targets(ROOT) for one in mutants(path, (ROOT / path).read_text(encoding="utf-8"))]
    chosen = [*by_rule, *(made if options.all else drawn(made, number=options.number, seed=options.seed))]
    traced = sorted({*targets(ROOT), *(edit.file for one in by_rule for edit in one.edits)})
    campaign = Campaign(ROOT, options.folder, _only(chosen, options.only), traced, options.jobs, fresh=options.fresh)
    campaign.whole = not options.tests
    stories = Stories(campaign) if options.stories else None
    if options.list:
        print("\n".join(one.name for one in campaign.mutants))
        return 0

    def work(loop: Loop) -> None:
        campaign.run(loop)
        if stories is not None:
            stories.run(loop)

    code = collect(options.tests or TESTS, work)
    if code:
        print(f"the tests cannot be collected: pytest ended with {code}")
        return 2
    return table.told(
        campaign, stories, drawn_from=len(made), seed=options.seed, out=options.out or options.folder / "result.json"
    )


def _only(chosen: Sequence[Mutant], file: str | None) -> list[Mutant]:
    return [one for one in chosen if file is None or any(edit.file == file for edit in one.edits)]


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--only", metavar="FILE", help="only mutants of this file")
    parser.add_argument(
        "--tests", nargs="+", metavar="PATH", help="ask these tests only; who survives them is not kept"
    )
    parser.add_argument("--number", type=int, default=NUMBER, help="how many of the machine's are drawn (%(default)s)")
    parser.add_argument("--seed", default=SEED, help="by which they are drawn (%(default)s)")
    parser.add_argument("--all", action="store_true", help="all that the machine can make")
    parser.add_argument("--stories", action="store_true", help="also which scenarios each one ends")
    parser.add_argument("--fresh", action="store_true", help="ask again what is known")
    parser.add_argument("--list", action="store_true", help="only name them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="children at a time (%(default)s)")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "mutants", help="where what is known lies")
    parser.add_argument("--out", type=Path, help="a file for the result as JSON (result.json in that folder)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
