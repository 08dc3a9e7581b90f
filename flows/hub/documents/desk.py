"""Where documents are made: what hub.yaml says of them, their templates, and the systems they live in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.base import Connector
from connectors.errors import ConnectorError, Gone, Rejected
from connectors.mediawiki import MediaWikiConnector
from connectors.webdav import WebDavConnector
from mappings.documents import Flawed
from mappings.language import Problem, Problems
from mappings.language.model import Sync
from mappings.language.read_documents import DocumentSpec, load_documents, template_facts

from ..files import HUB_FILE, read_hub
from ..wiring import Installation, Maker, make_connector
from .folders import Folders
from .pages import Pages

ENDING = ".wiki"
"""Of a template of a page that lies beside hub.yaml; any other name is that of a page in the wiki."""
LARGEST = 1_000_000


@dataclass(frozen=True)
class Desk:
    """The documents of one sync; CONNECTORS are not open."""

    specs: tuple[DocumentSpec, ...]
    connectors: Mapping[str, Connector]
    folder: Path
    known: frozenset[str]
    zone: str

    def of(self, system: str) -> list[DocumentSpec]:
        return [spec for spec in self.specs if spec.system == system]

    @property
    def systems(self) -> list[str]:
        return sorted({spec.system for spec in self.specs})

    async def maker(self, spec: DocumentSpec) -> Pages | Folders:
        """Return what makes *spec*, its template read and checked. Raises `Problems` and the connector's errors."""
        connector = self.connectors[spec.system]
        try:
            if isinstance(connector, WebDavConnector):
                return await Folders.load(connector, spec.template, known=self.known, zone=self.zone)
            if isinstance(connector, MediaWikiConnector):
                text = await self._page(connector, spec)
                return Pages(connector, text, known=self.known, zone=self.zone)
        except Flawed as error:
            place = spec.template if spec.template.endswith(ENDING) else f"{spec.system}: {spec.template}"
            raise Problems([Problem(place, flaw.line, flaw.text) for flaw in error.flaws]) from error
        except (Gone, Rejected) as error:
            reason = getattr(error, "reason", "") or str(error)
            raise Problems([spec.marks["template"].problem(f"{spec.template!r} cannot be read: {reason}")]) from error
        text = f"{spec.system} holds no documents; a mediawiki or a webdav does"
        raise Problems([spec.marks["system"].problem(text)])

    async def _page(self, connector: MediaWikiConnector, spec: DocumentSpec) -> str:
        if spec.template.endswith(ENDING):
            return _beside(self.folder, spec)
        page = await connector.titled(spec.template)
        if page is None:
            raise Gone(f"there is no page {spec.template!r}", system=spec.system)
        return str(page.views["text"] or "")


def _beside(folder: Path, spec: DocumentSpec) -> str:
    """Return the text of the template that lies beside hub.yaml. Raises `Problems`."""
    mark = spec.marks["template"]
    if "/" in spec.template or "\\" in spec.template:
        raise Problems([mark.problem(f"{spec.template!r} must lie beside {HUB_FILE} itself")])
    try:
        with (folder / spec.template).open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Problems([mark.problem(f"{spec.template!r} has more than {LARGEST} bytes")])
        return content.decode("utf-8-sig")
    except OSError as error:
        raise Problems([mark.problem(f"{spec.template!r} cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise Problems([mark.problem(f"{spec.template!r} is not UTF-8; save it in that encoding")]) from error


def desk_of(installation: Installation, sync: Sync, make: Maker = make_connector) -> Desk | None:
    """
    Return the desk of *sync*, None where its cases get no documents; nothing is opened.

    Templates beside hub.yaml are looked at here, so that a mistake in one is told before anything runs. Raises
    `Problems`.
    """
    specs = tuple(spec for spec in documents_in(installation) if spec.sync == sync.name)
    if not specs:
        return None
    connectors = {system: make(installation, system) for system in sorted({spec.system for spec in specs})}
    desk = Desk(specs, connectors, installation.folder, template_facts(sync.facts), installation.hub.timezone)
    problems: list[Problem] = []
    for spec in specs:
        problems += _at_once(desk, spec)
    if problems:
        raise Problems(problems)
    return desk


def documents_in(installation: Installation) -> tuple[DocumentSpec, ...]:
    """Return all documents that hub.yaml names. Raises `Problems`."""
    files, _ = read_hub(installation.folder)
    text = files[HUB_FILE]
    return load_documents(text, installation.hub) if "documents" in text else ()


def stores_of(installation: Installation) -> frozenset[str]:
    """Return the systems that documents are in; none where what hub.yaml says of them is wrong."""
    try:
        return frozenset(spec.system for spec in documents_in(installation))
    except Problems:
        return frozenset()


def _at_once(desk: Desk, spec: DocumentSpec) -> Sequence[Problem]:
    """What can be told without asking any system."""
    connector = desk.connectors[spec.system]
    if not isinstance(connector, MediaWikiConnector | WebDavConnector):
        return [spec.marks["system"].problem(f"{spec.system} holds no documents; a mediawiki or a webdav does")]
    if isinstance(connector, WebDavConnector) or not spec.template.endswith(ENDING):
        return []
    try:
        Pages(connector, _beside(desk.folder, spec), known=desk.known, zone=desk.zone)
    except Flawed as error:
        return [Problem(spec.template, flaw.line, flaw.text) for flaw in error.flaws]
    except Problems as error:
        return error.problems
    return []


def documents_at_once(installation: Installation) -> tuple[Problem, ...]:
    """Return what is wrong with documents and can be told without asking any system."""
    problems: list[Problem] = []
    for sync in installation.hub.syncs.values():
        try:
            desk_of(installation, sync)
        except Problems as error:
            problems += error.problems
    return tuple(sorted(set(problems)))


async def check_documents(installation: Installation, make: Maker = make_connector) -> tuple[Problem, ...]:
    """Read every template where it lies, and return what is wrong; systems that cannot be reached are left out."""
    problems: list[Problem] = []
    for sync in installation.hub.syncs.values():
        try:
            desk = desk_of(installation, sync, make)
        except Problems as error:
            problems += error.problems
            continue
        for spec in desk.specs if desk else ():
            problems += await _read(desk, spec) if desk else ()
    return tuple(sorted(set(problems)))


async def _read(desk: Desk, spec: DocumentSpec) -> Sequence[Problem]:
    try:
        async with desk.connectors[spec.system]:
            await desk.maker(spec)
    except Problems as error:
        return error.problems
    except ConnectorError:
        return ()
    return ()
