"""What the transforms of choices, words, people and other records are tried with."""

from typing import Any

from hypothesis import strategies as st

from mappings.canonical.values import Value
from mappings.exchange import Choice
from mappings.lens import Single
from mappings.transforms.ties import Ties
from tests.properties.lens_cases_values import WORDS, lens, one
from tests.properties.lens_laws import Case

# --- choices -------------------------------------------------------------------------------------------------------

POSITION = {
    "C3:NEW": {"stage": "lead", "outcome": "open"},
    "C3:AGAIN": {"stage": "lead", "outcome": "open"},
    "C3:PREPARATION": {"stage": ["qualified", "lead"], "outcome": "open"},
    "C3:EXECUTING": {"stage": ["in_work", "estimate"], "outcome": "open"},
    "C3:HOLD": {"outcome": "open"},
    "C3:WON": {"outcome": "won"},
    "C3:LOSE": {"outcome": ["lost", "withdrawn"]},
}
POSITIONS = st.fixed_dictionaries(
    {
        "stage": st.sampled_from([None, "lead", "qualified", "in_work", "estimate", "proposal"]),
        "outcome": st.sampled_from([None, "open", "won", "lost", "withdrawn", "no_decision"]),
    }
)
PLACES_OF = st.sampled_from([*POSITION, None, "", "C3:NOWHERE"])
TABLE: dict[str, Any] = {"sets": ["stage", "outcome"], "values": POSITION}
STATES: dict[str, Any] = {"values": {"1": "todo", "2": "doing", "3": ["done"]}, "empty": "allowed"}
OPEN: dict[str, Any] = {"values": {"": "todo", "2": ["doing", "todo"], "3": ["done", "dropped"]}}
STAGES = {"at": (Choice("1", "Новая"), Choice("2", "В работе"), Choice("3", "Закрыта"), Choice("4", "Новая"))}
NAMES = one(st.sampled_from(["Новая", "В работе", "Закрыта", "Иная"]))

CHOICE = [
    Case("choice", lens("choice", TABLE), PLACES_OF, POSITIONS, label="two facts"),
    Case("choice", lens("choice", {**TABLE, "otherwise": "keep"}), PLACES_OF, POSITIONS, label="kept"),
    Case("choice", lens("choice", {**TABLE, "empty": "allowed"}), PLACES_OF, POSITIONS, label="emptied"),
    Case(
        *("choice", lens("choice", STATES), st.sampled_from(["1", "2", "3", None])),
        facts=one(st.sampled_from(["todo", "doing", "done"])),
        lossless=True,
        one_to_one=True,
        label="one to one",
    ),
    Case(
        *("choice", lens("choice", OPEN), st.sampled_from(["", "2", "3", None])),
        facts=one(st.sampled_from(["todo", "doing", "done", "dropped"])),
        label="empty is todo",
    ),
    Case(
        *("choice", lens("choice", choices=STAGES), st.sampled_from(["1", "2", "3", "4", "5", None]), NAMES),
        lossless=True,
        label="labels",
    ),
    Case("choice", lens("choice"), st.none() | WORDS, one(WORDS), lossless=True, one_to_one=True, label="ids"),
]

# --- words ---------------------------------------------------------------------------------------------------------

PEOPLE = {"5": "ann.lee@example.org", "7": "олег@пример.рф", "12": "ann.lee@example.org", "13": "gone@example.org"}
TAGS = {"at": (Choice("1", "срочно"), Choice("2", "vip"), Choice("3", "Тендер"))}
WORD = st.sampled_from(["vip", "срочно", "Тендер", "VIP", "b"])
LISTS = st.lists(WORD, unique=True)
LABELS = one(st.frozensets(WORD, min_size=1))
TEAM = one(st.frozensets(st.sampled_from([*PEOPLE.values(), "x@example.org"]), min_size=1))


def _the_rest_is_there(onto: Value, old: Value, result: Value) -> bool:
    """Words that were not shown are still there."""
    held, shown, left = (value if isinstance(value, frozenset) else frozenset() for value in (onto, old, result))
    return held - shown <= left


SET = [
    Case("set", lens("set"), st.none() | LISTS, LABELS, lossless=True, hidden=_the_rest_is_there),
    Case(
        *("set", lens("set", {"separator": ","}), st.none() | LISTS.map(", ".join) | LISTS.map(",".join), LABELS),
        lossless=True,
        label="in one text",
    ),
    Case(
        *("set", lens("set", {"vocabulary": ["b", "vip"]}), st.none() | LISTS, LABELS),
        hidden=_the_rest_is_there,
        label="some words",
    ),
    Case(
        *("set", lens("set", choices=TAGS), st.lists(st.sampled_from(["1", "2", "3"])), LABELS),
        hidden=_the_rest_is_there,
        label="ids",
    ),
    Case(
        *("set", lens("set", {"ids": "people"}, people=PEOPLE), st.lists(st.sampled_from([*PEOPLE])), TEAM),
        hidden=_the_rest_is_there,
        label="people",
    ),
]

# --- people and records --------------------------------------------------------------------------------------------

ANYBODY = one(st.sampled_from([*PEOPLE.values(), "nobody@example.org"]))
SOMEBODY = st.sampled_from([*PEOPLE, "99", None])
PERSON = [
    Case("person", lens("person", people=PEOPLE, inactive=frozenset({"13"})), SOMEBODY, ANYBODY, lossless=True),
    Case(
        *("person", lens("person", people={"5": "ann", "7": "олег"}), st.sampled_from(["5", "7", None])),
        facts=one(st.sampled_from(["ann", "олег"])),
        lossless=True,
        one_to_one=True,
        label="one id each",
    ),
]

FIRMS = (Choice("17", "ООО «Ромашка»"), Choice("18", "Lilie GmbH"), Choice("19", "Двойник"), Choice("20", "Двойник"))
SHOWN = st.none() | st.sampled_from([{"id": firm.id, "name": firm.label} for firm in FIRMS])
NAMED = one(st.sampled_from([*(firm.label for firm in FIRMS), "ООО «Иное»"]))
REFERENCE = [
    Case("reference", lens("reference"), SHOWN, NAMED, lossless=True),
    Case(
        *("reference", lens("reference", choices={"at": FIRMS}), SHOWN | st.sampled_from(["17", "18", "19", "99"])),
        facts=NAMED,
        lossless=True,
        label="known",
    ),
]
ITEMS = {"5": "ITEM-1", "7": "ITEM-2", "12": "ITEM-3"}
RECORDS = st.lists(st.sampled_from([*ITEMS, "99"]), unique=True)
KEYS = one(st.frozensets(st.sampled_from([*ITEMS.values(), "ITEM-9"]), min_size=1))
TIES = [Case("ties", Single("x", Ties(known=ITEMS)), st.none() | RECORDS, KEYS, hidden=_the_rest_is_there)]
CASES = [*CHOICE, *SET, *TIES, *PERSON, *REFERENCE]
