"""
The file `loket.toml`: desks, supervisors, how replies leave, targets, limits and texts.

Every field's description says what a right value is; the same words are what an operator reads about a wrong one.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ConfigError
from bot.logs import masked

CHANNEL_PATTERN = r"^([CG][A-Z0-9]+|#[^\s#]+)$"  # a Slack channel: its id, or its name after a #
DURATION = re.compile(r"([0-9]{1,6})([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
Language = Literal["en", "id"]
CustomerChannel = Literal["telegram", "whatsapp"]
CUSTOMER_CHANNELS: tuple[CustomerChannel, ...] = get_args(CustomerChannel)


class ReplyMode(StrEnum):
    """Whose plain text in a thread goes to the customer."""

    OWNER = "owner"
    EVERYONE = "everyone"
    EXPLICIT = "explicit"  # nobody's: only an explicit act sends


class Signature(StrEnum):
    """What stands before an agent's words when the customer reads them."""

    NONE = "none"
    NAME = "name"


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    written = DURATION.fullmatch(value) if isinstance(value, str) else None
    if written is None or int(written[1]) == 0:
        raise ValueError
    return timedelta(**{UNITS[written[2]]: int(written[1])})


def _duration_or_off(value: object) -> timedelta:
    return timedelta() if value == 0 and not isinstance(value, bool) else _duration(value)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, OSError) as error:  # what it raises for names of no zone, such as a folder's
        raise ValueError from error


