"""What a server says of folders and files (207 Multi-Status), read into values."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

DAV = "{DAV:}"
OWNCLOUD = "{http://owncloud.org/ns}"
ASK = (
    b'<?xml version="1.0" encoding="utf-8"?>'
    b'<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><d:resourcetype/><d:getetag/>'
    b"<d:getcontentlength/><d:getlastmodified/><oc:fileid/><oc:permissions/></d:prop></d:propfind>"
)


class Unreadable(ValueError):
    """The answer is no Multi-Status."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder. PATH is the server's, decoded; FILEID is Nextcloud's number, which survives moves."""

    path: str
    folder: bool
    etag: str | None = None
    size: int | None = None
    modified: str | None = None
    fileid: str | None = None
    permissions: str | None = None


def read_multistatus(body: bytes) -> tuple[Entry, ...]:
    """
    Return what *body* tells, in its order. Raises Unreadable.

    A document type is refused: nothing is expanded. Properties that the server does not have (404 in their part) are
    None; an entry that the server could not show at all is left out.
    """
    if b"<!DOCTYPE" in body[:4096] or b"<!ENTITY" in body:
        raise Unreadable("it has a document type")
    try:
        root = ET.fromstring(body)  # noqa: S314  # no document type gets here, so there is nothing to expand
    except ET.ParseError as error:
        raise Unreadable("it is no XML") from error
    if root.tag != f"{DAV}multistatus":
        raise Unreadable("it is no Multi-Status")
    entries = [_entry(response) for response in root.iter(f"{DAV}response")]
    return tuple(entry for entry in entries if entry is not None)


def _entry(response: ET.Element) -> Entry | None:
    href = response.findtext(f"{DAV}href")
    if href is None:
        return None
    good = [part for part in response.iter(f"{DAV}propstat") if " 200 " in f"{part.findtext(f'{DAV}status')} "]
    if not good:
        return None
    found = {prop.tag: prop for part in good for prop in part.iterfind(f"{DAV}prop/*")}
    kind = found.get(f"{DAV}resourcetype")
    size = _text(found, f"{DAV}getcontentlength")
    return Entry(
        unquote(urlsplit(href.strip()).path),
        folder=kind is not None and kind.find(f"{DAV}collection") is not None,
        etag=_text(found, f"{DAV}getetag"),
        size=int(size) if size and size.isdecimal() else None,
        modified=_text(found, f"{DAV}getlastmodified"),
        fileid=_text(found, f"{OWNCLOUD}fileid"),
        permissions=_text(found, f"{OWNCLOUD}permissions"),
    )


def _text(found: dict[str, ET.Element], name: str) -> str | None:
    text = found[name].text if name in found else None
    return text.strip() or None if text else None
