"""The way in and out."""

from fastapi import APIRouter, Request, Response

from web.rendering import page

router = APIRouter()


@router.get("/login")
def login(request: Request) -> Response:
    """Ask who it is."""
    return page(request, "pages/login.html")
