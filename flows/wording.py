"""
Sentences for people: what went wrong and what to do next, in the words of whoever runs the hub.

Errors carry facts; here they become advice that names the command or the setting that helps.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from connectors.errors import RENEW, AuthFailed, ConnectorError, RetryLater
from flows.hub.applying import Moved, Stale
from flows.hub.casework import Busy as CaseBusy
from flows.hub.describing import NoSuchKind, NoSuchSystem
from flows.hub.documents.marking import NoSuchDocument, NotThere
from flows.hub.entering import NoSuchFact
from flows.hub.forgetting import NobodyKnown
from flows.hub.items import NoItems
from flows.hub.linking import Unlinkable
from flows.hub.looking import NoSuchCase
from flows.hub.missing import NotMissing
from flows.hub.noted import NoNotes
from flows.hub.parking import NoSuchEntry
from flows.hub.pausing import IsPaused
from flows.hub.people_answers import NobodyMeant
from flows.hub.plan_file import BadPlanFile
from flows.hub.running import AlreadyRunning
from flows.hub.undoing import NoSuchRun
from flows.hub.units import NotAllowed
from flows.hub.wiring import NoSuchSync
from mappings.canonical.show import Unreadable
from mappings.language import Problems
from mappings.reconcile import Unresolvable
from state.errors import Busy, LeaseLost, NoRoom, NotLetIn, OutOfDate, StateError, Taken, Unavailable, Unusable

Ending: TypeAlias = Literal["failed", "usage", "unreachable", "stopped"]
MOST_TOLD = 20


@dataclass(frozen=True)
class Advice:
    """What to tell, and what kind of end it is."""

    text: str
    ending: Ending


def advice(error: BaseException) -> Advice | None:
    """Return what to tell a person about *error*; None for one that nobody expected."""
    error = _first(error)
    return _of_a_person(error) or _of_a_system(error) or _of_the_hub(error)


def _first(error: BaseException) -> BaseException:
    """Parts of a pass run side by side; the first that failed says enough."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _of_a_person(error: BaseException) -> Advice | None:
    match error:
        case Problems():
            return Advice(f"{error}\nMend the files; `{error.again}` reads them again.", "usage")
        case NoSuchCase():
            return Advice(f"{error}; `casehub case list` shows those there are", "usage")
        case NotMissing():
            return Advice(f"{error}; `casehub deletions list` shows them", "usage")
        case NobodyKnown() | NobodyMeant():
            return Advice(str(error), "usage")
        case NoSuchRun():
            return Advice(f"{error}; `casehub log` lists them", "usage")
        case NoSuchDocument() | NotThere():
            return Advice(str(error), "usage")
        case NoSuchEntry():
            return Advice(f"{error}; `casehub parked list` shows what is", "usage")
        case NoSuchSync() | NoSuchSystem() | NoSuchKind() | NoSuchFact() | Unresolvable() | Unlinkable() | Unreadable():
            return Advice(str(error), "usage")
        case BadPlanFile() | NoItems() | NoNotes() | NotAllowed() | Taken():
            return Advice(str(error), "usage")
        case Stale():
            return _stale(error)
        case IsPaused():
            return Advice(f"{error}{error.pause.because}; `casehub resume {error.pause.sync}` lets it go on", "stopped")
    return None


def _of_a_system(error: BaseException) -> Advice | None:
    match error:
        case AuthFailed(system=system):
            said = str(error).removesuffix(f"; {RENEW}")  # whose, and where they stand, is said here
            text = f"{said}. Renew the credentials of {system} (hub.yaml, or the environment), then `casehub check`."
            return Advice(text, "unreachable")
        case RetryLater(system=system):
            return Advice(f"{error}\nIs {system} up? `casehub check` asks again.", "unreachable")
        case ConnectorError():
            return Advice(str(error), "failed")
    return None


def _of_the_hub(error: BaseException) -> Advice | None:
    match error:
        case OutOfDate():
            return Advice(str(error), "usage")
        case Busy() | LeaseLost() | CaseBusy() | AlreadyRunning():
            return Advice(f"{error}. Nothing is lost; the same command works in a moment.", "failed")
        case NoRoom():
            return Advice(
                f"{error}. Make room there; nothing is lost, and the next pass carries on from here.", "failed"
            )
        case Unusable():
            return Advice(
                f"{error}. May this user read and write the file under database: in hub.yaml, and its folder? "
                "Where it is damaged, put it aside and restore a copy: docs/guide/backup.md.",
                "failed",
            )
        case NotLetIn():
            text = f"{error}. Mend the address under database: in hub.yaml, or the variable that it names."
            return Advice(text, "failed")
        case Unavailable():
            return Advice(f"{error}. Does the address under database: in hub.yaml lead to a running one?", "failed")
        case StateError():
            return Advice(str(error), "failed")
        case ModuleNotFoundError(name="psycopg"):
            return Advice("a PostgreSQL database needs one more package: pip install 'casehub[postgres]'", "usage")
        case OSError(strerror=str(why), filename=str(name)):
            return Advice(f"{name}: {why}", "failed")
    return None


def unexpected(error: BaseException) -> str:
    """Return the one line about an error that nobody expected; it never shows what the error itself says."""
    name = type(_first(error)).__name__
    return f"something went wrong that should not ({name}); `casehub --debug …` shows where, and is worth a report"


# --- plans ------------------------------------------------------------------------------------------------------------


