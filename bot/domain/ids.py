"""Names for the identifiers that travel between layers, so that one cannot be taken for another."""

from dataclasses import dataclass
from typing import NewType

TicketNumber = NewType("TicketNumber", int)  #: what people read as #42, from 1
AgentId = NewType("AgentId", str)  #: a person in Slack, opaque outside bot/slack
SlackChannel = NewType("SlackChannel", str)  #: a channel in Slack, opaque outside bot/slack
SlackTs = NewType("SlackTs", str)  #: a message in a Slack channel, opaque outside bot/slack
Cause = NewType("Cause", str)  #: the unique key of what made us act: a click, a command, a version of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a customer is reached; ``key`` is made and read only by the channel's own folder."""

    channel: str  #: the channel's name in the registry
    account: str  #: which of our accounts there
    key: str
