"""Files that a bot sends on the local Telegram, by the real library."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from telegram import Bot, InputFile
from telegram.error import BadRequest, NetworkError

from bot.sandbox.files import File, sample
from bot.sandbox.telegram import TelegramSandbox
from bot.sandbox.telegram.sending import MOST_BYTES, MOST_PHOTO_BYTES


@dataclass
class Far:
    """A Telegram, its bot, and Ada."""

    sandbox: TelegramSandbox
    bot: Bot
    ada: int

    async def send(self, kind: str, file: File) -> None:
        """Have the bot send it as this kind."""
        content = InputFile(io.BytesIO(file.content), filename=file.name, read_file_handle=False)
        await getattr(self.bot, f"send_{kind}")(self.ada, content)


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    async with TelegramSandbox() as sandbox:
        ada = sandbox.add_person("Ada")
        sandbox.writes(ada, "hello")
        bot = Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot")
        async with bot:
            yield Far(sandbox, bot, ada)


@pytest.mark.parametrize("kind", ["photo", "document", "voice", "audio", "video", "animation"])
async def test_a_file_arrives_byte_for_byte_as_its_kind(far: Far, kind: str) -> None:
    file = sample(kind, number=1)

    await far.send(kind, file)

    message = far.sandbox.chat(far.ada)[-1]
    stored = far.sandbox.file(message["file"]["id"])
    assert (message["from_bot"], message["kind"]) == (True, kind)
    assert stored is not None
    assert (stored.name, stored.content) == (file.name, file.content)


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("photo", b"no picture", "(?i)image_process_failed"),
        ("photo", sample("photo", number=1).content + bytes(MOST_PHOTO_BYTES), "too big"),
        ("document", b"", "non-empty"),
    ],
)
async def test_what_telegram_does_not_take(far: Far, kind: str, content: bytes, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await far.send(kind, File("a", "", content))

    assert len(far.sandbox.chat(far.ada)) == 1


async def test_more_than_50_mb_is_too_much(far: Far) -> None:
    with pytest.raises(NetworkError, match="Too Large"):
        await far.send("document", File("a", "", bytes(MOST_BYTES + 1)))


async def test_a_name_is_no_file(far: Far) -> None:
    with pytest.raises(BadRequest, match="no photo in the request"):
        await far.bot.send_photo(far.ada, "https://example.org/a.jpg")
