"""
Documents of cases: a page in a wiki or a folder of files, made once from a template when a case needs it.

A page has a block of facts that is kept current; whatever people write stays as they wrote it. What is missing, in the
way, damaged, gone, or changed after it was sent is put on the attention list.
"""

from .desk import Desk, check_documents, desk_of, documents_at_once, documents_in, stores_of
from .keeping import keep_documents
from .marking import documents_of, draft_again, make_again, mark_sent
from .one import Told
from .sending import send

__all__ = [
    "Desk",
    "Told",
    "check_documents",
    "desk_of",
    "documents_at_once",
    "documents_in",
    "documents_of",
    "draft_again",
    "keep_documents",
    "make_again",
    "mark_sent",
    "send",
    "stores_of",
]
