"""Who decided, and which policy is right, in words."""

from datetime import UTC, datetime

import pytest

from flows.hub.deciders import decided_by, policy_words
from mappings.policy import Home, Merge, Newest, Park, When
from mappings.reconcile.model import Event, Origin
from state.history import Line

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CRM = Origin("system", "crm", NOW)


class Big:
    """A condition that says what it asks."""

    def __call__(self, facts):
        return bool(facts)

    def __str__(self):
        return "deal.amount >= 3000000"


WORDS = [
    (None, "park"),
    (Park(), "park"),
    (Newest(), "newest"),
    (Home("crm"), "home: crm"),
    (When(((Big(), Merge()),), Home("crm")), "merge when deal.amount >= 3000000, else home: crm"),
]


@pytest.mark.parametrize(("policy", "words"), WORDS)
def test_a_policy_is_spelled_as_in_hub_yaml(policy, words):
    assert policy_words(policy) == words


def line(what, cause=""):
    return Line(1, Event(what, "title", "а", "б", by="мария", cause=cause), NOW)


HOW = [
    (None, None, "nobody has said anything"),
    (None, CRM, "the hub has always said so"),
    (line("set"), CRM, "nobody else had moved"),
    (line("set", "newest"), CRM, "the newest edit won"),
    (line("resolved"), Origin("person", "мария", NOW), "мария settled a conflict at the hub"),
    (
        line("set", "restored from line 3"),
        Origin("person", "мария", NOW),
        "мария set it at the hub (restored from line 3)",
    ),
]


@pytest.mark.parametrize(("decider", "origin", "words"), HOW)
def test_a_decision_is_told_in_words(decider, origin, words):
    assert decided_by(decider, origin) == words
