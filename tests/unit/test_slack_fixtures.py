"""What Slack's events mean, each as Slack documents it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.enclosures import Enclosed
from bot.domain.ids import AgentId, SlackChannel, SlackTs
from bot.domain.text import Mark, RichText, Span
from bot.slack import errors, parse
from bot.slack.parse import Deleted, Edited, Happened, HomeOpened, MembershipChanged, Nothing, Posted
from tests.unit.test_hostile_payloads import HITS, damaged

BODIES: dict[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parents[1] / "fixtures" / "slack").glob("*.json"))
}
EVENTS = {name: body for name, body in BODIES.items() if body.get("type") == "event_callback"}

DESK, CARD, TS, MIKA = (
    SlackChannel("C0SUPPORT"),
    SlackTs("1795262300.000100"),
    SlackTs("1795262400.000200"),
    "U0MIKA001",
)
BOLD, PRE, QUOTE = (frozenset({mark}) for mark in (Mark.BOLD, Mark.PRE, Mark.QUOTE))
SAID = Posted(
    channel=DESK, thread=CARD, ts=TS, user=AgentId(MIKA), is_bot=False, text=RichText.of("On its way"), broadcast=False
)


def said(*text: str | Span, **more: Any) -> Posted:
    spans = (Span(one) if isinstance(one, str) else one for one in text)
    return replace(SAID, text=RichText(tuple(spans)), **more)


def address(name: str) -> dict[str, str]:
    return {"url": f"https://files.slack.com/files-pri/T0LOKET01-{name}"}


SCAN = Enclosed(
    id="F0SCAN001", name="scan.png", mime="image/png", size_bytes=48213, source=address("F0SCAN001/download/scan.png")
)
LOG = Enclosed(
    id="F0NOTE001", name="error.log", mime="text/plain", size_bytes=812, source=address("F0NOTE001/download/error.log")
)
UNSEEN = Enclosed(id="F0ACME001", name="file", mime="", size_bytes=None, source={})
DRIVE = Enclosed(
    id="F0DRIVE01", name="Prices", mime="application/vnd.google-apps.spreadsheet", size_bytes=None,
    source={"url": "https://docs.example.com/prices"}, problem=errors.FILE_OUTSIDE,
)  # fmt: skip
CANVAS = replace(SCAN, id="F0CANVAS1", name="Plan", mime="application/vnd.slack-docs", problem=errors.FILE_NOT_BYTES)
HUGE = [part for _ in range(40) for part in (Span("Reinstall.", BOLD), " <it> " + "again and again " * 15)]

MEAN: dict[str, Happened] = {
    # words in a thread
    "message": SAID,
    "message_without_blocks": said(
        "On its ", Span("way", BOLD), " & soon ", Span("here", link="https://example.org")
    ),
    "message_with_mentions": said(
        Span("@someone", mention="user:U0BUDI001"), " and ", Span("@group", mention="group:S0LEADS01"), ", see ",
        Span("#channel", mention="channel:C0GENERAL"), " ", Span("@here", mention="special:here"),
    ),
    "message_of_emoji_and_dates": said("🎉 21 Nov 2026 #ff8800"),
    "message_of_lists_and_code": said(
        "1. open it\n2. ", Span("run", BOLD), "\n", Span("loket check", PRE), "\n", Span("as you wrote", QUOTE)
    ),
    "message_huge": replace(said(*HUGE), text=said(*HUGE).text.stripped()),
    "message_with_a_forwarded_one": said("see this"),  # never what it forwards
    "message_of_a_workflow": said("Form filled in", user=None, is_bot=True),
    "message_of_another_app": said("Deployed", user=AgentId("U0DEPLOY1"), is_bot=True),
    "message_of_ourselves": said("Ada wrote", user=AgentId("U0LOKETB1"), is_bot=True),
    "message_of_a_stranger": said("Hello from Acme", user=AgentId("U0STRANG1")),
    "me_message": said("is on it"),
    "thread_broadcast": said("Solved for all", broadcast=True),
    "app_mention": said(Span("@someone", mention="user:U0LOKETB1"), " close sent a new one"),
    # files
    "file_share": said("Here is the scan", files=(SCAN, LOG)),
    "file_share_without_words": said(files=(SCAN,)),
    "file_share_to_be_looked_up": said("From Acme", files=(UNSEEN,)),
    "file_share_forbidden": said("Secret", files=(replace(UNSEEN, id="F0SECRET1", problem=errors.FILE_FORBIDDEN),)),
    "file_share_external": said("In the drive", files=(DRIVE,)),
    "file_share_canvas": said("Our plan", files=(CANVAS,)),
    "file_share_hidden_by_limit": said(
        "Old one", files=(replace(UNSEEN, id="F0OLD0001", problem=errors.FILE_OVER_LIMIT),)
    ),
    # changes
    "message_changed": Edited(before=said("On its wya"), after=said("On its way today")),
    "message_changed_file_gone": Edited(before=said("Here", files=(SCAN, LOG)), after=said("Here", files=(LOG,))),
    "message_deleted": Deleted(was=said("Wrong answer")),
    # people
    "member_joined_channel": MembershipChanged(channel=DESK, user=AgentId(MIKA)),
    "member_left_channel": MembershipChanged(channel=DESK, user=AgentId(MIKA)),
    "app_home_opened": HomeOpened(user=AgentId(MIKA), hash="1795262000.abcdefgh"),
    "app_home_opened_for_the_first_time": HomeOpened(user=AgentId(MIKA), hash=None),
    # of no concern
    "app_home_opened_messages": Nothing("another tab"),
    "message_changed_by_a_preview": Nothing("a preview"),
    **dict.fromkeys(
        ("message_in_the_channel", "message_in_a_direct_conversation", "message_deleted_without_what_it_was"),
        Nothing("not in a thread"),
    ),
    **dict.fromkeys(
        ("message_replied", "message_changed_into_a_tombstone", *(one for one in EVENTS if one.startswith("remark_"))),
        Nothing("not somebody's words"),
    ),
    **dict.fromkeys(
        ("channel_archive", "channel_unarchive", "channel_deleted", "link_shared"), Nothing("a kind of no concern")
    ),
    **dict.fromkeys(
        (
            *("channel_rename", "channel_id_changed", "reaction_added", "reaction_removed", "tokens_revoked"),
            *("app_uninstalled", "user_change", "team_join", "subteam_updated"),
        ),
        Nothing("no channel"),
    ),
}  # fmt: skip

THREAD = f"{DESK}:{CARD}"
KEYS = {  #: and lanes; a message has the same key in every event that tells of it
    **dict.fromkeys((name for name in EVENTS if isinstance(MEAN.get(name), Posted)), (f"{DESK}:{TS}", THREAD)),
    "message_changed": (f"{DESK}:{TS}:edit:1795262410.000000", THREAD),
    "message_changed_by_a_preview": (f"{DESK}:{TS}:edit:1795262402.000300", THREAD),
    "message_changed_into_a_tombstone": (f"{DESK}:{CARD}:edit:1795262413.000300", THREAD),
    "message_deleted": (f"{DESK}:{TS}:deleted", THREAD),
    "message_deleted_without_what_it_was": (f"{DESK}:{TS}:deleted", f"{DESK}:None"),
    "member_joined_channel": ("Ev0LOKET001", "workspace"),
    "tokens_revoked": ("Ev0LOKET001", "workspace"),
    "app_home_opened": ("Ev0LOKET001", f"home:{MIKA}"),
}


def test_every_event_is_expected_to_mean_something() -> None:
    assert MEAN.keys() == EVENTS.keys()


@pytest.mark.parametrize("name", MEAN)
def test_what_an_event_means(name: str) -> None:
    assert parse.happened(EVENTS[name]) == MEAN[name]


@pytest.mark.parametrize("name", KEYS)
def test_where_an_event_is_kept(name: str) -> None:
    row = parse.raw(EVENTS[name], text="as it came")

    assert ((row.key, row.lane), row.body) == (KEYS[name], "as it came")


@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_event_always_means_something_and_has_a_place(data: st.DataObject) -> None:
    body = damaged(data.draw(st.sampled_from(list(EVENTS.values()))), data.draw(HITS))
    assert isinstance(body, dict)

    row = parse.raw(body, text="as it came")

    assert 0 <= row.position < 2**63
    assert isinstance(parse.happened(body), get_args(Happened))


@settings(max_examples=50)
@given(data=st.data())
def test_a_damaged_form_is_read_as_far_as_it_can_be(data: st.DataObject) -> None:
    forms = [body["view"] for name, body in BODIES.items() if name.startswith("view_submission")]
    view = damaged(data.draw(st.sampled_from(forms)), data.draw(HITS))
    assert isinstance(view, dict)

    filled = parse.filled(view)

    filled.words.plain.encode()  # can be stored


@pytest.mark.parametrize("person", ["\ud800", "U0\0", "", 7, {}])
def test_a_form_without_a_person_mentions_nobody(person: object) -> None:
    field = {"type": "users_select", "selected_user": person}

    filled = parse.filled({"state": {"values": {"target": {"value": field}}}})

    assert filled.words.plain == ""
