"""
Slack's own limits, by the budget that a part is spent from.

Source: "Rate limits", Web API: posting about one a second and channel, tier 3 is 50 a minute, tier 4 is 100. A
reaction is changed in two calls, of which removing is tier 2, 20 a minute.
"""

from bot.rates import Rate
from bot.slack.homes import BUDGET

POSTS = "slack:post:"  #: what the budget of a desk's Slack channel begins with
POST_BURST = 3
TIERS = {
    "slack:update": Rate(per_second=50 / 60, burst=10),
    "slack:react": Rate(per_second=40 / 60, burst=10),
    "slack:whisper": Rate(per_second=100 / 60, burst=10),
    BUDGET: Rate(per_second=100 / 60, burst=10),
}


def rate_of(budget: str, *, posts_per_second: float) -> Rate | None:
    """The rate of a budget of ours at Slack; none at all when posts are not paced."""
    if not posts_per_second:
        return None
    if budget.startswith(POSTS):
        return Rate(per_second=posts_per_second, burst=POST_BURST)
    return TIERS.get(budget)
