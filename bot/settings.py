"""
The settings: environment and `loket.toml`, parsed once, frozen, every problem in one error.

The only module that reads the environment.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from bot import config
from bot.errors import ConfigError
from bot.logs import LogFormat, LogLevel

SQLITE = "sqlite://"
POSTGRES = ("postgres://", "postgresql://")
ADDRESS = r"^https?://([^\s/@:\[\]]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?"  # scheme, host, port; no user, no password


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


def _slack_token(prefix: str, *, not_prefix: str) -> Callable[[SecretStr], SecretStr]:
    def check(secret: SecretStr) -> SecretStr:
        if secret.get_secret_value().startswith(not_prefix):
            raise ValueError(f"holds an {not_prefix}… token where an {prefix}… one belongs")
        return _fits(rf"{prefix}[\w-]+", secret)

    return check


def _telegram_token(secret: SecretStr) -> SecretStr:
    return _fits(r"\d+:[\w-]+", secret)


def _webhook_secret(secret: SecretStr) -> SecretStr:
    return _fits(r"[\w-]{1,256}", secret)


def _fits(pattern: str, secret: SecretStr) -> SecretStr:
    if not re.fullmatch(pattern, secret.get_secret_value(), re.ASCII):
        raise ValueError
    return secret


def _telegram_address(value: str) -> str:
    bare = value.rstrip("/")
    if bare.endswith("/bot"):
        raise ValueError
    return bare


def _database(value: str) -> str:
    if value.startswith(POSTGRES):
        _server(value)
    elif not value.startswith(SQLITE) or value == SQLITE:
        raise ValueError
    return value


def _server(url: str) -> None:
    """Refuse what is cut in the wrong places; a password with ``/``, ``?`` or ``#`` in it does that."""
    try:
        parts = urlsplit(url)
        is_whole = parts.port != 0 and len(parts.path) > 1 and not parts.fragment
    except ValueError:  # the port is none; its own words may hold the password
        is_whole = False
    if not is_whole:
        raise ValueError("wrong, or its password holds a /, ? or # that must be written %2F, %3F or %23")


def _cased(change: Callable[[str], str]) -> BeforeValidator:
    return BeforeValidator(lambda value: change(value) if isinstance(value, str) else value)


def _graph_secret(secret: SecretStr) -> SecretStr:
    return _fits(r"[!-~]+", secret)


def _graph_address(value: str) -> str:
    bare = value.rstrip("/")
    if re.search(r"/v[0-9.]+$", bare):
        raise ValueError
    return bare


GraphSecret = Annotated[SecretStr, AfterValidator(_graph_secret)]
#: All or none of these.
WHATSAPP = ("whatsapp_access_token", "whatsapp_phone_number_id", "whatsapp_app_secret", "whatsapp_verify_token")


