"""
The settings: environment and `loket.toml`, parsed once, frozen, every problem in one error.

The only module that reads the environment.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from bot import config
from bot.errors import ConfigError
from bot.forms import (
    ADDRESS,
    APP,
    BOT,
    GRAPH,
    POSTGRES,
    SQLITE,
    TELEGRAM,
    VISIBLE,
    cased,
    database,
    graph_address,
    secret,
    telegram_address,
)
from bot.logs import LogFormat, LogLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """How to reach the workspace. ``channel`` is the default desk's; None when `loket.toml` names desks instead."""

    bot_token: SecretStr
    app_token: SecretStr | None  #: for Socket Mode, which goes before
    signing_secret: SecretStr | None  #: for HTTP; one of the two is there
    channel: str | None
    api_url: str  #: ends in /api/


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where a platform calls us, and what it must bring."""

    url: str
    secret: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """How to reach Telegram."""

    bot_token: SecretStr
    api_url: str  #: without /bot and without a slash at its end
    webhook: Webhook | None  #: None: updates are fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsAppSettings:
    """How to reach WhatsApp, and how to know it when it calls us."""

    access_token: SecretStr
    phone_number_id: str
    app_secret: SecretStr
    verify_token: SecretStr
    api_url: str  #: without the version and without a slash at its end
    api_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All there is to know at the start. Relative paths are relative to the working folder."""

    slack: SlackSettings
    telegram: TelegramSettings | None
    whatsapp: WhatsAppSettings | None
    database_url: str = field(repr=False)  #: may hold a password
    host: str
    port: int  #: 0: any free one
    data_dir: Path
    log_format: LogFormat
    log_level: LogLevel
    config: config.Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """As much of the settings as is right: a part that has a problem is None, like one that is not there."""

    problems: tuple[str, ...]
    slack: SlackSettings | None
    telegram: TelegramSettings | None
    whatsapp: WhatsAppSettings | None
    database_url: str | None = field(repr=False)
    address: tuple[str, int] | None  #: host and port of our HTTP server
    data_dir: Path | None
    config: config.Config | None


#: What turns a channel on: all or none of these.
CHANNELS: Mapping[config.CustomerChannel, tuple[str, ...]] = {
    "telegram": ("telegram_bot_token",),
    "whatsapp": ("whatsapp_access_token", "whatsapp_phone_number_id", "whatsapp_app_secret", "whatsapp_verify_token"),
}


class Environment(BaseSettings):
    """The variables by their names in lower case. A description is the mend: it follows "missing;" or "wrong;"."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", validate_default=False)

    slack_bot_token: Annotated[SecretStr, secret(r"xoxb-[\w-]+", kind=BOT)] | None = Field(
        default=None, description="set it to the app's bot token, xoxb-…, from the page OAuth & Permissions"
    )
    slack_app_token: Annotated[SecretStr, secret(r"xapp-[\w-]+", kind=APP)] | None = Field(
        default=None,
        description="set it to an app-level token, xapp-…, from the page Basic Information, for Socket Mode; "
        "or set SLACK_SIGNING_SECRET, from the same page, when Slack is to call a public address",
    )
    slack_signing_secret: Annotated[SecretStr, secret(VISIBLE)] | None = Field(
        default=None, description="set it to the Signing Secret from the page Basic Information"
    )
    slack_channel: str | None = Field(
        default=None, pattern=config.CHANNEL_PATTERN, description="write the channel's id (C0123ABCD) or #name"
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        pattern=rf"{ADDRESS}(/\S*)?/api/$",
        description="write an http(s) address that ends in /api/",
    )
    telegram_bot_token: Annotated[SecretStr, secret(r"\d+:[\w-]+", kind=TELEGRAM)] | None = Field(
        default=None,
        description="set it to the bot's token from @BotFather, as 123456789:AAE… "
        "(one channel for customers is needed)",
    )
    telegram_api_url: Annotated[str, AfterValidator(telegram_address)] = Field(
        default="https://api.telegram.org",
        pattern=rf"{ADDRESS}(/\S*)?$",
        description="write an http(s) address without /bot at its end",
    )
    telegram_webhook_url: str | None = Field(
        default=None,
        pattern=rf"{ADDRESS}(/\S*)?/webhooks/telegram$",
        description="write the public address of our webhook, as https://desk.example.org/webhooks/telegram",
    )
    telegram_webhook_secret: Annotated[SecretStr, secret(r"[\w-]{1,256}")] | None = Field(
        default=None, description="write 1 to 256 letters, digits, _ or -, best from a password generator"
    )
    whatsapp_access_token: Annotated[SecretStr, secret(VISIBLE, kind=GRAPH)] | None = Field(
        default=None, description="set it to the access token of a system user, EAA…"
    )
    whatsapp_phone_number_id: str | None = Field(
        default=None,
        pattern=r"^[0-9]+$",
        description="set it to the phone number's id, digits from the page API Setup; it is not the number itself",
    )
    whatsapp_app_secret: Annotated[SecretStr, secret(VISIBLE)] | None = Field(
        default=None, description="set it to the app secret from the page App settings, Basic"
    )
    whatsapp_verify_token: Annotated[SecretStr, secret(VISIBLE)] | None = Field(
        default=None, description="set it to a word of your own, best from a password generator"
    )
    whatsapp_api_url: Annotated[str, AfterValidator(graph_address)] = Field(
        default="https://graph.facebook.com",
        pattern=rf"{ADDRESS}(/\S*)?$",
        description="write an http(s) address without the version",
    )
    whatsapp_api_version: str = Field(default="v26.0", pattern=r"^v[0-9]+\.[0-9]+$", description="write it as v26.0")
    database_url: Annotated[str, AfterValidator(database)] = Field(
        default=f"{SQLITE}loket.db",
        description="write sqlite://loket.db, with a full path sqlite:///srv/loket.db, or postgres://user:pw@host/name",
    )
    loket_config: str | None = None
    loket_host: str = Field(default="127.0.0.1", pattern=r"^[^\s/]+$", description="write a host alone, as 127.0.0.1")
    loket_port: int = Field(default=8080, ge=0, le=65535, description="write a number from 0 (any free port) to 65535")
    loket_data_dir: str | None = None
    loket_log_format: Annotated[LogFormat | None, cased(str.lower)] = Field(
        default=None, description="write console or json"
    )
    loket_log_level: Annotated[LogLevel, cased(str.upper)] = Field(
        default=LogLevel.INFO, description="write DEBUG, INFO, WARNING or ERROR"
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` was given: no look at the process, no `.env` found by chance."""
        return (init_settings,)