Zone = Annotated[str, AfterValidator(_zone)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Text = Annotated[str, Field(min_length=1)]
DurationOrOff = Annotated[timedelta, BeforeValidator(_duration_or_off)]
A_DURATION = 'a duration above zero such as "90s", "30m", "4h" or "2d"'
OVERRIDES = 'a text; its name stands in quotes: "ticket.received" = "…"'


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Desk(_Table):
    """A department with its Slack channel."""

    name: str = Field(min_length=1, max_length=80, description="a name of 1 to 80 characters")
    channel: str = Field(pattern=CHANNEL_PATTERN, description="a Slack channel: its id (C0123ABCD) or #name")
    language: Language = Field(default="en", description='"en" or "id"')
    customers: tuple[CustomerChannel, ...] = Field(
        default=CUSTOMER_CHANNELS, description='"telegram" or "whatsapp", in a list'
    )


class Replies(_Table):
    """How agents' words leave a thread."""

    mode: ReplyMode = Field(default=ReplyMode.OWNER, description='"owner", "everyone" or "explicit"')
    hold_seconds: int = Field(default=5, strict=True, ge=0, le=60, description="a whole number from 0 to 60")
    signature: Signature = Field(default=Signature.NONE, description='"none" or "name"')

    @property
    def hold(self) -> timedelta:
        """The time in which a reply can still be taken back; zero: none."""
        return timedelta(seconds=self.hold_seconds)


class Tickets(_Table):
    """The life of a ticket."""

    reopen_hours: float = Field(default=72, strict=True, ge=0, le=8760, description="a number of hours from 0 to 8760")

    @property
    def reopen_within(self) -> timedelta:
        """How long after closing a customer's message reopens the ticket."""
        return timedelta(hours=self.reopen_hours)


class Targets(_Table):
    """Within what time a customer is to be answered and helped."""

    first_response: Duration = Field(default=timedelta(minutes=30), description=A_DURATION)
    resolution: Duration = Field(default=timedelta(hours=8), description=A_DURATION)


class Limits(_Table):
    """Our own pacing."""

    slack_posts_per_second: float = Field(
        default=1.0, strict=True, ge=0, le=100, description="a number from 0 (no pacing) to 100"
    )
    pace_customers: bool = Field(default=True, strict=True, description="true or false")


class Files(_Table):
    """Files on their way to Slack or to a customer."""

    keep_days: int = Field(default=7, strict=True, ge=1, le=365, description="a whole number of days from 1 to 365")

    @property
    def keep(self) -> timedelta:
        """How long one that did not get through is kept, and fetching it is tried."""
        return timedelta(days=self.keep_days)


class Payloads(_Table):
    """What platforms sent, as it came."""

    keep_days: int = Field(default=30, strict=True, ge=1, le=3650, description="a whole number of days from 1 to 3650")

    @property
    def keep(self) -> timedelta:
        """How long it is kept once nothing waits for it any more."""
        return timedelta(days=self.keep_days)


class Alarms(_Table):
    """When agents are told that something does not come through: the desk's Slack channel, a reply's thread."""

    loss_after: DurationOrOff = Field(
        default=timedelta(minutes=10), description='a duration such as "10m", or 0 for no alarm'
    )
    reply_after: DurationOrOff = Field(
        default=timedelta(minutes=2), description='a duration such as "2m", or 0 for never'
    )


class Texts(_Table):
    """What customers read instead of our own words, by language and name."""

    en: Mapping[str, Text] = Field(default={}, description=OVERRIDES)
    id: Mapping[str, Text] = Field(default={}, description=OVERRIDES)


Supervisor = Annotated[str, Field(pattern=r"^([UWS][A-Z0-9]+|@[^\s@]+)$")]


class Config(_Table):
    """All of `loket.toml`. What `parse` returns has at least one desk."""

    supervisors: tuple[Supervisor, ...] = Field(
        default=(), description='Slack user ids ("U0123ABCD") or user groups ("@support-leads"), in a list'
    )
    timezone: Zone = Field(default="UTC", description='an IANA time zone such as "Asia/Jakarta"')
    desks: tuple[Desk, ...] = Field(
        default=(), alias="desk", description="a table under [[desk]], with double brackets"
    )
    replies: Replies = Field(default=Replies(), description="a table: [replies]")
    tickets: Tickets = Field(default=Tickets(), description="a table: [tickets]")
    targets: Targets = Field(default=Targets(), description="a table: [targets]")
    limits: Limits = Field(default=Limits(), description="a table: [limits]")
    files: Files = Field(default=Files(), description="a table: [files]")
    payloads: Payloads = Field(default=Payloads(), description="a table: [payloads]")
    alarms: Alarms = Field(default=Alarms(), description="a table: [alarms]")
    texts: Texts = Field(default=Texts(), description="a table: [texts.en] or [texts.id]")

    @property
    def zone(self) -> ZoneInfo:
        """Whose midnight begins a day of a report."""
        return ZoneInfo(self.timezone)

    def desk_for(self, channel: str) -> Desk:
        """The desk of a customer channel's new customers."""
        return next((desk for desk in self.desks if channel in desk.customers), self.desks[0])

    def desk_named(self, name: str) -> Desk:
        """The desk of a ticket; one that is no longer configured falls to the first."""
        return next((desk for desk in self.desks if desk.name == name), self.desks[0])


def _forms(table: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, field in table.model_fields.items():
        path = prefix + (field.alias or name)
        yield path, field.description or ""
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _forms(inner, f"{path}.")


FORMS: Mapping[str, str] = dict(_forms(Config))  #: what a right value is, by dotted path, tables included
KEYS = tuple(path for path in FORMS if not any(other.startswith(f"{path}.") for other in FORMS))


NO_DESK = "SLACK_CHANNEL: missing; set it to the desk's Slack channel (C0123ABCD or #name), or name desks in loket.toml"


def load(path: Path, *, slack_channel: str | None, known_texts: Mapping[str, str]) -> Config:
    """Read the file; raises `ConfigError` as `parse` does, or when it can't be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors put a byte order mark first
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(
            [f"{path}: can't be read ({reason}); mend the file, or LOKET_CONFIG if it is another"]
        ) from error
    return parse(text, slack_channel=slack_channel, known_texts=known_texts, source=path.name)


def parse(
    toml_text: str,
    *,
    slack_channel: str | None,
    known_texts: Mapping[str, str],
    source: str = "loket.toml",
) -> Config:
    """
    Turn the file's text into a `Config`, or raise one `ConfigError` with every problem in it.

    Args:
        slack_channel: Where the only desk is when the file names none; its form has been checked.
        known_texts: Our own words that may be overridden, by name; an override may use the placeholders they use.
        source: What to call the file in a problem.
    """
    try:
        table = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{source}: this is not TOML: {error}; mend that place"]) from error
    config, problems = _validated(table)
    problems = [f"{source}: {problem}" for problem in (*problems, *_text_problems(table, known_texts))]
    if not table.get("desk") and slack_channel is None:
        problems.append(NO_DESK)
    if problems:
        raise ConfigError(problems)
    if config.desks:
        return config
    only = Desk.model_construct(name="Support", channel=slack_channel or "")  # the caller has checked it
    return config.model_copy(update={"desks": (only,)})


def _validated(table: Mapping[str, object]) -> tuple[Config, list[str]]:
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        return Config(), [_problem(detail) for detail in error.errors(include_url=False)]
    return config, [*_twins(config.desks)]


def _problem(detail: ErrorDetails) -> str:
    shown = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in detail["loc"]).lstrip(".")
    path = ".".join(step for step in detail["loc"] if isinstance(step, str))
    if detail["type"] == "extra_forbidden":
        return f"{shown}: no such key; here stand: {', '.join(_beside(path))}"
    form = path
    while form not in FORMS:  # the name of a text stands below the last key we know
        form = form.rpartition(".")[0]
    if detail["type"] == "missing":
        return f"{shown}: missing; set it to {FORMS[form]}"
    value = masked(
        json.dumps(detail["input"], ensure_ascii=False, default=str)
    )  # a token may have been pasted into the wrong place
    return f"{shown}: {value if len(value) <= 60 else value[:59] + '…'} is wrong; it must be {FORMS[form]}"


def _beside(path: str) -> Iterator[str]:
    table = path.rpartition(".")[0]
    return (key.rpartition(".")[2] for key in FORMS if key.rpartition(".")[0] == table)


def _nearest(wrong: str, right: Iterable[str]) -> str:
    found = get_close_matches(wrong, right, n=1)
    return f"did you mean {found[0]}?" if found else "remove it"


def _twins(desks: tuple[Desk, ...]) -> Iterator[str]:
    """Two desks of one name or in one Slack channel could not be told apart."""
    for key, values in (("name", [d.name.casefold() for d in desks]), ("channel", [d.channel for d in desks])):
        for place, value in enumerate(values):
            if value in values[:place]:
                yield f"desk[{place + 1}].{key}: another desk has the same {key}; change one of them"


def _text_problems(table: Mapping[str, object], known: Mapping[str, str]) -> Iterator[str]:
    texts = table.get("texts")
    for language in get_args(Language):
        overrides = texts.get(language) if isinstance(texts, dict) else None
        for name, text in overrides.items() if isinstance(overrides, dict) else ():
            if isinstance(text, str):  # anything else has been named already
                yield from _override_problems(name, text, known=known, path=f"texts.{language}.{name}")


def _override_problems(name: str, text: str, *, known: Mapping[str, str], path: str) -> Iterator[str]:
    if name not in known:
        yield f"{path}: there is no text of this name; {_nearest(name, known)}"
        return
    try:
        used = _placeholders(text)
    except ValueError as error:
        yield f"{path}: {error}; write {{{{ and }}}} for a brace that customers should see"
        return
    fillable = _placeholders(known[name])
    for field in sorted(used - fillable):
        these = ", ".join(f"{{{right}}}" for right in sorted(fillable)) or "none"
        yield f"{path}: {{{field}}} is not filled in here; these are: {these}"


def _placeholders(text: str) -> set[str]:
    """As they are written: one with a conversion or a format to its name is none of ours."""
    return {
        field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        for _, field, spec, conversion in Formatter().parse(text)
        if field is not None
    }
