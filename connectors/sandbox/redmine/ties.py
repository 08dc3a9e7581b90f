"""The routes of relations: which issue blocks, follows or doubles which."""

from ..wire import Answer, json_answer
from .ask import MISSING, NOTHING, Ask, Refused, invalid
from .model import Detail, Issue, Journal, Relation
from .wording import fault, sentence

TURNED = {"blocked": "blocks", "duplicated": "duplicates", "follows": "precedes", "copied_from": "copied_to"}
PASSIVE = {active: passive for passive, active in TURNED.items()}
RELATION_TYPES = frozenset({"relates", *TURNED, *TURNED.values()})


def relations(ask: Ask, number: str) -> Answer:
    issue = _seen(ask, number)
    ask.need("manage_issue_relations", ask.office.projects[issue.project_id])
    return json_answer({"relations": [each.shown() for each in ask.office.relations_of(issue.id)]})


def relate(ask: Ask, number: str) -> Answer:
    """Tie two issues; the ends of a passive kind are turned round, those of a plain one are in order."""
    issue = _seen(ask, number)
    ask.need("manage_issue_relations", ask.office.projects[issue.project_id])
    sent = ask.form("relation")
    to, kind = str(sent.get("issue_to_id", "")).lstrip("#"), str(sent.get("relation_type") or "relates")
    other = ask.office.issues.get(int(to)) if to.isdigit() else None
    if other is not None and not ask.office.sees(ask.user, other):
        other = None
    wrong = [fault("issue_to", "blank", ask.user.language)] if other is None else _wrong(ask, issue, other, kind=kind)
    if kind not in RELATION_TYPES:
        wrong.append(fault("relation_type", "listed", ask.user.language))
    if wrong or other is None:
        raise invalid(wrong)
    is_turned = kind in TURNED or (kind == "relates" and issue.id > other.id)
    ends = (other.id, issue.id) if is_turned else (issue.id, other.id)
    delay = int(sent["delay"]) if str(sent.get("delay", "")).isdigit() else None
    made = Relation(ask.office.number("relation"), *ends, TURNED.get(kind, kind), delay)
    ask.office.relations[made.id] = made
    for one, two in ((issue, other), (other, issue)):
        _tell(ask, one, Detail("relation", _side(made, one), None, str(two.id)))
    return json_answer({"relation": made.shown()}, 201)


def _wrong(ask: Ask, issue: Issue, other: Issue, *, kind: str) -> list[str]:
    """Return what stands against tying two issues: one pair has one relation, and none with what hangs on it."""
    language = ask.user.language
    if other.id == issue.id:
        return [fault("issue_to", "invalid", language)]
    if other.project_id != issue.project_id:
        return [fault("issue_to", "elsewhere", language)]
    for first, second in ((issue, other), (other, issue)):
        here: Issue | None = first
        while here is not None and here.parent_id:
            if here.parent_id == second.id:
                return [sentence("descendant", language)]
            here = ask.office.issues.get(here.parent_id)
    start, end = (other, issue) if kind in TURNED else (issue, other)
    if TURNED.get(kind, kind) == "blocks" and _blocks(ask, end.id, start.id):
        return [sentence("circle", language)]
    if any(other.id in (each.issue_id, each.issue_to_id) for each in ask.office.relations_of(issue.id)):
        return [fault("issue_to", "taken", language)]
    return []


def _blocks(ask: Ask, source: int, target: int) -> bool:
    """Whether *source* blocks *target*, or something that does."""
    left, met = [source], set[int]()
    while left:
        here = left.pop()
        if here == target:
            return True
        if here not in met:
            met.add(here)
            blocked = (each for each in ask.office.relations.values() if each.relation_type == "blocks")
            left += [each.issue_to_id for each in blocked if each.issue_id == here]
    return False


def one_relation(ask: Ask, number: str) -> Answer:
    return json_answer({"relation": _relation(ask, number).shown()})


def unrelate(ask: Ask, number: str) -> Answer:
    found = _relation(ask, number)
    issue = _seen(ask, str(found.issue_id))
    ask.need("manage_issue_relations", ask.office.projects[issue.project_id])
    del ask.office.relations[found.id]
    for one, two in ((found.issue_id, found.issue_to_id), (found.issue_to_id, found.issue_id)):
        here = ask.office.issues.rows[one]
        _tell(ask, here, Detail("relation", _side(found, here), str(two), None))
    return NOTHING


def _relation(ask: Ask, number: str) -> Relation:
    found = ask.office.relations.get(int(number)) if number.isdigit() else None
    if found is None:
        raise Refused(MISSING)
    return found


def _side(relation: Relation, issue: Issue) -> str:
    """Return what a relation is called from where *issue* stands."""
    kind = relation.relation_type
    return kind if issue.id == relation.issue_id else PASSIVE.get(kind, kind)


def _tell(ask: Ask, issue: Issue, detail: Detail) -> None:
    """The history tells of relations, and the stamp does not move."""
    journal = Journal(ask.office.number("journal"), ask.user.id, ask.office.now(), details=[detail])
    issue.journals.append(journal)


def _seen(ask: Ask, number: str) -> Issue:
    issue = ask.office.issues.get(int(number)) if number.isdigit() else None
    if issue is None:
        raise Refused(MISSING)
    if not ask.office.sees(ask.user, issue):
        raise ask.denied()
    return issue
