"""Which pace holds for what: towards customers as their channel says, in Slack as Slack says."""

import pytest

from bot.channels.base import Capabilities
from bot.channels.telegram.adapter import PACE as TELEGRAM
from bot.channels.whatsapp.adapter import PACE as WHATSAPP
from bot.delivery.paces import Paces, budget_of
from bot.rates import Rate
from bot.slack.paces import rate_of

PACES = Paces(
    {
        "telegram": Capabilities(label="Telegram", pace=TELEGRAM),
        "whatsapp": Capabilities(label="WhatsApp", pace=WHATSAPP),
        "mail": Capabilities(label="Mail"),
    }
)


@pytest.mark.parametrize(
    ("channel", "chat", "overall"),
    [
        ("telegram", Rate(per_second=1, burst=4), Rate(per_second=30, burst=10)),
        ("whatsapp", Rate(per_second=1 / 6, burst=10), Rate(per_second=80, burst=10)),
        ("mail", None, None),
    ],
)
def test_a_chat_has_a_pace_of_its_own_within_its_channels(
    channel: str, chat: Rate | None, overall: Rate | None
) -> None:
    budget = budget_of(channel, 17)
    whole = PACES.whole_of(budget)

    assert whole is not None
    assert budget.startswith(whole)
    assert not budget_of(f"{channel}s", 17).startswith(whole)
    assert (PACES.rate_of(budget), PACES.rate_of(whole)) == (chat, overall)
    assert PACES.whole_of(whole) is None


@pytest.mark.parametrize("budget", ["", "slack:post:telegram:1", "slack:update", "fax:17"])
def test_what_goes_to_no_customer_is_no_part_of_a_channel(budget: str) -> None:
    assert (PACES.rate_of(budget), PACES.whole_of(budget)) == (None, None)


@pytest.mark.parametrize(
    ("budget", "per_minute"),
    [
        ("slack:post:Support", 30), ("slack:update", 50), ("slack:react", 40), ("slack:whisper", 100),
        ("slack:home", 100), ("telegram:1", None), ("", None),
    ],
)  # fmt: skip
def test_slack_is_posted_to_as_the_settings_say_and_all_else_keeps_its_tier(
    budget: str, per_minute: float | None
) -> None:
    rate = rate_of(budget, posts_per_second=0.5)

    assert (rate and rate.per_second * 60) == (per_minute and pytest.approx(per_minute))
    assert rate_of(budget, posts_per_second=0) is None
