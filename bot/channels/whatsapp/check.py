"""Whether the phone number, the access token, the app's secret and the webhook are as they must be."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.calls import body_of
from bot.channels.lenient import at, parsed, seconds, text
from bot.channels.whatsapp.errors import FAILURES
from bot.findings import BUSY, ILL, NOT_THEM, Finding, Inquiry, good, unreachable, warning, wrong

MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"
PATH = "/webhooks/whatsapp"
FIELDS = "display_phone_number,verified_name,status,webhook_configuration"
#: States of a phone number in which it can't be used. Source: WhatsApp Business Management API, "Phone numbers".
UNUSABLE = frozenset(
    {"PENDING", "DELETED", "MIGRATED", "BANNED", "RESTRICTED", "DISCONNECTED", "OFFLINE", "UNVERIFIED", "UNKNOWN"}
)

_GENERATE = "in business.facebook.com/settings → “System users” → “Generate token”: your app, expiration “Never”"
_WEBHOOK = "in the app, “WhatsApp” → “Configuration” → “Webhook” → “Edit”"

TOKEN = good("WHATSAPP_ACCESS_TOKEN: it has both permissions and does not end by itself")
TOKEN_UNKNOWN = wrong(
    "WHATSAPP_ACCESS_TOKEN: WhatsApp does not know it", f"copy it whole, or make a new one {_GENERATE}"
)
TOKEN_ENDED = wrong("WHATSAPP_ACCESS_TOKEN: it has ended or was taken back", f"make a new one {_GENERATE}")
TOKEN_ENDS = warning("WHATSAPP_ACCESS_TOKEN: it ends on {day} at {time} UTC", f"make one that stays, {_GENERATE}")
TOKEN_SCOPES = wrong(
    "WHATSAPP_ACCESS_TOKEN: it lacks the permissions {scopes}", f"make a new one with both permissions, {_GENERATE}"
)
NUMBER = good("WHATSAPP_PHONE_NUMBER_ID: {number}, shown to customers as {name}")
NUMBER_UNKNOWN = wrong(
    "WHATSAPP_PHONE_NUMBER_ID: the token sees no phone number with this id",
    "copy the digits under “Phone number ID” on the page “API Setup” (not the phone number), "
    "and give the system user your WhatsApp account under “Assign assets”",
)
NUMBER_ACCOUNT = wrong(
    "WHATSAPP_PHONE_NUMBER_ID: this is the id of the WhatsApp account, not of a phone number",
    "copy the digits under “Phone number ID” on the page “API Setup”",
)
NUMBER_UNUSABLE = warning(
    "WHATSAPP_PHONE_NUMBER_ID: the number {number} can't be used now ({status})",
    "see it in the WhatsApp Manager under “Phone numbers”; a new one is registered on the page “API Setup”",
)
SECRET = good("WHATSAPP_APP_SECRET: it belongs to the app of the access token")
SECRET_FORM = warning(
    "WHATSAPP_APP_SECRET: it does not look like one (32 digits and letters from a to f)",
    "copy it from “App settings” → “Basic” → “App secret” → “Show”",
)
SECRET_OTHER = wrong(
    "WHATSAPP_APP_SECRET: it does not belong to the app of the access token, so whatever customers write is refused",
    "copy it from “App settings” → “Basic” → “App secret” → “Show” of that app",
)
CALLED = good("WhatsApp: it calls {address}")
CALLED_NOWHERE = warning(
    "WhatsApp: it has not been told our address yet",
    f"when Loket runs, {_WEBHOOK}: https://…{PATH} and your WHATSAPP_VERIFY_TOKEN",
)
CALLED_ELSEWHERE = warning(
    f"WhatsApp: it calls {{address}}, which does not end in {PATH}",
    f"when Loket runs, {_WEBHOOK}: https://…{PATH} and your WHATSAPP_VERIFY_TOKEN",
)
NOT_SUBSCRIBED = wrong(
    "WhatsApp: the app is not told of what comes to the WhatsApp account {account}",
    "subscribe it once, with the command of the guide “Connect a WhatsApp number”, step 5",
)
REFUSED = wrong(
    "WhatsApp: it refuses to answer (code {code})", "see the app's page for what it lacks, then check again"
)

_Json = Mapping[str, Any]


class _Refused(Exception):
    """An error of the Graph API's own."""

    def __init__(self, error: object) -> None:
        super().__init__()
        self.code, self.subcode = seconds(at(error, "code")), at(error, "error_subcode")
        self.said = text(at(error, "message"))


class _NotAnswered(Exception):
    """There is none; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding


def look(secret: str) -> list[Finding]:
    """What can be told of the app's secret without the network."""
    return [] if re.fullmatch(r"[0-9a-f]{32}", secret) else [SECRET_FORM.found()]


