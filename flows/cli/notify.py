"""`casehub notify`: tell people what waits for them."""

from typing import TYPE_CHECKING, Annotated

import typer

from .opening import the_hub
from .terminal import FAILED, USAGE, AsJson, emit, say, tell, terminal

if TYPE_CHECKING:
    from flows.hub.wiring import Installation

Test = Annotated[bool, typer.Option("--test", help="Send a message that only says that notices arrive.")]


def notify(ctx: typer.Context, *, test: Test = False, as_json: AsJson = False) -> None:
    """
    Send the notices that are due: what is new on the attention list, and the digest of the day.

    The housekeeping schedule does so every few minutes; where none runs, have cron give this command.

    \b
    Examples:
      casehub notify
      casehub notify --test
    """
    from flows.hub.notices import notify as tell_people
    from flows.hub.notices.sending import send

    with the_hub(terminal(ctx)) as installation:
        if not installation.hub.notify.attention:
            tell('hub.yaml names nobody: write `notify: {attention: "mailto://…"}`')
            raise typer.Exit(USAGE)
        if test:
            _test(installation, as_json=as_json)
            return
        told = tell_people(installation, send)
    form = {"new": told.new, "digests": told.digests, "refused": told.refused}
    if as_json:
        emit(form)
    else:
        say(f"told of {told.new} new entries, sent {told.digests} digests")
    _refused(told.refused)


def _test(installation: "Installation", *, as_json: bool) -> None:
    from flows.hub.notices import Notice
    from flows.hub.notices.sending import send

    notice = Notice("Casehub: a test", "Notices of this hub arrive here.\n")
    addresses = [secret.get_secret_value() for secret in installation.hub.notify.attention]
    refused = [number for number, address in enumerate(addresses, 1) if not send(address, notice)]
    if as_json:
        emit({"addresses": len(addresses), "refused": refused})
    else:
        say(f"sent to {len(addresses) - len(refused)} of {len(addresses)} addresses")
    _refused(refused)


def _refused(numbers: list[int]) -> None:
    if numbers:
        listed = ", ".join(f"no. {number}" for number in numbers)
        tell(f"not taken by notify.attention {listed}; check the address, its password, and that its server answers")
        raise typer.Exit(FAILED)
