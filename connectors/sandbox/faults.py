"""
The fault script: what goes wrong, for which requests, how often.

Written as JSON or YAML::

    seed: 7
    rules:
      - {method: POST, path: "/crm.item.update", skip: 2, times: 1, close: true, applied: true}
      - {path: "/issues*", probability: 0.1, status: 503, retry_after: 2}
    lag: 5
    stamps: 60
    webhooks: {duplicate: 0.2, reorder: true, lose: 0.1}

The first rule that fits a request and whose turn it is decides. Chance is seeded: one script, one history.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias

import yaml

When: TypeAlias = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One fault, for requests with METHOD and PATH (a pattern), after SKIP that fitted, for TIMES, with PROBABILITY.

    DELAY: seconds before anything happens. STATUS: answered instead, with RETRY_AFTER and TEXT where given. CLOSE: the
    line is closed instead of an answer. APPLIED says for both whether the request was carried out first. CUT: the
    answer ends after that share of its body. DROP: these fields of a write are left out in silence (``*``: all).
    """

    method: str = "*"
    path: str = "*"
    skip: int = 0
    times: int | None = None
    probability: float = 1.0
    delay: float = 0.0
    status: int | None = None
    retry_after: float | None = None
    text: str = ""
    close: bool = False
    applied: bool = False
    cut: float | None = None
    drop: tuple[str, ...] = ()

    def fits(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and fnmatchcase(path, self.path)

    @property
    def name(self) -> str:
        """One word for the log."""
        if self.status is not None:
            return f"status {self.status}"
        return "close" if self.close else "cut" if self.cut is not None else "drop" if self.drop else "delay"


@dataclass(frozen=True, slots=True)
class WebhookFaults:
    """DUPLICATE and LOSE are probabilities; REORDER sends what waits in another order; DELAY in seconds."""

    duplicate: float = 0.0
    lose: float = 0.0
    reorder: bool = False
    delay: float = 0.0


@dataclass(slots=True)
class _Turn:
    met: int = 0
    used: int = 0


@dataclass
class Script:
    """
    All faults of a sandbox, and how far each rule has come.

    LAG: seconds that lists are behind. STAMPS: seconds that share one stamp of change (0: as the vendor stamps).
    """

    rules: tuple[Rule, ...] = ()
    seed: int = 0
    lag: float = 0.0
    stamps: float = 0.0
    webhooks: WebhookFaults = field(default_factory=WebhookFaults)

    def __post_init__(self) -> None:
        self._turns = [_Turn() for _ in self.rules]
        self.random = random.Random(self.seed)  # noqa: S311 - chance that must repeat, no secret

    def for_request(self, method: str, path: str) -> Rule | None:
        """Return what goes wrong with this request; rules that only drop fields are asked by `dropped`."""
        for rule, turn in zip(self.rules, self._turns, strict=True):
            if not rule.drop and rule.fits(method, path) and self._is_its_turn(rule, turn):
                return rule
        return None

    def dropped(self, method: str, path: str) -> tuple[str, ...]:
        """Return the fields that this write loses in silence."""
        for rule, turn in zip(self.rules, self._turns, strict=True):
            if rule.drop and rule.fits(method, path) and self._is_its_turn(rule, turn):
                return rule.drop
        return ()

    def _is_its_turn(self, rule: Rule, turn: _Turn) -> bool:
        turn.met += 1
        if turn.met <= rule.skip or (rule.times is not None and turn.used >= rule.times):
            return False
        if rule.probability < 1.0 and self.random.random() >= rule.probability:
            return False
        turn.used += 1
        return True

    def shown(self) -> dict[str, Any]:
        """Return the script and how often each rule was used."""
        rules = [
            {**{each.name: getattr(rule, each.name) for each in fields(rule)}, "used": turn.used}
            for rule, turn in zip(self.rules, self._turns, strict=True)
        ]
        webhooks = {each.name: getattr(self.webhooks, each.name) for each in fields(self.webhooks)}
        return {"seed": self.seed, "lag": self.lag, "stamps": self.stamps, "webhooks": webhooks, "rules": rules}


def load_script(text: str) -> Script:
    """Read a script from YAML or JSON. Raises ValueError on what is none."""
    try:
        form = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError("a fault script is YAML or JSON") from error
    return script_of(form)


def script_of(form: Any) -> Script:
    """Return the script that a mapping describes. Raises ValueError on unknown names and wrong kinds."""
    known = _known(form or {}, Script, "the script")
    rules = known.pop("rules", ())
    if not isinstance(rules, list | tuple):
        raise ValueError("rules are a list")
    faults = _known(known.pop("webhooks", None) or {}, WebhookFaults, "webhooks")
    made = tuple(_rule(each, f"rule {number}") for number, each in enumerate(rules, 1))
    return Script(rules=made, webhooks=WebhookFaults(**faults), **known)


def _rule(form: Any, name: str) -> Rule:
    known = _known(form, Rule, name)
    drop = known.get("drop", ())
    known["drop"] = (drop,) if isinstance(drop, str) else tuple(drop)
    rule = Rule(**known)
    if rule.cut is not None and not 0 <= rule.cut < 1:
        raise ValueError(f"{name}: cut is the share of the body that comes, from 0 to less than 1")
    if rule.drop and (rule.delay or rule.close or rule.status is not None or rule.cut is not None):
        raise ValueError(f"{name}: a rule that drops fields does nothing else; write two rules")
    if not 0 <= rule.probability <= 1 or rule.delay < 0 or rule.skip < 0:
        raise ValueError(f"{name}: probabilities are from 0 to 1, delay and skip not negative")
    return rule


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("seed", "skip", "times", "status"), int),
    **dict.fromkeys(("lag", "stamps", "probability", "delay", "retry_after", "cut", "duplicate", "lose"), (int, float)),
    **dict.fromkeys(("close", "applied", "reorder"), bool),
    **dict.fromkeys(("method", "path", "text"), str),
}


def _known(form: Any, cls: type, name: str) -> dict[str, Any]:
    if not isinstance(form, Mapping):
        raise ValueError(f"{name} is a mapping")
    names = {each.name for each in fields(cls)}
    for key, value in form.items():
        if key not in names:
            raise ValueError(f"{name}: {key!r} is unknown; there are: {', '.join(sorted(names))}")
        kind = _KINDS.get(key)
        if kind is None or (value is None and key in ("times", "status", "retry_after", "cut")):
            continue
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ValueError(f"{name}: {key} has a value of a wrong kind")
    return dict(form)
