"""What a transform is told about the system it stands before."""

from mappings.exchange import Choice, Place
from mappings.transforms.vocabulary import Spot, Vocabulary

STAGES = (Choice("1", "Новая"), Choice("2", "В работе"))
PLACES = (
    Place("status", "Статус", "choice", choices=STAGES),
    Place("subject", "Тема", "text", max_length=255),
)


def test_it_is_gathered_from_what_was_discovered():
    words = Vocabulary.of(PLACES, people={"5": "ann@example.org"}, zone="Europe/Moscow")

    assert words.choices == {"status": STAGES}
    assert words.limits == {"subject": 255}
    assert words.types == {"status": "choice", "subject": "text"}
    assert words.people == {"5": "ann@example.org"}
    assert words.zone == "Europe/Moscow"


def test_a_spot_knows_the_words_of_its_own_place():
    words = Vocabulary.of(PLACES)

    assert Spot(("stage",), ("status",), words).choices == STAGES
    assert Spot(("title",), ("subject",), words).limit == 255
    assert Spot(("title",), ("subject",), words).type == "text"


def test_a_spot_without_a_place_knows_none():
    bare = Spot(("title",), words=Vocabulary.of(PLACES))

    assert (bare.choices, bare.type, bare.limit) == ((), None, None)
