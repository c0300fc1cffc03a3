"""The client that makes all calls to Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

from bot.metrics import Calls, tracing
from bot.slack.errors import method_of

ANSWER_S = 30.0  #: seconds for one call; what is given up earlier is uncertain


@asynccontextmanager
async def client(*, token: str, api_url: str, told: Calls, answer_s: float = ANSWER_S) -> AsyncIterator[AsyncWebClient]:
    """
    One session for all calls, and no retries by the SDK: a post must not be repeated blindly.

    The patience is the session's: with one at hand, the SDK takes no notice of its own ``timeout``.
    Source: slack_sdk 3.47, web/async_internal_utils.py.
    """
    measured = tracing(told, platform="slack", method=method_of)
    async with ClientSession(trace_configs=[measured], timeout=ClientTimeout(total=answer_s)) as session:
        yield AsyncWebClient(token, base_url=api_url, session=session, retry_handlers=[])
