"""
The table of safe replies: what a text in a ticket's thread is allowed to do.

Taking a ticket is the explicit act; from then on the owner's plain text is the answer, and nobody else's can leak.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.config import ReplyMode
from bot.domain import markers
from bot.domain.events import Hint, Offer
from bot.domain.ids import AgentId
from bot.domain.receipts import Receipt
from bot.domain.text import is_visible
from bot.domain.ticket import Ticket


class Role(StrEnum):
    """Who wrote, as far as the desk's Slack channel is concerned."""

    AGENT = "agent"  #: a full member of the channel
    GUEST = "guest"
    STRANGER = "stranger"  #: from another organisation, or not in the channel
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wrote in the thread of a ticket, as far as the decision needs it."""

    plain: str
    author: AgentId
    role: Role
    mentions: bool  #: a person, a user group, a channel or @here
    broadcast: bool  #: also sent to the channel
    files: int  #: that came with it; they go where the text goes
    is_lost: bool = False  #: written in a time that the database knows nothing of
    shown: Receipt | None = None  #: what our reaction said of it then


@dataclass(frozen=True, slots=True)
class Gone:
    """It has gone to the customer before."""


@dataclass(frozen=True, slots=True)
class Relay:
    """It goes to the customer after the hold."""


@dataclass(frozen=True, slots=True)
class Keep:
    """It stays internal."""

    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """It would go out, but is held until somebody decides."""

    offer: Offer


Verdict = Gone | Relay | Keep | Ask


def is_internal(draft: Draft) -> bool:
    """Internal in every mode, whoever owns the ticket. A command to the desk is, too, wherever it comes from."""
    said = markers.is_note(draft.plain) or markers.command(draft.plain) is not None
    return said or draft.role is not Role.AGENT or draft.mentions or draft.broadcast


def judge(draft: Draft, *, ticket: Ticket, mode: ReplyMode) -> Verdict:
    """Say what becomes of a plain text and its files; when in doubt they stay internal."""
    if draft.is_lost and draft.shown in {Receipt.ACCEPTED, Receipt.READ}:
        return Gone()
    if is_internal(draft) or mode is ReplyMode.EXPLICIT:
        return Keep()
    says_something = draft.files > 0 or any(map(is_visible, draft.plain))
    if not says_something:
        return Keep()
    if mode is ReplyMode.OWNER and ticket.owner not in {None, draft.author}:
        return Keep(Hint.NOT_SENT)
    if ticket.status.is_done:
        return Ask(Offer.REOPEN)
    if ticket.owner is None:
        return Ask(Offer.CLAIM)
    return Ask(Offer.LOST) if draft.is_lost else Relay()
