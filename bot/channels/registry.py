"""
The channels there are: one line each.

Telegram's library takes a tenth of the time of a start and 10 MB, so it is imported only where Telegram is used.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bot.channels.base import Channel, Menus
from bot.channels.whatsapp.adapter import WhatsAppChannel
from bot.clock import Clock
from bot.metrics import Calls
from bot.settings import Found, Settings, TelegramSettings, WhatsAppSettings


def build_channels(settings: Settings | Found, *, clock: Clock, menus: Menus, told: Calls) -> Mapping[str, Channel]:
    """
    Every channel that the settings turn on, by its name.

    ``menus`` are the commands that customers are shown, ``told`` hears of every call to a platform.
    """

    async def pause(span: timedelta) -> None:
        await clock.wait(asyncio.Event(), until=clock.now() + span)

    channels: list[Channel] = []
    if settings.telegram is not None:
        channels.append(_telegram(settings.telegram, now=clock.now, pause=pause, menus=menus, told=told))
    if settings.whatsapp is not None:
        channels.append(_whatsapp(settings.whatsapp, now=clock.now, pause=pause, told=told))
    return {channel.name: channel for channel in channels}


def _telegram(
    settings: TelegramSettings,
    *,
    now: Callable[[], datetime],
    pause: Callable[[timedelta], Awaitable[None]],
    menus: Menus,
    told: Calls,
) -> Channel:
    from bot.channels.telegram.adapter import TelegramChannel
    from bot.channels.telegram.hooked import HookedTelegram

    token, api_url, webhook = settings.bot_token.get_secret_value(), settings.api_url, settings.webhook
    if webhook is None:
        return TelegramChannel(token=token, api_url=api_url, now=now, pause=pause, menus=menus, told=told)
    return HookedTelegram(
        url=webhook.url, secret=webhook.secret.get_secret_value(), token=token, api_url=api_url, now=now, pause=pause,
        menus=menus, told=told,
    )  # fmt: skip


def _whatsapp(
    settings: WhatsAppSettings,
    *,
    now: Callable[[], datetime],
    pause: Callable[[timedelta], Awaitable[None]],
    told: Calls,
) -> WhatsAppChannel:
    return WhatsAppChannel(
        token=settings.access_token.get_secret_value(), phone_number_id=settings.phone_number_id,
        app_secret=settings.app_secret.get_secret_value(), verify_token=settings.verify_token.get_secret_value(),
        api_url=settings.api_url, api_version=settings.api_version, now=now, pause=pause,
        told=told,
    )  # fmt: skip
