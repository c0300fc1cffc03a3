"""Whatever must not be logged is found in a log, wherever it stands and whoever wrote it."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.sandbox.serving import Served
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from tests import silence
from tests.silence import Silence, leaked


@pytest.fixture
def platforms() -> list[Served]:
    """Adalberta on both phones, and Mika in Slack."""
    slack, telegram, whatsapp = SlackSandbox(), TelegramSandbox(), WhatsAppSandbox()
    mika = slack.add_user("mika", real_name="Mika Hall")
    slack.post(mika, slack.add_channel("support", [mika]), "We looked it up")
    ada = telegram.add_person("Adalberta")
    telegram.writes(ada, 'My password is\n"hunter2" ☺')
    telegram.sends(ada, "document", caption="the invoice I got")
    telegram.sends(ada, "contact")
    whatsapp.writes(whatsapp.add_person("Berta", phone="6281200001"), "Where is it?")
    return [slack, telegram, whatsapp]


@pytest.mark.parametrize(
    "word",
    ["Mika Hall", "We looked it up", "Adalberta", 'My password is\n"hunter2" ☺', "the invoice I got", "+62800000000",
     "invoice.pdf", "Berta", "6281200001", "Where is it?"],
)  # fmt: skip
def test_a_word_of_somebody_is_found(platforms: list[Served], word: str) -> None:
    assert word in leaked(json.dumps({"event": "x", "why": f"it was {word}"}), platforms)


def test_a_secret_is_found(platforms: list[Served]) -> None:
    slack, telegram, whatsapp = platforms
    assert isinstance(slack, SlackSandbox)
    assert isinstance(telegram, TelegramSandbox)
    assert isinstance(whatsapp, WhatsAppSandbox)

    for secret in (slack.bot_token, slack.app_token, slack.signing_secret, telegram.token, whatsapp.token,
                   whatsapp.app_secret, whatsapp.verify_token):  # fmt: skip
        assert secret in leaked(f"refused: {secret}.", platforms)


def test_what_anybody_may_read_is_not(platforms: list[Served]) -> None:
    line = {"event": "ticket.changed", "ticket": 1, "events": ["TicketOpened"], "id": "in-1", "at": "adapter:162"}

    assert leaked(json.dumps(line), platforms) == []


@pytest.fixture
def again() -> Iterator[None]:
    """The test that plays one itself is listened to again at its end."""
    yield
    silence.begin()


@pytest.mark.usefixtures("again")
@pytest.mark.parametrize("speaks", ["bot.app", "slack_sdk"])
def test_who_speaks_fails_the_test(platforms: list[Served], speaks: str) -> None:
    listening = Silence()
    listening.begin()
    for platform in platforms:
        listening.made(platform)
    if speaks == "bot.app":
        structlog.get_logger(speaks).debug("Adalberta wrote")
    else:
        logging.getLogger(speaks).warning("%s wrote", "Adalberta")

    with pytest.raises(AssertionError, match=r"\['Adalberta'\]"):
        listening.end()


@pytest.mark.usefixtures("again")
def test_another_process_is_heard_too(platforms: list[Served]) -> None:
    listening = Silence()
    listening.begin()
    listening.made(platforms[1])
    listening.also(lambda: "Adalberta wrote")

    with pytest.raises(AssertionError, match=r"\['Adalberta'\]"):
        listening.end()
