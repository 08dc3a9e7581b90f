"""The route of journals: a note that is edited, hidden or emptied."""

from ..wire import Answer
from .ask import MISSING, NOTHING, Ask, Refused
from .model import Issue, Journal
from .showing import seen_journals


def edit_note(ask: Ask, number: str) -> Answer:
    """Change a note, and no stamp of its issue; a journal that tells nothing any more goes away."""
    issue, journal = _seen(ask, number)
    project = ask.office.projects[issue.project_id]
    own = journal.user_id == ask.user.id and ask.office.may(ask.user, "edit_own_issue_notes", project)
    if not own:
        ask.need("edit_issue_notes", project)
    sent = ask.form("journal")
    if "notes" in sent:
        journal.notes = str(sent["notes"] or "")
    if "private_notes" in sent and ask.office.may(ask.user, "set_notes_private", project):
        journal.private = sent["private_notes"] in (True, 1, "1", "true")
    journal.updated_on, journal.updated_by = ask.office.now(), ask.user.id
    if not (journal.notes or "").strip() and not journal.details:
        issue.journals.remove(journal)
    return NOTHING


def _seen(ask: Ask, number: str) -> tuple[Issue, Journal]:
    """Return a journal that the caller sees. Raises Refused: 404, for a hidden one too."""
    for issue in ask.office.issues:
        for journal in issue.journals:
            if str(journal.id) != number or not ask.office.sees(ask.user, issue):
                continue
            if journal in seen_journals(issue, office=ask.office, user=ask.user):
                return issue, journal
    raise Refused(MISSING)
