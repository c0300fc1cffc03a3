"""The one composition root: builds every part, starts them in order, watches over them, stops them in order."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.base import Capabilities, Channel, Health
from bot.channels.registry import build_channels
from bot.clock import Clock, Jumps, SystemClock
from bot.delivery import fetching
from bot.delivery.customers import CustomerSender
from bot.delivery.enclosures import Enclosures
from bot.delivery.fetching import Fetcher
from bot.delivery.files import PART, FileStore
from bot.delivery.inbox import Inbox
from bot.delivery.limits import Limits
from bot.delivery.outbox import ASK_AFTER, Outbox
from bot.delivery.paces import Paces
from bot.delivery.ports import Sender
from bot.delivery.pruning import prune
from bot.delivery.worker import Worker
from bot.domain.undo import UNDO_WITHIN
from bot.handlers import actions, commands, events, home, modals, sla, unhandled
from bot.handlers.door import listening
from bot.handlers.events import SOURCE, Events
from bot.handlers.front import Front
from bot.handlers.health import HealthPages
from bot.handlers.home import HomeTab
from bot.handlers.metrics import MetricsPage
from bot.handlers.slack_http import SlackHttp
from bot.handlers.webhooks import Webhooks
from bot.metrics import Metrics
from bot.models.database import Database, Upgrade, connect, exclusive
from bot.rates import Rate
from bot.reports.home import opened_since
from bot.scheduler import Job, Ticker
from bot.scheduler.due import due_by_time
from bot.services import files
from bot.services.clock import ClockWatch
from bot.services.context import Context
from bot.services.dropped import Dropped
from bot.services.services import Services
from bot.settings import Settings
from bot.slack.absence import Absence
from bot.slack.authorize import authorizing
from bot.slack.catchup import CatchUp
from bot.slack.client import client as slack_client
from bot.slack.connection import SlackConnection
from bot.slack.downloads import SlackFiles
from bot.slack.holds import Holds
from bot.slack.homes import Homes
from bot.slack.paces import rate_of as rate_at_slack
from bot.slack.people import People
from bot.slack.surface import SlackSurface
from bot.slack.together import Together
from bot.slack.uploads import Uploads
from bot.texts import Texts

SLOTS = 16  #: things under way at once, in each direction
FINISH = timedelta(seconds=6)  #: for deliveries under way when we stop; the whole stop stays below ten seconds

SWEEP = timedelta(seconds=30)  #: between two looks for files that are no longer needed
PRUNE = timedelta(minutes=1)  #: between two looks for payloads that have been kept long enough
KEEP_UP = timedelta(seconds=30)  #: between two notes of up to when everything is known

log = structlog.get_logger()


def ready(database: Database, now: datetime) -> Awaitable[Upgrade]:
    """Let the service start if the database is up to date, or may be brought there by itself."""
    return database.ready(now=now)


class Application:
    """
    The running service; an async context manager that leaves nothing running and nothing half done.

    ``prepare`` sees the open database before anything else does.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
        prepare: Callable[[Database, datetime], Awaitable[Upgrade]] = ready,
        metrics: Metrics | None = None,
    ) -> None:
        self._settings = settings
        self._prepare = prepare
        self._clock = clock or SystemClock()
        self._jumps = Jumps(self._clock)
        self._jitter = jitter
        self._metrics = metrics or Metrics()
        self._files = FileStore(settings.data_dir)
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = AsyncExitStack()
        self._alive: Callable[[str], bool] = lambda _: False  # until there is an outbox that wants to know
        self.failed = asyncio.Event()  #: set when a part ended that never should
        self.health: dict[str, Health] = {}  #: of the parts that we are connected to, once we are
        self.port = 0  #: where the HTTP server listens, once it does

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def _start(self) -> None:
        """Build from the inside out; the exit stack stops in the opposite order."""
        settings = self._settings
        lock = await self._open.enter_async_context(exclusive(settings.database_url))
        self._background(lock.kept(), name="start_lock")
        self.database = await self._database()
        texts = Texts(overrides={"en": settings.config.texts.en, "id": settings.config.texts.id})
        channels = self._channels(texts)
        self._limits = self._paced(channels)
        client = await self._slack_client()
        context = Context(config=settings.config, texts=texts, channels=channels, metrics=self._metrics)
        context.set_forward = self._jumps.forward
        services = await self._services(context)
        self._dropped = Dropped(context, self._clock)
        people = People(client, now=self._clock.now)
        self._build_front(Front(services=services, people=people, clock=self._clock, texts=texts), client)
        surface = SlackSurface(
            client, people=people, config=settings.config, texts=texts, capabilities=_capabilities(channels),
            uploads=Uploads(client, self._files), now=self._clock.now, metrics=self._metrics,
        )  # fmt: skip
        self._build_queues(services, channels, surface, SlackFiles(client))
        await self._recover(services)
        for channel in channels.values():
            await channel.open()
            self._open.push_async_callback(channel.close)
        self._run_workers(services.context)
        for channel in channels.values():
            self._receive(channel)
        connection = await self._connect(client, people)
        await self._tick(services, connection)
        await self._serve(connection, channels)

    def _called(self, platform: str, method: str, status: int | None, took_s: float) -> None:
        """Every call to a platform is counted, and every answer is a sign of life."""
        self._metrics.called(platform, method, status, took_s)
        if status is not None and self._alive(platform):
            self._outgoing.wake()

    def _channels(self, texts: Texts) -> Mapping[str, Channel]:
        menus = texts.menus(self._settings.config.desks[0].language)
        return build_channels(self._settings, clock=self._clock, menus=menus, told=self._called)

    async def _slack_client(self) -> AsyncWebClient:
        slack = self._settings.slack
        return await self._open.enter_async_context(
            slack_client(token=slack.bot_token.get_secret_value(), api_url=slack.api_url, told=self._called)
        )

    def _build_queues(
        self, services: Services, channels: Mapping[str, Channel], surface: SlackSurface, slack_files: SlackFiles
    ) -> None:
        self._metrics.expects((SOURCE, *channels))
        processors = {
            **dict.fromkeys(channels, services.intake.process),
            SOURCE: Events(self._front, self._homes, slack_files).process,
        }
        alarm, settle = services.settlement.alarm, services.settlement.settle
        self.inbox = Inbox(
            processors=processors, alarm=alarm, clock=self._clock, jitter=self._jitter, metrics=self._metrics
        )
        enclosures = Enclosures(self._files, slack_files)
        keep_for = self._settings.config.files.keep
        customers = CustomerSender(channels, enclosures, clock=self._clock, metrics=self._metrics)
        senders: dict[str, Sender] = {
            **dict.fromkeys(surface.kinds, surface),
            **dict.fromkeys(("send", "edit", "delete"), customers),
            **dict.fromkeys(fetching.KINDS, Fetcher(channels, self._files, clock=self._clock, keep_for=keep_for)),
        }
        spans = (self._settings.config.replies.hold, ASK_AFTER, UNDO_WITHIN)
        self._holds = Holds(source=SOURCE, jumps=self._jumps, spans=spans)
        self.outbox = Outbox(
            senders=senders, settle=settle, limits=self._limits, holds=self._holds, together=Together(surface),
            clock=self._clock, jitter=self._jitter,
        )  # fmt: skip

    async def _recover(self, services: Services) -> None:
        """Before anything is taken up: what may not leave yet, and what waits for a time from before."""
        await self._holds.recover()
        self.clock_watch = ClockWatch(services.context, self._clock, self._jumps, self._limits)
        await self.clock_watch.recover()

    def _paced(self, channels: Mapping[str, Channel]) -> Limits:
        config = self._settings.config.limits
        paces = Paces(_capabilities(channels) if config.pace_customers else {})

        def rate_of(budget: str) -> Rate | None:
            return rate_at_slack(budget, posts_per_second=config.slack_posts_per_second) or paces.rate_of(budget)

        return Limits(rate_of, paces.whole_of)

    def _build_front(self, front: Front, client: AsyncWebClient) -> None:
        self._front = front
        self._tab = HomeTab(self._front, health=self.health)
        self._homes = Homes(
            client, draw=self._tab.draw, mark=self._tab.mark, recall=opened_since,
            limits=self._limits, clock=self._clock, jitter=self._jitter,
        )  # fmt: skip

    async def _database(self) -> Database:
        database = await connect(self._settings.database_url)
        self._open.push_async_callback(database.close)
        upgrade = await self._prepare(database, self._clock.now())
        if upgrade.steps:
            log.info("database.upgraded", steps=upgrade.steps, copy=upgrade.copy)
        database.timed_by(self._metrics.transaction)
        self._metrics.built(database=database.kind)
        return database

    async def _services(self, context: Context) -> Services:
        services = Services.over(context)
        self.losses, self.delays = services.losses, services.delays
        if lost := await services.restored.take_up(self.database, now=self._clock.now()):
            log.warning("database.restored", since=lost.since.isoformat())
        return services

    def _run_workers(self, context: Context) -> None:
        self._incoming = Worker(self.inbox, clock=self._clock, slots=SLOTS, gave_way=self.inbox.gave_way)
        self._outgoing = Worker(self.outbox, clock=self._clock, slots=SLOTS, gave_way=self.inbox.gave_way)
        self._alive = self.outbox.alive
        self.inbox.woken = self._incoming.wake
        context.wake = self.inbox.alarmed = self._holds.woken = self._outgoing.wake
        self._open.push_async_callback(self._finish)
        for worker in (self._incoming, self._outgoing):
            self._background(worker.run(), name="worker")
        self._background(self._homes.run(), name="homes")
        self._background(self._metrics.watch_loop(), name="loop lag")

    async def _finish(self) -> None:
        """Nothing new is taken any more: wait for all that is under way, at the same time."""
        works = (self._front, self._incoming, self._outgoing)
        await asyncio.gather(*(work.finish(within=FINISH) for work in works))

    @property
    def is_resting(self) -> bool:
        """Nothing is under way and nothing is due."""
        workers = (self._incoming, self._outgoing)
        calm = (self._front.idle, self._homes.resting, *(worker.resting for worker in workers))
        return all(part.is_set() for part in calm)

    def _receive(self, channel: Channel) -> None:
        async def put(raws: Any) -> None:
            await self.inbox.put(channel.name, raws)

        self._background(channel.run(put), name=channel.name)

    def _bolt(self, client: AsyncWebClient, front: Front) -> AsyncApp:
        bare = AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[])
        authorize = authorizing(client, front.people)
        # Over HTTP, `SlackHttp` checks the signature, by our own clock.
        # With a name, as else it reads the source of all modules for one.
        bolt = AsyncApp(
            name="loket", client=bare, authorize=authorize, request_verification_enabled=False,
            raise_error_for_unhandled_request=True,
        )  # fmt: skip
        unhandled.register(bolt)
        events.register(
            bolt, self.inbox, heard=self.catch_up.heard, missed=self.catch_up.missed, dropped=self._dropped_events
        )
        commands.register(bolt, front)
        actions.register(bolt, front)
        modals.register(bolt, front)
        sla.register(bolt, front)
        home.register(bolt, front, self._tab, self._homes)
        return bolt

    async def _dropped_events(self) -> None:
        self.absence.dropping()
        await self._dropped.told()

    async def _connect(self, client: AsyncWebClient, people: People) -> SlackConnection | SlackHttp:
        """Socket Mode with an app token, else HTTP; the settings hold the one or the other."""
        self.catch_up = CatchUp(client, self.inbox, people=people, holds=self._holds, source=SOURCE, clock=self._clock)
        begin = partial(self._background, name="catch-up", ends=True)
        self.absence = Absence(self.catch_up, holds=self._holds, clock=self._clock, start=begin)
        bolt = self._bolt(client, self._front)
        app_token, signing_secret = self._settings.slack.app_token, self._settings.slack.signing_secret
        connection: SlackConnection | SlackHttp
        if app_token is not None:
            token = app_token.get_secret_value()
            connection = SlackConnection(bolt, app_token=token, clock=self._clock, back=self.absence.ends)
        else:
            secret = "" if signing_secret is None else signing_secret.get_secret_value()
            connection = SlackHttp(
                bolt, client, signing_secret=secret, clock=self._clock, back=self.absence.ends, metrics=self._metrics
            )
        await connection.open()
        self._open.push_async_callback(connection.close)
        return connection

    async def _tick(self, services: Services, connection: SlackConnection | SlackHttp) -> None:
        async def look() -> None:
            await self.clock_watch.watch()
            due = await due_by_time(now=self._clock.now())
            if due.arrived:
                self._incoming.wake()
            if due.leaving:
                self._outgoing.wake()
            if due.timers:
                await services.lifecycle.close_due(now=self._clock.now())

        async def watch_losses() -> None:
            await services.losses.watch(now=self._clock.now())
            await services.delays.watch(now=self._clock.now())

        ticker = Ticker(
            (
                Job("look", timedelta(seconds=1), look),
                Job("watch_slack", timedelta(seconds=5), connection.watch),
                Job("keep_up", KEEP_UP, self.absence.keep_up),
                Job("watch_losses", timedelta(seconds=5), watch_losses),
                Job("sweep_files", SWEEP, self.sweep_files),
                Job("prune_payloads", PRUNE, self.prune_payloads),
            )
        )
        ticker.start()
        self._open.callback(ticker.stop)

    async def sweep_files(self) -> None:
        """Remove the files that nobody needs any more, or that are too old."""
        now = self._clock.now()
        swept = await self._files.sweep(partial(files.wanted, since=now - self._settings.config.files.keep), now=now)
        if swept:
            log.info("files.removed", number=swept)

    async def prune_payloads(self) -> None:
        """Empty what platforms sent when it has been kept long enough."""
        until = self._clock.now() - self._settings.config.payloads.keep
        pruned = await prune(until=until, give_way=self.inbox.gave_way)
        self._metrics.pruned(pruned)
        if pruned:
            log.info("payloads.pruned", number=pruned)

    async def _serve(self, connection: SlackConnection | SlackHttp, channels: Mapping[str, Channel]) -> None:
        pages = web.Application()
        self.health |= {"slack": connection.health, **{name: channel.health for name, channel in channels.items()}}
        self.health[PART] = self._files.health
        HealthPages(self.health, clock=self._clock, loss_after=self._settings.config.alarms.loss_after).add_to(pages)
        MetricsPage(
            self._metrics, self.health, clock=self._clock, connections=lambda: connection.standing,
            busy={"inbox": lambda: self._incoming.busy, "outbox": lambda: self._outgoing.busy},
        ).add_to(pages)  # fmt: skip
        Webhooks(channels, keep=self.inbox.put, metrics=self._metrics).add_to(pages)
        if isinstance(connection, SlackHttp):
            connection.add_to(pages)
        door = listening(pages, host=self._settings.host, port=self._settings.port)
        self.port = await self._open.enter_async_context(door)
        log.info("ready", host=self._settings.host, port=self.port)

    def _background(self, work: Coroutine[Any, Any, None], *, name: str, ends: bool = False) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and not ends:
                log.critical("part.ended", part=name, error=type(task.exception()).__name__)
                self.failed.set()

        task.add_done_callback(ended)
        self._open.push_async_callback(_cancelled, task)
        return task


def _capabilities(channels: Mapping[str, Channel]) -> Mapping[str, Capabilities]:
    return {name: channel.capabilities for name, channel in channels.items()}


async def _cancelled(task: asyncio.Task[None]) -> None:
    """Cancel the task and wait for its end; again, as before Python 3.12 `asyncio.wait_for` may swallow it."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=1)
