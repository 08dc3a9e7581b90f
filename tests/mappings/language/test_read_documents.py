"""`documents:` of hub.yaml: read whole, and told with file and line where something is wrong."""

import pytest

from mappings.language import Problems
from mappings.language.read_documents import DocumentSpec, load_documents
from tests.mappings.language.hubs import SMALL_HUB, loaded, small

GOOD = """
documents:
  бриф:
    system: wiki
    template: brief.wiki
    name: "{{ case.key }} {{ client.name }}"
    when: "case.outcome == 'open'"
    requires: [client.name]
"""


def with_wiki(documents: str) -> str:
    return SMALL_HUB.replace("\nsyncs:", "\n  wiki: {type: memory}\nsyncs:", 1) + documents


def read(documents: str) -> tuple[DocumentSpec, ...]:
    text = with_wiki(documents)
    return load_documents(text, loaded(small(text)))


def problems(documents: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        read(documents)
    return [problem.text for problem in caught.value.problems]


def test_a_document_is_what_its_lines_say() -> None:
    (spec,) = read(GOOD)

    assert (spec.label, spec.kind, spec.system, spec.requires) == ("бриф", "бриф", "wiki", ("client.name",))
    assert spec.name.fill({"case.key": "CASE-1", "client.name": "ООО"}) == "CASE-1 ООО"
    assert spec.when is not None
    assert (spec.when({"case.outcome": "open"}), spec.when({"case.outcome": "won"})) == (True, False)


def test_a_hub_without_documents_has_none() -> None:
    assert read("") == ()


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("system: wiki", "system: wkii", "documents.бриф.system: unknown 'wkii'; did you mean 'wiki'?"),
        ("template: brief.wiki\n", "tempalte: x\n", "documents.бриф.tempalte: unknown; did you mean 'template'?"),
        ("{{ client.name }}", "{{ client.nmae }}", "documents.бриф.name: unknown fact 'client.nmae'"),
        ("{{ case.key }} ", "", "documents.бриф.name: must have {{ case.key }} in it"),
        ("[client.name]", "[case.link]", "documents.бриф.requires: unknown fact 'case.link'"),
        ("case.outcome ==", "case.outcom ==", "documents.бриф.when: unknown fact 'case.outcom'"),
    ],
)
def test_each_mistake_is_told_where_it_stands(was: str, becomes: str, told: str) -> None:
    assert any(one.startswith(told) for one in problems(GOOD.replace(was, becomes)))


LINK = """
system: crm
kind: record
entity: case
extends: memory/record
fields:
  link: {at: link, direction: out, of: wiki}
"""


def test_a_mapping_may_link_to_where_documents_are_and_nowhere_else() -> None:
    assert loaded(small(with_wiki(GOOD), record__crm=LINK)).mappings_of("crm")

    with pytest.raises(Problems, match=r"fields\.link\.of: unknown 'wiki'"):
        loaded(small(with_wiki(""), record__crm=LINK))
