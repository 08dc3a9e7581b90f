"""A hub that moves clients, items and notes beside its cases, between memory systems: `a_family(tmp_path)`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.memory.traits import KindTraits
from mappings.exchange import Choice, Place, View
from state import family
from tests.hub_builders import CRM, HUB, TRK, AHub, a_deal, a_hub, some_traits

KINDS = """
    items: {trk: {with: {tracker: Task}}, crm: {when: "item.category != 'dropped' and case.outcome == 'open'"}}
    clients: {trk: {}}
    notes: {crm: {}, trk: {}}
"""
CASES_OF_TRK = TRK + "take: {tracker: Case}\n"
ITEMS_OF_TRK = """
system: trk
kind: record
entity: item
under: parent
take: {tracker: Task}
marker: marker
match: [{same: title}]
fields:
  title: {at: title}
  due: {at: deadline}
  assignee: {at: owner}
  description: {at: description, as: text}
  category: {at: status, as: choice, values: {New: todo, In Progress: doing, Closed: done, Rejected: dropped}}
"""
ITEMS_OF_CRM = """
system: crm
kind: task
entity: item
under: parent
marker: marker
fields:
  title: {at: title}
  due: {at: due}
  category: {at: done, as: choice, values: {"no": [todo, doing], "yes": [done, dropped]}}
"""
CLIENTS = """
system: {system}
kind: company
entity: client
marker: marker
match: [{{same: name}}]
fields:
  name: {{at: name}}
  owner: {{at: owner}}
"""
NOTES = """
system: {system}
kind: comment
entity: note
under: parent
fields:
  body: {{at: text, as: text}}
"""
FILES = {
    "record.crm.yaml": CRM,
    "record.trk.yaml": CASES_OF_TRK,
    "record.trk.item.yaml": ITEMS_OF_TRK,
    "task.crm.yaml": ITEMS_OF_CRM,
    **{f"company.{name}.yaml": CLIENTS.format(system=name) for name in ("crm", "trk")},
    **{f"comment.{name}.yaml": NOTES.format(system=name) for name in ("crm", "trk")},
}
COMMENT = KindTraits(
    places=tuple(Place(name, name, "text") for name in ("text", "author", "created_on")),
    marker=False,
    signed=True,
    hangs_on="record",
    hidden=frozenset({"parent"}),
)


def _of(names: str, **given: Any) -> KindTraits:
    return KindTraits(places=tuple(Place(name, name, "text") for name in names.split()), **given)


def kinds_of() -> dict[str, dict[str, KindTraits]]:
    """System -> the kinds of record that it has."""
    tracker = Place("tracker", "Tracker", "choice", choices=(Choice("Case", "Case"), Choice("Task", "Task")))
    parent = Place("parent", "Parent", "reference")
    done = Place("done", "Done", "choice", choices=(Choice("no", "no"), Choice("yes", "yes", closes=True)))
    issue, company, task = some_traits("trk"), _of("name marker"), _of("title marker", hangs_on="record")
    company = replace(company, places=(*company.places, Place("owner", "Owner", "person")))
    task = replace(task, places=(*task.places, done, Place("due", "Due", "date"), parent))
    issue = replace(issue, places=(*issue.places, tracker, parent), hangs_on="record")
    return {
        "crm": {"record": some_traits("crm"), "company": company, "task": task, "comment": COMMENT},
        "trk": {"record": issue, "company": company, "comment": COMMENT},
    }


def a_family(folder: Path, *, hub: str = KINDS, leave_out: tuple[str, ...] = (), **given: Any) -> AHub:
    """A hub with companies, tasks and comments in both systems; HUB are the blocks of its sync."""
    mine = {name: text for name, text in FILES.items() if not name.startswith(leave_out or ("-",))}
    return a_hub(folder, hub=HUB.rstrip("\n") + hub, mappings=mine, kinds=kinds_of(), **given)


def a_case(folder: Path, **given: Any) -> tuple[AHub, str, str]:
    """A hub with one case, and its records: a deal and an issue."""
    hub = a_family(folder, **given)
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    return hub, deal, an_issue(hub)


def an_issue(hub: AHub, number: int = 0) -> str:
    """The id of the case's issue in the tracker."""
    return [name for name, views in hub.records("trk").items() if views.get("tracker") == "Case"][number]


def a_task(parent: str, title: str = "Собрать требования", **views: View) -> dict[str, View]:
    """The views of a sub-issue as a person makes it in the tracker."""
    return {"title": title, "tracker": "Task", "status": "New", "parent": parent, **views}


def those(hub: AHub, kind: str, key: str = "CASE-1") -> list[Any]:
    """The entities of *kind* that belong to the case *key*."""
    return list(family.children(hub.installation.store, [hub.case(key).entity.id], kind=kind))
