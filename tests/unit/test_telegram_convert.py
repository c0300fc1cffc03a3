"""What Telegram's updates mean, and that nothing in them can hurt."""

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Detail, Ignored, InboundMessage, Raw, Reachability, Reaction, Sender, Unreadable
from bot.channels.telegram import convert
from bot.channels.telegram.content import KINDS, spelled
from bot.domain.ids import Address
from bot.domain.text import RichText

FIXTURES = {path.stem: path for path in (Path(__file__).parents[1] / "fixtures" / "telegram").glob("*.json")}
ACCOUNT = "123456"
ADA = Sender(address=Address(channel="telegram", account=ACCOUNT, key="1001"), name="Ada Lovelace", language="en")

SHOWN = {
    "text": ("text", "Where is my order? https://example.org/o/7"),
    "text_start": ("text", "order7"),
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
    "location": ("location", "-6.200000, 106.816667"),
    "location_accurate": ("location", "-6.200000, 106.816667"),
    "location_live": ("location", "-6.200000, 106.816667"),
    "location_live_without_end": ("location", "-6.200000, 106.816667"),
    "venue": ("venue", "Kopi\nJl. Merdeka 1"),
    "contact": ("contact", "Budi\n+62800000000"),
    "contact_own": ("contact_own", "Ada Lovelace\n6281200001"),
    "contact_vcard": ("contact", "Budi\n+62800000000\n+62 21 555"),
    "poll": ("poll", "Tea or coffee?\n• Tea\n• Coffee"),
    "poll_quiz": ("poll", "2 + 2?\n• 4\n• 5"),
    "checklist": ("checklist", "Move\n☑ Boxes\n☐ Keys"),
    "dice": ("dice", "🎲 4"),
    "dice_darts": ("dice", "🎯 6"),
    "story": ("story", ""),
    "gift": ("gift", "Thank you\n🧸"),
    "unique_gift": ("gift", "Plush Pepe"),
    "rich_message": ("rich_message", "newer than the library"),
    "rich_message_nested": ("rich_message", "Bill\nPay now (https://evil.example).\none\ntwo"),
    "paid_media": ("paid_media", ""),
    "new_kind": ("unsupported", "Ship\nsee"),
    "giveaway": ("unsupported", ""),
    "web_app_data": ("unsupported", ""),
    "users_shared": ("unsupported", ""),
    "game": ("unsupported", "Corsairs\nSail"),
    "without_from": ("text", "hello"),
    "text_with_links": (
        "text",
        "👍🏽 see here (https://example.org/a) or https://bank.example (https://evil.example/)",
    ),
    "forwarded_from_user": ("text", "Look at this"),
    "forwarded_from_hidden_user": ("text", "Look at this"),
    "forwarded_from_channel": ("text", "Look at this"),
    "forwarded_from_group": ("text", "Look at this"),
    "forwarded_command": ("text", "/close"),
    "text_reply_to_a_part": ("text", "this word"),
    "text_reply_from_elsewhere": ("text", "about this"),
    "text_reply_to_a_story": ("text", "nice"),
    "text_via_a_bot": ("text", "https://example.org/cat"),
    "text_in_a_topic": ("text", "hello"),
    "caption_edited": ("photo", "the lid"),
    "callback_query": ("text", "Solved"),
    "callback_query_inaccessible": ("text", "s:1"),
}
MAP = "https://www.openstreetmap.org/?mlat=-6.200000&mlon=106.816667#map=17/-6.200000/106.816667"
LINKS = dict.fromkeys(("location", "location_accurate", "location_live", "location_live_without_end", "venue"), MAP)
DETAILS = {
    "location_accurate": [Detail("accuracy", {"metres": "12.5"})],
    "location_live": [Detail("accuracy", {"metres": "30"}), Detail("live_for", {"minutes": "15"})],
    "location_live_without_end": [Detail("live")],
    "story": [Detail("forwarded", {"who": "Ada Lovelace"})],
    "gift": [Detail("stars", {"stars": "15"})],
    "paid_media": [Detail("stars", {"stars": "5"})],
    "new_kind": [Detail("called", {"kind": "hologram"})],
    "giveaway": [Detail("called", {"kind": "giveaway"})],
    "web_app_data": [Detail("called", {"kind": "web_app_data"})],
    "users_shared": [Detail("called", {"kind": "users_shared"})],
    "game": [Detail("called", {"kind": "game"})],
    "forwarded_from_user": [Detail("forwarded", {"who": "Budi Santoso"})],
    "forwarded_from_hidden_user": [Detail("forwarded", {"who": "Budi S"})],
    "forwarded_from_channel": [Detail("forwarded", {"who": "Kopi News"})],
    "forwarded_from_group": [Detail("forwarded", {"who": "Friends"})],
    "forwarded_command": [Detail("forwarded", {"who": "Budi Santoso"})],
    "text_reply_from_elsewhere": [Detail("answers", {"who": "Kopi News", "words": "New prices"})],
    "text_reply_to_a_story": [Detail("answers_story")],
}
QUOTES = dict.fromkeys(
    ("text_reply", "text_reply_to_a_part", "callback_query", "callback_query_inaccessible"), "1001:6"
)
CHATS = {
    **dict.fromkeys(("group", "my_chat_member_in_a_group", "chat_join_request"), "-100200300"),
    **dict.fromkeys(("channel_post", "message_reaction_count"), "-100300400"),
    **dict.fromkeys(("poll_answer", "business_connection"), "None"),
}
SENDERS = {"without_from": Sender(address=ADA.address, name="Telegram 1001")}
NOT_SHOWN = {
    "pinned_message": Ignored("a note of Telegram's own"),
    "service_only": Ignored("a note of Telegram's own"),
    "from_a_bot": Ignored("written by a bot"),
    "location_live_moved": Ignored("a live location moved"),
    "location_live_ended": Ignored("a live location moved"),
    "callback_query_inline": Unreadable("a press without message or id"),
    "callback_query_game": Ignored("a press that is not of a choice of ours"),
    "my_chat_member_in_a_group": Ignored("not in a private chat"),
    "my_chat_member_back": Reachability(address=ADA.address, reachable=True, at=datetime(2026, 11, 21, 12, tzinfo=UTC)),
    **dict.fromkeys(
        ("business_message", "edited_business_message", "deleted_business_messages", "business_connection"),
        Unreadable("of a Telegram Business account, which is not served"),
    ),
    **dict.fromkeys(
        (
            *("message_reaction_count", "channel_post", "inline_query", "poll_answer", "pre_checkout_query"),
            "chat_join_request",
        ),
        Unreadable("an unknown kind of update"),
    ),
    "group": Ignored("not in a private chat"),
    "message_reaction": Reaction(who=ADA, key="1001:6", emoji="👍", at=datetime(2026, 11, 21, 12, tzinfo=UTC)),
    "my_chat_member": Reachability(address=ADA.address, reachable=False, at=datetime(2026, 11, 21, 12, tzinfo=UTC)),
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

    assert (inbound.kind, inbound.text, inbound.sender) == (kind, RichText.of(text), SENDERS.get(name, ADA))
    assert (list(inbound.details), inbound.link) == (DETAILS.get(name, []), LINKS.get(name))
    assert inbound.quotes == QUOTES.get(name)
    assert inbound.command == ("start" if name == "text_start" else None)
    assert inbound.edit == ("edited_message" in fixture(name))


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_what_is_no_message_of_a_customer_says_why(name: str) -> None:
    assert convert.inbound(json.dumps(fixture(name)), account=ACCOUNT) == NOT_SHOWN[name]


@pytest.mark.parametrize("name", FIXTURES)
def test_every_update_is_kept_in_the_lane_of_its_chat(name: str) -> None:
    raw = convert.raw(fixture(name), account=ACCOUNT)

    assert (raw.key, raw.lane, raw.position) == ("123456:700000001", f"123456:{CHATS.get(name, '1001')}", 700000001)
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
    assert (read(unmarked).command, read(unmarked).text.plain) == (None, "/start@sandbox_desk_bot order7")


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("/lang id", "lang", "id"),
        ("/CLOSE", "close", ""),
        ("/new@sandbox_desk_bot\nmy printer\nburns", "new", "my printer\nburns"),
        ("/refund me", None, "/refund me"),
        ("/closed", None, "/closed"),
        ("/close#42", None, "/close#42"),
    ],
)
def test_a_command_is_one_of_ours_and_its_words_are_what_follows(text: str, command: str | None, words: str) -> None:
    update = fixture("text_start")
    update["message"] |= {"text": text, "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}

    assert (read(update).command, read(update).text.plain) == (command, words)


def test_an_answer_names_the_message_that_it_quotes() -> None:
    assert read(fixture("text_reply")).quotes == "1001:6"
    assert read(fixture("text")).quotes is None


@pytest.mark.parametrize(
    ("new", "emoji"),
    [([], ""), ([{"type": "custom_emoji", "custom_emoji_id": "7"}], "❔"), ([{"type": "paid"}], "❔"), ([7], "❔")],
)
def test_a_reaction_that_is_none_or_no_character_says_so(new: list[object], emoji: str) -> None:
    update = fixture("message_reaction")
    update["message_reaction"]["new_reaction"] = new

    reaction = convert.inbound(json.dumps(update), account=ACCOUNT)

    assert isinstance(reaction, Reaction)
    assert reaction.emoji == emoji


def test_a_new_version_names_what_it_changes() -> None:
    edited = read(fixture("text_edited"))

    assert edited.edit
    assert edited.revises is not None
    assert edited.key.startswith(f"{edited.revises}:edit-")
    assert read(fixture("text")).revises is None


def test_a_press_is_a_message_of_its_own_that_names_the_choice() -> None:
    press = read(fixture("callback_query"))

    assert (press.choice, press.text.plain, press.quotes) == ("s:1", "Solved", "1001:6")
    assert (press.key, press.sender) == ("1001:press-438", ADA)


def test_a_press_on_a_keyboard_that_is_gone_still_names_the_choice() -> None:
    update = fixture("callback_query")
    update["callback_query"]["message"] = {"message_id": 6, "date": 0, "chat": {"id": 1001, "type": "private"}}

    assert (read(update).choice, read(update).text.plain) == ("s:1", "s:1")


@pytest.mark.parametrize(("status", "reachable"), [("kicked", False), ("left", False), ("member", True)])
def test_a_customer_who_blocks_the_bot_is_out_of_reach_until_they_start_it(status: str, reachable: bool) -> None:  # noqa: FBT001
    update = fixture("my_chat_member")
    update["my_chat_member"]["new_chat_member"]["status"] = status

    inbound = convert.inbound(json.dumps(update), account=ACCOUNT)

    assert isinstance(inbound, Reachability)
    assert (inbound.address, inbound.reachable) == (ADA.address, reachable)


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "callback_query": {"id": "1", "data": "x", "message": {"chat": {"id": 1, "type": "group"}}}},
        {"update_id": 1, "callback_query": {"id": "1", "inline_message_id": "7", "data": "x"}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 1, "type": "private"}}},
    ],
)
def test_a_press_or_a_block_of_another_shape_is_unreadable(update: dict[str, Any]) -> None:
    assert isinstance(convert.inbound(json.dumps(update), account=ACCOUNT), Unreadable)


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


