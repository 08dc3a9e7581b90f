"""The end of `casehub demo --once`: both sides' records next to each other, and whether they agree."""

from typing import TYPE_CHECKING

from .terminal import say, tell

if TYPE_CHECKING:
    from flows.hub.demo import Comparison, Pair, Systems
    from flows.hub.wiring import Installation

WIDE = 58
"""Letters of a record's fact that are shown."""


def prove(systems: "Systems", installation: "Installation", *, passes_ended_well: bool) -> bool:
    """Show some records as plain GETs show them, and say whether all of them agree and nothing waits for a person."""
    from flows.hub.demo import compare
    from flows.hub.demo.deals import SHOWN

    say(f"\n6. Do both sides agree? Asked of the systems, past the hub. {len(SHOWN)} of the cases:")
    found = compare(systems, closely=SHOWN)
    keys = _keys(installation, SHOWN)
    for pair in [pair for pair in found.pairs if pair.deal in SHOWN]:
        _show(systems, pair, keys.get(pair.deal, "no case"))
    say()
    return _verdict(installation, found, passes_ended_well=passes_ended_well)


def _keys(installation: "Installation", deals: tuple[int, ...]) -> dict[int, str]:
    from state import cases

    known = cases.by_record(installation.store, "crm", kind="deal", ids=[str(number) for number in deals])
    return {int(number): whole.entity.key for number, whole in known.items()}


def _show(systems: "Systems", pair: "Pair", key: str) -> None:
    say(f"\n   {key}  {pair.title}")
    say(f"   {systems.deal_curl(pair.deal)}")
    say(f"   {systems.issue_curl(pair.issue)}")
    for line in pair.lines:
        mark = "=" if line.agrees else "≠"
        say(f"   {mark} {line.fact:<12} {_cut(line.deal):<{WIDE}}  {_cut(line.issue)}")


def _cut(text: str) -> str:
    return text if len(text) <= WIDE else text[: WIDE - 1] + "…"


def _verdict(installation: "Installation", found: "Comparison", *, passes_ended_well: bool) -> bool:
    from flows.hub.looking import all_conflicts, all_parked

    waiting = len(all_conflicts(installation.store)) + len(all_parked(installation.store))
    if found.pairs and found.agrees and not waiting and passes_ended_well:
        count = len(found.pairs)
        say(f"Both sides agree: {count} deals and {count} issues, fact by fact; nothing waits for a person.")
        return True
    for line in found.differing():
        tell(line)
    if waiting:
        tell(f"{waiting} on the attention list")
    if not passes_ended_well:
        tell("a pass did not end as it should; see above")
    tell("Both sides do NOT agree.")
    return False