def _stale(error: Stale) -> Advice:
    if error.plan.trouble:
        told = "\n".join(f"  {why}" for why in error.plan.trouble.values())
        return Advice(f"the plan was not carried out: not every system answers.\n{told}", "unreachable")
    lines = ["the plan was not carried out: by now a pass would do something else.", *moved_lines(error.moved)]
    if not error.moved.mapping:
        lines.append("What has not moved can still be carried out: casehub apply FILE --still-valid")
    return Advice("\n".join([*lines, f"Make a new one: casehub plan {error.plan.sync} -o FILE"]), "stopped")


def moved_lines(moved: Moved) -> list[str]:
    """Return what has moved since a plan was made, the first of each kind."""
    lines = ["  the mappings have changed"] if moved.mapping else []
    for word, entries in (("new", moved.new), ("no longer", moved.gone), ("different", moved.changed)):
        lines += [f"  {word}: {entry}" for entry in entries[:MOST_TOLD]]
        lines += [f"  {word}: {len(entries) - MOST_TOLD} more"] if len(entries) > MOST_TOLD else []
    return lines


def stopped(sync: str, why: list[str]) -> str:
    """Return what a pass says that was stopped before it wrote anything."""
    lines = ["stopped before anything was written:", *(f"  {text}" for text in why)]
    return "\n".join([*lines, f"Look at it, then let it pass: casehub plan {sync} -o FILE; casehub apply FILE"])


def unreachable(trouble: dict[str, str]) -> str:
    """Return what is said of systems that a command could not talk to; it has done its work with the others."""
    lines = [why if why.startswith(name) else f"{name}: {why}" for name, why in sorted(trouble.items())]
    names = ", ".join(sorted(trouble))
    return "\n".join([*lines, f"Nothing was read from {names}, nor written there; `casehub check` asks again."])


def attention(conflicts: int, parked: int) -> str:
    """Return what is open on the attention list, with the commands that show it; nothing for nothing."""
    parts = [f"{many(conflicts, 'conflict')} (casehub conflicts list)"] if conflicts else []
    parts += [f"{parked} parked (casehub parked list)"] if parked else []
    return f"Attention: {', '.join(parts)}" if parts else ""


def left_behind(sync: str, cases: int) -> str:
    """Return what is said of the cases of a sync that is in no file any more."""
    whose = "1 case belongs" if cases == 1 else f"{cases} cases belong"
    return f"no sync is called {sync} any more, but {whose} to it: nobody reads or writes there until one is"


STEPS: dict[str, str] = {
    "rejected": "the system refused it: mend what it names, there or in the mapping; then `casehub parked retry`",
    "dropped": "the system took the write and kept what it had: look for a right, a lock or a rule there; then retry",
    "altered": "the system made something else of it: `casehub parked drop` leaves it; mend the rule there and retry",
    "unclear": "the system or a person changed it in that moment: `casehub conflicts list` asks which value is right",
    "drift": "nobody moved, its words mean something else now: `casehub plan -o FILE` shows the repair",
    "unreadable": "list the value in the mapping or change it there; it is read again by itself",
    "refused": "there is no word for it there: extend the mapping, or change the value; it is tried again by itself",
    "unknown person": "say who that is: `casehub people list --unknown`; all cases that wait follow by themselves",
    "emptied": "choose somebody there, or say at the hub who it is (`casehub case set`); `parked drop` leaves it empty",
    "no way": "move the record there by hand, or give the hub's account the role that may; then `casehub parked retry`",
    "lossy": "allow it with `lossy: true` in the mapping, or edit it there by hand",
    "unseen": "show the field to the hub's account, or take it out of the mapping (FIELD: null)",
    "gone": "the record is gone: link another one (`casehub case link`), or `casehub parked drop`",
    "overwritten": "somebody's edit was written over: bring it back with `casehub case set`, or `casehub parked drop`",
    "undoing": "an undo is on its way through the workflow there: the next pass goes on",
    "undone": "an undo took it back here and left its source: say which counts with `casehub case set`, or drop it",
    "deleting": "what the hub has made there is being taken away; the next pass goes on",
    "not deleted": "look at it there: delete it by hand, or `casehub parked drop` and it goes on taking part",
    "in doubt": "look for it there: made: `casehub case link KEY SYSTEM ID`; not made: `casehub parked retry KEY`",
    "left scope": "it takes no part any more; change the record, or `leave_when:` in the mapping, and it is back",
    "unlinked": "say whose it is (`casehub case link`), delete the copy there, or `casehub parked drop`",
    "double": "two records of one purpose: keep one, delete the other there, then `casehub parked drop`",
    "fault": "the system sends a record that cannot be read: mend it there; it is read again by itself",
    "older": "was a backup restored there? `casehub parked retry` compares case and record as when they first met",
    "not copied": "allow it (`files:` in hub.yaml, the system's own limit), or leave it: `casehub parked drop`",
    "missing": "enter the facts that it names; the next pass makes the document",
    "name": "enter the facts of its name, or change `name:` under documents: in hub.yaml",
    "template": "mend the template; the next pass reads it again",
    "taken": "rename what has that name there, then `casehub sync --full`",
    "block": "mend the two comments around the facts; until then the page is left alone",
    "moved": "nothing: the hub follows, and puts the new address everywhere",
    "changed": "send it again (`casehub documents sent`), or go on working on it (`casehub documents draft`)",
    "outdated": "`casehub documents draft` brings it up to date",
    "in": "edit it in its own system, or map it with `direction: both`",
    "out": "the hub's next change replaces it there; say it at the hub instead (`casehub case set`)",
}


def next_step(code: str) -> str:
    """Return what a person can do about something that is parked for the reason *code*."""
    return STEPS.get(code, "mend what it says, then `casehub parked retry`, or leave it: `casehub parked drop`")


def many(count: int, word: str) -> str:
    """Return ``1 conflict``, ``2 conflicts``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
