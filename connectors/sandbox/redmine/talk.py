"""The part of the page that is about comments and files: what a person sees of them, and does with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from html import escape
from urllib.parse import urlencode

from ..page import Html, Input, form, heading, link, table
from ..wire import Answer, Request, see_other
from .ask import Ask, Refused
from .attributes import Taken, take
from .files import download, keep
from .installation import Installation
from .model import Issue, Journal, User
from .notes import edit_note
from .saving import Saved, faults, update

UPLOAD_TYPE = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Done:
    """What a person gets to see, and what has to be told to others."""

    answer: Answer
    saved: Saved | None = None


class Talk:
    """``POST /journals/{id}`` edits a comment, ``POST /files/{issue}`` attaches a file, ``GET`` reads one."""

    def __init__(self, office: Installation, say: Callable[[str, str], str]) -> None:
        self._office = office
        self._say = say

    # --- what is shown ------------------------------------------------------------------------------------------------

    def note_form(self, issue: Issue, journal: Journal, user: User, *, hidden: Sequence[Input]) -> Html:
        """A form around a comment that the person may edit; emptying it takes it away."""
        project = self._office.projects[issue.project_id]
        own = journal.user_id == user.id and self._office.may(user, "edit_own_issue_notes", project)
        if not journal.notes or not (own or self._office.may(user, "edit_issue_notes", project)):
            return Html("")
        note = Input("notes", self._say("Примечание", "Note"), journal.notes.replace("\r\n", "\n"), "area")
        made = form(f"/journals/{journal.id}", [*hidden, note], button=self._say("Исправить", "Edit"))
        return Html(made.text.replace("<form ", '<form class="quiet" ', 1))

    def files(self, issue: Issue, user: User, *, hidden: Sequence[Input]) -> list[Html]:
        """The files of an issue, and a form to attach one."""
        rows = (
            (
                link(f"/files/{each.id}?as={user.id}", each.filename),
                f"{len(each.content)}",
                each.content_type,
                str(self._office.name_of(each.author_id)["name"]),
            )
            for each in issue.attachments
        )
        heads = (self._say("Файл", "File"), self._say("Байт", "Bytes"), self._say("Вид", "Type"), "")
        query = escape(urlencode({each.name: str(each.value) for each in hidden}))
        label = self._say("Приложить файл", "Attach a file")
        attach = Html(
            f'<form class="quiet" method="post" enctype="{UPLOAD_TYPE}" action="/files/{issue.id}?{query}">'
            f'<label for="file">{escape(label)}</label><input type="file" id="file" name="file" required>'
            f"<button>{escape(label)}</button></form>"
        )
        return [heading(self._say("Файлы", "Files")), table(heads, rows), attach]

    # --- what is done -------------------------------------------------------------------------------------------------

    def answer(self, request: Request, parts: Sequence[str], *, user: User) -> Done:
        """Carry out what a person asks for. Raises Refused."""
        match request.method, parts:
            case "GET", [_, number]:
                return Done(download(Ask(request, self._office, user, ()), number))
            case "POST", ["journals", number]:
                return self._edited(request, number, user)
            case _, [_, number]:
                return self._attached(request, number, user)
        raise Refused(Answer(404))

    def _edited(self, request: Request, number: str, user: User) -> Done:
        issue = next((each for each in self._office.issues if any(str(j.id) == number for j in each.journals)), None)
        notes = dict(request.form()).get("notes", "")
        edit_note(Ask(request, self._office, user, (), {"journal": {"notes": notes}}), number)
        return Done(see_other(f"/issues/{issue.id if issue else 0}?as={user.id}"))

    def _attached(self, request: Request, number: str, user: User) -> Done:
        before = self._office.issues.get(int(number)) if number.isdigit() else None
        if before is None or not self._office.sees(user, before):
            raise Refused(Answer(404))
        name, content, kind = file_of(request)
        made = keep(content, name, user=user, office=self._office, kind=kind)
        sent = {"uploads": [{"token": f"{made.id}.{made.digest}"}]}
        taken: Taken = take(sent, before=before, user=user, office=self._office)
        if len(content) > self._office.settings.largest_file or faults(
            taken, before=before, user=user, office=self._office
        ):
            raise Refused(Answer(422))
        saved = update(taken, before=before, user=user, office=self._office)
        return Done(see_other(f"/issues/{number}?as={user.id}"), saved)


def file_of(request: Request) -> tuple[str, bytes, str]:
    """Return name, content and type of the one file of a form. Raises Refused where there is none."""
    head = f"content-type: {request.headers.get('content-type', '')}\r\n\r\n".encode("latin-1")
    whole = BytesParser(policy=policy.HTTP).parsebytes(head + request.body)
    for part in whole.iter_parts() if whole.is_multipart() else ():
        name = part.get_filename()
        if name:
            content = part.get_payload(decode=True)
            return name, content if isinstance(content, bytes) else b"", part.get_content_type()
    raise Refused(Answer(422))
