"""`casehub case files`: the files of a case, where each is, and why it is not elsewhere."""

from typing import TYPE_CHECKING

import typer

from .opening import the_hub
from .terminal import AsJson, CaseKey, emit, say, table, terminal

if TYPE_CHECKING:
    from flows.hub.attachments.looking import FileView


def files(ctx: typer.Context, key: CaseKey, *, as_json: AsJson = False) -> None:
    """
    List the files of a case: where each is, and why it is not elsewhere.

    \b
    Examples:
      casehub case files CASE-42
      casehub case files CASE-42 --json
    """
    from flows.hub.attachments.looking import files_of
    from flows.hub.looking import find_case

    with the_hub(terminal(ctx)) as installation:
        whole = find_case(installation.store, key)
        sync = installation.sync(whole.entity.sync)
        found = files_of(installation.store, whole, sync.files)
    if as_json:
        emit([one.form() for one in found])
    elif not sync.files:
        say(f"{sync.name} shares no files; hub.yaml says which systems do, under files:")
    elif not found:
        say(f"{whole.entity.key} has no files")
    else:
        table(["file", "size", "where"], [[one.name, one.shown_size, _where(one)] for one in found])


def _where(one: "FileView") -> str:
    parts = [
        f"{place.system}#{place.record}" if place.state == "here" else f"{place.system}: {place.state}"
        for place in one.places
    ]
    reasons = [f"({place.why})" for place in one.places if place.why]
    return " ".join([", ".join(parts), *reasons, *(["internal"] if one.internal else [])])