VARIABLES = tuple(name.upper() for name in Environment.model_fields)


def from_process(*, is_terminal: bool, known_texts: Mapping[str, str]) -> Settings:
    """`load` with the environment of this process."""
    return load(_environ(), is_terminal=is_terminal, known_texts=known_texts)


def find_in_process(*, known_texts: Mapping[str, str]) -> Found:
    """`find` with the environment of this process."""
    return find(_environ(), known_texts=known_texts)


def _environ() -> Mapping[str, str]:
    return os.environ  # noqa: TID251  # the one place


def load(
    environ: Mapping[str, str],
    *,
    is_terminal: bool,
    known_texts: Mapping[str, str],
    folder: Path = Path(),
) -> Settings:
    """
    The settings, or one `ConfigError` with every problem of the environment and of `loket.toml`.

    Args:
        environ: The variables; an empty one counts as missing.
        is_terminal: A person watches the output: logs are then for eyes unless told otherwise.
        known_texts: Our own words that `loket.toml` may override, by name.
        folder: Where `loket.toml` is looked for.
    """
    variables, from_file, problems = _read(environ, known_texts=known_texts, folder=folder)
    slack = _slack(variables)
    if problems or from_file is None or slack is None:
        raise ConfigError(problems)
    return Settings(
        slack=slack,
        telegram=_telegram(variables),
        whatsapp=_whatsapp(variables),
        database_url=variables.database_url,
        host=variables.loket_host,
        port=variables.loket_port,
        data_dir=_data_dir(variables),
        log_format=variables.loket_log_format or (LogFormat.CONSOLE if is_terminal else LogFormat.JSON),
        log_level=variables.loket_log_level,
        config=from_file,
    )


def find(environ: Mapping[str, str], *, known_texts: Mapping[str, str], folder: Path = Path()) -> Found:
    """What is right of the settings, and all that is not; the arguments are those of `load`."""
    variables, from_file, problems = _read(environ, known_texts=known_texts, folder=folder)
    troubled = {problem.partition(":")[0].lower() for problem in problems}

    def is_sound(*beginnings: str) -> bool:
        return not any(name.startswith(beginnings) for name in troubled - {"slack_channel"})

    return Found(
        problems=problems,
        slack=_slack(variables) if is_sound("slack_") else None,
        telegram=_telegram(variables) if is_sound("telegram_") else None,
        whatsapp=_whatsapp(variables) if is_sound("whatsapp_") else None,
        database_url=variables.database_url if is_sound("database_url") else None,
        address=(variables.loket_host, variables.loket_port) if is_sound("loket_host", "loket_port") else None,
        data_dir=_data_dir(variables) if is_sound("database_url", "loket_data_dir") else None,
        config=None if "slack_channel" in troubled else from_file,
    )


