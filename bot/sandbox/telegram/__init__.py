"""A local Telegram: the Bot API for a bot, and customers who write to it."""

from bot.sandbox.telegram.server import TelegramSandbox

__all__ = ["TelegramSandbox"]
