"""What Slack shows: within its limits, literally, and with every button where it belongs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import Offer
from bot.domain.ids import AgentId, TicketNumber
from bot.domain.text import Mark, RichText, Span
from bot.domain.ticket import Escalation, Status, Ticket
from bot.handlers.verbs import VERBS, Verb
from bot.sandbox.slack.rules import check_blocks
from bot.sandbox.slack.rules_view import check_view
from bot.slack import blocks, modals
from bot.slack.blocks import CardView, FromCustomer, Message, Trouble
from bot.slack.modals import About
from bot.slack.render import rich_text
from bot.slack.together import MOST, OTHER, TEXT
from bot.texts import Texts

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAY = partial(Texts().say, "en")
TICKET = Ticket(number=TicketNumber(1042), status=Status.NEW, opened_at=NOON, last_customer_at=NOON)
VIEW = CardView(
    ticket=TICKET,
    customer="Anna K.",
    channel="Telegram",
    language="id",
    first=FromCustomer(text="Payment failed twice"),
    first_reply_due_at=NOON + timedelta(minutes=30),
)
OWNED = replace(TICKET, status=Status.OPEN, owner=AgentId("U1"))
HOSTILE = "<!here> @channel <https://evil.org|ok> *bold* :tada: #general &amp; example.com `x`"


def of_type(message: Message, kind: str) -> list[dict[str, Any]]:
    return [block for block in message.blocks if block["type"] == kind]


def action_ids(message: Message) -> list[str]:
    return [button["action_id"] for block in of_type(message, "actions") for button in block["elements"]]


def values(message: Message) -> set[str]:
    buttons = [one for block in of_type(message, "actions") for one in block["elements"] if one["type"] == "button"]
    return {button["value"] for button in buttons}


def menu(message: Message) -> list[str]:
    """What can be chosen under the dots."""
    menus = [one for block in of_type(message, "actions") for one in block["elements"] if one["type"] == "overflow"]
    return [option["value"] for one in menus for option in one["options"]]


def mrkdwn(found: object) -> str:
    """Everything that Slack parses in some blocks."""
    if isinstance(found, dict):
        own = found["text"] if found.get("type") == "mrkdwn" else ""
        return own + "".join(mrkdwn(value) for value in found.values())
    return "".join(mrkdwn(one) for one in found) if isinstance(found, list) else ""


def plain(found: object) -> str:
    """Everything that Slack shows as it stands."""
    if isinstance(found, dict):
        own = found["text"] if found.get("type") in {"plain_text", "text"} else ""
        return own + "".join(plain(value) for value in found.values())
    return "\n".join(plain(one) for one in found) if isinstance(found, list) else ""


def state(view: CardView) -> str:
    return mrkdwn(blocks.card(view, SAY).blocks)


def test_a_new_card_says_who_where_what_and_by_when() -> None:
    message = blocks.card(VIEW, SAY)

    assert of_type(message, "header")[0]["text"]["text"] == "🔴 #1042 · Anna K. · Telegram · id"
    assert of_type(message, "section")[0]["text"] == {
        "type": "plain_text",
        "text": "Payment failed twice",
        "emoji": False,
    }
    assert state(VIEW) == (
        "*New* · nobody owns it · level 1 · "
        "first reply due <!date^1795264200^{date_short_pretty} {time}|2026-11-21 12:30 UTC>"
    )
    assert message.text.startswith("🔴 ")
    assert values(message) == {"1042"}


@pytest.mark.parametrize(
    ("ticket", "buttons"),
    [
        (TICKET, "claim reply note escalate close"),
        (OWNED, "reply note escalate close"),
        (replace(OWNED, status=Status.SOLVED), "reply note escalate reopen"),
        (replace(TICKET, status=Status.CLOSED), "claim reply note escalate reopen"),
    ],
)
def test_a_card_offers_what_can_be_done_with_the_ticket(ticket: Ticket, buttons: str) -> None:
    message = blocks.card(replace(VIEW, ticket=ticket), SAY)

    assert action_ids(message) == [*(f"ticket.{verb}" for verb in buttons.split()), "ticket.more"]
    unclaim = ["unclaim:1042"] if ticket.owner else []
    assert menu(message) == [*unclaim, "assign:1042", "show:1042"]


@pytest.mark.parametrize(
    ("ticket", "emoji"),
    [
        (TICKET, "🔴"),
        (OWNED, "🟡"),
        (replace(OWNED, status=Status.PENDING), "🔵"),
        (replace(OWNED, level=2), "🟣"),
        (replace(OWNED, level=2, status=Status.SOLVED), "🟢"),
        (replace(OWNED, status=Status.CLOSED), "⚪"),
    ],
)
def test_one_emoji_says_how_the_ticket_stands(ticket: Ticket, emoji: str) -> None:
    assert blocks.card(replace(VIEW, ticket=ticket), SAY).text.startswith(emoji)


def test_a_card_tells_the_owner_the_escalation_the_earlier_ticket_and_the_trouble() -> None:
    escalation = Escalation(by=AgentId("U1"), to=("group:S1",), at=NOON, reason=HOSTILE)
    view = replace(
        VIEW,
        ticket=replace(OWNED, level=2, escalation=escalation),
        owner="<@U1>",
        escalated_by="<@U1>",
        escalated_to=("<!subteam^S1>",),
        first_reply_due_at=None,
        previous=7,
        trouble=Trouble(name="failed", reason="The customer has blocked the bot."),
    )

    said = state(view)

    assert "*In progress* · <@U1> · level 2 · escalated by <@U1> to <!subteam^S1>, <!date^" in said
    assert said.endswith("follows #7 · ⚠️ not delivered: The customer has blocked the bot.")
    assert "<!here>" not in said
    assert "first reply" not in said


@pytest.mark.parametrize("emptied", ["", " \n", "\u200b\u202e", "\u2800"])
def test_a_customer_without_a_name_is_called_so(emptied: str) -> None:
    assert "(no name)" in plain(blocks.card(replace(VIEW, customer=emptied), SAY).blocks)


def test_a_name_can_neither_turn_the_line_around_nor_fill_it() -> None:
    head = of_type(blocks.card(replace(VIEW, customer="\u202eAnna\n" + "x" * 500), SAY), "header")[0]["text"]["text"]

    assert "\u202e" not in head
    assert "\n" not in head
    assert len(head) <= 150


def test_a_long_first_message_stands_on_the_card_in_full() -> None:
    words = " ".join(f"word{number}" for number in range(900))

    sections = of_type(blocks.card(replace(VIEW, first=FromCustomer(text=words)), SAY), "section")

    assert " ".join(section["text"]["text"] for section in sections) == words
    assert len(sections) == 3


def test_what_slack_can_not_hold_is_cut_visibly() -> None:
    message = blocks.card(replace(VIEW, first=FromCustomer(text="x" * 50_000)), SAY)

    assert len(of_type(message, "section")) == blocks.SECTIONS
    assert "the rest is too long" in plain(message.blocks)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("text", ["Ann"]),
        ("photo", ["Ann sent a photo"]),
        ("edit.text", ["Ann edited their message:"]),
        ("edit.photo", ["Ann edited their message:", "Ann sent a photo"]),
        ("hologram", ["Ann sent something that can't be shown here"]),
    ],
)
def test_a_follow_up_carries_the_customers_name_and_what_it_was(kind: str, lines: list[str]) -> None:
    message = blocks.customer_message("Ann", FromCustomer(text="see", kind=kind), SAY)

    assert [element["text"] for element in of_type(message, "context")[0]["elements"]] == lines
    assert message.text == "Ann: see"


def test_nothing_of_a_customer_reaches_what_slack_parses() -> None:
    for message in (
        blocks.card(replace(VIEW, customer=HOSTILE, first=FromCustomer(text=HOSTILE)), SAY),
        blocks.customer_message(HOSTILE, FromCustomer(text=HOSTILE), SAY),
    ):
        assert "evil" not in mrkdwn(message.blocks)
        assert "<!" not in message.text
        assert "<http" not in message.text
        assert "@channel" not in message.text
        assert HOSTILE in plain(message.blocks)


def test_what_may_leave_together_fits_into_one_post() -> None:
    worst = FromCustomer(text="x" * blocks.SECTION, kind="photo", files=["📎 a.jpg"] * 10, link="https://maps.example")
    photo = blocks.dated(blocks.answering(blocks.customer_message("Ada", worst, SAY), "answers that"), NOON)
    text = blocks.dated(blocks.customer_message("Ada", FromCustomer(text="x" * blocks.SECTION), SAY), NOON)

    assert (len(photo.blocks), len(text.blocks)) == (OTHER, TEXT)
    for message, number in ((photo, MOST * TEXT // OTHER), (text, MOST)):
        assert check_blocks(blocks.together([message] * number).blocks, surface="message") == []


def test_a_mirrored_reply_shows_its_writer_and_its_formatting() -> None:
    text = RichText((Span("On "), Span("Monday", frozenset({Mark.BOLD}))))

    message = blocks.agent_message("Mika", text, "reply", SAY)

    assert mrkdwn(message.blocks) == "↪ *Mika* to the customer:"
    assert message.blocks[1]["elements"][0]["elements"] == [
        {"type": "text", "text": "On "},
        {"type": "text", "text": "Monday", "style": {"bold": True}},
    ]
    assert mrkdwn(blocks.agent_message("Mika", text, "note", SAY).blocks) == "📝 *Mika*:"


def test_rich_text_keeps_quotes_and_code_apart_and_shows_addresses() -> None:
    text = RichText(
        (
            Span("see", link="https://x.org"),
            Span("quoted", frozenset({Mark.QUOTE, Mark.ITALIC})),
            Span("code", frozenset({Mark.PRE, Mark.BOLD})),
        )
    )

    assert rich_text(text, block_id="text")["elements"] == [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "see (https://x.org)"}]},
        {
            "type": "rich_text_quote",
            "elements": [{"type": "text", "text": "quoted", "style": {"italic": True}}],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
    ]


def test_a_notice_shows_typed_words_literally_below_its_sentence() -> None:
    message = blocks.notice("Escalated by <@U1>. Reason:", HOSTILE, SAY)

    assert mrkdwn(message.blocks) == "Escalated by <@U1>. Reason:"
    assert plain(message.blocks).strip() == HOSTILE
    assert "<!here>" not in message.text


@pytest.mark.parametrize("name", list(Offer))
def test_an_offer_has_both_buttons_with_the_message(name: Offer) -> None:
    message = blocks.offer(name, "<@U1>", 5, SAY)

    assert action_ids(message) == ["offer.send", "offer.note"]
    assert values(message) == {"5"}


@pytest.mark.parametrize(("name", "label"), [("failed", "Retry"), ("uncertain", "Send again")])
def test_trouble_says_why_and_exactly_which_text(name: str, label: str) -> None:
    message = blocks.trouble(Trouble(name=name, reason="It broke."), RichText.of("Hello @here"), 9, SAY)

    assert action_ids(message) == ["part.again", "part.leave"]
    assert values(message) == {"9"}
    assert "It broke." in mrkdwn(message.blocks)
    assert "Hello @here" in plain(message.blocks)
    assert label in plain(message.blocks)


@given(name=st.text(max_size=80), text=st.text(max_size=400), kind=st.sampled_from(["text", "photo", "edit.text"]))
def test_slack_takes_whatever_people_are_called_and_write(name: str, text: str, kind: str) -> None:
    written = FromCustomer(text=text, kind=kind)
    messages = [
        blocks.card(replace(VIEW, customer=name, first=written), SAY),
        blocks.customer_message(name, written, SAY),
        blocks.together([blocks.dated(blocks.customer_message(name, written, SAY), NOON)] * MOST),
        blocks.agent_message(name, RichText.of(text), "reply", SAY),
        blocks.notice("Said:", text, SAY),
        blocks.trouble(Trouble(name="failed", reason=name), RichText.of(text), 1, SAY),
        blocks.whisper_not_sent(1, SAY),
        blocks.answer("line\n" * 1000, 7, SAY),
        blocks.alarm("!"),
    ]

    for message in messages:
        assert check_blocks(message.blocks, surface="message") == []
        assert 0 < len(message.text.strip()) <= 4000


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("about", [None, About(number=42, customer=HOSTILE)])
@pytest.mark.parametrize("verb", VERBS.values(), ids=lambda verb: verb.name)
def test_slack_takes_every_modal(verb: Verb, about: About | None, language: str) -> None:
    view = modals.modal(verb.name, verb.fields, about, partial(Texts().say, language), words="so", person="U0ADA")

    assert check_view(view) == []
    assert view["callback_id"] == f"modal.{verb.name}"
    assert any(block["type"] == "input" for block in view["blocks"][1:]) or not verb.needs_words
    assert modals.about_of(view["private_metadata"]) == (about and 42)


def test_a_modal_asks_for_the_number_only_where_it_is_not_known() -> None:
    about = About(number=42, customer="Anna")
    unknown = [block["block_id"] for block in modals.modal("escalate", modals.escalate, None, SAY)["blocks"]]
    known = [block["block_id"] for block in modals.modal("escalate", modals.escalate, about, SAY)["blocks"]]

    assert unknown == ["number", "target", "reason"]
    assert known == ["about", "target", "reason"]
