"""The two systems of the demo as anybody sees them: where they are, and what a plain GET shows."""

import shlex
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

import httpx

from connectors.sandbox.process import SandboxProcess

HOST = "127.0.0.1"
Row: TypeAlias = dict[str, Any]
"""A record, or what stands around it, as its system sends it."""
PATIENCE = 20.0
PAGE = 100
DEAL, CONTACT, COMPANY = 2, 3, 4
"""Kinds of records of Bitrix24, by their `entityTypeId`."""


class NotStarted(RuntimeError):
    """A sandbox could not be started; the message says why."""


@dataclass(frozen=True)
class Systems:
    """Both systems, while they run. CLIENT is a plain one: no connector of ours has a part in it."""

    crm: SandboxProcess
    tracker: SandboxProcess
    client: httpx.Client

    # --- where ---

    @property
    def webhook(self) -> str:
        return str(self.crm.about["webhook"])

    @property
    def key(self) -> str:
        return str(self.tracker.about["key"])

    def deal_page(self, number: int) -> str:
        return f"{self.crm.address}/crm/deal/details/{number}/"

    def issue_page(self, number: int) -> str:
        return f"{self.tracker.address}/issues/{number}"

    def deal_curl(self, number: int) -> str:
        return f"curl -s {shlex.quote(self._deal_address(number))}"

    def issue_curl(self, number: int) -> str:
        return f"curl -s -H {shlex.quote(f'X-Redmine-API-Key: {self.key}')} {self.issue_page(number)}.json"

    def environment(self) -> dict[str, str]:
        """Return the variables that the demo's hub.yaml names."""
        return {
            "DEMO_CRM_WEBHOOK": self.webhook,
            "DEMO_TRACKER_URL": self.tracker.address,
            "DEMO_TRACKER_KEY": self.key,
        }

    # --- what a plain GET shows ---

    def deal(self, number: int) -> Row:
        return dict(self._get(self._deal_address(number))["result"]["item"])

    def deals(self) -> list[Row]:
        return self.items(DEAL)

    def items(self, kind: int) -> list[Row]:
        """Return all records of *kind*, page by page."""
        rows: list[Row] = []
        start: int | None = 0
        while start is not None:
            page = self._get(f"{self.webhook}crm.item.list?entityTypeId={kind}&{quote('select[]')}=*&start={start}")
            rows += page["result"]["items"]
            start = page.get("next")
        return rows

    def everything(self) -> tuple[list[Row], list[Row]]:
        """Return every deal and every issue: where nothing was written, the same twice."""
        return self.deals(), self.issues()

    def users(self) -> list[Row]:
        return list(self._get(f"{self.webhook}user.get")["result"])

    def issue(self, number: int) -> Row:
        return dict(self._get(f"{self.issue_page(number)}.json", self._me())["issue"])

    def issues(self) -> list[Row]:
        """Return all issues of the tracker `Case`, open and closed."""
        rows: list[Row] = []
        while True:
            query = f"status_id=*&tracker_id=4&limit={PAGE}&offset={len(rows)}"
            page = self._get(f"{self.tracker.address}/issues.json?{query}", self._me())
            rows += page["issues"]
            if len(rows) >= page["total_count"] or not page["issues"]:
                return rows

    def _me(self) -> dict[str, str]:
        return {"X-Redmine-API-Key": self.key}

    def _deal_address(self, number: int) -> str:
        return f"{self.webhook}crm.item.get?entityTypeId={DEAL}&id={number}"

    def _get(self, address: str, headers: Mapping[str, str] | None = None) -> Any:
        return self.client.get(address, headers=dict(headers or {})).raise_for_status().json()


@contextmanager
def started(port: int | None = None) -> Iterator[Systems]:
    """
    Start both sandboxes for the while, on any free ports, or on PORT and the next one. Raises NotStarted.

    They end with the block, and by themselves if this process is killed.
    """
    ports = (0, 0) if port is None else (port, port + 1)
    for one in ports:
        _must_be_free(one)
    with ExitStack() as stack:
        try:
            crm = stack.enter_context(SandboxProcess("bitrix24", port=ports[0]))
            tracker = stack.enter_context(SandboxProcess("redmine", port=ports[1]))
        except (RuntimeError, OSError) as error:
            raise NotStarted(str(error)) from error
        client = stack.enter_context(httpx.Client(timeout=PATIENCE, trust_env=False))
        yield Systems(crm, tracker, client)


def _must_be_free(port: int) -> None:
    if not port:
        return
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise NotStarted(f"port {port} of this machine cannot be had: {why}; choose another with --port") from error
