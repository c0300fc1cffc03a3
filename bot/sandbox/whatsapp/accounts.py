"""
What a business has made at Meta: an app with its secret, an access token, a WhatsApp account with a phone number.

Source: Graph API, "Debug-Token" and "Securing requests" (appsecret_proof); WhatsApp Business Management API, "Phone
numbers" and "Webhook overrides".
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.whatsapp.graph import NO_SUCH_OBJECT, GraphError

MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"
ACCOUNT = "102290129340398"
APP = "670843887433847"
NUMBER_FIELDS = frozenset(
    {
        "id",
        "display_phone_number",
        "verified_name",
        "quality_rating",
        "status",
        "platform_type",
        "webhook_configuration",
    }
)

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Accounts:
    """
    All of it; tests make it wrong.

    Attributes:
        app_secret: of the app whose token this is; what signs webhooks is the same unless a test says otherwise.
        ended: the token has ended.
        ends_at: when it will; None: never.
        scopes: what it may do.
        status: of the phone number.
        subscribed: the app hears what comes to the account.
        callback: the address that WhatsApp calls; empty: none.
    """

    token: str
    app_secret: str
    number: str
    display_number: str
    ended: bool = False
    ends_at: datetime | None = None
    scopes: set[str] = field(default_factory=lambda: {MESSAGING, MANAGEMENT})
    status: str = "CONNECTED"
    subscribed: bool = True
    callback: str = ""

    def check_token(self, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
        """Refuse a token that is not, or no longer, ours, and a proof that is not the app's."""
        if headers.get("Authorization") != f"Bearer {self.token}":
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
        if self.ended:
            raise GraphError(190, "Error validating access token: Session has expired", subcode=463)
        right = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if query.get("appsecret_proof", right) != right:
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument")

    def need(self, *scopes: str) -> None:
        """Refuse a token that has none of these permissions."""
        if not self.scopes & set(scopes):
            raise GraphError(10, "Application does not have permission for this action")

    def debug(self, query: Mapping[str, str]) -> Json:
        """What is known of a token."""
        if query.get("input_token") != self.token:
            raise GraphError(100, "(#100) The parameter input_token is required")
        scopes = sorted(self.scopes)
        data: Json = {
            "app_id": APP,
            "type": "SYSTEM_USER",
            "application": "Sandbox",
            "expires_at": 0 if self.ends_at is None else int(self.ends_at.timestamp()),
            "is_valid": True,
            "scopes": scopes,
            "granular_scopes": [{"scope": scope, "target_ids": [ACCOUNT]} for scope in scopes],
        }
        return {"data": data}

    def shown(self, number: str, query: Mapping[str, str], *, name: str) -> Json:
        """The fields of a phone number that are asked for; others than these are refused."""
        if number not in {self.number, ACCOUNT} or not self.scopes & {MESSAGING, MANAGEMENT}:
            said = f"Unsupported request. Object with ID '{number}' does not exist or lacks permissions"
            raise GraphError(100, said, subcode=NO_SUCH_OBJECT)
        fields = query.get("fields", "id,display_phone_number,verified_name,quality_rating").split(",")
        known, node = (NUMBER_FIELDS, "WhatsAppBusinessPhoneNumber")
        if number == ACCOUNT:
            known, node = frozenset({"id", "name"}), "WhatsAppBusinessAccount"
        if strange := [one for one in fields if one not in known]:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({strange[0]}) on node type ({node})")
        everything: Json = {
            "id": number,
            "name": name,
            "display_phone_number": self.display_number,
            "verified_name": name,
            "quality_rating": "GREEN",
            "status": self.status,
            "platform_type": "CLOUD_API",
            "webhook_configuration": {"application": self.callback} if self.callback else {},
        }
        return {one: everything[one] for one in fields}

    def subscriptions(self, account: str) -> Json:
        """The apps that hear what comes to the account."""
        if account != ACCOUNT:
            raise GraphError(100, f"Unsupported request. Object with ID '{account}' does not exist", subcode=33)
        self.need(MANAGEMENT)
        ours = {"whatsapp_business_api_data": {"id": APP, "name": "Sandbox", "link": "https://example.org"}}
        return {"data": [ours] if self.subscribed else []}
