"""
The hub of a history, drawn within the language: systems of different abilities, mappings, and who is right.

A setting is plain JSON, so that a counterexample can be kept in a file.
"""

import json
from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from connectors.memory.traits import KindTraits
from flows.hub.files import read_catalog
from flows.hub.wiring import load_files
from mappings.exchange import Choice, Place
from mappings.language import Hub

Setting = dict[str, Any]
SYSTEMS = ("crm", "trk", "wiki", "desk")
KIND = "record"
PLAIN = ("title", "client", "next_step", "channel")
"""Facts that every system shows as they are, in a place of the same name."""
WORDS = ("срочно", "vip", "новый", "тендер")
"""Labels that every vocabulary knows."""

STAGES = ("lead", "qualified", "in_work", "estimate", "proposal", "defence")
CELLS: Mapping[str, Mapping[str, str]] = {
    "coarse": {
        "NEW": "{stage: lead, outcome: open}",
        "PREP": "{stage: qualified, outcome: open}",
        "EXEC": "{stage: [in_work, estimate], outcome: open}",
        "LAST": "{stage: [proposal, defence], outcome: open}",
        "WON": "{outcome: won}",
        "LOSE": "{outcome: [lost, withdrawn]}",
    },
    "tracker": {
        "New": "{stage: [lead, qualified], outcome: open}",
        "In Progress": "{stage: [in_work, estimate, proposal], outcome: open}",
        "Resolved": "{stage: defence, outcome: open}",
        "Feedback": "{stage: defence, outcome: open}",
        "Closed": "{outcome: won}",
        "Rejected": "{outcome: [lost, withdrawn]}",
    },
    "fine": {
        **{stage.upper(): f"{{stage: {stage}, outcome: open}}" for stage in STAGES},
        "DONE": "{outcome: won}",
        "LOST": "{outcome: lost}",
        "GONE": "{outcome: withdrawn}",
    },
}
"""How a system says where a case stands: one view for several values, several views for one, or one for one."""
CLOSING = ("WON", "LOSE", "Closed", "Rejected", "DONE", "LOST", "GONE")
STEPS = {
    "New": ("In Progress", "Rejected"),
    "In Progress": ("New", "Resolved", "Feedback", "Rejected"),
    "Resolved": ("In Progress", "Feedback", "Closed"),
    "Feedback": ("In Progress", "Resolved"),
    "Closed": ("Feedback",),
    "Rejected": ("New",),
}
"""A workflow of the tracker."""


def one_in(dice: Random, many: int) -> bool:
    return dice.randrange(many) == 0


def draw_setting(dice: Random) -> Setting:
    """Draw systems, mappings and policies."""
    names = list(SYSTEMS[: dice.choice((2, 2, 2, 3, 3, 4))])
    return {
        "systems": {name: _draw_system(dice, name) for name in names},
        "policies": _draw_policies(dice, names),
        "gone": dice.choice(("detach", "detach", "detach", "restore", "close")),
        "makes": {name: dice.choice(("", "", "case.outcome == 'open'")) for name in names[1:]},
        "clears": dice.choice((1, 50, 50)),
    }


def _draw_system(dice: Random, name: str) -> dict[str, Any]:
    feed = not one_in(dice, 5)
    cell = {"crm": "coarse", "trk": "tracker"}.get(name) or dice.choice(("fine", "coarse", "tracker"))
    traits: dict[str, Any] = {
        "conditional_writes": one_in(dice, 3),
        "change_feed": feed,
        "versions": not one_in(dice, 4),
        "change_log": not one_in(dice, 3),
        "resolution": dice.choice(("minute", "second", "second", "ms")),
        "page_size": dice.choice((1, 2, 3, 100, 100)),
        "index_lag": dice.choice((0, 0, 0, 0, 5, 30)),
        "silent": not one_in(dice, 4),
        "names": not one_in(dice, 4),
    }
    system: dict[str, Any] = {"traits": traits, "cell": cell, "ahead": dice.choice((0, 0, 0, -90, 40, 300))}
    if name == "crm":
        return system
    if one_in(dice, 4):
        system["title_cut"] = dice.choice((9, 14))
    if one_in(dice, 4):
        system["description"] = dice.choice(("textile", "cut"))
    if one_in(dice, 4):
        system["vocabulary"] = sorted(WORDS)
    if one_in(dice, 4):
        system["next_step"] = dice.choice(("in", "out", "once"))
    if one_in(dice, 3):
        system["money"] = "RUB"
    if cell == "tracker" and one_in(dice, 3):
        system["workflow"] = True
    if one_in(dice, 6):
        system["defaults"] = {"channel": "по умолчанию"}
    if one_in(dice, 6):
        system["drops"] = [dice.choice(("channel", "deadline"))]
    if one_in(dice, 6):
        system["alters"] = dice.choice(("next_step", "channel"))
    if one_in(dice, 3):
        system["match"] = True
    return system


