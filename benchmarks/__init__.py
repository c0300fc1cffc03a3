"""What `make bench` runs: Loket beside bare baselines, in one run on one machine, so that ratios can be compared."""

import bot.models  # noqa: F401 - first of all: it chooses the SQLite library that everything then uses
