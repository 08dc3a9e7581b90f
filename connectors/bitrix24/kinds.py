"""Kinds of records that the universal methods (`crm.item.*`) know by number."""

from collections.abc import Mapping
from dataclasses import dataclass

CONTACT = 3
COMPANY = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind that the hub takes part in.

    NUMBER is the vendor's `entityTypeId`; STAGES begins the names of its dictionaries of stages, where it has any, and
    so pipelines; EVENT stands in the names of its events; PAGE is where people see a record. NAMED are the places that
    its name is made of. REACHED: it has phones and e-mail addresses.
    """

    name: str
    number: int
    stages: str
    event: str
    page: str
    named: tuple[str, ...] = ("title",)
    reached: bool = False

    def stage_dictionary(self, category: str) -> str:
        """Return the name of a pipeline's dictionary; that of the common pipeline has no number."""
        return self.stages if category == "0" else f"{self.stages}_{category}"


DEAL = Kind("deal", 2, "DEAL_STAGE", "DEAL", "/crm/deal/details/{id}/")
COMPANIES = Kind("company", COMPANY, "", "COMPANY", "/crm/company/details/{id}/", reached=True)
CONTACTS = Kind(
    "contact", CONTACT, "", "CONTACT", "/crm/contact/details/{id}/", named=("name", "lastName"), reached=True
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (DEAL, COMPANIES, CONTACTS)}


def category_of(stage: str) -> str:
    """Return the number of the pipeline that a stage belongs to: ``C9:NEW`` to 9, ``NEW`` to the common one, 0."""
    head, colon, _ = stage.partition(":")
    return head[1:] if colon and head[:1] == "C" and head[1:].isdecimal() else "0"
