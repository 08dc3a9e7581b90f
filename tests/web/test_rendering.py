"""What every page stands on: templates, languages, and what a browser is told of them."""

from tests.hub_builders import a_hub
from tests.web_builders import Browser, a_viewer
from web.rendering import markdown


def test_a_page_is_written_in_the_language_that_the_browser_asks_for(tmp_path):
    hub = a_hub(tmp_path).installation

    assert '<html lang="en">' in Browser(hub).get("/login").text
    assert '<html lang="ru">' in Browser(hub, language="ru-RU,ru;q=0.9,en;q=0.5").get("/login").text


def test_whoever_has_signed_in_finds_the_way_to_every_part(tmp_path):
    page = Browser(a_hub(tmp_path).installation, a_viewer()).get("/nowhere").text

    assert all(f'href="/{part}"' in page for part in ("cases", "board", "attention", "runs", "systems"))


def test_a_product_of_numbers_is_shown_with_its_signs_as_the_systems_have_it():
    assert markdown("Итого 5*3*2 = 30, *примерно*") == "<p>Итого 5*3*2 = 30, <em>примерно</em></p>\n"
