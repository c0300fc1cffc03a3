"""
Every error of our own, in one tree.

BotError
├─ ConfigError          start-up only; lists every bad setting at once, each with its mend
├─ NotStuck             an operator's request is refused
├─ CopyFailed           no copy of the database was made
│  └─ NoRoom            for want of room on the disk
├─ MoveFailed           nothing was carried into another database
├─ DomainError          the request is refused; the text may be shown to the person who asked
│  ├─ NoSuchTicket · AlreadyClaimed · AlreadySolved · NotClaimed · NotSolved · NothingToUndo
│  ├─ AlreadyDecided · TooLateToUndo · ChangedSince · NotAssignable · NotRepeated
│  ├─ StandsElsewhere
│  ├─ NotAnAgent        a guest, a stranger, somebody outside the desk
│  └─ WrongUse          the words of a command do not fit; carries the right form
└─ DeliveryError        a part may not have reached the other side
   ├─ Rejected          certain: not sent, never will be (too long, not a kind that the channel takes)
   │  ├─ Unreachable    the customer blocked us, or is gone
   │  ├─ Closed         the channel lets us write only after the customer has written again
   │  └─ TooBig         a file is larger than may be
   ├─ Later             certain: not sent; try again after ``after`` (429, refused connection, temporary refusal)
   │  └─ Away           nobody answers there at all; worth another try at the first sign of life
   ├─ Down              certain: not sent; the whole channel is unusable until somebody mends it (token, conflict)
   └─ Unconfirmed       uncertain: may have been sent (timeout or reset after writing, a gateway's 5xx page)
"""

from collections.abc import Sequence
from datetime import timedelta


class BotError(Exception):
    """The root of the tree."""


class ConfigError(BotError):
    """The set-up is wrong. ``problems`` are sentences; each names the setting and what would mend it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class NotStuck(BotError):
    """What an operator wants to put back or to discard is not there to be; the text says why."""


class CopyFailed(BotError):
    """The database was not copied; the text says why, and what would mend it."""


class NoRoom(CopyFailed):
    """The copy does not fit where it was to be."""


class MoveFailed(BotError):
    """The database was not carried over into another one; the text says why."""


class DomainError(BotError):
    """
    The request is refused, for a reason that the person who asked may read.

    ``text`` names the sentence in the catalogue (``refused.…``) and ``values`` are its blanks; `str` is for logs.
    """

    text = "refused"

    def __init__(self, **values: object) -> None:
        super().__init__(f"{self.text} {values}")
        self.values = values


class NoSuchTicket(DomainError):
    """There is no ticket with this ``number``."""

    text = "refused.no_such_ticket"


class AlreadyClaimed(DomainError):
    """Somebody else was first: ``number`` belongs to ``agent``."""

    text = "refused.already_claimed"


class AlreadySolved(DomainError):
    """The ticket ``number`` is solved or closed already."""

    text = "refused.already_solved"


class NotSolved(DomainError):
    """The ticket ``number`` is still open: there is nothing to reopen."""

    text = "refused.not_solved"


class NotClaimed(DomainError):
    """Nobody owns the ticket ``number``."""

    text = "refused.not_claimed"


class NotRepeated(DomainError):
    """The command ``verb`` was given in a time that the database knows nothing of, so it may have been carried out."""

    text = "refused.not_repeated"


class StandsElsewhere(DomainError):
    """What was said for another ticket stands in that one's thread, and does not follow its command here."""

    text = "refused.stands_elsewhere"


class NotAssignable(DomainError):
    """Only full members of the desk's Slack channel can be given a ticket; ``agent`` is none."""

    text = "refused.not_assignable"


class TooLateToUndo(DomainError):
    """The time in which the change of ticket ``number`` could be taken back is over."""

    text = "refused.too_late_to_undo"


class ChangedSince(DomainError):
    """Something else has happened to ticket ``number`` after the change that was to be taken back."""

    text = "refused.changed_since"


class NothingToUndo(DomainError):
    """No reply of this agent in ticket ``number`` is still in its hold."""

    text = "refused.nothing_to_undo"


class AlreadyDecided(DomainError):
    """Somebody has decided this before."""

    text = "refused.already_decided"


class NotAnAgent(DomainError):
    """Only full members of the desk's Slack channel may do this; guests and strangers of shared channels may not."""

    text = "refused.not_an_agent"


class WrongUse(DomainError):
    """The words of a command do not fit: ``verb`` needs what ``problem`` says; shown with the right ``usage``."""

    text = "refused.wrong_use"


class DeliveryError(BotError):
    """A part may not have reached the other side. The text is a sentence for the agent, without customers' words."""


class Rejected(DeliveryError):
    """Certainly not sent, and never will be."""


class Unreachable(Rejected):
    """Certainly not sent: the customer blocked us, or is gone; nothing else will reach them either."""


class TooBig(Rejected):
    """Certainly not sent: a file is larger than ``limit_bytes``."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The file is larger than {limit_bytes >> 20} MB, which is the limit.")
        self.limit_bytes = limit_bytes


class Closed(Rejected):
    """Certainly not sent: the channel lets us write only for a time after the customer's last message."""


class Later(DeliveryError):
    """Certainly not sent; worth another try after ``after`` (None: when our own back-off says)."""

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Away(Later):
    """Certainly not sent: nobody answers there. The ``platform``'s first sign of life is the time for another try."""

    def __init__(self, platform: str, reason: str) -> None:
        super().__init__(reason)
        self.platform = platform


class LaterOrNever(Later):
    """Certainly not sent; what still fails after a few more tries will always fail."""


class Down(DeliveryError):
    """Certainly not sent; nothing can be sent there until somebody mends it."""


class Unconfirmed(DeliveryError):
    """May have been sent: only the platform, or a person, can tell."""


Meaning = tuple[type[DeliveryError], str]  #: what an error of a platform means: for the delivery, and in words
