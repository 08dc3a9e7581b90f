"""`casehub user …`: who may look at the page."""

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from .opening import the_hub
from .terminal import AsJson, By, emit, say, table, tell, terminal

if TYPE_CHECKING:
    from flows.hub.wiring import Installation
    from state.accounts import Account

user = typer.Typer(help="Who may look at the page.", no_args_is_help=True, rich_markup_mode=None)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="The login; large and small letters are one.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="viewer, participant, manager, head or admin.")]
RoleOf = Annotated[str, typer.Option("--role", metavar="ROLE", help="viewer, participant, manager, head or admin.")]
Level = Annotated[
    str, typer.Option("--level", metavar="LEVEL", help="own, team, department or all; otherwise the role's usual one.")
]
Name = Annotated[str, typer.Option("--name", help="What they are called on the page.")]
Person = Annotated[
    str, typer.Option("--person", metavar="EMAIL|KEY", help="What cases know them by; otherwise the login.")
]
InUnit = Annotated[str, typer.Option("--unit", metavar="NAME", help="The unit they belong to.")]
Language = Annotated[str, typer.Option("--language", metavar="en|ru", help="Otherwise their browser says it.")]
Ask = Annotated[bool, typer.Option("--password", help="Ask for a password.")]
FromEnv = Annotated[str, typer.Option("--password-env", metavar="NAME", help="Take the password from this variable.")]
Enable = Annotated[bool, typer.Option("--enable", help="Let them in again.")]
TokenName = Annotated[str, typer.Argument(metavar="[NAME]", help="What the new token is for.")]
Days = Annotated[int, typer.Option("--days", metavar="N", min=1, max=366, help="So many days the new token is good.")]
Drop = Annotated[str, typer.Option("--drop", metavar="ID", help="Have this token let nobody in any more.")]


