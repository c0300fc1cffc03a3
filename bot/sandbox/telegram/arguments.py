"""The arguments of a Bot API call: form fields, multipart or JSON, every value perhaps JSON inside a string."""

import json
from typing import Any

from aiohttp import web


class ApiError(Exception):
    """The call is refused with this code and in these words."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def bad_request(words: str) -> ApiError:
    """400, as Telegram words it."""
    return ApiError(400, f"Bad Request: {words}")


class Arguments(dict[str, Any]):
    """Values by name, as they came."""

    @classmethod
    async def of(cls, request: web.Request) -> "Arguments":
        """Read query and body; a body that is not what it calls itself is a 400."""
        values = cls(request.query)
        if request.content_type == "application/json":
            try:
                body = await request.json()
            except ValueError:
                raise bad_request("can't parse JSON object") from None
            if not isinstance(body, dict):
                raise bad_request("object expected as JSON body")
            values.update(body)
        else:
            values.update(await request.post())
        return values

    def text(self, name: str) -> str:
        """A string; empty when it is missing."""
        value = self.get(name, "")
        return value if isinstance(value, str) else str(value)

    def number(self, name: str, default: int) -> int:
        """An integer, also written as a string."""
        try:
            return int(self.get(name, default))
        except (TypeError, ValueError):
            raise bad_request(f"{name} must be an Integer") from None

    def flag(self, name: str) -> bool:
        """A Boolean, also written as a string; false when it is missing."""
        return self.get(name) in (True, "true", "True", "1", "yes")

    def decoded(self, name: str, default: Any) -> Any:
        """A list or object, also as JSON inside a string."""
        value = self.get(name, default)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON") from None
