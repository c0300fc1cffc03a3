"""The local Telegram hands updates over by Telegram's rules of offsets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.error import Conflict
from telegram.request import HTTPXRequest

from bot.sandbox.files import File
from bot.sandbox.serving import ClientError
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


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.effective_message.text if update.effective_message else None for update in updates]


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")
    sandbox.writes(ada, "one")
    sandbox.writes(ada, "two")

    first = await bot.get_updates()
    again = await bot.get_updates(offset=first[0].update_id)
    rest = await bot.get_updates(offset=first[0].update_id + 1)

    assert texts(first) == texts(again) == ["one", "two"]
    assert texts(rest) == ["two"]
    assert sandbox.pending == 1


async def test_a_limit_cuts_the_batch(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")
    for number in range(5):
        sandbox.writes(ada, str(number))

    assert texts(await bot.get_updates(limit=2)) == ["0", "1"]


async def test_a_negative_offset_forgets_what_came_earlier(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")
    for number in range(3):
        sandbox.writes(ada, str(number))

    assert texts(await bot.get_updates(offset=-1)) == ["2"]
    assert texts(await bot.get_updates()) == ["2"]


async def test_a_long_poll_ends_as_soon_as_somebody_writes(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.polled()

    sandbox.writes(ada, "hello")

    assert texts(await poll) == ["hello"]


async def test_a_long_poll_ends_when_the_server_stops(sandbox: TelegramSandbox, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.polled()

    await sandbox.stop()

    assert await poll == ()


async def test_what_was_not_confirmed_survives_an_outage_of_the_server(sandbox: TelegramSandbox, bot: Bot) -> None:
    sandbox.writes(sandbox.add_person("Ada"), "hello")
    await bot.get_updates()
    port = int(sandbox.address.rpartition(":")[2])

    await sandbox.stop()
    await sandbox.start(port=port)

    async with a_bot(sandbox) as restarted:
        assert texts(await restarted.get_updates()) == ["hello"]


async def test_a_second_poller_sends_the_earlier_one_away(sandbox: TelegramSandbox, bot: Bot) -> None:
    earlier = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.polled()

    await bot.get_updates()

    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await earlier


async def test_a_webhook_forbids_polling(bot: Bot) -> None:
    await bot.set_webhook("https://desk.example.org/webhooks/telegram", secret_token="s3cret")

    with pytest.raises(Conflict, match="while webhook is active"):
        await bot.get_updates()

    assert (await bot.get_webhook_info()).url == "https://desk.example.org/webhooks/telegram"
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_reactions_come_only_when_asked_for_and_the_choice_sticks(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")
    message = sandbox.writes(ada, "hello")
    sandbox.reacts(ada, message, "👍")
    (only,) = await bot.get_updates(allowed_updates=["message", "message_reaction"])

    sandbox.reacts(ada, message, "🎉")
    (reaction,) = await bot.get_updates(offset=only.update_id + 1)

    assert reaction.message_reaction is not None
    assert reaction.message_reaction.old_reaction[0].to_dict()["emoji"] == "👍"
    assert reaction.message_reaction.new_reaction[0].to_dict()["emoji"] == "🎉"


async def test_updates_expire_after_a_day(sandbox: TelegramSandbox, bot: Bot, clock: _Clock) -> None:
    ada = sandbox.add_person("Ada")
    sandbox.writes(ada, "old")
    clock.now += timedelta(hours=23)
    sandbox.writes(ada, "young")

    clock.now += timedelta(hours=1)

    assert texts(await bot.get_updates()) == ["young"]


async def poll_all(bot: Bot) -> list[str | None]:
    """Poll as a bot does, until nothing comes."""
    seen: list[str | None] = []
    offset = 0
    while batch := await bot.get_updates(offset=offset):
        seen += texts(batch)
        offset = max(update.update_id for update in batch) + 1
    return seen


async def test_duplicates_are_handed_over_again_although_confirmed(sandbox: TelegramSandbox, bot: Bot) -> None:
    sandbox.duplicate(2)

    sandbox.writes(sandbox.add_person("Ada"), "hello")

    assert await poll_all(bot) == ["hello"] * 3


async def test_the_newest_update_can_be_repeated_once_it_is_confirmed(sandbox: TelegramSandbox, bot: Bot) -> None:
    sandbox.writes(sandbox.add_person("Ada"), "hello")
    assert await poll_all(bot) == ["hello"]

    sandbox.repeat_last_update(2)

    assert await poll_all(bot) == ["hello"] * 2


async def test_quiet_is_when_everything_is_confirmed(sandbox: TelegramSandbox, bot: Bot) -> None:
    sandbox.writes(sandbox.add_person("Ada"), "hello")
    quiet = asyncio.create_task(sandbox.quiet())
    (update,) = await bot.get_updates()
    assert not quiet.done()

    await bot.get_updates(offset=update.update_id + 1)

    await quiet


def fields(update: Update) -> dict[str, Any]:
    message = update.message
    assert message is not None
    return message.to_dict()


async def test_a_text_looks_as_telegrams_client_sends_it(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada", username="ada", language_code="id")

    sandbox.writes(ada, "/start 😀 https://example.org/a.")

    (update,) = await bot.get_updates()
    assert fields(update) == {
        "message_id": 1,
        "date": int(NOON.timestamp()),
        "from": {"id": ada, "is_bot": False, "first_name": "Ada", "username": "ada", "language_code": "id"},
        "chat": {"id": ada, "type": "private", "first_name": "Ada", "username": "ada"},
        "text": "/start 😀 https://example.org/a.",
        "entities": [
            {"type": "bot_command", "offset": 0, "length": 6},
            {"type": "url", "offset": 10, "length": 21},
        ],
        **{name: value for name, value in fields(update).items() if value in (False, [])},  # what the library adds
    }


async def test_markup_and_paths_hold_no_commands(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")

    sandbox.writes(ada, "the <b>parcel</b> in /tmp/box")

    (update,) = await bot.get_updates()
    assert "entities" not in fields(update)


KINDS = "photo document voice audio video video_note sticker animation location venue contact poll dice"


@pytest.mark.parametrize("kind", KINDS.split())
async def test_every_kind_is_understood_by_the_real_library(sandbox: TelegramSandbox, bot: Bot, kind: str) -> None:
    sandbox.sends(sandbox.add_person("Ada"), kind)

    (update,) = await bot.get_updates()

    assert update.message is not None
    assert getattr(update.message, kind)
    assert not update.message.api_kwargs


async def test_a_kind_newer_than_the_library_arrives_all_the_same(sandbox: TelegramSandbox, bot: Bot) -> None:
    sandbox.sends(sandbox.add_person("Ada"), "rich_message")

    (update,) = await bot.get_updates()

    assert update.message is not None
    assert list(update.message.api_kwargs) == ["rich_message"]


async def test_a_caption_is_changed_and_taken_away_and_its_file_stays(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")
    photo = sandbox.sends(ada, "photo", caption="The lid")

    sandbox.edits(ada, photo, "*The lit*")
    sandbox.edits(ada, photo, "")

    edits = [update.edited_message for update in (await bot.get_updates())[1:]]
    assert [edit and (edit.caption, bool(edit.photo)) for edit in edits] == [("*The lit*", True), (None, True)]


async def test_a_photo_is_put_in_the_place_of_another_and_a_text_is_not(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")
    photo, text = sandbox.sends(ada, "photo"), sandbox.writes(ada, "hello")
    lid = File("lid.jpg", "image/jpeg", b"\xff\xd8\xff the lid")

    sandbox.edits(ada, photo, "The lid", file=lid)
    with pytest.raises(ClientError):
        sandbox.edits(ada, text, "hello", file=lid)

    before, _, after = [update.effective_message for update in await bot.get_updates()]
    assert before is not None
    assert after is not None
    assert (after.message_id, after.caption, after.photo[-1].file_size) == (before.message_id, "The lid", lid.size)
    assert after.photo[-1].file_unique_id != before.photo[-1].file_unique_id


async def test_an_edit_a_reply_a_press_and_a_block_each_have_their_update(sandbox: TelegramSandbox, bot: Bot) -> None:
    ada = sandbox.add_person("Ada")
    hello = sandbox.writes(ada, "hello")
    markup = {"inline_keyboard": [[{"text": "Solved", "callback_data": "solved:1"}]]}
    asked = await bot.send_message(ada, "Solved?", reply_markup=markup)  # type: ignore[arg-type]  # JSON is taken too

    sandbox.edits(ada, hello, "hello!")
    sandbox.writes(ada, "no", reply_to=asked.message_id)
    sandbox.presses(ada, asked.message_id, "solved:1")
    sandbox.blocks(ada)

    _, edit, reply, press, block = await bot.get_updates()
    assert edit.edited_message is not None
    assert edit.edited_message.text == "hello!"
    assert edit.edited_message.edit_date == NOON
    assert reply.message is not None
    assert reply.message.reply_to_message is not None
    assert reply.message.reply_to_message.text == "Solved?"
    assert press.callback_query is not None
    assert press.callback_query.data == "solved:1"
    assert block.my_chat_member is not None
    assert block.my_chat_member.new_chat_member.status == "kicked"
