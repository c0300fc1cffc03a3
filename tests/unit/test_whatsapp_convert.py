"""What WhatsApp's webhooks mean, and that nothing in them can hurt."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import (
    AddressChanged,
    Deletion,
    Detail,
    Ignored,
    Inbound,
    InboundMessage,
    Raw,
    Reaction,
    Report,
    Sender,
    Unreadable,
    Word,
)
from bot.channels.whatsapp import convert
from bot.domain.ids import Address
from bot.domain.text import RichText

FIXTURES = {path.stem: path for path in (Path(__file__).parents[1] / "fixtures" / "whatsapp").glob("*.json")}
ACCOUNT = "106540352242922"
PHONE, USER_ID = "6281200001", "ID.13491208655302741918"
NEW_PHONE, NEW_USER_ID = "6281200002", "ID.24817305912873645029"
WAMID = "wamid.HBgKNjI4MTIwMDAwMRUCABIYFDNB"
EARLIER, OURS = "wamid.HBgKNjI4MTIwMDAwMRUCABIYFDNA", "wamid.HBgKNjI4MTIwMDAwMRUCABEYEjk0"


def address(key: str) -> Address:
    return Address(channel="whatsapp", account=ACCOUNT, key=key)


ADA = Sender(address=address(PHONE), name="Ada Lovelace", aliases=(address(USER_ID),))
WITHOUT_PHONE = Sender(address=address(USER_ID), name="Ada Lovelace")

SHOWN = {
    "text": ("text", "Where is my order? 😀"),
    "text_reply": ("text", "this one"),
    "text_forwarded": ("text", "Look at this"),
    "text_from_an_ad": ("text", "Is it still there?"),
    "text_phone_only": ("text", "hello"),
    "text_user_id_only": ("text", "hello"),
    "text_user_id_in_from": ("text", "hello"),
    "text_without_from": ("text", "hello"),
    "image": ("photo", "the cracked lid"),
    "video": ("video", "it leaks"),
    "document": ("document", "March"),
    "audio": ("audio", ""),
    "voice": ("voice", ""),
    "sticker": ("sticker", ""),
    "location": ("location", "-6.200000, 106.816667"),
    "location_chosen": ("venue", "Kopi\nJl. Merdeka 1\nhttps://example.org/kopi"),
    "contacts": ("contact", "Budi\n+62 800 0000"),
    "button_reply": ("text", "Solved"),
    "list_reply": ("text", "★★★★★\nvery good"),
    "flow_reply": ("flow", "Sent"),
    "template_button": ("text", "Stop"),
    "order": ("order", "Two, please\n2 × di9ozbzfi4 · 30 USD"),
    "edit": ("text", "Where is my parcel?"),
    "edit_caption": ("photo", "the lid"),
    "request_welcome": ("text", ""),
    "unsupported": ("unsupported", ""),
    "unsupported_without_kind": ("unsupported", ""),
    "new_kind": ("unsupported", ""),
    "system_identity": ("identity", "User identity changed"),
    "system_new_note": ("system", "Ada Lovelace joined"),
    "system_number_old_style": ("system", "User Ada Lovelace changed from 6281200001 to 6281200002"),
    "text_about_a_product": ("text", "Is it there in red?"),
    "text_forwarded_often": ("text", "Send this to ten friends"),
    "text_forwarded_command": ("text", "close"),
    "text_with_errors": ("text", "hello"),
    "image_from_a_post": ("photo", ""),
    "button_reply_of_another": ("text", "Call me"),
    "call_permission_reply": ("unsupported", ""),
    "template_button_without_context": ("text", "Yes"),
    "contacts_own": ("contact_own", "Ada Lovelace\n+62 812 00001"),
    "contacts_many": (
        "contact",
        "Budi Santoso\nKopi\n+62 800 0000\n+62 21 555\nbudi@example.org\nhttps://example.org\n\n+62 800 0001",
    ),
    "order_of_many": ("order", "3 × chair · 19.9 EUR\n1 × table · 250000 IDR\n2 × lamp · 0.1 EUR"),
    "flow_reply_filled": (
        "flow",
        "name: Ada\ndate: 2026-12-01\nrooms: kitchen, bath\nguests: 2\nagreed: true",
    ),
    "flow_reply_not_json": ("flow", "Jl. Merdeka 1"),
    "ephemeral": ("unsupported", ""),
    "empty_message": ("unsupported", ""),
}
MAP = "https://www.openstreetmap.org/?mlat=-6.200000&mlon=106.816667#map=17/-6.200000/106.816667"
LINKS = {"location": MAP, "location_chosen": MAP}
DETAILS = {
    "text_forwarded": [Detail("forwarded_unnamed")],
    "text_forwarded_often": [Detail("forwarded_often")],
    "text_forwarded_command": [Detail("forwarded_unnamed")],
    "text_from_an_ad": [Detail("ad", {"headline": "Chairs", "source": "https://fb.me/1"})],
    "image_from_a_post": [Detail("ad", {"headline": "All chairs", "source": "https://fb.me/2"})],
    "text_about_a_product": [Detail("product", {"product": "di9ozbzfi4"})],
    "template_button": [Detail("pressed")],
    "template_button_without_context": [Detail("pressed")],
    "order": [Detail("total", {"amount": "60 USD"})],
    "order_of_many": [Detail("total", {"amount": "59.9 EUR"}), Detail("total", {"amount": "250000 IDR"})],
    "call_permission_reply": [Detail("called", {"kind": "call_permission_reply"})],
    "unsupported": [Detail("called", {"kind": "poll"})],
    "new_kind": [Detail("called", {"kind": "hologram"})],
    "ephemeral": [Detail("called", {"kind": "ephemeral"})],
}
ANSWERING = (
    *("text_reply", "text_about_a_product", "button_reply", "button_reply_of_another", "list_reply", "flow_reply"),
    *("flow_reply_filled", "flow_reply_not_json", "call_permission_reply"),
)
QUOTES = dict.fromkeys(ANSWERING, OURS)
CHOICES = {"button_reply": "solved:7", "list_reply": "rate:7:5", "button_reply_of_another": "call-me"}
SENDERS = {
    "text_phone_only": Sender(address=address(PHONE), name="Ada Lovelace"),
    **dict.fromkeys(("text_user_id_in_from", "text_without_from"), WITHOUT_PHONE),
    "text_user_id_only": WITHOUT_PHONE,
}
OTHERS: dict[str, Inbound] = {
    "text_in_a_group": Ignored("in a group"),
    "revoke": Deletion(who=ADA, key=EARLIER),
    "reaction": Reaction(who=ADA, key=OURS, emoji="👍", at=datetime(2026, 11, 21, 12, tzinfo=UTC)),
    "reaction_removed": Reaction(who=ADA, key=OURS, emoji="", at=datetime(2026, 11, 21, 12, tzinfo=UTC)),
    "system_number": AddressChanged(old=address(PHONE), new=address(NEW_PHONE)),
    "system_user_id": AddressChanged(old=address(USER_ID), new=address(NEW_USER_ID)),
    "user_id_update": AddressChanged(old=address(USER_ID), new=address(NEW_USER_ID)),
    "status_sent": Report(word=Word.ACCEPTED, mark="part-7.1", key=OURS),
    "status_delivered": Report(word=Word.DELIVERED, mark="part-7.1", key=OURS),
    "status_read": Report(word=Word.READ, mark="part-7.1", key=OURS),
    "status_played": Report(word=Word.READ, mark="part-7.1", key=OURS),
    "status_deleted": Ignored("a status that says nothing about delivery"),
    "status_failed": Report(
        word=Word.FAILED,
        mark="part-7.1",
        key=OURS,
        reason="The customer's last message is more than 24 hours old: WhatsApp lets us write again when they do.",
        waits=True,
    ),
    "errors_only": Unreadable("WhatsApp could not hand something over. WhatsApp asks to send more slowly."),
    "answered_on_the_phone": Ignored("answered with the WhatsApp Business app"),
    "status_failed_newly": Report(
        word=Word.FAILED, mark="part-7.1", key=OURS, reason="WhatsApp refuses it: Something new (131999)"
    ),
    **dict.fromkeys(
        (
            *("template_update", "calls", "history", "smb_app_state_sync", "account_update"),
            "phone_number_quality_update",
        ),
        Unreadable("an unknown kind of webhook"),
    ),
}


def fixture(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(FIXTURES[name].read_text(encoding="utf-8"))
    return body


def only(body: dict[str, Any]) -> Raw:
    (raw,) = convert.handed(body, account=ACCOUNT).raws
    return raw


def message(body: dict[str, Any]) -> InboundMessage:
    inbound = convert.inbound(only(body).body, account=ACCOUNT)
    assert isinstance(inbound, InboundMessage)
    return inbound


def item(body: dict[str, Any], name: str = "messages") -> dict[str, Any]:
    first: dict[str, Any] = body["entry"][0]["changes"][0]["value"][name][0]
    return first


def test_every_fixture_is_expected_to_mean_something() -> None:
    assert SHOWN.keys() | OTHERS.keys() == FIXTURES.keys()


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_customer_sends_is_shown(name: str) -> None:
    inbound = message(fixture(name))

    assert (inbound.kind, inbound.text.plain) == SHOWN[name]
    assert inbound.sender == SENDERS.get(name, ADA)
    assert (inbound.key, inbound.sent_at) == (WAMID, datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert (list(inbound.details), inbound.link) == (DETAILS.get(name, []), LINKS.get(name))
    assert (inbound.quotes, inbound.choice) == (QUOTES.get(name), CHOICES.get(name))
    assert inbound.command == ("start" if name == "request_welcome" else None)
    assert inbound.edit == name.startswith("edit")


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_message_says_what_it_is(name: str) -> None:
    assert convert.inbound(only(fixture(name)).body, account=ACCOUNT) == OTHERS[name]


@pytest.mark.parametrize("name", FIXTURES)
def test_a_webhook_that_comes_again_has_the_same_key(name: str) -> None:
    first, again = only(fixture(name)), only(json.loads(json.dumps(fixture(name))))

    assert first == again
    assert len(first.key) < 250


def test_a_message_is_in_the_lane_of_its_customer_however_they_are_named() -> None:
    names = [name for name in SHOWN if name != "text_phone_only"]

    assert {only(fixture(name)).lane for name in names} == {f"{ACCOUNT}:{USER_ID}"}
    assert only(fixture("text_phone_only")).lane == f"{ACCOUNT}:{PHONE}"
    assert only(fixture("status_read")).lane == f"{ACCOUNT}:{USER_ID}"
    assert {only(fixture(name)).lane for name in ("system_number", "user_id_update")} == {f"{ACCOUNT}:{NEW_USER_ID}"}
    assert only(fixture("text")).position == 1795262400


@pytest.mark.parametrize(
    ("name", "quoted"),
    [("text", None), ("text_reply", OURS), ("text_forwarded", None), ("edit", None)],
)
def test_what_a_message_is_about_is_named(name: str, quoted: str | None) -> None:
    assert message(fixture(name)).quotes == quoted


def test_a_new_version_names_what_it_changes() -> None:
    assert message(fixture("edit")).revises == EARLIER
    assert message(fixture("text")).revises is None


@pytest.mark.parametrize("what", ["edit", "revoke"])
@pytest.mark.parametrize("key", [None, "", 7, "with space", "x" * 300])
def test_a_change_of_nobody_knows_what_is_no_crash(what: str, key: object) -> None:
    body = fixture(what)
    item(body)[what]["original_message_id"] = key

    inbound = convert.inbound(only(body).body, account=ACCOUNT)

    assert isinstance(inbound, Unreadable) or (isinstance(inbound, InboundMessage) and inbound.revises is None)


def test_what_was_pressed_has_its_id_and_a_first_visit_is_a_start() -> None:
    assert message(fixture("button_reply")).choice == "solved:7"
    assert message(fixture("list_reply")).choice == "rate:7:5"
    assert message(fixture("template_button")).choice is None
    assert message(fixture("request_welcome")).command == "start"


def test_the_words_of_one_message_are_three_rows_and_each_status_is_its_own() -> None:
    sent, delivered = fixture("status_sent"), fixture("status_delivered")
    later = fixture("status_delivered")
    item(later, "statuses")["timestamp"] = "1795262461"

    assert len({only(body).key for body in (sent, delivered, later)}) == 3


def test_all_entries_changes_and_items_become_rows_of_their_own() -> None:
    body = fixture("text")
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"].append({**value["messages"][0], "id": "wamid.2", "from": "621", "from_user_id": "ID.2"})
    value["contacts"].append({"profile": {"name": "Budi"}, "wa_id": "621", "user_id": "ID.2"})
    value["statuses"] = [item(fixture("status_read"), "statuses")]
    value["errors"] = [item(fixture("errors_only"), "errors")]
    body["entry"][0]["changes"] += fixture("status_sent")["entry"][0]["changes"]
    body["entry"] += fixture("image")["entry"]

    raws = convert.handed(body, account=ACCOUNT).raws

    kinds = ["message", "message", "status", "error", "status", "message"]
    assert [raw.key.partition(":")[0] for raw in raws] == kinds
    second = convert.inbound(raws[1].body, account=ACCOUNT)
    assert isinstance(second, InboundMessage)
    assert second.sender == Sender(address=address("621"), name="Budi", aliases=(address("ID.2"),))


def test_what_another_number_received_is_counted_and_not_kept() -> None:
    body = fixture("text")
    body["entry"] += fixture("image")["entry"]
    body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "1"

    handed = convert.handed(body, account=ACCOUNT)

    assert handed.elsewhere == 1
    assert len(handed.raws) == 1


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"name": "  Ada \n"}, "Ada"),
        ({"name": "\0", "username": "ada"}, "ada"),
        ({}, "WhatsApp 6281200001"),
        ({"name": "x" * 500}, "x" * 128),
    ],
)
def test_everybody_has_a_name(profile: dict[str, str], name: str) -> None:
    body = fixture("text")
    item(body, "contacts")["profile"] = profile

    assert message(body).sender.name == name


def test_another_customers_contact_lends_nobody_its_addresses() -> None:
    body = fixture("text")
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"].append({**value["messages"][0], "id": "wamid.2", "from": "621", "from_user_id": "ID.2"})

    second = convert.inbound(convert.handed(body, account=ACCOUNT).raws[1].body, account=ACCOUNT)

    assert isinstance(second, InboundMessage)
    assert second.sender == Sender(address=address("621"), name="WhatsApp 621", aliases=(address("ID.2"),))


def test_a_name_that_pretends_a_move_moves_nobody() -> None:
    body = fixture("system_user_id")
    item(body)["system"]["body"] = f"User x changed from ID.9 to ID.8 changed from {USER_ID} to {NEW_USER_ID}"

    inbound = convert.inbound(only(body).body, account=ACCOUNT)

    assert inbound == AddressChanged(old=address(USER_ID), new=address(NEW_USER_ID))


def test_characters_that_no_database_takes_are_replaced() -> None:
    body = fixture("text")
    item(body)["text"]["body"] = "a\0b\ud83dc 😀"

    assert message(body).text == RichText.of("ab\N{REPLACEMENT CHARACTER}c 😀")


@pytest.mark.parametrize("stored", ["", "{", "[]", "null", "{}", '{"message": 5}', '{"status": {}}', "[" * 100_000])
def test_what_is_nothing_of_whatsapps_is_unreadable(stored: str) -> None:
    assert isinstance(convert.inbound(stored, account=ACCOUNT), Unreadable)


@pytest.mark.parametrize("field", ["id", "timestamp"])
@pytest.mark.parametrize("value", [None, "", True, 1.5, "9" * 400, [], "a b"])
def test_a_message_without_usable_id_or_date_is_unreadable(field: str, value: object) -> None:
    body = fixture("text")
    item(body)[field] = value

    assert isinstance(convert.inbound(only(body).body, account=ACCOUNT), Unreadable)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        *("id", "from", "from_user_id", "timestamp", "type", "context", "text", "system", "interactive", "edit"),
        *("status", "errors", "recipient_id", "user_id", "wa_id", "profile", "messages", "contacts", "metadata"),
        *("body", "entry", "changes", "value", "statuses", "object", "field", "group_id", "code", "title"),
    ]
)


def objects(value: object) -> list[dict[str, Any]]:
    """All objects within."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [*([value] if isinstance(value, dict) else []), *(one for part in inner for one in objects(part))]


