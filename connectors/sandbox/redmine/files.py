"""The routes of files: handed in as octets, attached by a token, read, renamed, taken away."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..wire import Answer, json_answer
from .ask import MISSING, NOTHING, Ask, Refused, invalid
from .installation import Installation
from .model import Attachment, Detail, Issue, Journal, User
from .showing import attachment_row
from .wording import fault, sentence

LONGEST_NAME = 255
OCTETS = "application/octet-stream"


def upload(ask: Ask) -> Answer:
    """Take a file as octets and give a token for it."""
    if ask.request.content_type != OCTETS:
        raise Refused(Answer(406))
    name, language = clean_name(ask.text("filename")), ask.user.language
    largest = ask.office.settings.largest_file
    wrong = [fault("filename", "long", language)] if len(name) > LONGEST_NAME else []
    if len(ask.request.body) > largest:
        wrong.append(sentence("too_big", language, largest=str(largest)))
    if wrong:
        raise invalid(wrong)
    made = keep(ask.request.body, name, user=ask.user, office=ask.office, kind=ask.text("content_type"))
    return json_answer({"upload": {"id": made.id, "token": f"{made.id}.{made.digest}"}}, 201)


def keep(content: bytes, name: str, *, user: User, office: Installation, kind: str = "") -> Attachment:
    """Keep an uploaded file until a token attaches it."""
    number, digest = office.number("attachment"), hashlib.sha256(content).hexdigest()
    name = name or digest[:32]
    made = Attachment(number, name, content, kind or _guessed(name), user.id, office.now(), digest)
    office.uploads[f"{number}.{digest}"] = made
    return made


def unknown_tokens(uploads: Sequence[Mapping[str, Any]], *, office: Installation) -> int:
    """Count the uploads that nobody was given a token for, or whose token was used."""
    return sum(str(each.get("token", "")) not in office.uploads for each in uploads)


def attach(issue: Issue, uploads: Sequence[Mapping[str, Any]], *, office: Installation) -> list[Detail]:
    """Attach uploaded files by their tokens, and say what a journal tells of it."""
    details = []
    for upload in uploads:
        found = office.uploads.pop(str(upload.get("token", "")), None)
        if found is None:
            continue
        found.filename = clean_name(str(upload.get("filename") or "")) or found.filename
        found.content_type = str(upload.get("content_type") or found.content_type)
        issue.attachments.append(found)
        details.append(Detail("attachment", str(found.id), None, found.filename))
    return details


def show(ask: Ask, number: str) -> Answer:
    _, found = _seen(ask, number)
    return json_answer({"attachment": attachment_row(found, office=ask.office, base=ask.base)})


def download(ask: Ask, number: str, name: str = "") -> Answer:
    """Give the content; a name in the address has to be the right one."""
    _, found = _seen(ask, number)
    if name not in ("", found.filename):
        raise Refused(MISSING)
    return content_answer(found)


def content_answer(found: Attachment) -> Answer:
    plain = found.filename.encode("ascii", "replace").decode()
    shown = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.filename, safe='')}"
    return Answer(200, found.content, (("content-type", found.content_type), ("content-disposition", shown)))


def rename(ask: Ask, number: str) -> Answer:
    """Change the name or description; no stamp moves."""
    issue, found = _seen(ask, number)
    ask.need("edit_issues", ask.office.projects[issue.project_id])
    sent = ask.form("attachment")
    name = clean_name(str(sent.get("filename", found.filename)))
    if not name or len(name) > LONGEST_NAME:
        raise invalid([fault("filename", "long" if name else "blank", ask.user.language)])
    found.filename = name
    found.description = str(sent.get("description", found.description))
    return NOTHING


def remove(ask: Ask, number: str) -> Answer:
    """Take a file away: the history tells of it, and the stamp does not move."""
    issue, found = _seen(ask, number)
    ask.need("edit_issues", ask.office.projects[issue.project_id])
    issue.attachments.remove(found)
    detail = Detail("attachment", str(found.id), found.filename, None)
    issue.journals.append(Journal(ask.office.number("journal"), ask.user.id, ask.office.now(), details=[detail]))
    return NOTHING


def clean_name(name: str) -> str:
    """Return a name without folders, and without signs that some file system would not take."""
    return re.sub(r"[/?%*:|\"'<>\n\r]+", "_", re.sub(r"\A.*[\\/]", "", name, flags=re.DOTALL))


def _seen(ask: Ask, number: str) -> tuple[Issue, Attachment]:
    for issue in ask.office.issues:
        for each in issue.attachments:
            if str(each.id) != number:
                continue
            if not ask.office.sees(ask.user, issue):
                raise ask.denied()
            return issue, each
    raise Refused(MISSING)


def _guessed(name: str) -> str:
    return mimetypes.guess_type(name)[0] or OCTETS
