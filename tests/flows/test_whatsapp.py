"""The main job over WhatsApp: webhook in, Slack thread, reply out, receipts back."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from bot import settings
from bot.manifest import manifest
from bot.sandbox.faults import Reset
from bot.sandbox.files import File
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from bot.settings import Settings
from bot.texts import overridable
from tests.clock import ManualClock
from tests.database import Kind, fresh_url
from tests.world import UNPACED, Agent, World, words

HOLD = timedelta(seconds=5)


@dataclass(slots=True)
class WhatsAppWorld(World):
    """A world whose customers are on WhatsApp alone."""

    whatsapp: WhatsAppSandbox = field(kw_only=True)

    @override
    def settings(self) -> Settings:
        (self.folder / "loket.toml").write_text(self.config)
        environment = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_CHANNEL": self.channel,
            "SLACK_API_URL": self.slack.api_url,
            "WHATSAPP_ACCESS_TOKEN": self.whatsapp.token,
            "WHATSAPP_PHONE_NUMBER_ID": self.whatsapp.phone_number_id,
            "WHATSAPP_APP_SECRET": self.whatsapp.app_secret,
            "WHATSAPP_VERIFY_TOKEN": self.whatsapp.verify_token,
            "WHATSAPP_API_URL": self.whatsapp.api_url,
            "DATABASE_URL": self.database_url,
            "LOKET_DATA_DIR": str(self.folder / "loket-data"),
            "LOKET_PORT": "0",
        }
        return settings.load(environment, is_terminal=False, known_texts=overridable(), folder=self.folder)

    @override
    async def start(self, *, catches_up: bool = True) -> None:
        await World.start(self, catches_up=catches_up)
        assert self.app is not None
        self.whatsapp.webhook_url = f"http://127.0.0.1:{self.app.port}/webhooks/whatsapp"
        await self.quiet()

    @override
    def _calm(self) -> bool:
        return World._calm(self) and not (self.app and self.whatsapp.pending)


@asynccontextmanager
async def whatsapp_world(kind: Kind, config: str = UNPACED) -> AsyncIterator[WhatsAppWorld]:
    clock = ManualClock()
    slack, whatsapp = SlackSandbox(clock=clock.now), WhatsAppSandbox(clock=clock.now, redeliver_after_s=(0.005,))
    users = {name: slack.add_user(name, real_name=name.title()) for name in ("mika", "budi")}
    channel = slack.add_channel("support", [*users.values(), slack.workspace.bot_user])
    slack.install(manifest())
    with tempfile.TemporaryDirectory() as folder:
        async with slack, whatsapp, fresh_url(Path(folder) / "loket.db", kind) as url:
            telegram = TelegramSandbox()  # nobody is there
            it = WhatsAppWorld(slack, telegram, clock, channel, Path(folder), url, config, whatsapp=whatsapp)
            it.agents = {name: Agent(it, user, name) for name, user in users.items()}
            await it.start()
            try:
                yield it
            finally:
                await it.stop()


@pytest.fixture
async def desk(kind: Kind) -> AsyncIterator[WhatsAppWorld]:
    async with whatsapp_world(kind) as it:
        yield it


async def test_a_message_becomes_a_ticket_and_the_reply_is_read(desk: WhatsAppWorld) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")

    desk.whatsapp.writes(ada, "Where is my order?")
    await desk.quiet()
    await desk.mika.presses("ticket.claim", on=desk.card())
    ts = await desk.mika.writes("On its way!", under=desk.card())
    await desk.passes(HOLD)

    assert desk.whatsapp.received(ada)[-1] == "On its way!"
    assert desk.reactions(ts) == ["white_check_mark"]

    desk.whatsapp.reads(ada)
    await desk.quiet()

    assert desk.reactions(ts) == ["eyes"]


async def test_a_lost_answer_is_settled_by_the_report(desk: WhatsAppWorld) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")
    desk.whatsapp.writes(ada, "Where is my order?")
    await desk.quiet()
    await desk.mika.presses("ticket.claim", on=desk.card())
    desk.whatsapp.faults.plan("messages", Reset(performed=True))

    ts = await desk.mika.writes("On its way!", under=desk.card())
    await desk.passes(HOLD)

    assert desk.reactions(ts) == ["white_check_mark"]
    assert desk.whatsapp.received(ada).count("On its way!") == 1


async def test_nothing_is_doubled_by_parallel_copies_in_one_or_several_webhooks(desk: WhatsAppWorld) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")
    desk.whatsapp.duplicate(2)

    with desk.whatsapp.batch():
        for number in range(4):
            desk.whatsapp.writes(ada, f"message {number}")
    desk.whatsapp.writes(ada, "and one more")
    await desk.quiet()

    shown = "\n".join([words(desk.cards()[0]), *desk.thread(desk.card())])
    for text in ("message 0", "message 1", "message 2", "message 3", "and one more"):
        assert shown.count(text) == 1


async def test_a_customer_without_a_phone_number_stays_the_same_when_it_appears(desk: WhatsAppWorld) -> None:
    siti = desk.whatsapp.add_person("Siti", username="siti", phone="6281200007")

    desk.whatsapp.writes(siti, "hello")
    await desk.quiet()
    desk.whatsapp.person(siti).shows_phone = True
    desk.whatsapp.writes(siti, "this is my number")
    await desk.quiet()
    desk.whatsapp.changes_number(siti, "6281200008")
    desk.whatsapp.writes(siti, "and now this one")
    await desk.quiet()

    thread = "\n".join(desk.thread(desk.card()))
    assert "this is my number" in thread
    assert "and now this one" in thread
    await desk.mika.presses("ticket.claim", on=desk.card())
    await desk.mika.writes("Welcome!", under=desk.card())
    await desk.passes(HOLD)
    assert desk.whatsapp.received(siti)[-1] == "Welcome!"


async def test_words_that_come_out_of_order_never_take_back_that_it_was_read(desk: WhatsAppWorld) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")
    desk.whatsapp.writes(ada, "Where is my order?")
    await desk.quiet()
    await desk.mika.presses("ticket.claim", on=desk.card())

    ts = await desk.mika.writes("!reply On its way!", under=desk.card())
    desk.whatsapp.reads(ada)
    await desk.quiet()
    for late in ("sent", "delivered"):
        desk.whatsapp.tells_again(ada, late)
        await desk.quiet()

    assert desk.reactions(ts) == ["eyes"]


async def test_a_failure_that_is_reported_later_is_shown(desk: WhatsAppWorld) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")
    desk.whatsapp.writes(ada, "Where is my order?")
    await desk.quiet()
    desk.whatsapp.messages.refuses_late = True
    desk.whatsapp.blocks(ada)

    ts = await desk.mika.writes("!reply On its way!", under=desk.card())

    assert desk.reactions(ts) == ["raised_hand"]
    assert any("may have blocked us" in line for line in desk.thread(desk.card()))


async def test_a_first_reply_that_failed_after_all_counts_for_nothing(desk: WhatsAppWorld) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")
    desk.whatsapp.writes(ada, "Where is my order?")
    await desk.quiet()
    await desk.mika.presses("ticket.claim", on=desk.card())
    desk.whatsapp.messages.refuses_late = True
    desk.whatsapp.blocks(ada)
    await desk.mika.writes("!reply On its way!", under=desk.card())

    card, shown = words(desk.cards()[0]), await desk.mika.commands("/loket show 1")
    assert "In progress" in card
    assert "first reply due" in card
    assert "first reply" not in shown

    desk.whatsapp.messages.refuses_late = False
    desk.whatsapp.unblocks(ada)
    await desk.mika.writes("!reply It is on its way!", under=desk.card())

    assert "first reply due" not in words(desk.cards()[0])


async def test_the_end_is_asked_with_buttons_and_then_a_list(desk: WhatsAppWorld) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")
    desk.whatsapp.writes(ada, "Where is my order?")
    await desk.quiet()
    await desk.mika.commands("/close 1")
    await desk.passes(timedelta(seconds=10))

    for choice in ("solved:1", "rate-4:1"):
        question = desk.whatsapp.chat(ada)[-1]["message_id"]
        desk.whatsapp.presses(ada, question, choice)
        await desk.quiet()

    assert "★★★★☆" in words(desk.cards()[0])


async def test_the_menu_under_help_gives_the_status(desk: WhatsAppWorld) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")
    desk.whatsapp.writes(ada, "Where is my order?")
    desk.whatsapp.writes(ada, "help")
    await desk.quiet()

    menu = next(message for message in reversed(desk.whatsapp.chat(ada)) if message["choices"])
    desk.whatsapp.presses(ada, menu["message_id"], "do:status")
    await desk.quiet()

    assert "#1 · Where is my order?" in desk.whatsapp.received(ada)[-1]


@pytest.mark.parametrize("what", ["image", "video", "document", "audio", "voice", "sticker"])
async def test_a_customers_file_stands_in_the_thread_byte_by_byte(desk: WhatsAppWorld, what: str) -> None:
    ada = desk.whatsapp.add_person("Ada", phone="6281200001")
    file = File("a file.pdf", "application/pdf", bytes(range(256)) * 300)
    desk.whatsapp.faults.plan("download", Reset(performed=True))

    desk.whatsapp.sends(ada, what, file=file)
    await desk.quiet()
    await desk.passes(timedelta(seconds=5))

    (post,) = [one for one in desk.slack.thread(desk.channel, desk.card()) if one.get("files")]
    assert [desk.slack.workspace.files[one["id"]].content for one in post["files"]] == [file.content]
