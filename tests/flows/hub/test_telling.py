"""What a plan, a list and a page call what differs."""

from pathlib import Path

from flows.hub.labels import Labels
from flows.hub.telling import parties_in_words
from mappings.reconcile.model import Conflict, Party
from tests.hub_builders import a_hub

GOAL = "Цель проекта: один реестр заявок на всех, с историей и сроками, до конца "


def test_parties_that_say_nearly_the_same_long_text_are_told_apart() -> None:
    parties = (Party("crm", f"{GOAL}года", view=None), Party("trk", f"{GOAL}марта", view=None))

    said = parties_in_words(Conflict("description", GOAL, parties, "both sides moved"), "UTC")

    assert said == "crm …сроками, до конца года · trk …сроками, до конца марта"


def test_a_line_of_the_feed_shows_where_long_texts_differ(tmp_path: Path) -> None:
    installation = a_hub(tmp_path).installation
    labels = Labels(installation.store, installation.hub)

    views = (f"{GOAL}года", f"{GOAL}марта")
    assert labels.change("trk", "record", field_name="description", views=views) == (
        "…сроками, до конца года",
        "…сроками, до конца марта",
    )
    assert labels.change("trk", "record", field_name="description", views=(None, "New")) == ("", "New")
