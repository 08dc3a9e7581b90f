from pathlib import Path

import pytest

from flows.hub.files import LARGEST_FILE, read_catalog, read_hub
from mappings.language import Problems

PRESALES = "система: да\n"


def a_hub(folder: Path, **files: bytes) -> Path:
    for name, content in {"hub__yaml": b"systems: {}\n", **files}.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def problems(folder: Path) -> str:
    with pytest.raises(Problems) as caught:
        read_hub(folder)
    return str(caught.value)


def test_a_hub_is_its_file_and_the_mappings_beside_it(tmp_path):
    a_hub(tmp_path, сделка__crm__yaml=PRESALES.encode(), prefect__yaml=b"x", notes__txt=b"x", __hidden__crm__yaml=b"x")

    files, _ = read_hub(tmp_path)

    assert files == {"hub.yaml": "systems: {}\n", "сделка.crm.yaml": PRESALES}


def test_a_hub_can_be_named_by_its_file(tmp_path):
    a_hub(tmp_path)

    assert read_hub(tmp_path / "hub.yaml") == read_hub(tmp_path)


def test_a_byte_order_mark_is_no_content(tmp_path):
    a_hub(tmp_path, deal__crm__yaml=b"\xef\xbb\xbfkind: deal\n")

    assert read_hub(tmp_path)[0]["deal.crm.yaml"] == "kind: deal\n"


def test_the_shipped_files_come_along(tmp_path):
    _, catalog = read_hub(a_hub(tmp_path))

    assert catalog == read_catalog()
    assert {"policies.yaml", "bitrix24/deal.yaml", "redmine/issue.yaml", "memory/record.yaml"} <= set(catalog)
    assert not any(name.startswith("cases/") for name in catalog)


def test_a_hub_with_another_ending_is_no_folder_without_a_hub(tmp_path):
    (tmp_path / "hub.yml").write_bytes(b"systems: {}\n")

    assert problems(tmp_path) == "hub.yml: 1 problem\n      call it hub.yaml; no other ending is read"


def test_a_folder_without_a_hub_says_what_to_do(tmp_path):
    assert problems(tmp_path) == f"hub.yaml: 1 problem\n      no such file in {tmp_path}; `casehub init` makes one"


def test_all_files_that_cannot_be_read_are_told_at_once(tmp_path):
    a_hub(
        tmp_path,
        deal__crm__yaml="kind: deal\nname: сделка\n".encode("cp1251"),
        issue__tracker__yml=b"kind: issue\n",
        big__crm__yaml=b"#" * (LARGEST_FILE + 1),
    )

    assert problems(tmp_path) == (
        "big.crm.yaml: 1 problem\n"
        "      too large: more than 2000000 bytes\n"
        "deal.crm.yaml: 1 problem\n"
        "   2  not UTF-8; save it in that encoding\n"
        "issue.tracker.yml: 1 problem\n"
        "      call it issue.tracker.yaml; no other ending is read"
    )


def test_a_folder_with_the_name_of_a_mapping_is_none(tmp_path):
    a_hub(tmp_path)
    (tmp_path / "deal.crm.yaml").mkdir()

    assert set(read_hub(tmp_path)[0]) == {"hub.yaml"}


def test_more_files_than_a_hub_can_have_are_refused(tmp_path):
    a_hub(tmp_path, **{f"kind{number}__crm__yaml": b"" for number in range(500)})

    assert "501 mappings beside it; at most 500 are read" in problems(tmp_path)
