import pytest

from tools.licences import EXEMPT, Exempt, installed, is_allowed, problems
from tools.sources import ROOT


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "MIT License",
        "BSD-3-Clause",
        "ISC License (ISCL)",
        "Apache Software License; BSD License",
        "Apache-2.0 OR BSD-2-Clause",
        "GPL-2.0-or-later OR MIT",
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        "Mozilla Public License 2.0 (MPL 2.0)",
    ],
)
def test_a_permissive_licence_may_be_used(licence: str) -> None:
    assert is_allowed(licence)


@pytest.mark.parametrize(
    "licence",
    [
        "",
        "UNKNOWN",
        "GPL-3.0-only",
        "LGPL-3.0-only",
        "GNU General Public License v2 or later (GPLv2+)",
        "MIT License; GNU General Public License (GPL)",
        "MIT AND GPL-3.0-only",
        "MIT AND (Apache-2.0 OR",
        "MIT GPL-3.0-only",
        "(GPL-3.0-only OR MIT) AND AGPL-3.0-only",
        "AGPL-3.0-only",
        "Commercial",
    ],
)
def test_any_other_licence_may_not(licence: str) -> None:
    assert not is_allowed(licence)


def test_a_package_under_the_gpl_is_named() -> None:
    assert list(problems({"html2text": "GPL-3.0-or-later", "httpx": "BSD License"})) == [
        "html2text: 'GPL-3.0-or-later' is not a licence we may use"
    ]


def test_an_excepted_package_may_keep_its_licence_but_not_change_it() -> None:
    exempt = {"psycopg": Exempt("LGPL-3.0-only", "a.md")}

    assert list(problems({"psycopg": "LGPL-3.0-only"}, exempt)) == []
    assert len(list(problems({"psycopg": "GPL-3.0-only"}, exempt))) == 1


def test_every_exception_has_its_page_and_its_package() -> None:
    packages = installed()

    assert [name for name, exempt in EXEMPT.items() if not (ROOT / exempt.page).is_file()] == []
    assert [name for name in EXEMPT if name not in packages] == []
