"""What the API refuses, with its reason."""

from typing import Any

from fastapi import FastAPI, Request, Response

from web.errors import problem


class Refusal(Exception):
    """A use case says no: STATUS, why in words (DETAIL), and what else a program needs to know."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def explain(app: FastAPI) -> None:
    """Have APP answer refusals."""

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal) -> Response:
        return problem(request, error.status, detail=error.detail, more=error.more)
