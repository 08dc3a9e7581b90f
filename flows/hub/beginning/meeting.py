"""Try the systems that were named, and ask them what they have."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.errors import ConnectorError
from mappings.exchange import Discovery
from mappings.language import Problems

from ..describing import discover
from ..files import read_catalog
from ..wiring import Installation, Maker, install_systems, make_connector
from .answers import Answers, BadAnswers
from .writing import systems_text


class NotMet(RuntimeError):
    """A system could not be met; the message says which and why."""


@dataclass(frozen=True)
class Met:
    """A system that takes part: what it offers for the KIND of record that is a case, and the shipped mapping of it."""

    name: str
    type: str
    discovery: Discovery
    shipped: str


async def meet(answers: Answers, environment: Mapping[str, str], make: Maker = make_connector) -> dict[str, Met]:
    """
    Return name -> system, both tried and asked.

    Raises BadAnswers where settings are wrong, NotMet where a system does not let us in or has nothing that is a case.
    """
    with tempfile.TemporaryDirectory(prefix="casehub-init-") as place:
        folder = Path(place)
        (folder / "hub.yaml").write_text(systems_text(answers), encoding="utf-8")
        try:
            installation = install_systems(folder, environment)
        except Problems as problems:
            raise BadAnswers("\n".join(one.text for one in problems.problems)) from problems
        try:
            return {name: await _met(installation, name, make) for name in (answers.opens, answers.makes)}
        except Problems as problems:
            raise NotMet(str(problems)) from problems
        finally:
            installation.store.close()


async def _met(installation: Installation, name: str, make: Maker) -> Met:
    kinds = case_kinds()
    type_name = installation.hub.systems[name].type
    kind = kinds.get(type_name)
    if kind is None:
        raise NotMet(f"{name}: a {type_name} has no records that are cases; {', '.join(kinds)} have")
    try:
        [found] = await discover(installation, name, kind=kind, make=make)
    except ConnectorError as error:
        raise NotMet(str(error)) from error
    return Met(name, type_name, found, read_catalog()[f"{type_name}/{kind}.yaml"])


def case_kinds() -> dict[str, str]:
    """Return type of system -> the kind of record that its shipped mapping makes a case of."""
    found = {}
    for name, text in read_catalog().items():
        type_name, _, file = name.partition("/")
        if file and "entity: case" in text:
            found[type_name] = file.removesuffix(".yaml")
    return found
