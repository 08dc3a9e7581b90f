"""What a page has to keep, wherever it is opened: no serious fault, nothing beside the screen, no foreign words."""

import re
from functools import cache
from pathlib import Path

import axe_playwright_python
from babel.messages.pofile import read_po
from playwright.sync_api import Page

from web.languages import LOCALES

THEIRS = ("Asked for a", "next week", "Data centre move", "demo", "New", "New Issue")
"""Words of the deals, and a status of the tracker."""
SENTENCE = re.compile(r"(?:[A-Za-z']+[ ,:]+){2,}[A-Za-z']{2,}")
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
# The rows of a list are alike: the first of them are looked at.
LOOK = """async () => {
  const more = [".list tbody tr:nth-child(n+9)", ".feed li:nth-child(n+9)", ".board article:nth-of-type(n+4)"];
  const found = await axe.run({exclude: more.map(one => [one])}, {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return found.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => [one.id, ...one.nodes.slice(0, 3).map(node => `${node.target} ${node.failureSummary}`)].join("; "));
}"""
WIDER = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
SAID = """but => {
  const seen = one => one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length > 0
    && !(but && one.closest(but));
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.nodeValue.trim().replace(/\\s+/g, " ");
    if (text && seen(walker.currentNode.parentElement)) found.push(text);
  }
  for (const one of document.querySelectorAll("[placeholder], [aria-label], [title], option, [data-label]"))
    if (seen(one) || one.tagName === "OPTION")
      for (const text of [one.placeholder, one.ariaLabel, one.title, one.dataset.label, one.text])
        if (text) found.push(text.trim());
  return found;
}"""


LABELS = """but => [...document.querySelectorAll("dt, th, label, legend, summary, button, .which, .tag, .chip")]
  .filter(one => !(but && one.closest(but)))
  .map(one => one.textContent.trim()).filter(text => /^[A-Za-z][a-z' ]+$/.test(text))"""
NAMES = frozenset({"crm", "tracker", "presales", "English"})


def faults(page: Page) -> list[str]:
    """Return what axe calls serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(LOOK)
    return found


def beside(page: Page) -> list[str]:
    """Return by how much the page is wider than the screen, if it is."""
    wider = int(page.evaluate(WIDER))
    return [f"{wider} pixels too wide"] if wider > 0 else []


def foreign_words(page: Page, but: str = "") -> list[str]:
    """
    Return what is seen, or read out, in English although the page is Russian: texts of the sources, whatever has three
    Latin words in a row, and labels in Latin letters. What the systems themselves hold in English is theirs; what is
    in the elements BUT (a selector) may be English.
    """
    said = {str(text) for text in page.evaluate(SAID, but)} - set(THEIRS)
    told = {text for text in said if _english().fullmatch(text) or SENTENCE.search(_without_theirs(text))}
    return sorted(told | (set(page.evaluate(LABELS, but)) - NAMES))


def _without_theirs(text: str) -> str:
    return re.sub("|".join(map(re.escape, THEIRS)), "…", text)


@cache
def _english() -> re.Pattern[str]:
    """Return what matches any text of the sources that is another one in Russian."""
    with (LOCALES / "ru/LC_MESSAGES/messages.po").open(encoding="utf-8") as file:
        catalogue = read_po(file, locale="ru")
    texts = set()
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        given = message.string if isinstance(message.string, tuple) else (message.string,)
        texts |= {text for text in ids if text and text not in given}
    forms = (re.sub(r"%\\\(\w+\\\)s", ".{1,80}", re.escape(text)) for text in texts)
    return re.compile("|".join(f"(?:{form})" for form in forms), re.IGNORECASE)
