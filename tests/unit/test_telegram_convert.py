"""What Telegram's updates mean, and that nothing in them can hurt."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Ignored, InboundMessage, Raw, Sender, Unreadable
from bot.channels.telegram import convert
from bot.domain.ids import Address
from bot.domain.text import RichText

FIXTURES = {path.stem: path for path in (Path(__file__).parents[1] / "fixtures" / "telegram").glob("*.json")}
ACCOUNT = "123456"
ADA = Sender(address=Address(channel="telegram", account=ACCOUNT, key="1001"), name="Ada Lovelace", language="en")

SHOWN = {
    "text": ("text", "Where is my order? https://example.org/o/7"),
    "text_start": ("text", "/start@sandbox_desk_bot order7"),
    "text_reply": ("text", "this one"),
    "text_edited": ("text", "Where is my parcel?"),
    "photo": ("photo", "the cracked lid"),
    "photo_album": ("photo", ""),
    "document": ("document", "March"),
    "voice": ("voice", ""),
    "audio": ("audio", ""),
    "video": ("video", "it leaks"),
    "video_note": ("video_note", ""),
    "sticker": ("sticker", ""),
    "animation": ("animation", ""),
    "location": ("location", ""),
    "location_live_moved": ("location", ""),
    "venue": ("venue", ""),
    "contact": ("contact", ""),
    "poll": ("poll", ""),
    "dice": ("dice", ""),
    "story": ("story", ""),
    "rich_message": ("unsupported", ""),
    "paid_media": ("unsupported", ""),
}
NOT_SHOWN = {
    "pinned_message": Ignored("a note of Telegram's own"),
    "group": Ignored("not in a private chat"),
    "callback_query": Ignored("a button was pressed"),
    "message_reaction": Ignored("a reaction"),
    "my_chat_member": Ignored("the customer blocked or unblocked the bot"),
    "business_message": Unreadable("an unknown kind of update"),
}


def fixture(name: str) -> dict[str, Any]:
    update: dict[str, Any] = json.loads(FIXTURES[name].read_text(encoding="utf-8"))
    return update


def read(update: object) -> InboundMessage:
    inbound = convert.inbound(json.dumps(update), account=ACCOUNT)
    assert isinstance(inbound, InboundMessage)
    return inbound


def test_every_fixture_is_expected_to_mean_something() -> None:
    assert SHOWN.keys() | NOT_SHOWN.keys() == FIXTURES.keys()


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_customer_sends_is_shown(name: str) -> None:
    kind, text = SHOWN[name]

    inbound = read(fixture(name))

    assert (inbound.kind, inbound.text, inbound.sender) == (kind, RichText.of(text), ADA)
    assert inbound.edit == ("edited_message" in fixture(name))


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_what_is_no_message_of_a_customer_says_why(name: str) -> None:
    assert convert.inbound(json.dumps(fixture(name)), account=ACCOUNT) == NOT_SHOWN[name]


@pytest.mark.parametrize("name", FIXTURES)
def test_every_update_is_kept_in_the_lane_of_its_chat(name: str) -> None:
    chat = "-100200300" if name == "group" else "1001"

    raw = convert.raw(fixture(name), account=ACCOUNT)

    assert (raw.key, raw.lane, raw.position) == ("123456:700000001", f"123456:{chat}", 700000001)
    assert json.loads(raw.body) == fixture(name)


def test_a_message_is_named_by_its_chat_and_dated_by_telegram() -> None:
    message = read(fixture("text"))

    assert message.key == "1001:7"
    assert message.sent_at == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_two_edits_in_one_second_are_two_versions_and_a_redelivered_one_is_the_same() -> None:
    first = fixture("text_edited")
    second = {**first, "update_id": first["update_id"] + 1}

    assert read(first).key == read(first).key != read(second).key
    assert read(first).sent_at == datetime(2026, 11, 21, 12, 1, tzinfo=UTC)


def test_a_command_is_one_only_where_telegram_marks_it() -> None:
    unmarked = fixture("text_start")
    del unmarked["message"]["entities"]

    assert read(fixture("text_start")).command == "start"
    assert read(fixture("text")).command is None
    assert read(unmarked).command is None


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ({"first_name": "  Ada \n", "last_name": "\t"}, "Ada"),
        ({"first_name": "\0", "username": "ada"}, "ada"),
        ({}, "Telegram 1001"),
        ({"first_name": "x" * 500}, "x" * 128),
    ],
)
def test_everybody_has_a_name(who: dict[str, str], name: str) -> None:
    update = fixture("text")
    update["message"]["from"] = {"id": 1001, "is_bot": False, **who}

    assert read(update).sender.name == name


def test_characters_that_no_database_takes_are_replaced() -> None:
    update = fixture("text")
    update["message"]["text"] = "a\0b\ud83dc 😀"

    assert read(update).text == RichText.of("ab\N{REPLACEMENT CHARACTER}c 😀")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "{}", '{"message": 5}', '{"message": {}}', "[" * 100_000])
def test_what_is_no_update_is_unreadable(body: str) -> None:
    assert isinstance(convert.inbound(body, account=ACCOUNT), Unreadable)


@pytest.mark.parametrize("date", [None, "1", True, 1.5, -(10**30), 10**30])
def test_a_message_without_a_usable_date_is_unreadable(date: object) -> None:
    update = fixture("text")
    update["message"]["date"] = date

    assert isinstance(convert.inbound(json.dumps(update), account=ACCOUNT), Unreadable)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["message_id", "date", "edit_date", "chat", "from", "text", "caption", "entities", *convert.KINDS]
)


@st.composite
def hostile_updates(draw: st.DrawFn) -> dict[str, Any]:
    """A good update in which some fields have become anything."""
    update = fixture(draw(st.sampled_from(sorted(FIXTURES))))
    kind = next(name for name in update if name != "update_id")
    target = draw(st.sampled_from([update[kind], update[kind].get("chat", {}), update[kind].get("from", {})]))
    target |= draw(st.dictionaries(FIELDS | st.sampled_from(["id", "type", "first_name"]), ANYTHING, max_size=4))
    return update


@given(hostile_updates())
def test_no_update_breaks_anything(update: dict[str, Any]) -> None:
    raw = convert.raw(update, account=ACCOUNT)

    inbound = convert.inbound(raw.body, account=ACCOUNT)

    if isinstance(inbound, InboundMessage):
        f"{inbound.text.plain} {inbound.sender.name} {inbound.key}".encode()  # can be stored
        assert inbound.sender.name


@given(ANYTHING)
def test_no_json_breaks_anything(anything: object) -> None:
    assert convert.inbound(json.dumps(anything), account=ACCOUNT) is not None
    assert isinstance(convert.raw({"update_id": 1, "message": anything}, account=ACCOUNT), Raw)
