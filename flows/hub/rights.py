"""
Who may do what: one table of roles, levels, actions and relations to a case, and one function that reads it.

A role says what somebody does at the hub, a level how far they read beyond their own cases, a relation what they are to
one case. Nothing here knows the database: queries obey by `Access`, which is made from the same levels.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

Role: TypeAlias = Literal["viewer", "participant", "manager", "head", "admin"]
Level: TypeAlias = Literal["own", "team", "department", "all"]
Relation: TypeAlias = Literal["responsible", "manager", "participant", "head", "team", "below", "elsewhere"]
"""
What somebody is to a case: its owner, its case manager, one of its participants, head of a unit at or above that of one
of these; or one of these is of the same unit (team), of a unit below (below), of another one or of none (elsewhere).
"""
CaseAction: TypeAlias = Literal["read", "comment", "edit", "settle"]
HubAction: TypeAlias = Literal["see_runs", "start_pass", "name_people", "export", "pause", "undo", "manage"]
"""SEE_RUNS: runs and systems. PAUSE: and resume a sync. MANAGE: accounts, units, the audit."""
Action: TypeAlias = CaseAction | HubAction

ROLES: tuple[Role, ...] = get_args(Role)
LEVELS: tuple[Level, ...] = get_args(Level)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
CASE_ACTIONS: tuple[CaseAction, ...] = get_args(CaseAction)
HUB_ACTIONS: tuple[HubAction, ...] = get_args(HubAction)

USUAL: Mapping[Role, Level] = {
    "viewer": "own",
    "participant": "own",
    "manager": "team",
    "head": "department",
    "admin": "all",
}
"""The level of an account of which nobody has said another."""

_PART: frozenset[Relation] = frozenset({"responsible", "manager", "participant", "head"})
_CHARGE: frozenset[Relation] = frozenset({"responsible", "manager", "head"})
_ANY: frozenset[Relation] = frozenset(RELATIONS)
_NONE: frozenset[Relation] = frozenset()

REACH: Mapping[Level, frozenset[Relation]] = {
    "own": _PART,
    "team": _PART | {"team"},
    "department": _PART | {"team", "below"},
    "all": _ANY,
}
"""Level -> the relations in which a case is read at all."""

CASES: Mapping[CaseAction, Mapping[Role, frozenset[Relation]]] = {
    "read": {"viewer": _ANY, "participant": _ANY, "manager": _ANY, "head": _ANY, "admin": _ANY},
    "comment": {"viewer": _NONE, "participant": _PART, "manager": _ANY, "head": _ANY, "admin": _ANY},
    "edit": {"viewer": _NONE, "participant": _CHARGE, "manager": _PART, "head": _PART, "admin": _ANY},
    "settle": {"viewer": _NONE, "participant": _CHARGE, "manager": _PART, "head": _PART, "admin": _ANY},
}
"""Action -> role -> the relations in which it is allowed, within reach."""

_LEADING: frozenset[Role] = frozenset({"manager", "head", "admin"})
_ADMIN: frozenset[Role] = frozenset({"admin"})
HUB: Mapping[HubAction, frozenset[Role]] = {
    "see_runs": _LEADING,
    "start_pass": _LEADING,
    "name_people": _LEADING,
    "export": frozenset(ROLES),
    "pause": _ADMIN,
    "undo": _ADMIN,
    "manage": _ADMIN,
}
"""What concerns the whole hub, and the roles that may."""


def may(role: Role, action: HubAction) -> bool:
    """Say whether ROLE may do something that concerns the whole hub."""
    return role in HUB[action]


def may_with_case(role: Role, action: CaseAction, *, level: Level, relation: Relation) -> bool:
    """Say whether somebody may do something with a case to which they stand in RELATION."""
    return relation in REACH[level] and relation in CASES[action][role]
