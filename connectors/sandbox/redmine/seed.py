"""Invented cases with a little history; the same numbers make the same ones."""

import random
from datetime import timedelta

from ..people import a_title
from .attributes import take
from .installation import Installation
from .model import Issue, User
from .saving import create, update
from .setup import CASE, CASE_TYPES, CLOSED, FEEDBACK, IN_PROGRESS, REJECTED, RESOLVED

PATHS: tuple[tuple[int, ...], ...] = (
    (),
    (IN_PROGRESS,),
    (IN_PROGRESS, FEEDBACK),
    (IN_PROGRESS, RESOLVED),
    (IN_PROGRESS, RESOLVED, CLOSED),
    (REJECTED,),
)
SPREAD = 21


def seed_installation(office: Installation, count: int, *, cyrillic: bool, chance: int) -> None:
    """Add *count* cases to the project, on the way through their workflow, as if made during the last weeks."""
    dice = random.Random(chance)  # noqa: S311 - invented data that must repeat, no secret
    manager = office.users[office.roles_of_people["manager"]]
    engineer = office.users[office.roles_of_people["engineer"]]
    for number in range(1, count + 1):
        issue = _made(office, manager, dice, cyrillic=cyrillic, number=number)
        for status in dice.choices(PATHS, weights=(5, 6, 2, 3, 2, 1))[0]:
            sent = {"status_id": status, "assigned_to_id": dice.choice((manager, engineer)).id}
            issue = update(
                take(sent, before=issue, user=manager, office=office), before=issue, user=manager, office=office
            ).issue
        _make_older(issue, dice)


def _made(office: Installation, user: User, dice: random.Random, *, cyrillic: bool, number: int) -> Issue:
    text = "h2. Цель\n\n* пилот\n* смета" if cyrillic else "h2. Goal\n\n* pilot\n* estimate"
    sent = {
        "project_id": "presales",
        "tracker_id": CASE,
        "subject": a_title(dice, cyrillic=cyrillic, number=number),
        "description": text if dice.random() < 0.5 else "",
        "due_date": (office.today() + timedelta(days=dice.randrange(7, 60))).isoformat(),
        "custom_fields": [
            {"id": 2, "value": dice.choice(CASE_TYPES)},
            {"id": 3, "value": f"{dice.randrange(50, 5000) * 1000}.00"},
            {"id": 5, "value": dice.choice("01")},
        ],
    }
    return create(take(sent, before=None, user=user, office=office), user=user, office=office).issue


def _make_older(issue: Issue, dice: random.Random) -> None:
    made = issue.created_on - timedelta(seconds=dice.randrange(7200, SPREAD * 86400))
    issue.created_on = issue.updated_on = made
    for journal in issue.journals:
        issue.updated_on += timedelta(seconds=dice.randrange(60, 3000))
        journal.created_on = issue.updated_on
    if issue.closed_on:
        issue.closed_on = issue.updated_on
