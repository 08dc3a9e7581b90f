"""The control routes below /_sandbox: for tests, the bench and the demo, on this machine, with the control token."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .faults import Script, load_script
from .webhooks import Target
from .wire import Answer, Request, json_answer

if TYPE_CHECKING:
    from .app import Sandbox

ROOT = "/_sandbox"


def is_control(request: Request) -> bool:
    return request.path == ROOT or request.path.startswith(ROOT + "/")


class Control:
    """
    GET ``/_sandbox`` says what stands; the other routes:

    ``reset`` (POST), ``seed`` (POST ``{"count": 40, "cyrillic": true}``), ``log`` (GET ``?since=N``, DELETE),
    ``clock`` (GET, POST ``{"advance": 60, "speed": 1}``), ``faults`` (GET, PUT a script, DELETE), ``webhooks``
    (GET, PUT ``[{"url": …, "secret": …}]``), ``webhooks/last`` (GET: the last body as it was posted).
    """

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def answer(self, request: Request) -> Answer:
        """Answer a control request: 401 without the token, 404 and 405 as usual, 400 with the reason."""
        given = request.headers.get("x-sandbox-token") or dict(request.pairs()).get("token", "")
        if not self._sandbox.is_ours(given):
            return json_answer({"error": "the control token is missing or wrong"}, 401)
        route = request.path.removeprefix(ROOT).strip("/")
        verbs = self._routes().get(route)
        if verbs is None:
            return json_answer({"error": f"there is no control route {route!r}"}, 404)
        made = verbs.get(request.method)
        if made is None:
            return json_answer({"error": f"{route!r} knows {', '.join(verbs)}"}, 405)
        try:
            found = made(request)
        except (ValueError, KeyError, TypeError) as error:
            return json_answer({"error": str(error)}, 400)
        return found if isinstance(found, Answer) else json_answer(found)

    def _routes(self) -> dict[str, dict[str, Callable[[Request], Any]]]:
        return {
            "": {"GET": self._about},
            "reset": {"POST": self._reset},
            "seed": {"POST": self._seed},
            "log": {"GET": self._log, "DELETE": self._clear},
            "clock": {"GET": self._clock, "POST": self._set_clock},
            "faults": {"GET": self._faults, "PUT": self._set_faults, "DELETE": self._no_faults},
            "webhooks": {"GET": self._webhooks, "PUT": self._aim},
            "webhooks/last": {"GET": self._last},
        }

    def _about(self, request: Request) -> Any:
        box = self._sandbox
        return {"system": box.system, "records": dict(box.counts()), "requests": box.log.total, **self._clock(request)}

    def _reset(self, request: Request) -> Any:
        self._sandbox.reset()
        return self._about(request)

    def _seed(self, request: Request) -> Any:
        form = _form(request, {"count": int, "cyrillic": bool, "chance": int})
        self._sandbox.seed(form.pop("count"), **form)
        return self._about(request)

    def _log(self, request: Request) -> Any:
        since = int(dict(request.pairs()).get("since", "0"))
        log = self._sandbox.log
        return {"total": log.total, "entries": [entry.shown() for entry in log.since(since)]}

    def _clear(self, request: Request) -> Any:
        self._sandbox.log.clear()
        return {"total": self._sandbox.log.total, "entries": []}

    def _clock(self, request: Request) -> Any:
        return {"now": self._sandbox.clock.now().isoformat(), "speed": self._sandbox.clock.speed}

    def _set_clock(self, request: Request) -> Any:
        form = _form(request, {"advance": (int, float), "speed": (int, float)})
        if "speed" in form:
            self._sandbox.clock.run_at(form["speed"])
        self._sandbox.clock.advance(form.get("advance", 0.0))
        return self._clock(request)

    def _faults(self, request: Request) -> Any:
        return self._sandbox.script.shown()

    def _set_faults(self, request: Request) -> Any:
        self._sandbox.script = load_script(request.body.decode())
        return self._sandbox.script.shown()

    def _no_faults(self, request: Request) -> Any:
        self._sandbox.script = Script()
        return self._sandbox.script.shown()

    def _webhooks(self, request: Request) -> Any:
        hooks = self._sandbox.webhooks
        urls = [target.url for target in hooks.targets]
        return {"targets": urls, "delivered": hooks.delivered, "lost": hooks.lost}

    def _aim(self, request: Request) -> Any:
        targets = tuple(Target(str(each["url"]), str(each.get("secret", ""))) for each in json.loads(request.body))
        self._sandbox.webhooks.aim(targets)
        return self._webhooks(request)

    def _last(self, request: Request) -> Any:
        last = self._sandbox.webhooks.last
        return Answer(204) if last is None else Answer(200, last.body, last.headers)


def _form(request: Request, known: dict[str, type | tuple[type, ...]]) -> dict[str, Any]:
    """Read a small JSON mapping. Raises ValueError on anything else than KNOWN names with values of their kind."""
    form = json.loads(request.body or b"{}")
    if not isinstance(form, dict):
        raise ValueError("a mapping is expected")
    for name, value in form.items():
        if name not in known:
            raise ValueError(f"{name!r} is unknown; there are: {', '.join(known)}")
        if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is not bool):
            raise ValueError(f"{name} has a value of a wrong kind")
    return form
