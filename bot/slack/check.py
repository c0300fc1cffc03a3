"""Whether the Slack app and its tokens are as they must be."""

import re
from collections.abc import Awaitable, Sequence
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.config import Config
from bot.findings import BUSY, ILL, NOT_THEM, Finding, Inquiry, good, unreachable, warning, wrong
from bot.manifest import SCOPES
from bot.settings import SlackSettings
from bot.slack.check_places import Places
from bot.slack.errors import FAILURES, code_of, status_of

_REINSTALL = "in the app's page “Install App”, install it again and copy the “Bot User OAuth Token”"
_APP_TOKEN = "in “Basic Information” → “App-Level Tokens”, make one with the scope `connections:write`"  # noqa: S105

BOT_TOKEN = good("SLACK_BOT_TOKEN: it speaks as @{bot} in the workspace {team}")
BOT_TOKEN_UNKNOWN = wrong("SLACK_BOT_TOKEN: Slack does not know it ({code})", "copy it whole; or " + _REINSTALL)
BOT_TOKEN_REVOKED = wrong("SLACK_BOT_TOKEN: it was revoked, or the app was removed ({code})", _REINSTALL)
BOT_TOKEN_BARRED = wrong(
    "SLACK_BOT_TOKEN: the workspace does not let the app in ({code})", "ask an administrator of the workspace"
)
SCOPES_GRANTED = good("Slack app: it has all permissions")
SCOPES_MISSING = wrong(
    "Slack app: it lacks the permissions {scopes}",
    "in “App Manifest”, put the output of `loket manifest` → “Save Changes”; then “Install App” → “Reinstall”",
)

APP_TOKEN = good("SLACK_APP_TOKEN: it opens connections; Socket Mode is on")
APP_TOKEN_UNKNOWN = wrong("SLACK_APP_TOKEN: Slack does not know it ({code})", "copy it whole; or " + _APP_TOKEN)
APP_TOKEN_SCOPE = wrong("SLACK_APP_TOKEN: it lacks the permission connections:write", _APP_TOKEN)
APP_TOKEN_OTHER = wrong(
    "SLACK_APP_TOKEN: it belongs to another app ({theirs}) than SLACK_BOT_TOKEN ({ours})",
    "take both from the pages of the same app",
)
SOCKET_MODE_OFF = wrong(
    "SLACK_APP_TOKEN: Socket Mode is off for this app",
    "in “Socket Mode”, turn “Enable Socket Mode” on; or, if Slack calls a public address, remove SLACK_APP_TOKEN",
)
SIGNING_SECRET_FORM = warning(
    "SLACK_SIGNING_SECRET: it does not look like one (32 digits and letters from a to f)",
    "copy it from “Basic Information” → “App Credentials” → “Signing Secret” → “Show”",
)
SIGNING_SECRET_UNUSED = warning(
    "SLACK_SIGNING_SECRET: it is not used, for SLACK_APP_TOKEN goes before",
    "remove the one of the two that is not meant: SLACK_APP_TOKEN is for Socket Mode, SLACK_SIGNING_SECRET for HTTP",
)

_REVOKED = frozenset({"token_revoked", "account_inactive", "token_expired"})
_UNKNOWN = frozenset({"invalid_auth", "not_authed", "not_allowed_token_type"})
_WAIT = frozenset({"ratelimited", "rate_limited"})
_ILL = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


def look(settings: SlackSettings) -> list[Finding]:
    """What can be told without the network."""
    secret = settings.signing_secret
    if secret is None:
        return []
    if settings.app_token is not None:
        return [SIGNING_SECRET_UNUSED.found()]
    return [] if re.fullmatch(r"[0-9a-f]{32}", secret.get_secret_value()) else [SIGNING_SECRET_FORM.found()]


