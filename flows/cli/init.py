"""`casehub init`: a hub to begin with."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .terminal import FAILED, UNREACHABLE, USAGE, AsJson, emit, progress, say, tell, terminal

if TYPE_CHECKING:
    from connectors.settings import SettingKey
    from flows.hub.beginning import Answers, Met, Proposal

AnswersFile = Annotated[
    Path | None,
    typer.Option(
        "--answers", metavar="FILE", help="Read the answers from a YAML file; ask nothing.", show_default=False
    ),
]


def init(ctx: typer.Context, *, answers: AnswersFile = None, as_json: AsJson = False) -> None:
    """
    Begin a hub: try two systems, ask what they have, and write hub.yaml and two mappings with guesses.

    What is guessed by name is marked `# guess` in the files: look at those lines, then at `casehub check` and
    `casehub plan`, which it ends with. Nothing is written into any system, and no file that is there is written over.

    \b
    Examples:
      casehub init
      casehub init --answers answers.yaml

    \b
    A file of answers:
      timezone: Europe/Moscow
      systems:
        crm: {type: tryton, url: "${TRYTON_URL}", database: tryton, user: hub, password: "${TRYTON_PASSWORD}"}
        tracker: {type: redmine, url: "${REDMINE_URL}", key: "${REDMINE_KEY}", project: presales}
      opens: crm
      makes: tracker
      take: {tracker: {tracker: Case}}
      currency: EUR
    """
    from flows.hub.beginning import AlreadyThere, BadAnswers, NotMet, write

    folder = terminal(ctx).folder
    environment = dict(os.environ)
    try:
        if (folder / "hub.yaml").exists():
            raise AlreadyThere(f"{folder} is a hub already; begin in another folder: casehub --hub DIR init")
        given = _read(answers) if answers is not None else _asked(environment)
        met, proposal = _proposed(given, environment, quiet=as_json)
        write(folder, proposal.files)
    except (AlreadyThere, BadAnswers) as error:
        tell(str(error))
        raise typer.Exit(USAGE) from None
    except NotMet as error:
        tell(str(error))
        raise typer.Exit(UNREACHABLE) from None
    if as_json:
        emit({"folder": str(folder.resolve()), "files": sorted(proposal.files), "guesses": proposal.guesses})
        return
    _told(folder, met, proposal)
    _checked(ctx)


def _read(path: Path) -> "Answers":
    from flows.hub.beginning import BadAnswers, read_answers

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadAnswers(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadAnswers(f"{path} is not UTF-8; save it in that encoding") from None
    try:
        return read_answers(text)
    except BadAnswers as error:
        raise BadAnswers(f"{path}: {error}") from None


def _proposed(given: "Answers", environment: Mapping[str, str], *, quiet: bool) -> "tuple[dict[str, Met], Proposal]":
    import asyncio

    from flows.hub.beginning import meet, propose
    from flows.hub.files import read_catalog
    from mappings.guess import read_synonyms

    with progress("trying both systems", quiet=quiet):
        met = asyncio.run(meet(given, environment))
    return met, propose(given, met, read_synonyms(read_catalog()["synonyms.yaml"]))


def _told(folder: Path, met: "Mapping[str, Met]", proposal: "Proposal") -> None:
    from flows.hub.beginning.proposing import guesses_in

    for one in met.values():
        account = one.discovery.account
        say(f"{one.name} ({one.type}): reachable{f' as {account.name}' if account else ''}")
    for name, text in proposal.files.items():
        count = guesses_in(text)
        told = f"{count} {'guess' if count == 1 else 'guesses'}, marked `# guess`" if count else "nothing guessed"
        say(f"{folder / name}: {told}")
    say()


def _checked(ctx: typer.Context) -> None:
    """End with what the files come to: `check`, and the plan if there is nothing to mend."""
    from .checks import check
    from .plans import plan

    say("casehub check")
    try:
        check(ctx)
    except typer.Exit as end:
        if end.exit_code:
            tell("Mend the files, then: casehub check; casehub plan")
            raise typer.Exit(FAILED) from None
    say("\ncasehub plan")
    plan(ctx)


# --- at a terminal ------------------------------------------------------------------------------------------------


def _asked(environment: dict[str, str]) -> "Answers":
    """Ask for everything at the terminal; secrets are asked for hidden and kept in this process only."""
    from flows.hub.beginning import Answers
    from flows.hub.beginning.meeting import case_kinds

    types = sorted(case_kinds())
    systems: dict[str, dict[str, Any]] = {}
    names: list[str] = []
    for what, usual in (("Where are cases born (the CRM)", "crm"), ("Where do they appear (the tracker)", "tracker")):
        say(f"{what}? There is: {', '.join(types)}")
        type_name = _choice("  type", types)
        name = _name(usual, names)
        systems[name] = {"type": type_name, **_settings(type_name, environment)}
        names.append(name)
    timezone = typer.prompt("Time zone of days without a time", default="Europe/Moscow")
    currency = typer.prompt("Currency where a field holds only a number", default="RUB")
    take = {name: clauses for name in names if (clauses := _clauses(name))}
    return Answers(systems, names[0], names[1], timezone, take=take, currency=currency)


def _choice(text: str, words: list[str]) -> str:
    while True:
        given = str(typer.prompt(text)).strip()
        if given in words:
            return given
        tell(f"    there is no {given!r}; there is: {', '.join(words)}")


def _name(usual: str, taken: list[str]) -> str:
    while (name := str(typer.prompt("  its name in this hub", default=usual)).strip()) in taken:
        tell(f"    {name!r} is the name of the first one; give this one another")
    return name


def _settings(type_name: str, environment: dict[str, str]) -> dict[str, Any]:
    from connectors import connector_class
    from connectors.settings import setting_keys

    found: dict[str, Any] = {}
    for key in setting_keys(connector_class(type_name).settings_model):
        if key.required or key.name in ("project", "database"):
            value = _setting(type_name, key, environment)
            if value != "":
                found[key.name] = value
    return found


def _setting(type_name: str, key: "SettingKey", environment: dict[str, str]) -> Any:
    if key.kind != "secret":
        return typer.prompt(f"  {key.name} ({key.meaning})", default=None if key.required else "", show_default=False)
    variable = typer.prompt(
        f"  {key.name} ({key.meaning}): name of the variable that holds it", default=f"{type_name}_{key.name}".upper()
    )
    if variable not in environment:
        environment[variable] = typer.prompt(f"  ${variable} is not set; its value, for now", hide_input=True)
        os.environ[variable] = environment[variable]  # for the check and the plan that follow, in this process only
        tell(f"    set it wherever the hub runs: export {variable}=…")
    return f"${{{variable}}}"


def _clauses(name: str) -> dict[str, str]:
    """Ask until the answer says which: one that is not understood must not let every record take part."""
    question = f"Which records of {name} take part, as PLACE=VALUE (tracker=Case); empty: all"
    while given := str(typer.prompt(question, default="", show_default=False)).strip():
        place, _, value = (part.strip() for part in given.partition("="))
        if place and value:
            return {place: value}
        tell(f"    {given!r} is no PLACE=VALUE")
    return {}
