"""Fetching customers' files from both channels: what each thing that goes wrong on the way means."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.channels.base import Fetching, InboundMessage
from bot.errors import DeliveryError, Later, LaterOrNever, Rejected, TooBig
from bot.sandbox.faults import CutOff, Fault, PlatformError, Reset, ServerError, Throttled, TooShort
from bot.sandbox.files import File
from tests.far import Kept, TelegramFar, WhatsAppFar

SCAN = File("scan.pdf", "application/pdf", b"%PDF-1.4" + bytes(range(256)) * 2000)  # several pieces
GONE, EXPIRED = "no longer has this file", ServerError(404)


@dataclass
class Way:
    """The way of one file of a customer."""

    far: TelegramFar | WhatsAppFar
    asks: str  #: the call that asks where the file is
    loads: str  #: the call that loads it from there
    source: dict[str, str] = field(default_factory=dict)

    async def begins(self, file: File) -> None:
        """The customer sends it."""
        kept = Kept()
        async with self.far.running(kept):
            if isinstance(self.far, TelegramFar):
                self.far.sandbox.sends(int(self.far.ada.key), "document", file=file)
            else:
                self.far.sandbox.sends(self.far.person, "document", file=file)
            await self.far.quiet()
        message = self.far.channel.read(kept.raws[-1])
        assert isinstance(message, InboundMessage)
        self.source = dict(message.files[0].source)

    def fails(self, fault: Fault, *, times: int = 1) -> None:
        """Loading it goes wrong."""
        self.far.faults.plan(self.loads, fault, times=times)

    async def fetched(self) -> bytes:
        """What comes of it now."""
        pieces: list[bytes] = []

        async def sink(piece: bytes) -> None:
            pieces.append(piece)

        assert isinstance(self.far.channel, Fetching)
        await self.far.channel.fetch(self.source, sink)
        return b"".join(pieces)

    async def problem(self) -> DeliveryError:
        """Why it does not come."""
        with pytest.raises(DeliveryError) as caught:
            await self.fetched()
        assert self.far.token not in f"{caught.value!r} {caught.value.__cause__!r}"
        return caught.value


@pytest.fixture(params=["telegram", "whatsapp"])
async def way(request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    is_telegram = request.param == "telegram"
    way = Way(TelegramFar(), "getFile", "file") if is_telegram else Way(WhatsAppFar(), "media", "download")
    await way.far.start()
    await way.far.channel.open()
    await way.begins(SCAN)
    yield way
    await way.far.channel.close()
    way.far.faults.clear()
    await way.far.away()


async def test_what_does_not_come_now_comes_later(way: Way) -> None:
    for fault in (ServerError(503), Reset(performed=False), CutOff(), Throttled(7)):
        planned = way.far.faults.plan(way.loads, fault, times=2)  # aiohttp itself asks twice after a reset
        assert isinstance(await way.problem(), Later)
        way.far.faults.cancel(planned)

    assert await way.fetched() == SCAN.content


async def test_what_is_not_whole_is_tried_again_but_not_for_ever(way: Way) -> None:
    way.fails(TooShort())

    short = await way.problem()

    assert isinstance(short, LaterOrNever)
    assert "whole" in str(short)
    assert await way.fetched() == SCAN.content


async def test_a_download_that_falls_silent_is_given_up_and_comes_again(way: Way) -> None:
    stall = way.far.faults.stall(way.loads)

    silent = await way.problem()
    stall.release()

    assert isinstance(silent, Later)
    assert await way.fetched() == SCAN.content


async def test_for_an_address_that_holds_no_longer_a_new_one_is_asked_for(way: Way) -> None:
    asked: list[object] = []

    def counts(given: object) -> bool:
        asked.append(given)
        return False

    way.far.faults.plan(way.asks, ServerError(), matches=counts)
    way.fails(EXPIRED)

    assert await way.fetched() == SCAN.content
    assert len(asked) == 2


async def test_what_the_platform_has_no_more_is_given_up(way: Way) -> None:
    way.fails(EXPIRED, times=2)
    gone = await way.problem()
    for name in ("file_id", "media"):
        if name in way.source:
            way.source[name] = "4711"
    unknown = await way.problem()

    assert isinstance(gone, Rejected)
    assert isinstance(unknown, Rejected)
    assert GONE in str(gone)
    assert GONE in str(unknown)


@pytest.mark.parametrize("way", ["telegram"], indirect=True)
async def test_telegrams_cloud_hands_out_no_file_over_its_limit(way: Way) -> None:
    await way.begins(File("film.mp4", "video/mp4", bytes((20 << 20) + 1)))

    refused = await way.problem()

    assert isinstance(refused, TooBig)
    assert refused.limit_bytes == 20 << 20


@pytest.mark.parametrize("way", ["telegram"], indirect=True)
async def test_a_file_that_telegram_calls_away_for_now_is_tried_again_but_not_for_ever(way: Way) -> None:
    words = "400 Bad Request: wrong file_id or the file is temporarily unavailable"
    way.far.faults.plan(way.asks, PlatformError(words))

    assert isinstance(await way.problem(), LaterOrNever)
    assert await way.fetched() == SCAN.content
