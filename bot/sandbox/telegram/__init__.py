"""A local Telegram: the Bot API for a bot, and customers who write to it."""

from bot.sandbox.telegram.people import ClientError
from bot.sandbox.telegram.server import TelegramSandbox

__all__ = ["ClientError", "TelegramSandbox"]
