"""The files of a hub, read from disk: the only place that opens them. What they mean is for `mappings.language`."""

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from mappings.language import Problem, Problems

HUB_FILE = "hub.yaml"
LARGEST_FILE = 2_000_000
"""Bytes. A mapping of a thousand fields has a tenth of it."""
MOST_FILES = 500


def read_hub(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """
    Return the texts of the hub in *folder*, and the shipped texts, both by name.

    The hub's are ``hub.yaml`` and the mappings beside it, ``<kind>.<system>.yaml``; hidden files and those without a
    second word (``prefect.yaml``) are not its own. *folder* may also name the hub.yaml itself. Raises `Problems` where
    there is no hub, or a file that cannot be read.
    """
    home = folder.parent if folder.name == HUB_FILE else folder
    if not (home / HUB_FILE).is_file():
        raise Problems([_no_hub(home)])
    problems: list[Problem] = []
    texts = {path.name: _text(path, path.name, problems) for path in _own(home, problems)}
    if problems:
        raise Problems(problems)
    return texts, read_catalog()


def read_catalog() -> dict[str, str]:
    """Return the shipped mappings and policies: ``bitrix24/deal.yaml`` -> text."""
    root = resources.files("mappings") / "catalog"
    texts = {name: path.read_text(encoding="utf-8") for name, path in _shipped(root, "")}
    return dict(sorted(texts.items()))


def _no_hub(home: Path) -> Problem:
    other = Path(HUB_FILE).with_suffix(".yml").name
    if (home / other).is_file():
        return Problem(other, 0, f"call it {HUB_FILE}; no other ending is read")
    return Problem(HUB_FILE, 0, f"no such file in {home}; `casehub init` makes one")


def _own(home: Path, problems: list[Problem]) -> list[Path]:
    found = sorted(path for path in home.iterdir() if _is_own(path.name) and path.is_file())
    misnamed = [path for path in found if path.suffix == ".yml"]
    problems += [Problem(path.name, 0, f"call it {path.stem}.yaml; no other ending is read") for path in misnamed]
    if len(found) > MOST_FILES:
        raise Problems([Problem(HUB_FILE, 0, f"{len(found)} mappings beside it; at most {MOST_FILES} are read")])
    return found


def _is_own(name: str) -> bool:
    stem, dot, ending = name.rpartition(".")
    if not dot or ending not in ("yaml", "yml") or name.startswith("."):
        return False
    return name == HUB_FILE or "." in stem or name == "hub.yml"


def _text(path: Path, name: str, problems: list[Problem]) -> str:
    """Return the text of *path*, or note why there is none. Never reads more than the largest file may have."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) <= LARGEST_FILE:
            return content.decode("utf-8-sig")
        problems.append(Problem(name, 0, f"too large: more than {LARGEST_FILE} bytes"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(name, line, "not UTF-8; save it in that encoding"))
    except OSError as error:
        problems.append(Problem(name, 0, f"cannot be read: {error.strerror}"))
    return ""


def _shipped(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    """Walk the catalogue; case types lie in a folder of their own and have a language of their own."""
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir() and name != "cases":
            yield from _shipped(entry, f"{name}/")
        elif entry.name.endswith(".yaml"):
            yield name, entry
