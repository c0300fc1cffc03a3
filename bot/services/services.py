"""All use cases together, as the edges call them."""

from dataclasses import dataclass

from bot.services.context import Context
from bot.services.decisions import Decisions
from bot.services.delays import Delays
from bot.services.intake import Intake
from bot.services.lifecycle import Lifecycle
from bot.services.losses import Losses
from bot.services.replies import Replies
from bot.services.restored import Restored
from bot.services.settlement import Settlement


@dataclass(frozen=True, slots=True)
class Services:
    """One object for each group of use cases."""

    context: Context
    intake: Intake
    replies: Replies
    decisions: Decisions
    lifecycle: Lifecycle
    settlement: Settlement
    restored: Restored
    losses: Losses
    delays: Delays

    @classmethod
    def over(cls, context: Context) -> "Services":
        """All of them over one context."""
        settlement = Settlement(context)
        restored = Restored(context, settlement=settlement)
        intake = Intake(context, settlement=settlement)
        replies, decisions = Replies(context), Decisions(context)
        return cls(
            context, intake, replies, decisions, Lifecycle(context), settlement, restored, Losses(context),
            Delays(context),
        )  # fmt: skip
