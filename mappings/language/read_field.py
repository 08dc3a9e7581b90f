"""One field of a mapping: facts of the hub, places of a record, and the transform between them."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, TypeAlias, cast, get_args

from mappings.canonical.facts import TIES, TYPE_WORDS, FactInfo, FactType
from mappings.canonical.values import Value
from mappings.lens import Direction
from mappings.transforms import SETTINGS, TRANSFORMS, Setting, Spot, problems_of
from mappings.transforms import Problem as TransformProblem

from .conditions import literal
from .entries import Entry, need, views
from .extend import NO_POLICY, POLICY_KEYS, FieldSource
from .model import FieldSpec
from .problems import Mark, Problem, Sheet, hint, shown
from .reader import Keys, Scalar

COMMON_KEYS = ("at", "as", "sets", "direction", "lossy", "defaults", "required", "of")
Choices: TypeAlias = Mapping[str, tuple[str, ...]]
"""Fact -> the words it may hold, where the sync says so (``stage`` -> its stages)."""
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

DEFAULT_TRANSFORM: Mapping[FactType, str] = {
    "text": "text",
    "markdown": "markup",
    "number": "number",
    "money": "money",
    "bool": "bool",
    "date": "date",
    "datetime": "datetime",
    "choice": "choice",
    "set": "set",
    "person": "person",
    "reference": "reference",
}
SEVERAL_PLACES = ("money", "signed")
SEVERAL_FACTS = ("choice", "signed")
_TEXTS = ("text", "markup", "choice", "person", "reference")
FITTING: Mapping[FactType, tuple[str, ...]] = {
    "text": (*_TEXTS, "signed"),
    "markdown": (*_TEXTS, "signed"),
    "choice": _TEXTS,
    "person": (*_TEXTS, "signed"),
    "reference": _TEXTS,
    "number": ("number", "choice"),
    "money": ("money",),
    "bool": ("bool", "choice"),
    "date": ("date",),
    "datetime": ("datetime", "signed"),
    "set": ("set",),
}
"""Type of a fact -> the transforms whose values it can hold."""


def fitting(info: FactInfo) -> tuple[str, ...]:
    """Return the transforms whose values a fact can hold."""
    return ("ties",) if info.name in TIES else FITTING[info.type]


def read_field(
    name: str, source: FieldSource, *, facts: tuple[FactInfo, ...], choices: Choices, systems: Collection[str] | None
) -> FieldSpec | None:
    """
    Return the field *name*, or None where it does not say what it maps; all that is wrong is noted.

    SYSTEMS are the others of its syncs; None where hub.yaml could not be read so far, which is told there.
    """
    keys, entry = source.keys, source.entry
    said = _facts(name, source, facts)
    transform = _transform(source, said)
    if not said or transform is None:
        return None
    derived = any(info.derived for info in said)
    common = tuple(key for key in COMMON_KEYS if key != "of" or derived)
    settings = _settings(source, said, transform=transform, common=common, choices=choices)
    places = keys["at"].texts() if "at" in keys else ()
    if len(places) > 1 and transform not in SEVERAL_PLACES:
        keys["at"].fail(f"as: {transform} has one place; several are for {', '.join(SEVERAL_PLACES)}")
    if "at" not in keys:
        need(keys, "at", of=entry)
    spec = FieldSpec(
        name=name,
        facts=tuple(info.name for info in said),
        at=places,
        transform=transform,
        settings=settings,
        direction=_direction(keys.get("direction"), derived=derived),
        lossy=_flag(keys, "lossy"),
        adopt_defaults="defaults" in keys and keys["defaults"].choice(("adopt", "keep")) == "adopt",
        required=_flag(keys, "required"),
        of=_of(source, said, systems) if derived else None,
        mark=entry.mark,
        marks=_marks(keys),
    )
    if not places:
        return None
    _check_settings(spec, entry.sheet)
    return spec


def unknown_fact(name: str, facts: Collection[FactInfo]) -> str:
    """Say that *name* is no fact, and which one was meant."""
    for info in facts:
        if name == info.dotted:
            return f"unknown fact {shown(name)}; in a mapping it is {shown(info.name)}"
    return f"unknown fact {shown(name)}{hint(name, [info.name for info in facts])}"


# --- what it says ------------------------------------------------------------------------------------------------


def _facts(name: str, source: FieldSource, facts: tuple[FactInfo, ...]) -> tuple[FactInfo, ...]:
    by_name = {info.name: info for info in facts}
    sets = source.keys.get("sets")
    names = sets.texts() if sets else (name,)
    entry = sets or source.entry
    for one in [one for one in names if one not in by_name]:
        own = "" if sets or "values" not in source.keys else " (a field with a name of its own says sets:)"
        entry.fail(f"{unknown_fact(one, facts)}{own}")
    found = tuple(by_name[one] for one in names if one in by_name)
    return found if len(found) == len(names) else ()


def _transform(source: FieldSource, said: tuple[FactInfo, ...]) -> str | None:
    entry = source.keys.get("as")
    name = entry.choice(TRANSFORMS) if entry else _default(source, said)
    if name is None:
        return None
    if len(said) > 1 and name not in SEVERAL_FACTS:
        (entry or source.entry).fail("several facts in one place need as: choice")
        return None
    for info in said:
        if name not in fitting(info):
            right = ", ".join(fitting(info))
            (entry or source.entry).fail(
                f"{shown(name)} does not hold {info.name}, {TYPE_WORDS[info.type]}; it can be {right}"
            )
            return None
    return name


def _default(source: FieldSource, said: tuple[FactInfo, ...]) -> str | None:
    if not said:
        return None
    if len(said) > 1 or "values" in source.keys:
        return "choice"
    return "ties" if said[0].name in TIES else DEFAULT_TRANSFORM[said[0].type]


def _direction(entry: Entry | None, *, derived: bool) -> Direction:
    word = entry.choice(DIRECTIONS) if entry else None
    if not derived:
        return cast("Direction", word) if word else "both"
    if entry and word not in (None, "out"):
        entry.fail(f"the hub works this fact out; it can only be direction: out, not {shown(word)}")
    return "out"


def _of(source: FieldSource, said: tuple[FactInfo, ...], systems: Collection[str] | None) -> str | None:
    entry = source.keys.get("of")
    if entry:
        return entry.plain() if systems is None else entry.choice(systems)
    if any(info.name == "link" for info in said):
        need(source.keys, "of", of=source.entry)
    return None


def _flag(keys: Mapping[str, Entry], name: str) -> bool:
    return bool(keys[name].flag()) if name in keys else False


def _marks(keys: Mapping[str, Entry]) -> dict[str, Mark]:
    """Return where each key is written, and each view under ``values`` (``values.New``)."""
    marks = {name: entry.mark for name, entry in keys.items()}
    values = keys["values"].peek() if "values" in keys else {}
    return marks | {f"values.{view}": entry.mark for view, entry in values.items()}


# --- the transform's settings ------------------------------------------------------------------------------------


def _settings(
    source: FieldSource, said: tuple[FactInfo, ...], *, transform: str, common: Collection[str], choices: Choices
) -> dict[str, Any]:
    """Return what stands beside ``as:`` for *transform*; keys that neither it nor any field knows are noted."""
    declared = {setting.name: setting for setting in SETTINGS[transform] if setting.name != "sets"}
    settings: dict[str, Any] = {}
    for name, entry in source.keys.items():
        if name in POLICY_KEYS:
            entry.fail(NO_POLICY)
        elif name == "values" and name in declared:
            settings[name] = _values(entry, said, choices)
        elif name in declared and name not in common:
            settings[name] = _plain(entry, declared[name])
        elif name not in common:
            entry.fail(_stranger(name, transform, known=(*common, *declared)))
    return settings


def _stranger(name: str, transform: str, *, known: Collection[str]) -> str:
    owners = [other for other, listed in SETTINGS.items() if any(setting.name == name for setting in listed)]
    if owners:
        return f"not for as: {transform}; it belongs to {', '.join(owners)}"
    return f"unknown{hint(name, known)}"


def _plain(entry: Entry, setting: Setting) -> Any:
    """Return the value of a setting in the form its type asks for; whether it fits is the transform's to say."""
    if setting.type == "text" and isinstance(entry.node, Scalar) and entry.node.text.isspace():
        return entry.node.text  # words may stand with a space between them, or each in a line of its own
    if setting.type in ("text", "word", "zone", "currency"):
        return None if entry.empty else entry.plain()
    if setting.type == "texts":
        return list(entry.texts())
    if setting.type == "views":
        found = views(entry)
        return found[0] if entry.single else list(found)
    return entry.word()