class SlackCheck:
    """Asks Slack; ``config`` is None where it is not known: desks and supervisors are then left out."""

    def __init__(
        self, client: AsyncWebClient, settings: SlackSettings, *, config: Config | None, inquiry: Inquiry
    ) -> None:
        self._client = client
        self._settings = settings
        self._config = config
        self._inquiry = inquiry

    async def ask(self) -> Sequence[Finding]:
        """All that Slack can tell."""
        try:
            me = await self.call(self._client.auth_test())
        except FAILURES as error:
            finding = self.trouble(error)
            return [finding, *await self._app_token(None)] if finding.says.startswith("SLACK_BOT") else [finding]
        if not me.get("user") or not me.get("team"):
            return [NOT_THEM.found(**self._where, status=200)]
        granted = frozenset((me.headers.get("x-oauth-scopes") or "").replace(" ", "").split(","))
        bot = {"bot": me["user"], "team": me["team"]}
        missing = [scope for scope in SCOPES if scope not in granted]
        scopes = SCOPES_MISSING.found(scopes=", ".join(missing)) if missing else SCOPES_GRANTED.found()
        findings = [BOT_TOKEN.found(**bot), scopes, *await self._app_token(me.get("bot_id"))]
        if self._config is not None:
            places = Places(self, self._client, granted=granted, **bot)
            findings += await places.desks(self._config.desks)
            findings += await places.supervisors(self._config.supervisors)
        return findings

    async def call(self, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        """Make a call, and hear what time it is at Slack."""
        try:
            answer = await call
        except SlackApiError as error:
            self._inquiry.heard(getattr(error.response, "headers", {}).get("Date"))
            raise
        self._inquiry.heard(answer.headers.get("Date"))
        return answer

    def trouble(self, error: BaseException) -> Finding:
        """What is wrong when a call fails, whichever it is."""
        if not isinstance(error, SlackApiError):
            return unreachable(error, **self._where)
        code = code_of(error)
        if not code:
            return NOT_THEM.found(**self._where, status=status_of(error))
        if code in _WAIT:
            return BUSY.found(platform="Slack")
        if code in _ILL:
            return ILL.found(platform="Slack", code=code)
        if code in _UNKNOWN:
            return BOT_TOKEN_UNKNOWN.found(code=code)
        return (BOT_TOKEN_REVOKED if code in _REVOKED else BOT_TOKEN_BARRED).found(code=code)

    @property
    def _where(self) -> dict[str, str]:
        host = urlsplit(self._settings.api_url).hostname or ""
        return {"platform": "Slack", "host": host, "setting": "SLACK_API_URL"}

    async def _app_token(self, bot_id: str | None) -> list[Finding]:
        """Whether it opens connections, and is of the app whose bot we are; a connection is not made."""
        if self._settings.app_token is None:
            return []
        token = self._settings.app_token.get_secret_value()
        try:
            await self.call(self._client.apps_connections_open(app_token=token))
        except FAILURES as error:
            code = code_of(error)
            kinds = {"missing_scope": APP_TOKEN_SCOPE, "socket_mode_not_enabled": SOCKET_MODE_OFF}
            if code in kinds:
                return [kinds[code].found()]
            if code in _WAIT | _ILL or not code:
                return [self.trouble(error)]
            return [APP_TOKEN_UNKNOWN.found(code=code)]
        theirs, ours = re.match(r"xapp-\d+-(A[A-Z0-9]+)-", token), await self._app_id(bot_id)
        if theirs is not None and ours is not None and theirs[1] != ours:
            return [APP_TOKEN_OTHER.found(theirs=theirs[1], ours=ours)]
        return [APP_TOKEN.found()]

    async def _app_id(self, bot_id: str | None) -> str | None:
        """Of the app whose bot this is, where Slack tells it."""
        if bot_id is None:
            return None
        try:
            return str((await self.call(self._client.bots_info(bot=bot_id)))["bot"]["app_id"])
        except FAILURES:  # without users:read, which is missed elsewhere
            return None
