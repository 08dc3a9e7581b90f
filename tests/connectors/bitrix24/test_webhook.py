"""Events are hints, believed only with the application's token; they cost no request."""

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Hint
from connectors.bitrix24.webhook import LARGEST, hints_of
from connectors.errors import AuthFailed
from connectors.sandbox.webhooks import Target
from tests.connectors.bitrix24.portals import APortal

TOKEN = "t0k3n"


def event(name: str = "ONCRMDEALUPDATE", number: str = "10", token: str = TOKEN) -> bytes:
    form = {"event": name, "event_handler_id": "12", "data[FIELDS][ID]": number, "ts": "1795177810"}
    return urlencode({**form, "auth[domain]": "портал.рф", "auth[application_token]": token}).encode()


@pytest.mark.parametrize("verb", ["ADD", "UPDATE", "DELETE"])
def test_an_event_of_a_deal_points_at_it(verb: str):
    assert hints_of(event(f"ONCRMDEAL{verb}"), token=TOKEN, system="портал") == (Hint("deal", "10"),)


@pytest.mark.parametrize("name", ["company", "contact"])
def test_an_event_of_a_client_points_at_it(name: str):
    assert hints_of(event(f"ONCRM{name.upper()}UPDATE"), token=TOKEN, system="портал") == (Hint(name, "10"),)


@pytest.mark.asyncio
@pytest.mark.parametrize("verb", ["ADD", "UPDATE", "DELETE"])
async def test_what_a_portal_sends_of_a_comment_points_at_it(verb: str):
    portal = APortal()
    portal.sandbox.webhooks.aim((Target("http://127.0.0.1:9/hook"),))
    portal.sandbox.tell("TIMELINECOMMENT", verb, 137)
    last = portal.sandbox.webhooks.last
    await portal.sandbox.webhooks.close()

    assert last is not None
    assert hints_of(last.body, token=portal.portal.application_token, system="портал") == (Hint("comment", "137"),)


@pytest.mark.parametrize("body", [event("ONCRMLEADUPDATE"), event(number="10 OR 1=1"), event(number=""), event("")])
def test_what_is_no_event_of_ours_points_at_nothing(body: bytes):
    assert hints_of(body, token=TOKEN, system="портал") == ()


@pytest.mark.parametrize(
    ("body", "token"),
    [
        (event(token="wrong"), TOKEN),
        (event(token=""), ""),
        (event(token="т0к3н"), TOKEN),
        (b"", TOKEN),
        (b"\xff\xfe", TOKEN),
        (event() + b"&x=" + b"1" * LARGEST, TOKEN),
        (event() + b"&x=1" * 300, TOKEN),
    ],
)
def test_what_cannot_be_proved_is_not_believed(body: bytes, token: str):
    with pytest.raises(AuthFailed, match="not believed"):
        hints_of(body, token=token, system="портал")


@given(body=st.binary(max_size=200))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_no_body_breaks_the_door(body: bytes):
    with pytest.raises(AuthFailed):
        hints_of(body, token=TOKEN, system="портал")


@pytest.mark.asyncio
async def test_a_connector_without_a_token_believes_nobody_and_one_with_it_asks_nobody():
    portal = APortal()
    closed, open_one = portal.connector(), portal.connector(application_token=TOKEN)

    with pytest.raises(AuthFailed):
        closed.hints({}, event(token=""))
    assert open_one.hints({}, event()) == (Hint("deal", "10"),)
    assert (closed.abilities.webhooks, open_one.abilities.webhooks) == (False, True)
    assert portal.way.asked == []
