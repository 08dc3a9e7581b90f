"""What a run made beside the records that are kept in step: documents and copies of files. Values for its undo."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Beside:
    """
    A document or a copied file of the case (KEY, its id OWNER).

    LABEL is what hub.yaml calls a document, of a file the digest of its content. WHY it is left as it is; nothing where
    it can be taken away.
    """

    what: Literal["document", "file"]
    key: str
    owner: str
    system: str
    kind: str
    record: str
    name: str
    label: str = ""
    why: str = ""

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        names = ("what", "system", "kind", "record", "name", "why")
        return {"case": self.key, **{name: getattr(self, name) for name in names if getattr(self, name)}}

    def line(self) -> str:
        return f"{self.key}: {self.what} {self.name} in {self.system}"
