"""What went wrong as a page, in the language of whoever asks; to a program, as a JSON problem."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .cookies import see_other
from .rendering import page
from .viewer import NotSignedIn


def explain(app: FastAPI) -> None:
    """Have APP answer what goes wrong."""

    @app.exception_handler(NotSignedIn)
    async def _to_the_login(request: Request, _: NotSignedIn) -> Response:
        return see_other(request, "/login")

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> Response:
        return problem(request, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def _unreadable(request: Request, _: RequestValidationError) -> Response:
        return problem(request, 422)

    @app.exception_handler(500)
    async def _unexpected(request: Request, _: Exception) -> Response:
        return problem(request, 500)


def problem(request: Request, status: int) -> Response:
    """Return the answer of STATUS."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"status": status}, status, media_type="application/problem+json")
    return page(request, "error.html", status=status, code=status)
