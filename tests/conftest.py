"""What every test may rely on."""

import os

import bot.models  # noqa: F401 - first of all: it chooses the SQLite library that everything then uses

os.environ.setdefault("PTB_TIMEDELTA", "true")  # noqa: TID251 - read by python-telegram-bot, which warns without it
