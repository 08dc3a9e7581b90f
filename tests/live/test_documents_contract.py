"""What the contract asks of reading and writing, kept with a real MediaWiki and a real WebDAV server."""

import itertools
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.base import SystemConnector
from connectors.mediawiki import MediaWikiConnector, MediaWikiSettings
from connectors.webdav import WebDavConnector, WebDavSettings
from mappings.exchange import View
from tests.contract.reading import ReadingPromises
from tests.contract.world import World
from tests.contract.writing import WritingPromises
from tests.live.documents_hub import PlainWiki
from tests.live.plain import live


class LiveWiki(World):
    """A running MediaWiki; pages are told apart by a number of their own, so titles may repeat."""

    kind = "page"
    title = "text"
    note = "text"
    choice = "redirect"

    def __init__(self) -> None:
        self.env = live("MEDIAWIKI")
        self.ann = PlainWiki("ANN")
        self.admin = PlainWiki("ADMIN")
        self.names = (f"Договор {secrets.token_hex(4)} {number}" for number in itertools.count())
        self.titles_of: dict[str, str] = {}

    def connector(self, *, page_size: int = 50, wrong_key: bool = False) -> SystemConnector:
        settings = MediaWikiSettings(
            url=self.env["URL"],
            user=self.env["HUB_LOGIN"],
            password=SecretStr("0" * 32 if wrong_key else self.env["HUB_PASSWORD"]),
            page_size=min(page_size, 50),
        )
        return MediaWikiConnector("вики", settings)

    def create(self, title: str, **views: View) -> str:
        name = next(self.names)
        told = self.ann.do("edit", title=name, text=str(views.get("note") or title))
        number = str(told["edit"]["pageid"])
        self.titles_of[number] = name
        return number

    def edit(self, record_id: str, **views: View) -> None:
        self.ann.do("edit", pageid=record_id, text=str(views.get("title") or views.get("note") or ""))

    def delete(self, record_id: str) -> None:
        self.admin.do("delete", pageid=record_id)

    def close(self) -> None:
        self.ann.close()
        self.admin.close()


class TestLiveWiki(ReadingPromises, WritingPromises):
    """A page has one text and a title that nobody changes; other tests know the whole wiki too, so no list is bare."""

    @pytest.fixture
    def world(self) -> Iterator[World]:
        wiki = LiveWiki()
        yield wiki
        wiki.close()

    # asks for one request; logging in by a bot password takes three
    test_it_says_who_we_are_in_one_overhead_request = None
    test_a_pull_with_nothing_new_is_one_request_that_writes_nothing = None
    test_many_look_ups_are_one_request = None
    # nothing is refused, dropped or moved away here, and there is no log of texts
    test_what_is_refused_is_left_out_and_the_rest_is_sent = None
    test_a_write_of_which_nothing_was_taken_is_refused = None
    test_what_was_dropped_in_silence_is_seen_in_the_receipt = None
    test_the_change_log_tells_a_person_from_us = None
    test_a_record_that_was_moved_away_says_so = None
    # a record has one text, and no record is made without a name
    test_an_update_arrives_and_leaves_the_other_places_alone = None
    test_receipts_stand_in_order_one_for_each_write = None
    test_the_receipt_of_a_create_shows_the_new_record = None
    test_only_writes_count_as_writing = None
    test_what_we_made_is_taken_away_and_what_people_work_on_is_not = None  # test_undo_documents.py takes them away
    test_an_empty_place_is_none_and_not_absent = None
    # a page has no choices, no second text, no marker place
    test_discovery_names_the_choices_that_views_carry = None
    test_a_choice_takes_a_step = None
    test_a_create_carries_its_marker_and_is_found_by_it = None
    test_a_marker_that_nobody_carries_is_not_found = None
    test_a_search_tells_how_fresh_it_is = None


class LiveFiles(World):
    """A folder of its own on a running WebDAV server, edited on its disk."""

    kind = "file"
    title = "text"
    note = "text"
    choice = "size"

    def __init__(self) -> None:
        self.env = live("WEBDAV")
        self.name = f"Договоры {secrets.token_hex(4)}"
        self.root = Path(self.env["ROOT"]) / self.name
        self.root.mkdir()
        self.names = (f"Файл {number}.txt" for number in itertools.count())

    def connector(self, *, page_size: int = 100, wrong_key: bool = False) -> SystemConnector:
        del page_size
        secret = SecretStr("wrong" if wrong_key else self.env["HUB_PASSWORD"])
        address = f"{self.env['URL']}/{self.name}"
        return WebDavConnector("файлы", WebDavSettings(url=address, user="hub", password=secret))

    def create(self, title: str, **views: View) -> str:
        name = next(self.names)
        (self.root / name).write_text(str(views.get("note") or title), encoding="utf-8")
        return name

    def edit(self, record_id: str, **views: View) -> None:
        text = str(views.get("title") or views.get("note") or "")
        (self.root / record_id).write_text(text, encoding="utf-8")

    def delete(self, record_id: str) -> None:
        (self.root / record_id).unlink()


class TestLiveFiles(ReadingPromises, WritingPromises):
    """A file has one text; there is no list of changes, so every read is a full one, a request for each text."""

    @pytest.fixture
    def world(self) -> Iterator[World]:
        files = LiveFiles()
        yield files
        files.close()

    # nothing is refused, dropped or moved away here, and there is no log of texts
    test_what_is_refused_is_left_out_and_the_rest_is_sent = None
    test_a_write_of_which_nothing_was_taken_is_refused = None
    test_what_was_dropped_in_silence_is_seen_in_the_receipt = None
    test_the_change_log_tells_a_person_from_us = None
    test_a_record_that_was_moved_away_says_so = None
    # a record has one text, and no record is made without a name
    test_an_update_arrives_and_leaves_the_other_places_alone = None
    test_receipts_stand_in_order_one_for_each_write = None
    test_the_receipt_of_a_create_shows_the_new_record = None
    test_only_writes_count_as_writing = None
    test_what_we_made_is_taken_away_and_what_people_work_on_is_not = None  # test_undo_documents.py takes them away
    test_an_empty_place_is_none_and_not_absent = None
    test_the_cursor_stands_still_while_pages_are_unread = None
    test_a_pull_with_nothing_new_is_one_request_that_writes_nothing = None
    test_many_look_ups_are_one_request = None
    test_discovery_names_the_choices_that_views_carry = None
    test_a_choice_takes_a_step = None
    test_a_create_carries_its_marker_and_is_found_by_it = None
    test_a_marker_that_nobody_carries_is_not_found = None
    test_a_search_tells_how_fresh_it_is = None