class GraphCheck:
    """Asks the Graph API; ``url`` is that of our phone number."""

    def __init__(self, session: aiohttp.ClientSession, *, url: str, token: str, secret: str, inquiry: Inquiry) -> None:
        self._session = session
        self._base, _, self._number = url.rpartition("/")
        self._token = token
        self._secret = secret
        self._inquiry = inquiry

    async def ask(self) -> Sequence[Finding]:
        """All that WhatsApp can tell."""
        findings: list[Finding] = []
        for step in (self._access, self._phone_number, self._app):
            try:
                findings += await step()
            except _NotAnswered as trouble:
                return [*findings, trouble.finding]
            except _Refused as refusal:
                findings.append(self._refusal(refusal))
                if refusal.code != 100:  # else it is about the number alone
                    break
        return findings

    async def _access(self) -> list[Finding]:
        """What the token may do, how long, and whether the account tells its app what comes."""
        try:
            data = at(await self._get("/debug_token", input_token=self._token), "data")
        except _Refused as refusal:
            if refusal.code == 190:
                raise
            return []  # not every token may ask this; the other steps show what it can do
        scopes = at(data, "scopes")
        missing = [one for one in (MESSAGING, MANAGEMENT) if not isinstance(scopes, list) or one not in scopes]
        findings = [TOKEN_SCOPES.found(scopes=", ".join(missing))] if missing else []
        if ends := seconds(at(data, "expires_at")):
            ends_at = datetime.fromtimestamp(ends, tz=UTC)
            findings.append(TOKEN_ENDS.found(day=f"{ends_at:%Y-%m-%d}", time=f"{ends_at:%H:%M}"))
        return [*(findings or [TOKEN.found()]), *await self._subscriptions(data)]

    async def _subscriptions(self, data: object) -> list[Finding]:
        granted = at(data, "granular_scopes")
        targets = [at(one, "target_ids") for one in granted if at(one, "scope") == MANAGEMENT] if isinstance(
            granted, list
        ) else []  # fmt: skip
        accounts = [text(one) for ids in targets if isinstance(ids, list) for one in ids]
        if len(accounts) != 1:  # with several, ours is not known
            return []
        apps = at(await self._get(f"/{accounts[0]}/subscribed_apps"), "data")
        ours = at(data, "app_id")
        if any(at(one, "whatsapp_business_api_data", "id") == ours for one in (apps if isinstance(apps, list) else ())):
            return []
        return [NOT_SUBSCRIBED.found(account=accounts[0])]

    async def _phone_number(self) -> list[Finding]:
        body = await self._get(f"/{self._number}", fields=FIELDS)
        number, name = text(at(body, "display_phone_number")), text(at(body, "verified_name"))
        status = text(at(body, "status"))
        found = NUMBER_UNUSABLE if status in UNUSABLE else NUMBER
        called = at(body, "webhook_configuration")
        levels = ("phone_number", "whatsapp_business_account", "application")  # the first that is set holds
        address = next((text(at(called, level)) for level in levels if at(called, level)), "")
        return [found.found(number=number, name=name, status=status), _called(address)]

    async def _app(self) -> list[Finding]:
        proof = hmac.new(self._secret.encode(), self._token.encode(), hashlib.sha256).hexdigest()
        try:
            await self._get(f"/{self._number}", fields="id", appsecret_proof=proof)
        except _Refused as refusal:
            if "appsecret_proof" not in refusal.said:
                return []  # the number is wrong, which has been said
            return [SECRET_OTHER.found()]
        return [SECRET.found()]

    async def _get(self, path: str, **query: str) -> _Json:
        where = {"platform": "WhatsApp", "host": urlsplit(self._base).hostname or "", "setting": "WHATSAPP_API_URL"}
        try:
            async with self._session.get(f"{self._base}{path}", params=query, allow_redirects=False) as answer:
                self._inquiry.heard(answer.headers.get("Date"))
                body = parsed(await body_of(answer))
        except FAILURES as error:
            raise _NotAnswered(unreachable(error, **where)) from error
        if isinstance(body, dict) and "error" in body:
            raise _Refused(body["error"])
        if not isinstance(body, dict) or answer.status != 200:
            raise _NotAnswered(NOT_THEM.found(**where, status=answer.status))
        return body

    def _refusal(self, refusal: _Refused) -> Finding:
        match refusal.code:
            case 190:
                return (TOKEN_ENDED if refusal.subcode in {460, 463, 467} else TOKEN_UNKNOWN).found()
            case 100 if refusal.subcode == 33:
                return NUMBER_UNKNOWN.found()
            case 100 if "WhatsAppBusinessAccount" in refusal.said:
                return NUMBER_ACCOUNT.found()
            case 4 | 80007 | 130429:
                return BUSY.found(platform="WhatsApp")
            case 1 | 2 | 131000 | 131016:
                return ILL.found(platform="WhatsApp", code=refusal.code)
            case _:
                return REFUSED.found(code=refusal.code)


def _called(address: str) -> Finding:
    if not address:
        return CALLED_NOWHERE.found()
    parts = urlsplit(address)  # without a query, which may hold a secret
    shown = f"{parts.scheme}://{parts.hostname}{parts.path}"
    return (CALLED if parts.path.endswith(PATH) else CALLED_ELSEWHERE).found(address=shown)
