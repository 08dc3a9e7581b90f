"""A counterexample made small: steps and habits are left out as long as the same promise is broken."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from .drawing import History
from .people import Step

Fails = Callable[[History], bool]
PLAIN_TRAITS: dict[str, Any] = {
    "conditional_writes": False,
    "change_feed": True,
    "versions": True,
    "change_log": True,
    "resolution": "second",
    "page_size": 100,
    "index_lag": 0,
    "silent": True,
    "names": True,
}


def shrink(history: History, fails: Fails, *, most: int = 400) -> History:
    """Return the smallest history found that still *fails*, after at most MOST tries."""
    tries = iter(range(most))

    def still(one: History) -> bool:
        return next(tries, None) is not None and fails(one)

    history = _fewer_cases(history, still)
    before = None
    while before != history:
        before = history
        history = _in_chunks(history, still)
        for smaller in (_plainer, _without_steps):
            history = _each(history, smaller, still)
    return history


def _each(history: History, smaller: Callable[[History], Iterator[History]], still: Fails) -> History:
    number, tried = 0, list(smaller(history))
    while number < len(tried):
        if tried[number] != history and still(tried[number]):
            history = tried[number]
            tried = list(smaller(history))
        else:
            number += 1
    return history


def _fewer_cases(history: History, still: Fails) -> History:
    """Try each half of the cases alone, then a half of that, and then without each."""
    cases = list(range(history.cases))
    while len(cases) > 1:
        middle = len(cases) // 2
        halves = (cases[:middle], cases[middle:])
        kept = next((half for half in halves if still(_only(history, half))), None)
        if kept is None:
            break
        cases, history = kept, _only(history, kept)
    for case in cases if len(cases) > 1 else ():
        one = _only(history, [other for other in cases if other != case])
        history = one if still(one) else history
    return history


def _only(history: History, cases: list[int]) -> History:
    return replace(history, steps=tuple(one for one in history.steps if one.get("case", cases[0]) in cases))


def _in_chunks(history: History, still: Fails) -> History:
    size = max(len(history.steps) // 2, 1)
    while size:
        first = 0
        while first < len(history.steps):
            one = replace(history, steps=history.steps[:first] + history.steps[first + size :])
            if still(one):
                history = one
            else:
                first += size
        size //= 2
    return history


def _without_steps(history: History) -> Iterator[History]:
    for number in reversed(range(len(history.steps))):
        step = history.steps[number]
        for less in _less(step):
            yield replace(history, steps=(*history.steps[:number], less, *history.steps[number + 1 :]))


def _less(step: Step) -> Iterator[Step]:
    if step["do"] == "open":
        for place in step["views"]:
            if place != "title":
                yield {**step, "views": {name: view for name, view in step["views"].items() if name != place}}
    for word in ("full", "hinted", "only"):
        if word in step:
            yield {name: said for name, said in step.items() if name != word}


def _plainer(history: History) -> Iterator[History]:
    for name, system in history.setting["systems"].items():
        if name in list(history.setting["systems"])[2:]:
            setting = copy.deepcopy(history.setting)
            del setting["systems"][name]
            setting["makes"].pop(name, None)
            for fact, said in setting["policies"].items():
                setting["policies"][fact] = "park" if said == {"home": name} else said
            yield replace(history, setting=setting)
        for word in [one for one in system if one not in ("traits", "cell", "ahead")]:
            setting = copy.deepcopy(history.setting)
            del setting["systems"][name][word]
            yield replace(history, setting=setting)
        for word, plain in {**PLAIN_TRAITS, "ahead": 0}.items():
            setting = copy.deepcopy(history.setting)
            (setting["systems"][name] if word == "ahead" else setting["systems"][name]["traits"])[word] = plain
            yield replace(history, setting=setting)
    for word, plain in {"gone": "detach", "clears": 50}.items():
        yield replace(history, setting={**history.setting, word: plain})
