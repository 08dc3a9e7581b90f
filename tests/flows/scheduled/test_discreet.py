"""Errors that nobody expected lose their words before Prefect keeps them."""

import pytest

from connectors.errors import Rejected
from flows.scheduled.discreet import Discreet, Unexpected, without_words
from state.errors import Busy

SECRET = "ООО «Ромашка»"


async def raised_through(error: BaseException) -> BaseException:
    """Raise *error* inside, and return what comes out."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011  # which one comes out is the question
        async with Discreet():
            raise error
    return caught.value


@pytest.mark.asyncio
async def test_an_unexpected_error_says_its_type_and_place_and_nothing_of_its_text():
    left = await raised_through(KeyError(SECRET))

    assert isinstance(left, Unexpected)
    assert "KeyError" in str(left)
    assert "flows/scheduled/test_discreet.py:" in str(left)
    assert SECRET not in f"{left!r}"
    assert left.__suppress_context__


@pytest.mark.asyncio
async def test_the_first_error_of_a_group_is_told():
    left = await raised_through(ExceptionGroup("parts", [ValueError(SECRET), KeyError(SECRET)]))

    assert "ValueError" in str(left)
    assert SECRET not in str(left)


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [Rejected("PUT /1 answered 422", system="trk", reason=SECRET), Busy("do it again")])
async def test_the_hubs_own_errors_pass_as_they_are(error):
    assert await raised_through(error) is error


@pytest.mark.asyncio
async def test_what_is_no_error_passes():
    error = KeyboardInterrupt()

    assert await raised_through(error) is error


def test_an_error_that_was_never_raised_has_no_place():
    assert str(without_words(KeyError(SECRET))).endswith("is worth a report")
