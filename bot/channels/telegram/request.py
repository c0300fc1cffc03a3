"""Requests to the Bot API that are measured."""

from typing import Any

from telegram.request import HTTPXRequest
from typing_extensions import override

from bot.channels.telegram.convert import NAME
from bot.clock import stopwatch
from bot.metrics import Calls


class MeasuredRequest(HTTPXRequest):
    """The library's requests; ``told`` hears of each."""

    def __init__(self, connections: int, *, told: Calls, **arguments: Any) -> None:
        super().__init__(connections, **arguments)
        self._told = told

    @override
    async def do_request(self, url: str, method: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        took_s, status = stopwatch(), None
        try:
            answer = await super().do_request(url, method, *args, **kwargs)
            status = answer[0]
            return answer
        finally:
            self._told(NAME, _name(url, method), status, took_s())


def _name(url: str, method: str) -> str:
    """The method of the Bot API, which is the last step of the address; only files are not posted for."""
    return url.rpartition("/")[2].replace("_", "") if method == "POST" else "file"
