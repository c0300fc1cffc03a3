"""Slack over HTTP: it posts events, commands and interactions to ``/slack/events``, signed."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from bot.channels.base import Health
from bot.clock import Clock
from bot.errors import DeliveryError, Later
from bot.handlers.webhooks import PATIENCE, body_of, counted
from bot.metrics import Metrics
from bot.slack.errors import reading

ROUTE = "/slack/events"
PROBE_EVERY = timedelta(seconds=30)  #: silence is normal here, so Slack is asked
LONG_SILENCE = timedelta(seconds=60)  #: without an answer so long, we may have been away from Slack's calls, too


class SlackHttp:
    """
    The door that Slack posts to, and a probe that tells whether Slack is there.

    ``back`` is called after the first answer to a probe and after every long silence.
    """

    def __init__(
        self,
        app: AsyncApp,
        client: AsyncWebClient,
        *,
        signing_secret: str,
        clock: Clock,
        back: Callable[[], None],
        patience: timedelta = PATIENCE,
        metrics: Metrics | None = None,
    ) -> None:
        self._app = app
        self._metrics = metrics or Metrics()
        self._client = client
        self._verifier = SignatureVerifier(signing_secret, clock=_Seconds(clock))
        self._clock = clock
        self._back = back
        self._patience = patience
        self._first: asyncio.Task[None] | None = None
        self.health = Health()
        self.standing = 0  #: connections: over HTTP none is kept open

    def add_to(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_post(ROUTE, self._serve)

    async def open(self) -> None:
        """Begin to ask whether Slack is there; needs no answer."""
        self._first = asyncio.create_task(self.watch())

    async def close(self) -> None:
        """End the first question, should it still be open."""
        if self._first is not None:
            self._first.cancel()
            await asyncio.gather(self._first, return_exceptions=True)

    async def watch(self) -> None:
        """Ask whether Slack is there; called every few seconds."""
        asked_at, seen_at = self._clock.now(), self.health.seen_at
        if seen_at is not None and asked_at - seen_at < PROBE_EVERY:
            return
        try:
            await reading(self._client.auth_test())
        except DeliveryError as error:
            self.health.problem = None if isinstance(error, Later) else str(error)
            return
        self.health.seen_at, self.health.problem = asked_at, None
        if seen_at is None or asked_at - seen_at > LONG_SILENCE:
            self._back()

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            response = await self._answer(request.headers, await body_of(request, within=self._patience))
        except web.HTTPException as refused:
            response = web.Response(status=refused.status, text=refused.reason)
        counted("slack", self.health, response.status, self._metrics)
        return response

    async def _answer(self, headers: Mapping[str, str], body: bytes) -> web.Response:
        if not self._is_signed(headers, body):
            return web.Response(status=401)
        try:
            asked = AsyncBoltRequest(body=body.decode(), headers=dict(headers))
        except (ValueError, AttributeError, TypeError, RecursionError):  # no JSON, or no object
            return web.Response(status=400)
        answer = await self._app.async_dispatch(asked)
        if answer.status >= 500:  # Bolt's word for an error of ours or of the database: Slack shall try again
            answer.status = 503
        return await to_aiohttp_response(answer)

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """By Slack, and less than five minutes ago."""
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except (ValueError, TypeError):  # a timestamp or a signature of no such form
            return False


class _Seconds(SignatureClock):
    """Our clock as slack_sdk reads it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @override
    def now(self) -> float:
        return self._clock.now().timestamp()
