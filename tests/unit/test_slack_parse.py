"""What a message of Slack's may hold without harm to others."""

import pytest

from bot.slack import parse
from bot.slack.parse import Nothing, Posted

MOST = 2**63 - 1  #: of a position


def message(ts: object) -> dict[str, object]:
    return {"type": "message", "channel": "C1", "ts": ts, "thread_ts": "1.000001", "user": "U1", "text": "hello"}


@pytest.mark.parametrize("ts", ["9" * 30, "9" * 400, "9" * 5000, "1e5", "-1.5", "1_0.5", "1.5x", "1.123456x", "٣.٤", 5])
def test_a_message_without_a_time_is_nothing_and_has_no_place_in_its_lane(ts: object) -> None:
    assert isinstance(parse.happened({"event": message(ts)}), Nothing)
    assert parse.raw({"event": message(ts)}, text="{}").position == 0


@pytest.mark.parametrize("ts", ["1795262400.000100", "1795262400", "99999999999.999999"])
def test_every_time_that_is_taken_can_be_told(ts: str) -> None:
    said = parse.happened({"event": message(ts)})

    assert isinstance(said, Posted)
    assert said.sent_at.timestamp() == pytest.approx(float(ts))
    assert 0 < parse.raw({"event": message(ts)}, text="{}").position < MOST


def test_keys_that_begin_alike_stay_two() -> None:
    first, second = (parse.raw({"event": message("1" * 300 + end)}, text="{}").key for end in "12")

    assert first != second
