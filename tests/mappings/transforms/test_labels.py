"""Sets of words."""

import pytest

from mappings.exchange import Choice
from mappings.lens import Refusal
from mappings.transforms.labels import Labels
from mappings.transforms.settings import BadSettings
from mappings.transforms.vocabulary import Spot, Vocabulary

TEXT = Labels(separator=";")
SOME = Labels(vocabulary=frozenset({"a", "b"}))
IDS = Labels(pairs={"1": "срочно", "2": "vip", "3": "vip"})


def words(*members: str) -> frozenset[str]:
    return frozenset(members)


def code(refused):
    return refused.code if isinstance(refused, Refusal) else None


def test_the_empty_set_means_empty():
    assert Labels().read([]) is None
    assert Labels().fits(frozenset(), None)
    assert Labels().write(None, ["vip"]) == []
    assert Labels().write(None, None) is None


def test_order_is_kept_for_what_stays():
    assert Labels().write(words("б", "а", "в"), ["в", "г", "б"]) == ["в", "б", "а"]
    assert Labels().write(words("а", "в"), ["в", "а"]) == ["в", "а"]


def test_case_counts():
    assert not Labels().fits(words("VIP"), ["vip"])


def test_words_in_one_text():
    assert TEXT.read("срочно; vip;;") == words("срочно", "vip")
    assert TEXT.write(words("срочно", "vip"), "vip ;срочно") == "vip ;срочно"
    assert TEXT.write(words("срочно", "тендер"), "срочно; vip") == "срочно; тендер"
    assert TEXT.write(words("срочно", "vip"), None) == "vip;срочно"
    assert TEXT.write(None, "vip") is None


def test_a_word_that_the_text_would_break_in_two_is_refused():
    assert code(TEXT.write(words("да;нет"), None)) == "no view"
    assert code(TEXT.write(words(" край "), None)) == "no view"


def test_words_beyond_the_vocabulary_are_a_declared_loss():
    assert SOME.write(words("a", "c"), None) == ["a"]
    assert SOME.fits(words("a", "c"), ["a"])
    assert not SOME.lossless


def test_a_word_beyond_the_vocabulary_that_stands_there_is_read_and_left():
    assert SOME.read(["x", "a"]) == words("x", "a")
    assert SOME.write(words("b"), ["x", "a"]) == ["x", "b"]


def test_an_edit_is_a_step_that_leaves_what_cannot_be_seen():
    assert SOME.step(words("a"), words("a", "b"), words("a", "vip")) == words("a", "b", "vip")
    assert SOME.step(words("a"), None, words("a", "vip")) == words("vip")
    assert SOME.step(words("a"), None, words("a")) is None


def test_ids_stand_for_labels():
    assert IDS.read(["1", "3"]) == words("срочно", "vip")
    assert IDS.write(words("vip"), ["1", "3"]) == ["3"]
    assert IDS.write(words("vip", "срочно"), []) == ["2", "1"]
    assert IDS.fits(words("vip", "нет такой"), ["2"])


def test_an_unknown_id_is_refused_and_not_left_out():
    assert code(IDS.read(["1", "9"])) == "unlisted"


def test_people_are_known_by_their_ids():
    team = Labels(people=True, pairs={"5": "ann@example.org"})

    assert team.read(["5"]) == words("ann@example.org")
    assert code(team.read(["5", "6"])) == "unknown person"


@pytest.mark.parametrize("view", ["vip", [1], [["vip"]], [""], {"a": 1}, True])
def test_what_is_no_list_of_words_is_refused(view):
    assert code(Labels().read(view)) == "malformed"


def test_a_list_is_no_text():
    assert code(TEXT.read(["vip"])) == "malformed"


def test_of_several_accounts_of_one_person_the_one_that_can_be_chosen_is_written():
    known = Vocabulary(people={"5": "ann@example.org", "6": "ann@example.org"}, inactive=frozenset({"5"}))
    team = Labels.built({"ids": "people"}, Spot(("participants",), ("watchers",), known))

    assert team.write(frozenset({"ann@example.org"}), None) == ["6"]
    assert team.write(frozenset({"ann@example.org"}), ["5"]) == ["5"]


def test_an_address_is_taken_away_and_added_whatever_its_letters():
    mails = Labels.built({}, Spot(("emails",), ("email",)))

    assert mails.read(["Anna@x.ru"]) == frozenset({"anna@x.ru"})
    assert mails.write(frozenset({"anna@x.ru", "LI@x.ru"}), ["Anna@x.ru"]) == ["Anna@x.ru", "li@x.ru"]
    assert mails.step(frozenset({"anna@x.ru"}), None, frozenset({"Anna@x.ru", "li@x.ru"})) == frozenset({"li@x.ru"})


def test_the_system_gives_its_labels_and_people():
    known = Vocabulary(choices={"tags": (Choice("1", "срочно"),)}, people={"5": "ann@example.org"})
    spot = Spot(("labels",), ("tags",), known)

    assert Labels.built({}, spot) == Labels(pairs={"1": "срочно"})
    assert Labels.built({"ids": "people"}, spot) == Labels(people=True, pairs={"5": "ann@example.org"})
    assert Labels.built({"vocabulary": ["a"]}, Spot(("labels",))) == Labels(vocabulary=words("a"))


def test_where_nobody_is_known_every_id_is_unknown():
    assert code(Labels.built({"ids": "people"}, Spot(("participants",))).read(["5"])) == "unknown person"


def test_people_have_no_vocabulary():
    with pytest.raises(BadSettings, match="vocabulary: people are known"):
        Labels.built({"ids": "people", "vocabulary": ["a"]}, Spot(("participants",)))


def test_new_labels_of_the_system_do_not_make_bases_void():
    assert IDS.settings() == Labels().settings()
    assert SOME.settings() != Labels().settings()