def _draw_policies(dice: Random, names: list[str]) -> dict[str, Any]:
    def of(*words: str) -> Any:
        word = dice.choice(words)
        return {"home": dice.choice(names)} if word == "home" else word

    return {
        "default": of("park", "home"),
        "title": of("park", "park", "home", "newest"),
        "next_step": of("park", "home", "newest"),
        "channel": of("park", "newest"),
        "amount": of("park", "max", "min", "home"),
        "labels": of("union", "union", "union", "park"),
        "description": of("merge", "merge", "park"),
        "stage": of("furthest", "furthest", "park", "home"),
        "outcome": of("park", "home"),
        "deadline": of("park", "min", "max", "newest"),
    }


# --- as files --------------------------------------------------------------------------------------------------------


def files_of(setting: Setting) -> dict[str, str]:
    """Return hub.yaml and the mappings of *setting*."""
    systems = setting["systems"]
    said = {name: when for name, when in setting["makes"].items() if name in systems}
    makes = {name: ({"when": when} if when else {}) for name, when in said.items()}
    hub = {
        "database": "sqlite:///casehub.db",
        "timezone": "Europe/Moscow",
        "systems": {name: {"type": "memory"} for name in systems},
        "syncs": {
            "presales": {
                "opens": "crm",
                "makes": makes,
                "stages": list(STAGES),
                "conflicts": setting["policies"],
                "gone": setting["gone"],
                "guards": {"max_clears": setting["clears"]},
            }
        },
    }
    texts = {"hub.yaml": json.dumps(hub, ensure_ascii=False)}  # JSON is YAML
    return texts | {f"{KIND}.{name}.yaml": _mapping(name, system, list(systems)) for name, system in systems.items()}


def _mapping(name: str, system: Mapping[str, Any], names: list[str]) -> str:
    fields: dict[str, str] = {place: f"{{at: {place}, as: text}}" for place in PLAIN}
    if "title_cut" in system:
        fields["title"] = f"{{at: title, as: text, max_length: {system['title_cut']}}}"
    if "next_step" in system:
        fields["next_step"] = f"{{at: next_step, as: text, direction: {system['next_step']}}}"
    moved = system.get("moved")
    if moved:
        fields[moved] = "{at: other, as: text}"
    for gone in system.get("unmapped", ()):
        del fields[gone]
    fields["description"] = {
        "textile": "{at: description, as: markup, markup: textile}",
        "cut": "{at: description, as: text, max_length: 40}",
        None: "{at: description, as: text}",
    }[system.get("description")]
    words = f", vocabulary: [{', '.join(system['vocabulary'])}]" if "vocabulary" in system else ""
    fields["labels"] = f"{{at: labels, as: set{words}}}"
    money = f"{{at: amount, as: money, currency: {system['money']}}}" if "money" in system else None
    fields["amount"] = money or "{at: [amount, currency], as: money}"
    fields["deadline"] = "{at: deadline, as: date}"
    values = dict(CELLS[system["cell"]])
    for view in system.get("unlisted", ()):
        values.pop(view, None)
    listed = ", ".join(f'"{view}": {said}' for view, said in values.items())
    fields["position"] = f"{{at: status, as: choice, sets: [stage, outcome], values: {{{listed}}}}}"
    if name == "crm":
        fields["link"] = f"{{at: link, direction: out, of: {names[1]}}}"
    match = "match: [{same: [title, client]}]\n" if system.get("match") else ""
    body = "".join(f"  {place}: {said}\n" for place, said in fields.items())
    return f"system: {name}\nkind: {KIND}\nentity: case\nmarker: marker\n{match}fields:\n{body}"


_catalog = cache(read_catalog)


def hub_of(setting: Setting) -> Hub:
    """Load the hub of *setting*."""
    return load_files(files_of(setting), {}, catalog=_catalog())


def traits_of(system: Mapping[str, Any]) -> KindTraits:
    """Return how the records of *system* behave."""
    given = system["traits"]
    choices = tuple(Choice(view, view, closes=view in CLOSING) for view in CELLS[system["cell"]])
    texts = (*PLAIN, "description", "amount", "currency", "link", "marker", "other")
    places = [Place(place, place, "text") for place in texts]
    places += [Place("labels", "labels", "set"), Place("deadline", "deadline", "date")]
    places += [Place("status", "status", "choice", choices=choices)]
    return KindTraits(
        places=tuple(places),
        conditional_writes=given["conditional_writes"],
        change_feed=given["change_feed"],
        versions=given["versions"] or given["conditional_writes"],
        change_log=given["change_log"],
        resolution=given["resolution"],
        page_size=given["page_size"],
        index_lag=given["index_lag"],
        silent=given["silent"],
        names=given["names"],
        workflow={"status": STEPS} if system.get("workflow") else {},
        defaults=system.get("defaults", {}),
        dropped=frozenset(system.get("drops", ())),
        altered={system["alters"]: shouted} if "alters" in system else {},
    )


def shouted(view: Any) -> Any:
    """What a system makes of a text that it alters."""
    return view.upper() if isinstance(view, str) else view
