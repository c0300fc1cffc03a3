"""
What the log must never hold, looked for at the end of every test: tokens, names, numbers and words of the local
platforms that it has made, in all that was logged meanwhile, by us or by a library, here or in a process of its own.

The log is that of the service, from DEBUG on, as it is written: masked.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import Any

import structlog

from bot.logs import LogFormat, LogLevel, configure
from bot.sandbox.serving import Served
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox

SHORTEST = 4  #: characters of a word that is looked for: shorter ones stand in other words
MOST = 500  #: words that are looked for in one test, so that a flood is not looked for as a whole
SAID = (
    "text",
    "body",
    "caption",
    "title",
    "name",
    "address",
    "phone",
    "phone_number",
    "first_name",
    "last_name",
    "formatted_name",
    "filename",
    "file_name",
)  #: fields of messages that hold what somebody has said

Log = Callable[[], str]


class Silence:
    """One test's log, and the platforms and processes that it has made."""

    def __init__(self) -> None:
        self._written = StringIO()
        self._platforms: list[Served] = []
        self._logs: list[Log] = [self._written.getvalue]

    def begin(self) -> None:
        """Listen to what is logged here; whoever configures logging on their own is not heard."""
        configure(log_format=LogFormat.JSON, level=LogLevel.DEBUG)
        (handler,) = (one for one in logging.getLogger().handlers if one.name == "loket")
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(self._written)

    def end(self) -> None:
        """Fail if somebody has spoken."""
        structlog.reset_defaults()
        text = "\n".join(log() for log in self._logs)
        found = leaked(text, self._platforms)
        lines = "\n".join(line for line in text.splitlines() if any(word in line for word in found))
        assert not found, f"the log holds {found}:\n{lines}"

    def made(self, platform: Served) -> None:
        """There is one more platform."""
        self._platforms.append(platform)

    def also(self, log: Log) -> None:
        """Another process writes a log of its own."""
        self._logs.append(log)


_now: list[Silence] = []  # the test that runs


def begin() -> None:
    """A test begins."""
    _now[:] = [Silence()]
    _now[0].begin()


def end() -> None:
    """A test has ended."""
    while _now:
        _now.pop().end()


def also(log: Log) -> None:
    """The test that runs has started a process with a log of its own."""
    for silence in _now:
        silence.also(log)


def watch() -> None:
    """From here on notice every local platform that is made."""
    for kind in (SlackSandbox, TelegramSandbox, WhatsAppSandbox):
        _notice(kind)


def _notice(kind: type[Served]) -> None:
    make = kind.__init__

    def made(self: Any, *arguments: Any, **more: Any) -> None:
        make(self, *arguments, **more)
        for silence in _now:
            silence.made(self)

    setattr(kind, "__init__", made)  # noqa: B010 - a type checker allows it in no other way


def leaked(text: str, platforms: Iterable[Served]) -> list[str]:
    """Which of their words stand in a log of JSON lines."""
    if not text:
        return []
    words = dict.fromkeys(word for platform in platforms for word in words_of(platform))
    return [word for word in list(words)[:MOST] if (found := json.dumps(word)[1:-1]) in text and _alone(found, text)]


def _alone(word: str, text: str) -> bool:
    """Not merely as a part of a longer word, or of an event's name such as ``inbox.done``."""
    return re.search(rf"(?<![\w.]){re.escape(word)}(?!\w)", text) is not None


def words_of(platform: Served) -> Iterator[str]:
    """Its secrets, and what its people are called and have said, long enough to be looked for."""
    match platform:
        case SlackSandbox():
            found = _of_slack(platform)
        case TelegramSandbox():
            found = _of_telegram(platform)
        case WhatsAppSandbox():
            found = _of_whatsapp(platform)
        case _:
            raise AssertionError(f"nobody knows what is said in {platform}")
    return (word for word in found if len(word) >= SHORTEST)


def _of_slack(platform: SlackSandbox) -> Iterator[str]:
    yield from (platform.bot_token, platform.app_token, platform.signing_secret)
    yield from (user.real_name for user in platform.workspace.users.values())
    for channel in platform.workspace.channels.values():
        for message in channel.messages.values():
            text = str(message.body.get("text", ""))
            yield from (text, text.rpartition(": ")[2])  # what the bot shows for somebody stands behind a colon
            yield from (file.get("name", "") for file in message.body.get("files", ()))  # a deleted one has none


def _of_telegram(platform: TelegramSandbox) -> Iterator[str]:
    yield from (platform.token, platform.token.partition(":")[2])
    for person in platform._world.people.values():
        yield from (person.first_name, person.username or "")
        for message in person.messages.values():
            yield from _strings(message.content)


def _of_whatsapp(platform: WhatsAppSandbox) -> Iterator[str]:
    yield from (platform.token, platform.app_secret, platform.verify_token)
    for person in platform._world.people.values():
        yield from (person.name, person.phone, person.bsuid, person.username or "")
        for message in person.messages.values():
            yield from _strings(message.content)


def _strings(content: Any, name: str = "text") -> Iterator[str]:
    """What is said in a message."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _strings(value, key)
    elif isinstance(content, list):
        for value in content:
            yield from _strings(value, name)
    elif isinstance(content, str) and name in SAID:
        yield content
