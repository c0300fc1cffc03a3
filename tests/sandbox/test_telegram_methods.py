"""The local Telegram takes and refuses calls as the documentation says."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from bot.sandbox.faults import PlatformError, Reset, ServerError, Throttled
from bot.sandbox.pacing import Pace
from bot.sandbox.telegram import TelegramSandbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class _Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
async def sandbox(clock: _Clock) -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox(clock=clock) as running:
        yield running


def a_bot(sandbox: TelegramSandbox) -> Bot:
    requests = [HTTPXRequest(2, httpx_kwargs={"verify": False}) for _ in range(2)]  # certificates take long to read
    return Bot(sandbox.token, f"{sandbox.api_url}/bot", get_updates_request=requests[0], request=requests[1])


@pytest.fixture
async def bot(sandbox: TelegramSandbox) -> AsyncIterator[Bot]:
    async with a_bot(sandbox) as running:
        yield running


@pytest.fixture
def ada(sandbox: TelegramSandbox) -> int:
    """Somebody who has written once."""
    person = sandbox.add_person("Ada")
    sandbox.writes(person, "hello")
    return person


async def test_the_bot_is_the_account_of_its_token(sandbox: TelegramSandbox, bot: Bot) -> None:
    assert str((await bot.get_me()).id) == sandbox.token.partition(":")[0]


async def test_a_text_reaches_the_person(sandbox: TelegramSandbox, bot: Bot, ada: int) -> None:
    sent = await bot.send_message(ada, "On its way!", entities=[MessageEntity("bold", 0, 2)])

    assert sent.message_id == 2
    assert sent.entities == (MessageEntity("bold", 0, 2),)
    assert sandbox.received(ada) == ["On its way!"]


async def test_message_ids_rise_in_each_chat_of_its_own(sandbox: TelegramSandbox, bot: Bot, ada: int) -> None:
    budi = sandbox.add_person("Budi")

    assert sandbox.writes(budi, "hi") == 1
    assert (await bot.send_message(ada, "hello")).message_id == 2


@pytest.mark.parametrize("length", [1, 4096])
async def test_texts_up_to_the_limit_are_taken(bot: Bot, ada: int, length: int) -> None:
    await bot.send_message(ada, "x" * length)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Message text is empty"),
        (" \n ", "Message text is empty"),
        ("x" * 4097, "Message is too long"),
        ("😀" * 2049, "Message is too long"),
    ],
)
async def test_texts_beyond_the_limits_are_refused(bot: Bot, ada: int, text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await bot.send_message(ada, text)


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        (MessageEntity("bold", 0, 7), "after the end"),
        (MessageEntity("bold", 1, 1), "middle of a UTF-16 symbol"),
        (MessageEntity("bold", 0, 0), "invalid offset or length"),
        (MessageEntity("shiny", 0, 2), "unsupported entity type"),
        (MessageEntity("text_link", 0, 2), "has no url"),
    ],
)
async def test_entities_that_do_not_fit_are_refused(bot: Bot, ada: int, entity: MessageEntity, words: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i)can't parse entities: .*{words}"):
        await bot.send_message(ada, "😀 abc", entities=[entity])


async def test_nobody_is_written_to_who_does_not_want_it(sandbox: TelegramSandbox, bot: Bot, ada: int) -> None:
    stranger = sandbox.add_person("Budi")
    sandbox.blocks(ada)

    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ada, "hello")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger, "hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(999, "hello")

    sandbox.unblocks(ada)
    await bot.send_message(ada, "hello")


async def test_a_reply_needs_what_it_replies_to(bot: Bot, ada: int) -> None:
    reply = await bot.send_message(ada, "yes?", reply_parameters=ReplyParameters(1))
    loose = await bot.send_message(ada, "?", reply_parameters=ReplyParameters(99, allow_sending_without_reply=True))

    assert reply.reply_to_message is not None
    assert loose.reply_to_message is None
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ada, "?", reply_parameters=ReplyParameters(99))


async def test_a_button_carries_at_most_64_bytes(bot: Bot, ada: int) -> None:
    def keyboard(data: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton("Solved", callback_data=data)]])

    await bot.send_message(ada, "?", reply_markup=keyboard("x" * 64))

    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(ada, "?", reply_markup=keyboard("é" * 33))


async def test_a_press_is_answered_once_and_in_time(
    sandbox: TelegramSandbox, bot: Bot, ada: int, clock: _Clock
) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Solved", callback_data="s")]])
    asked = await bot.send_message(ada, "Solved?", reply_markup=keyboard)
    sandbox.presses(ada, asked.message_id, "s")
    sandbox.presses(ada, asked.message_id, "s")
    _, first, second = [update.callback_query for update in await bot.get_updates()]
    assert first is not None
    assert second is not None

    await first.answer()

    with pytest.raises(BadRequest, match="Query is too old"):
        await first.answer()
    clock.now += timedelta(minutes=5)
    with pytest.raises(BadRequest, match="Query is too old"):
        await second.answer()


async def test_only_own_texts_are_edited_and_only_to_something_else(
    sandbox: TelegramSandbox, bot: Bot, ada: int
) -> None:
    sent = await bot.send_message(ada, "Helo")

    await sent.edit_text("Hello")

    assert sandbox.received(ada) == ["Hello"]
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("Hello")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ada, 1)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", ada, 99)


async def test_messages_are_deleted_within_48_hours(
    sandbox: TelegramSandbox, bot: Bot, ada: int, clock: _Clock
) -> None:
    sent = await bot.send_message(ada, "oops")
    old = await bot.send_message(ada, "stays")

    await sent.delete()

    assert sandbox.received(ada) == ["stays"]
    clock.now += timedelta(hours=49)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await old.delete()


async def test_reactions_commands_and_typing_are_taken(sandbox: TelegramSandbox, bot: Bot, ada: int) -> None:
    await bot.set_message_reaction(ada, 1, "👍")
    await bot.send_chat_action(ada, "typing")
    await bot.set_my_commands([BotCommand("start", "Begin")])

    assert sandbox.chat(ada)[0]["reactions"] == [{"emoji": "👍", "from_bot": True}]
    assert await bot.get_my_commands() == (BotCommand("start", "Begin"),)
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    assert (await bot.get_chat(ada)).first_name == "Ada"
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(ada, 1, "🐙")
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Start!", "Begin")])


async def test_a_wrong_token_and_an_unknown_method_are_told(sandbox: TelegramSandbox) -> None:
    async with aiohttp.ClientSession(sandbox.api_url) as session:
        wrong = await session.post("/bot1:x/getMe")
        unknown = await session.post(f"/bot{sandbox.token}/makeCoffee")

        assert wrong.status == 401
        assert await unknown.json() == {"ok": False, "error_code": 404, "description": "Not Found"}

    async with Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot"):
        pass
    with pytest.raises(InvalidToken):
        async with Bot("1:x", base_url=f"{sandbox.api_url}/bot"):
            pass


async def test_json_form_and_multipart_bodies_mean_the_same(sandbox: TelegramSandbox, ada: int) -> None:
    url = f"{sandbox.api_url}/bot{sandbox.token}/sendMessage"
    multipart = aiohttp.FormData({"chat_id": str(ada), "text": "multipart"}, default_to_multipart=True)

    async with aiohttp.ClientSession() as session:
        await session.post(url, json={"chat_id": ada, "text": "json"})
        await session.post(url, data={"chat_id": ada, "text": "form"})
        await session.post(url, data=multipart)
        broken = await session.post(url, data="{", headers={"Content-Type": "application/json"})

    assert broken.status == 400
    assert sandbox.received(ada) == ["json", "form", "multipart"]


async def test_faults_come_as_the_library_knows_them(sandbox: TelegramSandbox, bot: Bot, ada: int) -> None:
    sandbox.faults.plan("sendMessage", Throttled(7))
    with pytest.raises(RetryAfter) as throttled:
        await bot.send_message(ada, "1")
    assert throttled.value.retry_after == timedelta(seconds=7)

    sandbox.faults.plan("sendMessage", ServerError(502, performed=True))
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ada, "2")

    sandbox.faults.plan("sendMessage", PlatformError("Internal Server Error"))
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.send_message(ada, "3")

    sandbox.faults.plan("sendMessage", PlatformError("403 Forbidden: user is deactivated"))
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ada, "4")

    sandbox.faults.plan("sendMessage", Reset(performed=False))
    with pytest.raises(NetworkError):
        await bot.send_message(ada, "5")

    assert sandbox.received(ada) == ["2"]


async def test_chance_decides_where_nothing_is_planned(sandbox: TelegramSandbox, bot: Bot, ada: int) -> None:
    sandbox.faults.plan("sendMessage", Throttled(7))
    asked: list[str] = []

    def chance(method: str, _: object) -> Reset | None:
        asked.append(method)
        return Reset(performed=True) if len(asked) == 1 else None

    sandbox.faults.chance = chance
    with pytest.raises(RetryAfter):
        await bot.send_message(ada, "planned")
    with pytest.raises(NetworkError):
        await bot.send_message(ada, "by chance")
    await bot.send_message(ada, "well")

    assert asked == ["sendMessage", "sendMessage"]
    assert sandbox.received(ada) == ["by chance", "well"]


async def test_pacing_throttles_a_chat_that_is_written_to_too_fast(clock: _Clock) -> None:
    async with (
        TelegramSandbox(clock=clock) as sandbox,
        Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot,
    ):
        ada = sandbox.add_person("Ada")
        sandbox.writes(ada, "hello")
        sandbox.paces(chat=Pace(0.5), overall=Pace(1, burst=2))
        one = await bot.send_message(ada, "one")

        for call in (bot.send_message(ada, "two"), one.edit_text("One")):
            with pytest.raises(RetryAfter) as throttled:
                await call
            assert throttled.value.retry_after == timedelta(seconds=2)
        clock.now += timedelta(seconds=2)
        await bot.send_message(ada, "two")

        ben = sandbox.add_person("Ben")
        sandbox.writes(ben, "hello")
        sandbox.paces(chat=None, overall=Pace(1))
        await bot.send_message(ben, "of all together")
        with pytest.raises(RetryAfter):
            await bot.send_message(ada, "too many")