@pytest.mark.parametrize("date", [None, "soon", True, 1.5, -(10**30), 10**30])
def test_a_message_without_a_usable_date_is_unreadable(date: object) -> None:
    update = fixture("text")
    update["message"]["date"] = date

    assert isinstance(convert.inbound(json.dumps(update), account=ACCOUNT), Unreadable)


def test_a_caption_shows_where_its_words_lead() -> None:
    update = fixture("photo")
    update["message"] |= {
        "caption": "look here",
        "caption_entities": [{"type": "text_link", "offset": 5, "length": 4, "url": "https://example.org"}],
    }

    assert read(update).text.plain == "look here (https://example.org)"


ADDRESSES = st.none() | st.sampled_from(["https://example.org", "http://a.b/?q=1&r=2", "tg://user?id=1", "aé.example"])


@given(st.lists(st.tuples(st.text(st.sampled_from("a é👍🏽\u200d🇮🇩"), min_size=1), ADDRESSES)), st.randoms())
def test_each_hidden_address_stands_behind_its_own_words(words: list[tuple[str, str | None]], chance: Random) -> None:
    entities, said = list[dict[str, Any]](), ""
    for text, address in words:
        if address is not None:
            offset, length = (len(one.encode("utf-16-le")) // 2 for one in (said, text))
            entities.append({"type": "text_link", "offset": offset, "length": length, "url": address})
        said += text
    chance.shuffle(entities)

    assert spelled(said, entities) == "".join(f"{text} ({address})" if address else text for text, address in words)


@pytest.mark.parametrize("place", [(0, 1), (1, 2), (-1, 3), (0, 99), (2, 0), (None, 2), ("0", 2), (2, 10**30)])
def test_an_entity_that_fits_no_characters_is_none(place: tuple[object, object]) -> None:
    offset, length = place

    assert spelled("👍👍", [{"type": "text_link", "offset": offset, "length": length, "url": "https://a.b"}]) == "👍👍"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        *("message_id", "date", "edit_date", "chat", "from", "text", "caption", "entities", "caption_entities", *KINDS),
        *("data", "message", "reply_markup", "reply_to_message", "new_chat_member", "status"),
    ]
)


