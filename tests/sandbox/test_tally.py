"""What stands on the other side is counted by its words, each once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.tally import Count, agents_count, customers_count
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp.server import WhatsAppSandbox


@dataclass
class Desk:
    """Ada on Telegram, Dewi on WhatsApp, Mika in Slack, and somebody who moves by hand what a bot would."""

    slack: SlackSandbox = field(default_factory=SlackSandbox)
    telegram: TelegramSandbox = field(default_factory=TelegramSandbox)
    whatsapp: WhatsAppSandbox = field(default_factory=WhatsAppSandbox)

    def __post_init__(self) -> None:
        self.mika = self.slack.add_user("mika", real_name="Mika")
        bot = self.slack.workspace.bot_user
        self.channel = self.slack.workspace.channels[self.slack.add_channel("support", [self.mika, bot])]
        self.ada = self.telegram.add_person("Ada")
        self.dewi = self.whatsapp.add_person("Dewi", phone="62812")
        self.card = self.posts("a card")

    def posts(self, *texts: str, under: str | None = None, kind: str = "section", asks: bool = False) -> str:
        """The bot posts texts, each in a block of its own, perhaps with buttons below."""
        blocks: list[dict[str, Any]] = [{"type": kind, "text": {"type": "plain_text", "text": text}} for text in texts]
        if kind == "rich_text":
            blocks = [{"type": kind, "elements": [{"type": "text", "text": text}]} for text in texts]
        blocks += [{"type": "actions"}] * asks
        body = {"bot_id": "B1", "user": self.slack.workspace.bot_user, "text": "", "blocks": blocks}
        return self.slack.core.post(self.channel, body, root=under).ts

    def answers(self, text: str, receipt: str | None = None) -> str:
        """Mika writes under the card, and the bot reacts."""
        ts = self.slack.post(self.mika, self.channel.id, text, thread_ts=self.card)
        if receipt is not None:
            self.reacts(ts, receipt)
        return ts

    def reacts(self, ts: str, receipt: str) -> None:
        self.slack.core.react(self.channel.messages[ts], self.slack.workspace.bot_user, receipt)

    async def sends(self, text: str, **more: object) -> None:
        """The bot sends a text to Ada."""
        await self.telegram.calls("sendMessage", chat_id=self.ada, text=text, **more)

    @property
    def people(self) -> list[dict[str, Any]]:
        return [*self.telegram.conversations(), *self.whatsapp.conversations()]

    @property
    def customers(self) -> Count:
        return customers_count(self.people, self.slack.workspace)

    @property
    def agents(self) -> Count:
        return agents_count(self.people, self.slack.workspace)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.slack.hub.close()


# --- customers


async def test_what_is_not_in_slack_yet_is_waiting(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "Where is my order?")
    desk.whatsapp.writes(desk.dewi, "Di mana pesanan saya?")

    desk.posts("Where is my order?")

    assert (desk.customers.written, desk.customers.arrived, desk.customers.waiting) == (2, 1, 1)


async def test_the_same_words_are_counted_as_often_as_they_were_written(desk: Desk) -> None:
    for _ in range(3):
        desk.telegram.writes(desk.ada, "ok")

    desk.posts("ok", "okay then", "ok", under=desk.card)

    assert (desk.customers.written, desk.customers.arrived, desk.customers.doubled) == (3, 2, 0)


async def test_a_copy_too_many_is_seen(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "Where is my order?")

    desk.posts("Where is my order?")
    desk.posts("Where is my order?", under=desk.card)

    assert (desk.customers.arrived, desk.customers.doubled) == (1, 1)


async def test_a_long_text_may_stand_in_several_pieces(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "a" * 800 + " " + "b" * 800)

    desk.posts("before", "a" * 800, "b" * 800)

    assert desk.customers.arrived == 1


async def test_a_very_long_text_may_be_shortened_at_its_end(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "a" * 1500)
    desk.telegram.writes(desk.ada, "b" * 1500)

    desk.posts("a" * 1000)
    desk.posts("b" * 900)

    assert desk.customers.arrived == 1


async def test_marks_and_spaces_may_differ_and_signs_alone_count(desk: Desk) -> None:
    desk.whatsapp.writes(desk.dewi, "It *really*\n hurts")
    desk.telegram.writes(desk.ada, "😡 !")

    desk.posts("it really hurts")
    desk.posts("😡!")

    assert desk.customers.arrived == 2


async def test_commands_presses_and_what_was_deleted_are_no_texts_for_the_desk(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "/status")
    gone = desk.whatsapp.writes(desk.dewi, "never mind")
    desk.whatsapp.deletes(desk.dewi, gone)
    reply = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
    interactive = {"type": "button", "body": {"text": "Solved?"}, "action": {"buttons": [reply]}}
    body = {"messaging_product": "whatsapp", "to": "62812", "type": "interactive", "interactive": interactive}
    question = desk.whatsapp.messages.post(body)["messages"][0]["id"]
    desk.whatsapp.presses(desk.dewi, question, "yes")

    assert desk.customers.written == 0


async def test_a_word_after_a_question_may_be_its_answer_but_not_a_sentence(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "hello there you")
    keyboard = {"inline_keyboard": [[{"text": "Solved", "callback_data": "solved:1"}]]}
    await desk.sends("Is it solved?", reply_markup=keyboard)
    desk.telegram.writes(desk.ada, "solved")
    await desk.sends("Is it solved?", reply_markup=keyboard)
    desk.telegram.writes(desk.ada, "no, it is not")

    assert (desk.customers.written, desk.customers.waiting) == (2, 2)


# --- agents


async def test_what_is_not_on_the_phone_yet_is_waiting(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "hello")
    desk.answers("On its way!", "hourglass_flowing_sand")
    desk.answers("Sent *today*", "white_check_mark")

    await desk.sends("Sent today")

    assert (desk.agents.written, desk.agents.arrived, desk.agents.waiting, desk.agents.missing) == (2, 1, 1, 0)


async def test_internal_words_and_commands_are_not_for_the_phone(desk: Desk) -> None:
    desk.answers("he sounds angry", "lock")
    desk.answers("!close sent")
    desk.answers("@sandbox_bot close sent")
    desk.slack.post(desk.mika, desk.channel.id, "not under a card")

    assert desk.agents == Count()


async def test_what_a_person_must_decide_is_not_waiting(desk: Desk) -> None:
    desk.answers("On its way!", "raised_hand")
    desk.answers("Sent today", "warning")
    desk.posts("Sent today", under=desk.card, kind="rich_text", asks=True)

    assert (desk.agents.undecided, desk.agents.left, desk.agents.waiting) == (2, 0, 0)


async def test_what_a_person_has_left_as_it_is_needs_no_decision_any_more(desk: Desk) -> None:
    desk.answers("Sent today", "warning")
    desk.posts("Left as it is", under=desk.card)

    assert (desk.agents.undecided, desk.agents.left, desk.agents.waiting) == (0, 1, 0)


async def test_what_is_called_delivered_and_stands_nowhere_is_missing(desk: Desk) -> None:
    desk.answers("On its way!", "white_check_mark")

    assert (desk.agents.missing, desk.agents.waiting) == (1, 0)


async def test_a_second_copy_on_the_phone_is_doubled_unless_somebody_sent_it(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "hello")
    desk.answers("On its way!", "white_check_mark")

    for _ in range(3):
        await desk.sends("On its way!")
    desk.posts("On its way!", under=desk.card, kind="rich_text")

    assert (desk.agents.arrived, desk.agents.doubled) == (1, 1)


async def test_an_edit_that_the_phone_can_not_show_is_not_missing(desk: Desk) -> None:
    desk.telegram.writes(desk.ada, "hello")
    ts = desk.answers("On its way!", "white_check_mark")
    await desk.sends("On its way!")

    desk.slack.edit(desk.mika, desk.channel.id, ts, "On its way, really!")

    assert (desk.agents.arrived, desk.agents.missing) == (1, 0)
