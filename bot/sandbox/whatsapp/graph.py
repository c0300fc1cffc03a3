"""
The Graph API's way to refuse.

Source: Graph API, "Handling errors"; WhatsApp Cloud API, "Error codes".
"""

from typing import Any

from aiohttp import web

Json = dict[str, Any]

#: Status of the HTTP answer and title, by code.
CODES: dict[int, tuple[int, str]] = {
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    200: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131042: (400, "Business eligibility payment issue"),
    131047: (400, "Re-engagement message"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    133010: (400, "Phone number not registered"),
}
NO_SUCH_OBJECT = 33  #: the subcode


class GraphError(Exception):
    """The call is refused with this code; ``details`` say what was wrong with it."""

    def __init__(self, code: int, details: str = "", *, subcode: int | None = None) -> None:
        super().__init__(details)
        self.code = code
        self.details = details
        self.subcode = subcode

    @property
    def title(self) -> str:
        """The code in words."""
        return CODES[self.code][1] if self.code in CODES else "Error"

    def as_answer(self) -> web.Response:
        """The body that the Graph API answers with."""
        error: Json = {
            "message": self.details if self.code in {100, 190} and self.details else f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": "Sandbox",
        }
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return web.json_response({"error": error}, status=CODES.get(self.code, (400, ""))[0])

    def as_status(self) -> Json:
        """The same in a webhook."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details or self.title},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }


def throttled(seconds: int) -> web.Response:
    """130429, with the header of a server that knows how long."""
    answer = GraphError(130429, "Too many messages").as_answer()
    answer.headers["Retry-After"] = f"{seconds}"
    return answer


def failed(code: str) -> web.Response:
    """The error of this code; what is no number stands for the API's own trouble."""
    return GraphError(int(code) if code.isdigit() else 131000).as_answer()
