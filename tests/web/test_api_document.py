"""What the OpenAPI document says, the API keeps: whatever it allows or forbids is answered as it says."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from flows.hub import accounts
from flows.hub.accounts import Wanted
from flows.hub.acting import Desk
from state import entrance
from state.store import Store
from tests.undo_builders import edited
from tests.web_builders import Browser, Idle

DOCUMENT = "/api/v1/openapi.json"
EXAMPLES = 15
"""Questions of each kind for each call: as allowed, as forbidden, and about what there is."""
CALLS = 24
PLACE = {"Host": "localhost"}


@dataclass(frozen=True)
class Asked:
    """A hub whose API is asked as its admin, and the names of what there is."""

    app: FastAPI
    store: Store
    token: str
    there: dict[str, str]


@pytest.fixture
def asked(tmp_path) -> Asked:
    hub, _, run = edited(tmp_path, stage="EXEC", deadline="2026-12-01")
    store = hub.installation.store
    anna = accounts.make(store, Wanted("anna@example.org", "Анна Ли", role="admin"), by="")
    token, _ = accounts.make_token(store, anna, "проверка", by="", lasts=timedelta(days=1))
    app = Browser(hub.installation).app
    app.state.desk = Desk(hub.installation, hub.make)
    app.state.starter = Idle(hub.installation)
    return Asked(app, store, token, {"key": "CASE-1", "run": run, "name": "presales"})


def test_nothing_that_may_be_asked_is_answered_otherwise_than_the_document_says(asked):
    document = schemathesis.openapi.from_asgi(DOCUMENT, asked.app, headers=PLACE)
    found = [one.ok() for one in document.get_all_operations()]

    for operation in found:
        _ask(asked, operation)

    assert len(found) == CALLS


def _ask(asked: Asked, operation: Any) -> None:
    there = {name: word for name, word in asked.there.items() if f"{{{name}}}" in operation.path}
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    strategies = [operation.as_strategy(generation_mode=mode) for mode in modes]
    strategies += [operation.as_strategy(path_parameters=there)] if there else []
    # What stands in an address is text, so that a yes instead of a word is no fault there; in a body it is one.
    left_out = [] if list(operation.body) else [negative_data_rejection]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(strategies))
    def ask(case: Case) -> None:
        entrance.forget_attempts(asked.store, ["token:testclient", "token:127.0.0.1"])  # wrong ones are tried as well
        headers = {"Authorization": f"Bearer {asked.token}", **PLACE}
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    ask()
