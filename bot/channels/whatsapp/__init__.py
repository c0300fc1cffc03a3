"""WhatsApp Cloud API: the one folder that knows its ids, limits and formats."""
