"""What of a page of ours would act on its own, or act for somebody else."""

import re
from html.parser import HTMLParser

from tests.security.test_markup import safe

FOREIGN = frozenset(
    {
        *("iframe", "frame", "object", "embed", "applet", "base", "style", "template", "video", "audio", "source"),
        *("math", "xmp", "noscript", "svg", "marquee", "portal", "foreignobject"),
    }
)
"""Elements that no page of ours has."""
ACTING = re.compile(r"on|style$|srcdoc$|formaction$|xlink:|ping$|background$|(data-)?hx-on")
OURS = re.compile(r"/(?!/)")
AJAX = re.compile(r"(data-)?(hx|sse|ws)-")


class Acting(HTMLParser):
    """Collects what acts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FOREIGN:
            self.found.append(tag)
        said = dict(attrs)
        if tag == "script" and not (said.get("src") or "").startswith("/static/"):
            self.found.append(f"script {said}")
        if tag == "link" and not (said.get("href") or "").startswith("/static/"):
            self.found.append(f"link {said}")
        if tag == "form" and not OURS.match(said.get("action") or "/"):
            self.found.append(f"form {said}")
        if tag == "meta" and "http-equiv" in said:
            self.found.append(f"meta {said}")
        for name, value in attrs:
            led = name in ("href", "src", "action") and not safe(value or "")
            asks = AJAX.match(name) and "evil" in (value or "")
            if ACTING.match(name) or led or asks:
                self.found.append(f"{tag} {name}={value}")


def acting(html: str) -> list[str]:
    """Return what of a page would act on its own or for somebody else; nothing, in a page of ours."""
    page = Acting()
    page.feed(html)
    page.close()
    return page.found