@st.composite
def hostile_updates(draw: st.DrawFn) -> dict[str, Any]:
    """A good update in which some fields have become anything."""
    update = fixture(draw(st.sampled_from(sorted(FIXTURES))))
    kind = next(name for name in update if name != "update_id")
    inner = [update[kind].get(name, {}) for name in ("chat", "from", "message", "new_chat_member")]
    target = draw(st.sampled_from([update[kind], *inner]))
    target |= draw(st.dictionaries(FIELDS | st.sampled_from(["id", "type", "first_name"]), ANYTHING, max_size=4))
    return update


@given(hostile_updates())
def test_no_update_breaks_anything(update: dict[str, Any]) -> None:
    raw = convert.raw(update, account=ACCOUNT)

    inbound = convert.inbound(raw.body, account=ACCOUNT)
    convert.pressed(update)

    if isinstance(inbound, InboundMessage):
        f"{inbound.text.plain} {inbound.sender.name} {inbound.key}".encode()  # can be stored
        assert inbound.sender.name


@given(ANYTHING)
def test_no_json_breaks_anything(anything: object) -> None:
    assert convert.inbound(json.dumps(anything), account=ACCOUNT) is not None
    assert isinstance(convert.raw({"update_id": 1, "message": anything}, account=ACCOUNT), Raw)
