"""What comes from Slack: events, commands, buttons, modals. Thin: parse, one call of a service, an answer."""
