"""``python -m bot`` is ``loket``."""

from bot.cli import main

if __name__ == "__main__":
    main()
