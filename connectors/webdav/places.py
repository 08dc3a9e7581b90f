"""What folders and files have: their places, and of which files the text is read."""

from mappings.exchange import Place

FOLDER, FILE = "folder", "file"
KINDS = (FOLDER, FILE)
TEXTS = frozenset({".md", ".txt", ".html", ".htm", ".csv"})
"""Endings of files whose text is read and written; the content of all others is copied as it is."""
LARGEST_TEXT = 1_000_000
PLACES = {
    FOLDER: (
        Place("path", "Path", "text", required=True),
        Place("entries", "What lies in it, with etags", "text", writable=False, searchable=False),
        Place("fileid", "Nextcloud's number", "text", writable=False, searchable=False),
    ),
    FILE: (
        Place("path", "Path", "text", required=True),
        Place("text", "Text", "text", searchable=False),
        Place("copy_of", "Path of the file that it is copied from", "text", searchable=False),
        Place("etag", "Etag", "text", writable=False, searchable=False),
        Place("size", "Bytes", "number", writable=False, searchable=False),
        Place("fileid", "Nextcloud's number", "text", writable=False, searchable=False),
    ),
}
