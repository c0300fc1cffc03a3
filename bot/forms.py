"""The forms of right values of variables; a value of another form raises `ValueError`, and never with the value."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

SQLITE = "sqlite://"
POSTGRES = ("postgres://", "postgresql://")
ADDRESS = r"^https?://([^\s/@:\[\]]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?"  # scheme, host, port; no user, no password
VISIBLE = r"[!-~]+"  # what a secret of no known form may hold: no space, no line end
BOT, APP, TELEGRAM = "a Slack bot token (xoxb-…)", "an app-level Slack token (xapp-…)", "a Telegram bot token"
GRAPH = "a WhatsApp access token (EAA…)"
#: How each kind of token looks, so that one in another's place is called by its name.
TOKENS = {
    BOT: r"xoxb-",
    APP: r"xapp-",
    "a Slack user token (xoxp-…)": r"xoxp-",
    "a Slack token of another kind (xox…)": r"xox[a-z]",
    TELEGRAM: r"\d{5,}:[\w-]{30,}$",
    GRAPH: r"EAA\w{30,}$",
}


def secret(pattern: str, *, kind: str | None = None) -> AfterValidator:
    """A secret of this form; a token of another *kind* is refused by its name, whatever the form allows."""

    def check(secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        found = next((name for name, form in TOKENS.items() if re.match(form, value, re.ASCII)), kind)
        if found != kind:
            raise ValueError(f"holds {found}")
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError
        return secret

    return AfterValidator(check)


def telegram_address(value: str) -> str:
    """Without ``/bot``, which the SDK adds."""
    bare = value.rstrip("/")
    if bare.endswith("/bot"):
        raise ValueError
    return bare


def database(value: str) -> str:
    """A file or a server; whether it can be opened is seen when it is."""
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


def cased(change: Callable[[str], str]) -> BeforeValidator:
    """Capital and small letters are the same here."""
    return BeforeValidator(lambda value: change(value) if isinstance(value, str) else value)


def graph_address(value: str) -> str:
    """Without the version, which has a variable of its own."""
    bare = value.rstrip("/")
    if re.search(r"/v[0-9.]+$", bare):
        raise ValueError
    return bare
