"""What systems told about themselves: with an age, learned, or encrypted."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from mappings.exchange import Transition
from state import WrongKey, dictionaries
from state.store import Store
from state.tables import token
from tests.state_builders import Clock

KEY, OTHER = Fernet.generate_key(), Fernet.generate_key()


def test_a_dictionary_is_remembered_for_an_hour(store: Store, clock: Clock) -> None:
    stages = [{"id": "NEW", "label": "Новая"}]
    dictionaries.remember(store, "crm", name="stages", form=stages)

    clock.go(3599)
    assert dictionaries.recall(store, "crm", name="stages") == stages
    clock.go(1)
    assert dictionaries.recall(store, "crm", name="stages") is None
    assert dictionaries.recall(store, "crm", name="stages", within=timedelta(days=1)) == stages


def test_a_dictionary_told_again_is_as_of_now(store: Store, clock: Clock) -> None:
    dictionaries.remember(store, "crm", name="stages", form=["old"])
    clock.go(3599)
    dictionaries.remember(store, "crm", name="stages", form=["new"])
    clock.go(3599)

    assert dictionaries.recall(store, "crm", name="stages") == ["new"]


def test_of_two_changes_at_once_none_is_lost(store: Store) -> None:
    """The second one begins while the first one has read what there is, and has not written yet."""
    with ThreadPoolExecutor(1) as pool:
        begun: list[Future[object]] = []

        def one(form: list[str] | None) -> list[str]:
            begun.append(
                pool.submit(dictionaries.change, store, "", name="said", how=lambda form: [*(form or []), "b"])
            )
            return [*(form or []), "a"]

        assert dictionaries.change(store, "", name="said", how=one) == ["a"]
        begun[0].result()

    assert dictionaries.recall(store, "", name="said") == ["a", "b"]


def test_dictionaries_of_one_system_can_be_dropped(store: Store) -> None:
    dictionaries.remember(store, "crm", name="stages", form=1)
    dictionaries.remember(store, "tracker", name="stages", form=2)

    dictionaries.forget(store, "crm")

    assert dictionaries.recall(store, "crm", name="stages") is None
    assert dictionaries.recall(store, "tracker", name="stages") == 2


def test_a_workflow_is_learned_once_and_unlearned(store: Store) -> None:
    steps = [Transition("1", "2"), Transition("2", "5", type="Case", role="Менеджер")]
    dictionaries.learn(store, "tracker", kind="issue", transitions=steps)
    dictionaries.learn(store, "tracker", kind="issue", transitions=steps[:1])
    assert set(dictionaries.transitions(store, "tracker", kind="issue")) == set(steps)

    dictionaries.unlearn(store, "tracker", kind="issue", transitions=steps[:1])

    assert dictionaries.transitions(store, "tracker", kind="issue") == (steps[1],)


def test_a_token_is_stored_encrypted_and_shown_by_nobody(store: Store) -> None:
    assert dictionaries.replace_token(store, "crm", name="refresh", secret="тайна-1", key=KEY, old=None)

    kept = dictionaries.read_token(store, "crm", name="refresh", key=KEY)
    with store.read() as conn:
        raw = bytes(conn.execute(sa.select(token.c.secret)).scalar_one())

    assert kept is not None
    assert kept.secret == "тайна-1"
    assert "тайна-1".encode() not in raw
    assert "тайна" not in repr(kept)


def test_a_token_cannot_be_read_with_another_key(store: Store) -> None:
    dictionaries.replace_token(store, "crm", name="refresh", secret="s", key=KEY, old=None)

    with pytest.raises(WrongKey, match=r"^crm: the stored token 'refresh' cannot be read with this key$"):
        dictionaries.read_token(store, "crm", name="refresh", key=OTHER)


def test_of_two_that_rotate_a_token_one_wins(store: Store) -> None:
    dictionaries.replace_token(store, "crm", name="refresh", secret="1", key=KEY, old=None)
    read = dictionaries.read_token(store, "crm", name="refresh", key=KEY)

    assert dictionaries.replace_token(store, "crm", name="refresh", secret="2", key=KEY, old=read)
    assert not dictionaries.replace_token(store, "crm", name="refresh", secret="3", key=KEY, old=read)
    assert not dictionaries.replace_token(store, "crm", name="refresh", secret="4", key=KEY, old=None)
    now = dictionaries.read_token(store, "crm", name="refresh", key=KEY)
    assert now is not None
    assert (now.secret, now.version) == ("2", 2)


def test_an_unknown_token_is_none(store: Store) -> None:
    assert dictionaries.read_token(store, "crm", name="refresh", key=KEY) is None