@st.composite
def hostile_webhooks(draw: st.DrawFn) -> dict[str, Any]:
    """A good webhook in which some fields have become anything."""
    body = fixture(draw(st.sampled_from(sorted(FIXTURES))))
    target = draw(st.sampled_from(objects(body)))
    target |= draw(st.dictionaries(FIELDS, ANYTHING, max_size=4))
    return body


def check(body: dict[str, Any]) -> None:
    for raw in convert.handed(body, account=ACCOUNT).raws:
        f"{raw.key} {raw.lane} {raw.body}".encode()  # can be stored
        assert len(raw.key) < 250
        assert 0 <= raw.position < 10**11
        inbound = convert.inbound(raw.body, account=ACCOUNT)
        if isinstance(inbound, InboundMessage):
            f"{inbound.text.plain} {inbound.sender.name} {inbound.key} {inbound.quotes} {inbound.choice}".encode()
            assert inbound.sender.name


@given(hostile_webhooks())
def test_no_webhook_breaks_anything(body: dict[str, Any]) -> None:
    check(body)


@given(st.dictionaries(FIELDS, ANYTHING, max_size=4))
def test_no_json_breaks_anything(body: dict[str, Any]) -> None:
    check(body)
    check({"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {"messages": [body]}}]}]})
    assert convert.inbound(json.dumps(body), account=ACCOUNT) is not None


def read_text(words: str) -> InboundMessage:
    body = fixture("text")
    item(body)["text"]["body"] = words
    return message(body)


@pytest.mark.parametrize(
    ("words", "command", "rest"),
    [
        ("help", "help", ""),
        ("Menu", "help", ""),
        ("bantuan", "help", ""),
        ("/status", "status", ""),
        ("lang id", "lang", "id"),
    ],
)
def test_a_word_of_the_menu_alone_is_a_command(words: str, command: str, rest: str) -> None:
    message = read_text(words)

    assert (message.command, message.text.plain) == (command, rest)


@pytest.mark.parametrize("words", ["help me please", "close the account", "my status?", "langsung", "new phone"])
def test_words_among_others_are_a_message(words: str) -> None:
    assert read_text(words).command is None