class Environment(BaseSettings):
    """The variables by their names in lower case. A description is the mend: it follows "missing;" or "wrong;"."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", validate_default=False)

    slack_bot_token: Annotated[SecretStr, AfterValidator(_slack_token("xoxb-", not_prefix="xapp-"))] = Field(
        description="set it to the app's bot token, xoxb-…, from the page OAuth & Permissions"
    )
    slack_app_token: Annotated[SecretStr, AfterValidator(_slack_token("xapp-", not_prefix="xoxb-"))] | None = Field(
        default=None,
        description="set it to an app-level token, xapp-…, from the page Basic Information, for Socket Mode; "
        "or set SLACK_SIGNING_SECRET, from the same page, when Slack is to call a public address",
    )
    slack_signing_secret: SecretStr | None = None
    slack_channel: str | None = Field(
        default=None, pattern=config.CHANNEL_PATTERN, description="write the channel's id (C0123ABCD) or #name"
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        pattern=rf"{ADDRESS}(/\S*)?/api/$",
        description="write an http(s) address that ends in /api/",
    )
    telegram_bot_token: Annotated[SecretStr, AfterValidator(_telegram_token)] | None = Field(
        default=None,
        description="set it to the bot's token from @BotFather, as 123456789:AAE… "
        "(one channel for customers is needed)",
    )
    telegram_api_url: Annotated[str, AfterValidator(_telegram_address)] = Field(
        default="https://api.telegram.org",
        pattern=rf"{ADDRESS}(/\S*)?$",
        description="write an http(s) address without /bot at its end",
    )
    telegram_webhook_url: str | None = Field(
        default=None,
        pattern=rf"{ADDRESS}(/\S*)?/webhooks/telegram$",
        description="write the public address of our webhook, as https://desk.example.org/webhooks/telegram",
    )
    telegram_webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = Field(
        default=None, description="write 1 to 256 letters, digits, _ or -, best from a password generator"
    )
    whatsapp_access_token: GraphSecret | None = Field(
        default=None, description="set it to the access token of a system user, EAA…"
    )
    whatsapp_phone_number_id: str | None = Field(
        default=None,
        pattern=r"^[0-9]+$",
        description="set it to the phone number's id, digits from the page API Setup; it is not the number itself",
    )
    whatsapp_app_secret: GraphSecret | None = Field(
        default=None, description="set it to the app secret from the page App settings, Basic"
    )
    whatsapp_verify_token: GraphSecret | None = Field(
        default=None, description="set it to a word of your own, best from a password generator"
    )
    whatsapp_api_url: Annotated[str, AfterValidator(_graph_address)] = Field(
        default="https://graph.facebook.com",
        pattern=rf"{ADDRESS}(/\S*)?$",
        description="write an http(s) address without the version",
    )
    whatsapp_api_version: str = Field(default="v26.0", pattern=r"^v[0-9]+\.[0-9]+$", description="write it as v26.0")
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default=f"{SQLITE}loket.db",
        description="write sqlite://loket.db, with a full path sqlite:///srv/loket.db, or postgres://user:pw@host/name",
    )
    loket_config: str | None = None
    loket_host: str = Field(default="127.0.0.1", pattern=r"^[^\s/]+$", description="write a host alone, as 127.0.0.1")
    loket_port: int = Field(default=8080, ge=0, le=65535, description="write a number from 0 (any free port) to 65535")
    loket_data_dir: str | None = None
    loket_log_format: Annotated[LogFormat | None, _cased(str.lower)] = Field(
        default=None, description="write console or json"
    )
    loket_log_level: Annotated[LogLevel, _cased(str.upper)] = Field(
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
    environ = os.environ  # noqa: TID251  # the one place
    return load(environ, is_terminal=is_terminal, known_texts=known_texts)


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
    given = {name.lower(): environ[name].strip() for name in VARIABLES if environ.get(name, "").strip()}
    problems = [*_strangers(environ)]
    try:
        variables = Environment.model_validate(given)
    except ValidationError as error:
        variables = None
        problems += [_problem(detail) for detail in error.errors(include_url=False)]
    problems += _incomplete(given)
    try:
        from_file = _config(given, known_texts=known_texts, folder=folder)
    except ConfigError as error:
        from_file = None
        problems += error.problems
    if problems or variables is None or from_file is None:
        raise ConfigError(problems)
    return _settings(variables, from_file, is_terminal=is_terminal)


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
    what = "missing" if detail["type"] == "missing" else said or "wrong"
    return "; ".join(filter(None, (f"{name.upper()}: {what}", Environment.model_fields[name].description)))


def _incomplete(given: Mapping[str, str]) -> Iterator[str]:
    """What is missing because of what is there, or is not there either."""
    if not {"slack_app_token", "slack_signing_secret"} & given.keys():
        yield _missing("slack_app_token")
    webhook = {"telegram_webhook_url", "telegram_webhook_secret"}
    if webhook & given.keys():
        yield from (_missing(name) for name in sorted(webhook - given.keys()))
    has_whatsapp = not given.keys().isdisjoint(WHATSAPP)
    if has_whatsapp:
        yield from (_missing(name) for name in WHATSAPP if name not in given)
    if "telegram_bot_token" not in given and (webhook & given.keys() or not has_whatsapp):
        yield _missing("telegram_bot_token")


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
        f'{path.name}: desk.customers: no desk takes customers of {label}; add "{name}" to one'
        for name, label, variable in (
            ("telegram", "Telegram", "telegram_bot_token"),
            ("whatsapp", "WhatsApp", "whatsapp_access_token"),
        )
        if variable in given and not any(name in desk.customers for desk in found.desks)
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


def _settings(variables: Environment, from_file: config.Config, *, is_terminal: bool) -> Settings:
    is_server = variables.database_url.startswith(POSTGRES)
    beside = Path() if is_server else Path(variables.database_url.removeprefix(SQLITE)).parent
    return Settings(
        slack=SlackSettings(
            bot_token=variables.slack_bot_token,
            app_token=variables.slack_app_token,
            signing_secret=variables.slack_signing_secret,
            channel=variables.slack_channel,
            api_url=variables.slack_api_url,
        ),
        telegram=_telegram(variables),
        whatsapp=_whatsapp(variables),
        database_url=variables.database_url,
        host=variables.loket_host,
        port=variables.loket_port,
        data_dir=Path(variables.loket_data_dir) if variables.loket_data_dir else beside / "loket-data",
        log_format=variables.loket_log_format or (LogFormat.CONSOLE if is_terminal else LogFormat.JSON),
        log_level=variables.loket_log_level,
        config=from_file,
    )