def _values(entry: Entry, said: tuple[FactInfo, ...], choices: Choices) -> dict[str, dict[str, list[Value]]]:
    """Return the table of a choice: view -> fact -> the values it stands for, each checked against its fact."""
    table: dict[str, dict[str, list[Value]]] = {}
    names = [info.name for info in said]
    bare = _bare_null(entry)
    for key, one in entry.open_keys().items():
        view = "" if key in bare else key
        if view in table:
            one.fail("the empty value stands above already")
        if one.single or one.is_list:
            if len(said) > 1:
                one.fail(f"must say which fact it is: {', '.join(names)}")
                continue
            listed = {said[0].name: one}
        else:
            listed = one.keys(names)
        by_name = {info.name: info for info in said}
        table[view] = {name: _meant(part, by_name[name], choices) for name, part in listed.items()}
    return table


def _bare_null(entry: Entry) -> set[str]:
    """Return the keys that are written as a bare ``null``: nothing, as under ``take:``, and not that word."""
    pairs = entry.node.pairs if isinstance(entry.node, Keys) else ()
    return {key.text for key, _ in pairs if key.word is None}


def _meant(entry: Entry, info: FactInfo, choices: Choices) -> list[Value]:
    if entry.empty:
        return [None]
    found: list[Value] = []
    for one in entry.one_or_more():
        word = one.word()
        written = Decimal(word) if isinstance(word, int) and not isinstance(word, bool) else word
        if written is None:
            one.fail("must be a value")
            found.append(None)
            continue
        try:
            found.append(literal(info, written, choices=choices.get(info.name, ())))
        except ValueError as error:
            one.fail(str(error))
            found.append(None)
    return found


def _check_settings(spec: FieldSpec, sheet: Sheet) -> None:
    """Let the transform itself judge its settings, as far as it can without knowing the system."""
    spot = Spot(spec.facts, spec.at)
    for problem in problems_of(spec.transform, spec.settings, spot=spot):
        sheet.add(placed(spec, problem))


def placed(spec: FieldSpec, problem: TransformProblem) -> Problem:
    """Return what a transform says is wrong, with the file and line of the key that it is about."""
    tail = f"; did you mean {shown(problem.right)}?" if problem.right else ""
    key = problem.key
    while key not in spec.marks and "." in key:
        key = key.rpartition(".")[0]
    if key in spec.marks:
        return spec.marks[key].problem(f"{problem.text}{tail}")
    mark = spec.mark
    return Mark(mark.file, mark.line, f"{mark.path}.{problem.key}").problem(f"{problem.text}{tail}")
