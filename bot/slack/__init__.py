"""Slack, outbound and translation: what leaves for Slack, and what Slack's payloads mean."""
