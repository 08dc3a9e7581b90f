"""WebDAV's verbs on paths below one folder. Nothing is ever overwritten unless it is what we last saw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlsplit

import httpx

from ..answers import Answer
from ..errors import Gone, Rejected, RetryLater
from ..http import Http
from .multistatus import ASK, Entry, Unreadable, read_multistatus
from .settings import WebDavSettings

_XML = {"Content-Type": 'application/xml; charset="utf-8"'}
_FULL = frozenset({507, 413})
MOST_LOOKS = 50
"""So many folders are asked for one that was moved."""


class Exists(Rejected):
    """Something of that name is there already; nothing was done."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, and its etag (None where the server has no strong one)."""

    body: bytes
    etag: str | None


def strong(etag: str | None) -> str | None:
    """Return *etag* where it can be a condition: a weak one cannot, and what a proxy has added is taken off."""
    if not etag or etag.startswith("W/"):
        return None
    bare = etag.strip('"').removesuffix("-gzip")
    return f'"{bare}"'


class WebDavClient:
    """Requests below the system's folder; a path is relative to it, decoded, without a slash at either end."""

    def __init__(self, http: Http, settings: WebDavSettings, *, name: str) -> None:
        self._http = http
        self._name = name
        self._base = unquote(urlsplit(settings.url).path).rstrip("/")
        self._address = settings.url

    def address(self, path: str) -> str:
        """Return the whole address of *path*."""
        return self._address + _quoted(path)

    async def listed(
        self, path: str, *, folder: bool = True, overhead: bool = False
    ) -> tuple[Entry, tuple[Entry, ...]]:
        """Return the folder (or file) at *path* and, of a folder, what lies in it. Raises Gone, Rejected."""
        headers = {"Depth": "1", **_XML}
        answer = await self._send("PROPFIND", path, folder=folder, content=ASK, headers=headers, overhead=overhead)
        try:
            entries = [self._own(entry) for entry in read_multistatus(answer.body)]
        except Unreadable as error:
            text = f"{answer.request} answered {answer.status}, but {error}; is the address a WebDAV folder?"
            raise RetryLater(text, system=self._name) from None
        mine = [entry for entry in entries if entry.path == path]
        if not mine:
            raise Gone(f"{answer.request} did not show what was asked for", system=self._name)
        within = tuple(entry for entry in entries if entry.path.rpartition("/")[0] == path and entry.path != path)
        return mine[0], tuple(sorted(within, key=lambda entry: entry.path))

    async def found_by(self, fileid: str, near: str) -> str | None:
        """
        Return the path of the folder with Nextcloud's number FILEID, which stays with it wherever it is moved; looked
        for in the folder NEAR, in what lies in it, and beside it, with a bounded number of requests.
        """
        asked: set[str] = set()
        waiting = [near, near.rpartition("/")[0]]
        while waiting and len(asked) < MOST_LOOKS:
            path = waiting.pop(0)
            if path in asked:
                continue
            asked.add(path)
            try:
                _, within = await self.listed(path)
            except Gone:
                continue
            folders = [entry for entry in within if entry.folder]
            found = [entry.path for entry in folders if entry.fileid == fileid]
            if found:
                return found[0]
            waiting += [entry.path for entry in folders if path in (near, near.rpartition("/")[0])]
        return None

    async def read(self, path: str) -> Content:
        """Return what the file at *path* holds. Raises Gone, Rejected."""
        answer = await self._send("GET", path, headers={"Accept-Encoding": "identity"})
        return Content(answer.body, strong(answer.headers.get("oc-etag") or answer.headers.get("etag")))

    async def make_folder(self, path: str) -> None:
        """Make one folder. Raises Exists, Gone (its parent is not there), Rejected."""
        answer = await self._send("MKCOL", path, folder=True, expect=frozenset({405, 409, *_FULL}))
        self._refuse(answer, exists=405)

    async def make_file(self, path: str, body: bytes) -> None:
        """Write a file where there is none. Raises Exists, Gone (its parent is not there), Rejected."""
        await self._put(path, body, {"If-None-Match": "*"})

    async def copy(self, source: str, target: str) -> None:
        """Copy a file, on the server, to where there is none. Raises Exists, Gone, Rejected."""
        where = str(httpx.URL(self.address(target)))  # as it goes over the wire, whatever `url` is written in
        headers = {"Destination": where, "Overwrite": "F", "Depth": "0"}
        answer = await self._send("COPY", source, headers=headers, expect=frozenset({409, 412, *_FULL}))
        self._refuse(answer, exists=412)

    async def replace(self, path: str, body: bytes, *, etag: str) -> None:
        """Write a file that still has ETAG. Raises Stale, Gone, Rejected."""
        answer = await self._send("PUT", path, content=body, headers={"If-Match": etag}, expect=_FULL)
        self._refuse(answer)

    async def delete(self, path: str, *, folder: bool, etag: str | None) -> None:
        """Take away a file that still has ETAG, or a folder with all that lies in it. Raises Stale, Gone, Rejected."""
        headers = {"If-Match": etag} if etag else {}
        answer = await self._send("DELETE", path, folder=folder, headers=headers, expect=frozenset({207}))
        self._refuse(answer)

    async def _put(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        expect = frozenset({409, 412, *_FULL})
        answer = await self._send("PUT", path, content=body, headers=headers, expect=expect)
        self._refuse(answer, exists=412)

    def _refuse(self, answer: Answer, *, exists: int = 0) -> None:
        """Raise what an expected status means: it is there, its folder is not, or there is no room."""
        said = f"{answer.request} answered {answer.status}"
        if answer.status == exists:
            raise Exists(f"{said}; it is there already", system=self._name, whole=True, reason="it is there already")
        if answer.status == 409:
            raise Gone(f"{said}; the folder it belongs in is not there", system=self._name)
        if answer.status in _FULL:
            reason = "the server has no room left for it"
            raise Rejected(f"{said}; {reason}", system=self._name, whole=True, reason=reason)
        if answer.status == 207:
            raise Rejected(f"{said}: a part of it was refused; look at it there", system=self._name, whole=True)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        folder: bool = False,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        expect: frozenset[int] = frozenset(),
        overhead: bool = False,
    ) -> Answer:
        where = _quoted(path) + ("/" if folder or not path else "")  # Apache and nginx refuse a folder without it
        return await self._http.request(
            method, where, content=content, headers=headers, expect=expect, overhead=overhead, shown=f"/{path}"
        )

    def _own(self, entry: Entry) -> Entry:
        path = entry.path.rstrip("/")
        inside = path.removeprefix(self._base) if path == self._base or path.startswith(f"{self._base}/") else path
        return replace(entry, path=inside.strip("/"))


def _quoted(path: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in path.split("/")) if path else ""
