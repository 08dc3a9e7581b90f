"""Errors that leave a log-in behind them forget what its functions held: whoever shows locals shows no secret."""

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .errors import ConnectorError


@asynccontextmanager
async def forgetting() -> AsyncIterator[None]:
    """
    Empty the functions inside that a connector's error has ended; where they stood stays known.

    A library that reports errors with their local variables would send keys and passwords along.
    """
    try:
        yield
    except ConnectorError as error:
        told: BaseException | None = error
        while told is not None:
            traceback.clear_frames(told.__traceback__)
            told = told.__cause__ or told.__context__
        raise
