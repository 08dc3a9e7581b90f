"""A hub that shares notes between two memory systems, as the shipped mappings do: `talking(tmp_path)`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.memory.traits import KindTraits
from mappings.exchange import Place, View
from tests.hub_builders import CRM, HUB, TRK, AHub, a_deal, a_hub, some_traits

NOTES = "    notes: {crm: {}, trk: {}}\n"
COMMENT = "system: {name}\nkind: comment\nentity: note\nextends: memory/comment\n"
INTERNAL = "fields: {internal: {at: private, as: bool}}\n"
PLACES = tuple(Place(name, name, "text") for name in ("text", "author", "created_on"))
TRAITS = KindTraits(
    places=(*PLACES, Place("private", "private", "bool")),
    marker=False,
    signed=True,
    hangs_on="record",
    hidden=frozenset({"parent"}),
)


def talking(folder: Path, *, sync: str = NOTES, traits: KindTraits = TRAITS, **given: Any) -> tuple[AHub, str, str]:
    """A hub with one case, and its records: a deal and an issue. SYNC are the blocks of its sync beside cases."""
    mappings = {
        "record.crm.yaml": CRM,
        "record.trk.yaml": TRK,
        "comment.crm.yaml": COMMENT.format(name="crm"),
        "comment.trk.yaml": COMMENT.format(name="trk") + INTERNAL,
    }
    kinds = {name: {"record": some_traits(name), "comment": traits} for name in ("crm", "trk")}
    kinds["crm"]["comment"] = replace(traits, places=PLACES)
    hub = a_hub(folder, hub=HUB.rstrip("\n") + "\n" + sync, mappings=mappings, kinds=kinds, **given)
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    [issue] = hub.records("trk")
    return hub, deal, issue


def say(hub: AHub, system: str, record: str, text: View, *, by: str = "7", **views: View) -> str:
    """Somebody comments on a record; returns the id of the comment."""
    private = {"private": False} if system == "trk" else {}
    return hub.systems[system].create("comment", {"text": text, "parent": record, **private, **views}, by=by)


def shown(hub: AHub, system: str) -> list[View]:
    """What the comments of a system say, in the order in which they were made."""
    return [views["text"] for _, views in sorted(hub.records(system, "comment").items(), key=lambda one: int(one[0]))]
