"""As which kind a file would go, and where its size is too much; before anything is fetched."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.telegram.adapter import TelegramChannel
from bot.channels.whatsapp.adapter import WhatsAppChannel
from bot.errors import Rejected

MB = 1_000_000


def now() -> datetime:
    """Nobody asks here."""
    return datetime(2026, 11, 21, 12, tzinfo=UTC)


async def pause(_: timedelta) -> None:
    """Nothing is received here."""


TELEGRAM = TelegramChannel(token="4242:the-token", now=now, pause=pause)
WHATSAPP = WhatsAppChannel(token="t", phone_number_id="123", app_secret="s", verify_token="v", now=now, pause=pause)


@pytest.mark.parametrize(
    ("mime", "size_bytes", "kind"),
    [
        ("image/png", 10 * MB, "photo"),
        ("image/png", 10 * MB + 1, "document"),
        ("video/mp4", 50 * MB, "video"),
        ("application/zip", 50 * MB, "document"),
    ],
)
def test_what_telegram_takes(mime: str, size_bytes: int, kind: str) -> None:
    assert TELEGRAM.carried_as(mime=mime, size_bytes=size_bytes) == kind


@pytest.mark.parametrize(
    ("mime", "size_bytes", "kind"),
    [
        ("image/png", 5 * MB, "image"),
        ("image/png", 5 * MB + 1, "document"),
        ("audio/mpeg", 16 * MB, "audio"),
        ("audio/mpeg", 16 * MB + 1, "document"),
        ("video/mp4", 16 * MB + 1, "document"),
        ("application/zip", 100 * MB, "document"),
    ],
)
def test_what_whatsapp_takes(mime: str, size_bytes: int, kind: str) -> None:
    assert WHATSAPP.carried_as(mime=mime, size_bytes=size_bytes) == kind


def test_what_no_kind_takes_is_refused_with_the_limit() -> None:
    with pytest.raises(Rejected, match=r"Telegram takes at most 50 MB; this has 80 MB\."):
        TELEGRAM.carried_as(mime="video/mp4", size_bytes=80 * MB)
    with pytest.raises(Rejected, match=r"WhatsApp takes at most 100 MB; this has 100\.1 MB\."):
        WHATSAPP.carried_as(mime="video/mp4", size_bytes=100 * MB + 1)
