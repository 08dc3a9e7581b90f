"""
The shape language of the exchange files: what an answer must look like, said in plain YAML.

A shape is a literal (equal), a mapping (its keys are there and fit; others may be there too), a list (as long, each
fits), or a word in angle brackets such as ``<int>``, ``<stamp-z>``, ``<contains blank>``, ``<int or null>``. The words
are in the table `WORDS`; `exchanges/README.md` explains them to whoever writes an exchange.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

Json: TypeAlias = Any
Shape: TypeAlias = Any

_LIST_KEYS = frozenset({"<every>", "<one>", "<none>", "<length>", "<first>", "<last>"})


def differences(shape: Shape, seen: Json, *, at: str = "") -> list[str]:
    """Say every place where *seen* does not fit *shape*, one line each; nothing where it fits."""
    if isinstance(shape, str) and is_word(shape):
        return [] if _fits_word(shape, seen) else [_told(at, shape, seen)]
    if isinstance(shape, Mapping):
        if isinstance(seen, list) and shape and set(shape) <= _LIST_KEYS:
            return _in_list(shape, seen, at=at)
        return _in_map(shape, seen, at=at) if isinstance(seen, dict) else [_told(at, "a mapping", seen)]
    if isinstance(shape, list):
        return _one_by_one(shape, seen, at=at)
    return [] if _same(shape, seen) else [_told(at, repr(shape), seen)]


def pluck(path: str | Sequence[str | int], seen: Json) -> Json:
    """
    Return what stands at *path* (``issues.0.id``; ``*`` collects over a list, or over the values of a mapping, of which
    ``<first>`` is the first).

    Raises `LookupError` where there is nothing of the kind.
    """
    steps = path.split(".") if isinstance(path, str) else list(path)
    for index, step in enumerate(steps):
        if step == "*":
            return [pluck(steps[index + 1 :], each) for each in (seen.values() if isinstance(seen, dict) else seen)]
        try:
            if step == "<first>":
                seen = next(iter(seen.values() if isinstance(seen, dict) else seen), None)
                continue
            seen = seen[int(step)] if isinstance(seen, list) else seen[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise LookupError(f"nothing at {path!r}: {step!r} is missing") from None
    return seen


def is_ordered(values: Sequence[Any], direction: str) -> bool:
    """Say whether *values* go up (``ascending``) or down (``descending``); equal neighbours are allowed."""
    if direction == "descending":
        return all(first >= second for first, second in pairwise(values))
    return all(first <= second for first, second in pairwise(values))


def is_word(text: str) -> bool:
    """Say whether *text* is a shape word rather than a literal."""
    return text.startswith("<") and text.endswith(">")


def unknown_words(shape: Shape) -> list[str]:
    """Return the words in *shape* that the language does not have: a typing error would else fit nothing or all."""
    if isinstance(shape, Mapping):
        known = _LIST_KEYS | {"<only>"}
        strange = [key for key in shape if isinstance(key, str) and is_word(key) and key not in known]
        return strange + [word for each in shape.values() for word in unknown_words(each)]
    if isinstance(shape, list):
        return [word for each in shape for word in unknown_words(each)]
    return [shape] if isinstance(shape, str) and is_word(shape) and _alternatives(shape) is None else []


def _in_map(shape: Mapping[str, Shape], seen: Mapping[str, Json], *, at: str) -> list[str]:
    found = []
    for key, wanted in shape.items():
        place = f"{at}.{key}" if at else str(key)
        if key == "<only>":
            found += [f"{at}.{extra}: not expected" for extra in seen if extra not in shape]
        elif key == "<every>":
            found += [line for name, each in seen.items() for line in differences(wanted, each, at=f"{at}.{name}")]
        elif wanted == "<absent>":
            found += [_told(place, "nothing of that name", seen[key])] if key in seen else []
        elif key not in seen:
            found += [] if _may_be_absent(wanted) else [f"{place}: missing"]
        else:
            found += differences(wanted, seen[key], at=place)
    return found


def _in_list(shape: Mapping[str, Shape], seen: list[Json], *, at: str) -> list[str]:
    found = []
    for key, wanted in shape.items():
        if key == "<every>":
            found += [line for i, each in enumerate(seen) for line in differences(wanted, each, at=f"{at}.{i}")]
        elif key == "<length>":
            found += differences(wanted, len(seen), at=f"{at}.length")
        elif key in ("<first>", "<last>"):
            end = 0 if key == "<first>" else -1
            found += differences(wanted, seen[end], at=f"{at}.{key}") if seen else [f"{at}: empty, no {key}"]
        else:
            met = any(not differences(wanted, each) for each in seen)
            if met != (key == "<one>"):
                found.append(_told(at, f"{key} {wanted!r}", seen))
    return found


def _one_by_one(shape: list[Shape], seen: Json, *, at: str) -> list[str]:
    if not isinstance(seen, list) or len(seen) != len(shape):
        return [_told(at, f"a list of {len(shape)}: {shape!r}", seen)]
    return [line for i, each in enumerate(shape) for line in differences(each, seen[i], at=f"{at}.{i}")]


def _same(wanted: Json, seen: Json) -> bool:
    # True == 1 in Python, and not in JSON
    return isinstance(wanted, bool) == isinstance(seen, bool) and bool(wanted == seen)


def _told(at: str, wanted: str, seen: Json) -> str:
    text = json.dumps(seen, ensure_ascii=False, default=str)
    return f"{at or 'the answer'}: expected {wanted}, got {text if len(text) < 300 else text[:300] + '…'}"


# --- words -----------------------------------------------------------------------------------------------------------

_NO_TIME = r"\d{4}-\d\d-\d\d"
_TIME = _NO_TIME + r"T\d\d:\d\d:\d\d"


def _number(seen: Json) -> bool:
    return isinstance(seen, int | float) and not isinstance(seen, bool)


def _text_like(pattern: str) -> Callable[[Json], bool]:
    return lambda seen: isinstance(seen, str) and re.fullmatch(pattern, seen, re.DOTALL) is not None


def _versus(seen: Json, bound: str) -> tuple[Any, Any] | None:
    """Return both as comparable things: numbers, or texts of one form (stamps of one zone sort as text)."""
    if _number(seen):
        return seen, float(bound)
    return (seen, bound) if isinstance(seen, str) else None


WORDS: dict[str, Callable[[Json], bool]] = {
    "any": lambda seen: True,
    "absent": lambda seen: False,  # a key that is there is not absent; a missing one is seen to by _in_map
    "some": lambda seen: seen is not None,
    "null": lambda seen: seen is None,
    "bool": lambda seen: isinstance(seen, bool),
    "int": lambda seen: isinstance(seen, int) and not isinstance(seen, bool),
    "number": _number,
    "text": lambda seen: isinstance(seen, str),
    "filled": lambda seen: isinstance(seen, str) and seen.strip() != "",
    "map": lambda seen: isinstance(seen, dict),
    "list": lambda seen: isinstance(seen, list),
    "id-text": _text_like(r"\d+"),
    "decimal-text": _text_like(r"-?\d+(\.\d+)?"),
    "date": _text_like(_NO_TIME),
    "stamp-z": _text_like(_TIME + "Z"),
    "stamp-offset": _text_like(_TIME + r"[+-]\d\d:\d\d"),
}

WORDS_WITH: dict[str, Callable[[Json, str], bool]] = {
    "contains": lambda seen, part: isinstance(seen, str) and part in seen,
    "matches": lambda seen, pattern: isinstance(seen, str) and re.search(pattern, seen) is not None,
    "not": lambda seen, other: str(seen) != other,
    "at-least": lambda seen, bound: (pair := _versus(seen, bound)) is not None and pair[0] >= pair[1],
    "at-most": lambda seen, bound: (pair := _versus(seen, bound)) is not None and pair[0] <= pair[1],
    "more-than": lambda seen, bound: (pair := _versus(seen, bound)) is not None and pair[0] > pair[1],
    "less-than": lambda seen, bound: (pair := _versus(seen, bound)) is not None and pair[0] < pair[1],
}


def _alternatives(word: str) -> list[Callable[[Json], bool]] | None:
    inner = word[1:-1]
    names = inner.split(" or ")
    if all(name in WORDS for name in names):
        return [WORDS[name] for name in names]
    name, _, argument = inner.partition(" ")
    if name in WORDS_WITH and argument:
        return [lambda seen: WORDS_WITH[name](seen, argument)]
    return None


def _fits_word(word: str, seen: Json) -> bool:
    tests = _alternatives(word)
    if tests is None:
        raise ValueError(f"no such shape word: {word}")
    return any(test(seen) for test in tests)


def _may_be_absent(wanted: Shape) -> bool:
    return isinstance(wanted, str) and is_word(wanted) and "absent" in wanted[1:-1].split(" or ")
