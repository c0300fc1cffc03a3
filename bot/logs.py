"""
Logs: one line per event on standard error, with fields, and without a token in any of them.

Write `structlog.get_logger().info("reply_sent", ticket=42)`: a constant name, then fields. Whoever begins to work on
something says so with `following`; then every line says what it is about, and everything that follows from a message
can be found by the message's id.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import structlog
from structlog.typing import EventDict, Processor

# What must never be read in a log: the first group stays, what follows it is masked.
# Sources: Slack, "Tokens"; Telegram Bot API, "Authorizing your bot"; RFC 6750 (Bearer);
# RFC 3986, section 3.2.1 (user:password@).
SECRETS = re.compile(
    r"""
      (xox[a-z](?:\.xox[a-z])?-|xapp-) [\w-]+          # Slack's tokens
    | (bot) \d+ (?::|%3A) [\w-]+                       # Telegram's, in an address: /bot<token>/
    | () \d{5,} (?::|%3A) [\w-]{20,}                   # Telegram's, alone
    | (EAA) [A-Za-z0-9]{20,}                           # Meta's, in its words about a malformed one
    | (Bearer\s+) [\w.~+/=:-]+
    | (hooks\.slack\.com/) [^\s"']+                    # answers may be posted there without a token
    | ([?&]ticket=) [^&\s"']+                          # Socket Mode's address is a key of its own
    | (://[^:/@\s"']*:) [^@/\s"']+ (?=@)               # a password in an address
    """,
    re.VERBOSE | re.IGNORECASE,
)


#: slack_bolt reads SLACK_BOT_TOKEN on its own, and warns that it won't use it, which is what we want.
BOLT_IS_CONFUSED = "As you gave `client` as well, `token` will be unused."


class LogFormat(StrEnum):
    """For a person's eyes, or one JSON object per line."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """From which level on our own events are written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


@contextmanager
def following(**about: object) -> Iterator[None]:
    """
    Every line inside says what it is about.

    ``id`` is what is being worked on (``in-12``, ``out-34``), ``origin`` what it follows from, where that is known.
    """
    before = structlog.contextvars.get_contextvars()
    structlog.contextvars.bind_contextvars(**about)
    try:
        yield
    finally:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**before)


def also(**about: object) -> None:
    """From here on, up to the end of what is being followed, every line says this, too."""
    structlog.contextvars.bind_contextvars(**about)


def origin() -> str:
    """What follows now follows from this; empty: from nothing that has an id."""
    about = structlog.contextvars.get_contextvars()
    return str(about.get("origin") or about.get("id") or "")


def masked(text: str) -> str:
    """The text with `***` in place of every secret that can be known by its form."""
    return SECRETS.sub(lambda found: f"{found[found.lastindex or 0]}***", text)


def configure(*, log_format: LogFormat, level: LogLevel) -> None:
    """
    Send our events from *level* on, and those of libraries from WARNING on, to standard error.

    Above DEBUG, a library's traceback is told as its kind and place: in an outage it comes every few seconds.
    Below WARNING, httpx and slack_sdk write every address they ask, tokens included: never shown, whatever *level*.
    May be called again; the last call holds.
    """
    prepare: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,  # here, so that a traceback is masked like the rest
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *prepare, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name("loket")
    handler.addFilter(lambda record: record.msg != BOLT_IS_CONFUSED)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=prepare if level is LogLevel.DEBUG else [_briefly, *prepare],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(log_format), _mask],
        )
    )
    root = logging.getLogger()
    root.handlers = [*(other for other in root.handlers if other.name != handler.name), handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(level)


def _briefly(_logger: object, _method: str, event: EventDict) -> EventDict:
    raised = event.pop("exc_info", None)
    error = raised[1] if isinstance(raised, tuple) else raised
    return {**event, **trace(error)} if isinstance(error, BaseException) else event


def _renderer(log_format: LogFormat) -> Processor:
    if log_format is LogFormat.JSON:
        return structlog.processors.JSONRenderer(default=str)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _mask(_logger: object, _method: str, line: object) -> str:
    """Comes last, over the finished line: so nothing escapes it, however deep it was or whatever printed it."""
    return masked(str(line))


def trace(error: BaseException) -> dict[str, str]:
    """What may be logged of an error: its kind and place, without its words, which may hold a customer's."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "at": " < ".join(f"{Path(frame.filename).stem}:{frame.lineno}" for frame in reversed(frames[-5:])),
    }
