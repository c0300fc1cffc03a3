"""Logs: fields on standard error, and no secret in any of them."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import LogFormat, LogLevel, configure, masked

TELEGRAM = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"  # the form of a real one


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is the process's: each test leaves it as it found it."""
    root, ours = logging.getLogger(), logging.getLogger("bot")
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_an_event_is_one_line_of_json_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure(log_format=LogFormat.JSON, level=LogLevel.INFO)

    structlog.get_logger("bot.app").info("reply_sent", ticket=42, lane="out:42")

    (line,) = lines(capsys)
    assert line.pop("timestamp")
    assert line == {"event": "reply_sent", "ticket": 42, "lane": "out:42", "level": "info", "logger": "bot.app"}


def test_a_person_gets_a_readable_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure(log_format=LogFormat.CONSOLE, level=LogLevel.INFO)

    structlog.get_logger("bot.app").info("reply_sent", ticket=42)

    line = capsys.readouterr().err
    assert "reply_sent" in line
    assert "ticket=42" in line


def test_ours_are_written_from_the_level_on_and_libraries_from_warning_on(capsys: pytest.CaptureFixture[str]) -> None:
    configure(log_format=LogFormat.JSON, level=LogLevel.DEBUG)

    structlog.get_logger("bot.app").debug("ours")
    logging.getLogger("httpx").info("HTTP Request: POST %s", f"https://api.telegram.org/bot{TELEGRAM}/getMe")
    logging.getLogger("slack_sdk.web.async_base_client").debug("Sending a request")
    logging.getLogger("apscheduler.scheduler").warning("missed by %s s", 3)

    assert [(line["event"], line["level"]) for line in lines(capsys)] == [
        ("ours", "debug"),
        ("missed by 3 s", "warning"),
    ]


def test_less_than_the_level_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    configure(log_format=LogFormat.JSON, level=LogLevel.ERROR)

    structlog.get_logger("bot.app").warning("not_now")

    assert lines(capsys) == []


def test_configuring_twice_writes_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure(log_format=LogFormat.CONSOLE, level=LogLevel.ERROR)
    configure(log_format=LogFormat.JSON, level=LogLevel.INFO)

    structlog.get_logger("bot.app").info("once")

    assert [line["event"] for line in lines(capsys)] == ["once"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token xoxb-123-456-AbC", "token xoxb-***"),
        ("xoxe.xoxb-1-hush", "xoxe.xoxb-***"),
        ("xapp-1-A0-77-hush", "xapp-***"),
        (f"https://api.telegram.org/bot{TELEGRAM}/getMe", "https://api.telegram.org/bot***/getMe"),
        ("http://127.0.0.1/file/bot1%3Ahush/photo", "http://127.0.0.1/file/bot***/photo"),
        (f"token={TELEGRAM}.", "token=***."),
        ("Authorization: Bearer abc.DEF-1=", "Authorization: Bearer ***"),
        ("https://hooks.slack.com/commands/T1/2/hush", "https://hooks.slack.com/***"),
        (
            "wss://wss-primary.slack.com/link/?ticket=hush&app_id=1",
            "wss://wss-primary.slack.com/link/?ticket=***&app_id=1",
        ),
        ("postgres://loket:hush@db:5432/loket", "postgres://loket:***@db:5432/loket"),
    ],
)
def test_a_secret_is_known_by_its_form(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    ["ticket=42", "telegram:123456789:7", "/srv/bot/slack/surface.py", "2026-11-21T22:29:05.123456Z", "http://h:1/a@b"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("log_format", LogFormat)
def test_a_token_is_masked_wherever_it_hides(log_format: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    configure(log_format=log_format, level=LogLevel.DEBUG)  # with the tracebacks of libraries
    log = structlog.get_logger("bot.app")

    try:
        raise ValueError(f"refused: {TELEGRAM}")
    except ValueError as error:
        log.exception("refused", nested={"deep": [("xoxb-hush-1", error)]}, raw=b"xapp-hush-2")
        logging.getLogger("telegram").exception("lost %s", "xoxp-hush-3")

    written = capsys.readouterr().err
    assert written.count("Traceback") == 2
    assert "hush" not in written
    assert TELEGRAM not in written


def test_an_outage_that_a_library_tells_of_is_one_short_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure(log_format=LogFormat.JSON, level=LogLevel.INFO)

    try:
        raise ConnectionError("he wrote a secret")
    except ConnectionError:
        logging.getLogger("slack_bolt").exception("Failed to connect")

    (line,) = lines(capsys)
    assert (line["event"], line["error"]) == ("Failed to connect", "ConnectionError")
    assert str(line["at"]).startswith("test_logs:")
    assert "secret" not in str(line)
