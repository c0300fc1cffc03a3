"""A local Slack workspace: Web API, Socket Mode, and the people in it."""
