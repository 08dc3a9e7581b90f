"""What the disk tells of files that were attached to comments: the addresses with a token, from which they come."""

from typing import Any
from urllib.parse import urlencode

from .call import Call, Result, whole
from .errors import Refused
from .portal import Portal
from .values import stamp

ATTACHED = 400
"""Attachments have numbers of their own."""


def file_get(call: Call) -> Result:
    number = whole(call.need("id"))
    file = _file(call.portal, number)
    token = call.portal.token_for(number)
    query = urlencode({"auth": call.hook.secret, "token": f"disk|{token}"})
    return Result({**_shown(call.portal, file), "ID": str(number), "DOWNLOAD_URL": _address(call.portal, query)})


def attached_get(call: Call) -> Result:
    number = whole(call.need("id"))
    file = _file(call.portal, number - ATTACHED, asked=number)
    token = call.portal.token_for(file["ID"])
    query = urlencode({"auth": call.hook.secret, "token": f"disk|{token}"})
    told = {"ID": str(number), "OBJECT_ID": str(file["ID"]), "MODULE_ID": "crm", "CREATED_BY": str(file["AUTHOR"])}
    return Result({**_shown(call.portal, file), **told, "DOWNLOAD_URL": _address(call.portal, query)})


def _file(portal: Portal, number: int, asked: int | None = None) -> dict[str, Any]:
    """Files of comments that are gone are gone for the account too. Raises Refused."""
    file = portal.files.get(number)
    if file is None or not any(number in row["FILES"] for row in portal.comments):
        raise Refused("ERROR_NOT_FOUND", f"Could not find entity with id `{asked or number}`")
    return file


def _shown(portal: Portal, file: dict[str, Any]) -> dict[str, Any]:
    made = stamp(file["CREATED"], portal.zone)
    return {"NAME": file["NAME"], "SIZE": str(len(file["CONTENT"])), "TYPE": "file", "CREATE_TIME": made}


def _address(portal: Portal, query: str) -> str:
    return f"{portal.base}/rest/download.json?{query}"