@user.command()
def add(
    ctx: typer.Context,
    login: Login,
    *,
    role: RoleOf = "participant",
    level: Level = "",
    name: Name = "",
    person: Person = "",
    unit: InUnit = "",
    language: Language = "",
    password: Ask = False,
    password_env: FromEnv = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """
    Let somebody in. Without a password they get a link that lets them in once.

    \b
    Examples:
      casehub user add anna@example.org --role admin
      casehub user add boris@example.org --name "Борис Орлов" --role manager --unit "Пресейл"
      casehub user add robot --role viewer --level all --password-env ROBOT_PASSWORD
    """
    from flows.hub import accounts

    secret = _password(login, ask=password, variable=password_env)
    wanted = accounts.Wanted(login, name, person, role, level or None, unit, _language(language))
    with the_hub(terminal(ctx)) as installation:
        hashed = accounts.Passwords().hashed(secret) if secret else None
        made = accounts.make(installation.store, wanted, by=by, hash_=hashed)
        link = "" if hashed else _link(installation, made, by=by)
        belongs = _unit(installation, made)
    if as_json:
        emit({**_form(made, belongs), "link": link or None})
        return
    say(f"{made.login} may come in: {made.role}, level {made.level}")
    if link:
        say(link)
        tell("good once, for a day")


def _password(login: str, *, ask: bool, variable: str) -> str:
    from flows.hub import accounts

    if variable:
        found = os.environ.get(variable, "")
        if not found:
            raise typer.BadParameter(f"${variable} is not set", param_hint="--password-env")
    elif ask:
        found = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        return ""
    accounts.sound(found, login=accounts.login_of(login))
    return found


def _language(name: str) -> str | None:
    if name not in ("", "en", "ru"):
        raise typer.BadParameter("en or ru", param_hint="--language")
    return name or None


def _link(installation: "Installation", account: "Account", *, by: str) -> str:
    from flows.hub import accounts

    page = installation.hub.page or "http://127.0.0.1:8080"
    return page + accounts.link_path(accounts.make_link(installation.store, account, by=by))


def _unit(installation: "Installation", account: "Account") -> str | None:
    """Return the name of the unit that somebody belongs to."""
    from state import accounts

    return next((one.name for one in accounts.units(installation.store) if one.id == account.unit), None)


def _form(account: "Account", unit: str | None) -> dict[str, object]:
    names = ("login", "name", "person", "role", "level", "language", "disabled")
    return {**{one: getattr(account, one) for one in names}, "unit": unit, "password": account.hash is not None}


@user.command("list")
def list_(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """
    List who may look at the page.

    \b
    Example:
      casehub user list
    """
    from state import accounts

    with the_hub(terminal(ctx)) as installation:
        units = {one.id: one.name for one in accounts.units(installation.store)}
        found = [(one, units.get(one.unit or "")) for one in accounts.accounts(installation.store)]
    if as_json:
        emit([_form(one, unit) for one, unit in found])
    elif found:
        rows = [[one.login, one.name, one.role, one.level, unit, _state(one)] for one, unit in found]
        table(["login", "name", "role", "level", "unit", ""], rows)
    else:
        tell("nobody may look at the page yet: casehub user add LOGIN --role admin")


def _state(account: "Account") -> str:
    return "disabled" if account.disabled else "" if account.hash else "no password"


@user.command()
def role(
    ctx: typer.Context,
    login: Login,
    given: Role,
    *,
    level: Level = "",
    unit: InUnit = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """
    Give somebody another role, and the level that is usual for it unless --level says another.

    \b
    Examples:
      casehub user role boris@example.org head
      casehub user role boris@example.org participant --level team --unit "Пресейл"
    """
    from flows.hub import accounts
    from flows.hub.rights import USUAL
    from flows.hub.units import unit_named

    known = accounts.role_of(given)
    to: dict[str, object] = {"role": known, "level": accounts.level_of(level) if level else USUAL[known]}
    with the_hub(terminal(ctx)) as installation:
        if unit:
            to["unit"] = unit_named(installation.store, unit).id
        changed = accounts.change(installation.store, login, to, by=by)
        belongs = _unit(installation, changed)
    _told(_form(changed, belongs), f"{changed.login} is {changed.role} now, level {changed.level}", as_json=as_json)


def _told(form: dict[str, object], text: str, *, as_json: bool) -> None:
    emit(form) if as_json else say(text)


@user.command()
def password(
    ctx: typer.Context, login: Login, *, password_env: FromEnv = "", by: By = "", as_json: AsJson = False
) -> None:
    """
    Give somebody another password: it is asked for, or comes from a variable. They are signed out everywhere.

    \b
    Examples:
      casehub user password anna@example.org
      casehub user password robot --password-env ROBOT_PASSWORD
    """
    from flows.hub import accounts

    with the_hub(terminal(ctx)) as installation:
        found = accounts.account_named(installation.store, login)
        secret = _password(login, ask=True, variable=password_env)
        accounts.set_password(installation.store, found, accounts.Passwords().hashed(secret), by=by)
        changed = accounts.account_named(installation.store, login)
        belongs = _unit(installation, changed)
    _told(_form(changed, belongs), f"{found.login} has another password", as_json=as_json)


@user.command()
def link(ctx: typer.Context, login: Login, *, by: By = "", as_json: AsJson = False) -> None:
    """
    Make a link that lets somebody in once, within a day. An earlier one counts no longer.

    \b
    Example:
      casehub user link anna@example.org
    """
    from flows.hub import accounts

    with the_hub(terminal(ctx)) as installation:
        found = accounts.account_named(installation.store, login)
        address = _link(installation, found, by=by)
    emit({"login": found.login, "link": address}) if as_json else say(address)


@user.command()
def disable(ctx: typer.Context, login: Login, *, enable: Enable = False, by: By = "", as_json: AsJson = False) -> None:
    """
    Let somebody in no longer: they are signed out, and their tokens are gone. Their history stays.

    \b
    Examples:
      casehub user disable boris@example.org
      casehub user disable boris@example.org --enable
    """
    from flows.hub import accounts

    with the_hub(terminal(ctx)) as installation:
        changed = accounts.change(installation.store, login, {"disabled": not enable}, by=by)
        belongs = _unit(installation, changed)
    text = f"{changed.login} may come in again" if enable else f"{changed.login} may come in no longer"
    _told(_form(changed, belongs), text, as_json=as_json)


@user.command()
def token(
    ctx: typer.Context,
    login: Login,
    name: TokenName = "",
    *,
    days: Days = 90,
    drop: Drop = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """
    Make a token for a program that asks as somebody; without NAME list theirs. It is shown once.

    \b
    Examples:
      casehub user token anna@example.org "weekly report" --days 365
      casehub user token anna@example.org
      casehub user token anna@example.org --drop 3f2a90c1d4e5b6a7
    """
    from flows.hub import accounts
    from state import entrance

    with the_hub(terminal(ctx)) as installation:
        found = accounts.account_named(installation.store, login)
        if drop and not accounts.drop_token(installation.store, found, drop, by=by):
            raise typer.BadParameter(f"{found.login} has no token {drop!r}", param_hint="--drop")
        lasts = timedelta(days=days)
        secret = accounts.make_token(installation.store, found, name, by=by, lasts=lasts)[0] if name else ""
        there = entrance.tokens(installation.store, found.id)
    listed = [{"id": one.id, "name": one.name, "used": _at(one.used), "ends": _at(one.expires)} for one in there]
    if as_json:
        emit({"login": found.login, "token": secret or None, "tokens": listed})
    elif secret:
        say(secret)
        tell("this is shown once; send it as: Authorization: Bearer …")
    elif listed:
        names = ("id", "name", "used", "ends")
        table(["id", "name", "last used", "ends"], [[one[name] for name in names] for one in listed])
    else:
        tell(f"{found.login} has no tokens")


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
