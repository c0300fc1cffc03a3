"""Loket: a support desk that lives inside Slack."""

__version__ = "0.1.0"
