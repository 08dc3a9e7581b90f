"""What an enemy types into fields: sequences that clear, retitle and fake a terminal, and words that run elsewhere."""

import re

from tests.flows.cli.cli_builders import CliHub

CLEAR = "\x1b[2J\x1b[H"
TITLE = "\x1b]0;owned\x07"
PASTE = "\x1b]52;c;cm0gLXJmIH4=\x1b\\"
C1 = "\x9b31m"
HIDE = "a\rb\x08c"
TURNED = "\u202etxt.exe\u2066"
RICH = "[bold][link=https://evil.test]здесь[/link]"
SEQUENCES = (CLEAR, TITLE, PASTE, C1, HIDE, TURNED, "\x00", "\x7f", "\x0e")
EVIL = f"Сделка {CLEAR}{TITLE}{PASTE}{C1}{HIDE}{TURNED}{RICH}\x7f"
ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def attacked(hub: CliHub) -> CliHub:
    """Let an enemy fill *hub*: a case, a conflict about its title, and a change that is not yet written."""
    hub.deal(EVIL, client=EVIL, next_step=EVIL, description=EVIL, channel=EVIL, contact=EVIL)
    hub.done("sync")
    hub.edit("crm", "1", title=EVIL + "1")
    hub.edit("trk", "1", title=EVIL + "2")
    hub.run("sync")
    hub.edit("crm", "1", next_step=EVIL + "3")
    return hub
