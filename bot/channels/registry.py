"""The channels there are: one line each."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from bot.channels.base import Channel
from bot.channels.telegram.adapter import TelegramChannel
from bot.clock import Clock
from bot.settings import Settings


def build_channels(settings: Settings, *, clock: Clock) -> Mapping[str, Channel]:
    """Every channel that the settings turn on, by its name."""

    async def pause(span: timedelta) -> None:
        await clock.wait(asyncio.Event(), until=clock.now() + span)

    channels: list[Channel] = []
    if settings.telegram is not None:
        token = settings.telegram.bot_token.get_secret_value()
        channels.append(TelegramChannel(token=token, api_url=settings.telegram.api_url, now=clock.now, pause=pause))
    return {channel.name: channel for channel in channels}
