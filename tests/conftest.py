"""What every test may rely on."""

import bot.models  # noqa: F401 - first of all: it chooses the SQLite library that everything then uses
