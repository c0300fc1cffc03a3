"""A local WhatsApp: the Cloud API for one business number, its webhooks, and customers who write to it."""

from bot.sandbox.whatsapp.server import WhatsAppSandbox

__all__ = ["WhatsAppSandbox"]