def _read(
    environ: Mapping[str, str], *, known_texts: Mapping[str, str], folder: Path
) -> tuple[Environment, config.Config | None, tuple[str, ...]]:
    """The variables that are right, the file if it is, and what is wrong."""
    given = {name.lower(): environ[name].strip() for name in VARIABLES if environ.get(name, "").strip()}
    problems = [*_strangers(environ)]
    try:
        variables = Environment.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems += [_problem(detail) for detail in details]
        wrong = {detail["loc"][0] for detail in details}
        variables = Environment.model_validate({name: value for name, value in given.items() if name not in wrong})
    problems += _incomplete(given)
    problems.sort(key=_place)
    from_file = None
    try:
        from_file = _config(given, known_texts=known_texts, folder=folder)
    except ConfigError as error:
        problems += error.problems
    return variables, from_file, tuple(problems)


def _place(problem: str) -> int:
    """In the order of the reference; unknown names first."""
    name = problem.partition(":")[0]
    return VARIABLES.index(name) if name in VARIABLES else -1


def _strangers(environ: Mapping[str, str]) -> Iterator[str]:
    """Names that only we could have meant; other prefixes belong to others too."""
    for name in sorted(environ):
        if name.startswith("LOKET_") and name not in VARIABLES:
            found = get_close_matches(name, VARIABLES, n=1)
            yield f"{name}: no such setting; " + (f"did you mean {found[0]}?" if found else "remove it")


def _problem(detail: ErrorDetails) -> str:
    """Never with the value: a secret may have been pasted into the wrong variable."""
    name = str(detail["loc"][0])
    said = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else ""
    return "; ".join(filter(None, (f"{name.upper()}: {said or 'wrong'}", Environment.model_fields[name].description)))


def _incomplete(given: Mapping[str, str]) -> Iterator[str]:
    """What is missing because of what is there, or is not there either."""
    if "slack_bot_token" not in given:
        yield _missing("slack_bot_token")
    if not {"slack_app_token", "slack_signing_secret"} & given.keys():
        yield _missing("slack_app_token")
    webhook = {"telegram_webhook_url", "telegram_webhook_secret"}
    if webhook & given.keys():
        yield from (_missing(name) for name in sorted(webhook - given.keys()))
    began = {channel for channel, names in CHANNELS.items() if not given.keys().isdisjoint(names)}
    if webhook & given.keys() or not began:  # the channel that is easiest to begin with
        began.add("telegram")
    yield from (
        _missing(name) for channel, names in CHANNELS.items() if channel in began for name in names if name not in given
    )


def _missing(name: str) -> str:
    return f"{name.upper()}: missing; {Environment.model_fields[name].description}"


def _config(given: Mapping[str, str], *, known_texts: Mapping[str, str], folder: Path) -> config.Config:
    named, slack_channel = given.get("loket_config"), given.get("slack_channel")
    path = folder / (named or "loket.toml")
    if named or path.exists():
        found = config.load(path, slack_channel=slack_channel, known_texts=known_texts)
    else:
        found = config.parse("", slack_channel=slack_channel, known_texts=known_texts)
    problems = [
        f'{path.name}: desk.customers: no desk takes the customers of "{channel}"; add it to one'
        for channel, (variable, *_) in CHANNELS.items()
        if variable in given and not any(channel in desk.customers for desk in found.desks)
    ]
    if problems:
        raise ConfigError(problems)
    return found


def _telegram(variables: Environment) -> TelegramSettings | None:
    token = variables.telegram_bot_token
    if token is None:
        return None
    return TelegramSettings(bot_token=token, api_url=variables.telegram_api_url, webhook=_webhook(variables))


def _whatsapp(variables: Environment) -> WhatsAppSettings | None:
    token, number = variables.whatsapp_access_token, variables.whatsapp_phone_number_id
    app_secret, verify_token = variables.whatsapp_app_secret, variables.whatsapp_verify_token
    if token is None or number is None or app_secret is None or verify_token is None:
        return None
    return WhatsAppSettings(
        access_token=token, phone_number_id=number, app_secret=app_secret, verify_token=verify_token,
        api_url=variables.whatsapp_api_url, api_version=variables.whatsapp_api_version,
    )  # fmt: skip


def _webhook(variables: Environment) -> Webhook | None:
    url, secret = variables.telegram_webhook_url, variables.telegram_webhook_secret
    return None if url is None or secret is None else Webhook(url=url, secret=secret)


def _slack(variables: Environment) -> SlackSettings | None:
    if variables.slack_bot_token is None:
        return None
    return SlackSettings(
        bot_token=variables.slack_bot_token,
        app_token=variables.slack_app_token,
        signing_secret=variables.slack_signing_secret,
        channel=variables.slack_channel,
        api_url=variables.slack_api_url,
    )


def _data_dir(variables: Environment) -> Path:
    if variables.loket_data_dir:
        return Path(variables.loket_data_dir)
    is_server = variables.database_url.startswith(POSTGRES)
    return (Path() if is_server else Path(variables.database_url.removeprefix(SQLITE)).parent) / "loket-data"
