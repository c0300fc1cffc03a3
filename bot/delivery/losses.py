"""
What has not come through yet: accepted but not processed, processed but not in Slack, answered but not at the customer.

While all is well each of these is on its way for a moment. What stays is a loss, if nobody looks after it. No loss is
what a person knows of and decides about: a text that is held, an answer that its channel refused or may have lost, a
customer's file that is not to be had or that Slack refused (the thread says so, with buttons). What only the operator
can mend is one: a parked row, a post that Slack refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.delivery.ports import FETCH, SHOW
from bot.delivery.standing import Ask
from bot.models.database import instant


class Stage(StrEnum):
    """How far it came."""

    UNPROCESSED = "unprocessed"
    UNPOSTED = "unposted"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What waits in a stage, for a desk."""

    stage: Stage
    desk: str | None  #: by its name; None: not known yet
    number: int
    since: datetime  #: of the oldest

    def age(self, now: datetime) -> timedelta:
        """How long the oldest has been waiting."""
        return now - self.since


#: what agents must see; all else in Slack shows a state, which is drawn anew, or is said in passing
POSTS = ("open_thread", "post_message", "post_notice", "post_offer", "post_trouble")
FILES = (FETCH, SHOW)  #: customers' files; one that can't be had, or that Slack refuses, is told in its thread

_UNPROCESSED = """
SELECT NULL AS desk, COUNT(*) AS number, MIN(received_at) AS since
FROM inbox WHERE state IN ('new', 'parked') HAVING COUNT(*) > 0
"""
_UNPOSTED = f"""
SELECT t.desk, COUNT(*) AS number, MIN(d.created_at) AS since
FROM delivery AS d LEFT JOIN ticket AS t ON t.id = d.ticket_id
WHERE d.state IN ('held', 'queued', 'later', 'sending', 'uncertain', 'failed') AND (d.state <> 'held' OR d.due_at <= ?)
AND (d.kind IN {POSTS} OR (d.kind IN {FILES} AND d.state <> 'failed')) GROUP BY t.desk
"""  # noqa: S608 - constants only
_UNDELIVERED = """
SELECT t.desk, COUNT(*) AS number, MIN(d.payload ->> 'released_at') AS since
FROM delivery AS d LEFT JOIN ticket AS t ON t.id = d.ticket_id
WHERE d.state IN ('held', 'queued', 'later', 'sending', 'uncertain') AND (d.state <> 'held' OR d.due_at <= ?)
AND d.kind = 'send' AND d.announced_at IS NULL GROUP BY t.desk
"""


async def losses(ask: Ask, *, now: datetime) -> Sequence[Loss]:
    """Everything that has not come through, by stage and desk."""
    asked = ((Stage.UNPROCESSED, _UNPROCESSED, ()), (Stage.UNPOSTED, _UNPOSTED, (now,)))
    found: list[Loss] = []
    for stage, sql, values in (*asked, (Stage.UNDELIVERED, _UNDELIVERED, (now,))):
        rows = await ask(sql, values)
        found += [
            Loss(stage=stage, desk=row["desk"], number=row["number"], since=instant(row["since"])) for row in rows
        ]
    return found


def by_stage(found: Sequence[Loss]) -> dict[Stage, Loss | None]:
    """The same for all desks together; None: nothing."""
    together: dict[Stage, Loss | None] = {}
    for stage in Stage:
        here = [loss for loss in found if loss.stage is stage]
        number, since = sum(loss.number for loss in here), min((loss.since for loss in here), default=None)
        together[stage] = None if since is None else Loss(stage=stage, desk=None, number=number, since=since)
    return together
