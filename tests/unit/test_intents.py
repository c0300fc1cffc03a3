"""What must happen outside because of each event."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from bot.domain.events import (
    CUSTOMER,
    DESK,
    Actor,
    ChangeCarried,
    ChangeNotCarried,
    ChangeSent,
    ChangeUndone,
    CourtesyDropped,
    CustomerConfirmed,
    CustomerDeleted,
    CustomerEdited,
    CustomerReachable,
    CustomerReacted,
    CustomerUnreachable,
    CustomerWrote,
    EarlierWordsCame,
    Event,
    FileNotFetched,
    FileNotShown,
    FileRefused,
    FilesChanged,
    Hint,
    MessageId,
    NoteTaken,
    Offer,
    PartDecided,
    ReplyAccepted,
    ReplyChanged,
    ReplyDelayed,
    ReplyFailed,
    ReplyHeld,
    ReplyOffered,
    ReplyQueued,
    ReplyUncertain,
    ReplyWithdrawn,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEscalated,
    TicketOpened,
    TicketRated,
    TicketReopened,
    TicketSolved,
    TicketUnclaimed,
    acting,
)
from bot.domain.ids import AgentId, TicketNumber
from bot.domain.intents import (
    Intent,
    OpenThread,
    PostMessage,
    PostNotice,
    PostOffer,
    PostTrouble,
    Remind,
    SendToCustomer,
    ShowReaction,
    ShowReceipt,
    TakeBack,
    TellCustomer,
    UpdateCard,
    Whisper,
    intents_for,
)
from tests.clock import MONDAY

AGENT, SAM = AgentId("U-MIKA"), AgentId("U-SAM")
MIKA = acting(AGENT)
MESSAGE = MessageId(5)
DUE = MONDAY + timedelta(seconds=5)
IN_15 = MONDAY + timedelta(minutes=15)
RECEIPT = ShowReceipt(MESSAGE)
TOLD_LATER = TellCustomer(name="ticket.solved", due_at=MONDAY + timedelta(seconds=10))


REACTED = PostNotice(name="customer_reacted", people=(CUSTOMER,), words={"emoji": "👀"}, about=MESSAGE)


def reacted(emoji: str, *, as_emoji: bool = False, was_emoji: bool = False) -> CustomerReacted:
    return CustomerReacted(
        **base(CUSTOMER), message=MESSAGE, emoji=emoji, sent_at=MONDAY, as_emoji=as_emoji, was_emoji=was_emoji
    )


def base(actor: Actor = MIKA) -> dict[str, Any]:
    return {"ticket": TicketNumber(7), "actor": actor, "at": MONDAY}


def said(actor: Actor = MIKA) -> dict[str, Any]:
    return {**base(actor), "message": MESSAGE}


CASES: list[tuple[Event, tuple[Intent, ...]]] = [
    (TicketOpened(**said(CUSTOMER)), (OpenThread(), TellCustomer(name="ticket.received"))),
    (
        CustomerEdited(**base(CUSTOMER), message=MESSAGE, of=MessageId(4), on_card=False),
        (PostMessage(MESSAGE),),
    ),
    (
        CustomerEdited(**base(CUSTOMER), message=MESSAGE, of=MessageId(1), on_card=True),
        (PostMessage(MESSAGE), UpdateCard()),
    ),
    (reacted("👍", as_emoji=True), (ShowReaction(MESSAGE),)),
    (reacted("👀"), (REACTED,)),
    (reacted("👀", was_emoji=True), (ShowReaction(MESSAGE), REACTED)),
    (reacted("", was_emoji=True), (ShowReaction(MESSAGE),)),
    (reacted(""), (replace(REACTED, name="customer_unreacted", words={"emoji": ""}),)),
    (
        CustomerDeleted(**base(CUSTOMER), message=MESSAGE),
        (PostNotice(name="customer_deleted", people=(CUSTOMER,), about=MESSAGE),),
    ),
    (
        CustomerDeleted(**base(CUSTOMER), message=None),
        (PostNotice(name="customer_deleted_unknown", people=(CUSTOMER,)),),
    ),
    (CustomerWrote(**said(CUSTOMER)), (PostMessage(MESSAGE),)),
    (TicketClaimed(**base(), agent=AGENT), (PostNotice(name="claimed", people=(MIKA,)),)),
    (TicketReopened(**base(CUSTOMER)), (PostNotice(name="reopened", people=(CUSTOMER,)), TakeBack())),
    (TicketUnclaimed(**base(), agent=AGENT), (PostNotice(name="unclaimed", people=(MIKA,)),)),
    (TicketUnclaimed(**base(), agent=SAM), (PostNotice(name="unclaimed_from", people=(MIKA, acting(SAM))),)),
    (TicketAssigned(**base(), agent=SAM), (PostNotice(name="assigned", people=(MIKA, acting(SAM))),)),
    (ChangeUndone(**base(), what="claim"), (PostNotice(name="undone.claim", people=(MIKA,)),)),
    (ChangeUndone(**base(), what="close"), (PostNotice(name="undone.close", people=(MIKA,)), TakeBack())),
    (
        TicketEscalated(**base(), agent=AGENT, level=2, to=("team:2nd",), reason="refund"),
        (PostNotice(name="escalated", people=(MIKA, "team:2nd"), words={"level": "2", "reason": "refund"}),),
    ),
    (
        TicketEscalated(**base(), agent=AGENT, level=3, to=(), reason="refund"),
        (PostNotice(name="escalated_to_nobody", people=(MIKA,), words={"level": "3", "reason": "refund"}),),
    ),
    (
        TicketSolved(**base(), agent=AGENT, resolution=None),
        (PostNotice(name="solved", people=(MIKA,)), TOLD_LATER),
    ),
    (
        TicketSolved(**base(), agent=AGENT, resolution="paid"),
        (
            PostNotice(name="solved_with", people=(MIKA,), words={"resolution": "paid"}),
            TOLD_LATER,
        ),
    ),
    (TicketClosed(**base(DESK)), ()),
    (
        CustomerConfirmed(**base(CUSTOMER)),
        (TakeBack(), PostNotice(name="confirmed", people=(CUSTOMER,)), TellCustomer(name="ticket.rate")),
    ),
    (
        TicketRated(**base(CUSTOMER), rating=4),
        (PostNotice(name="rated", people=(CUSTOMER,), words={"stars": "★★★★☆"}), TellCustomer(name="ticket.rated")),
    ),
    (CustomerUnreachable(**base(CUSTOMER)), (PostNotice(name="unreachable", people=(CUSTOMER,)), UpdateCard())),
    (CustomerReachable(**base(CUSTOMER)), (PostNotice(name="reachable", people=(CUSTOMER,)), UpdateCard())),
    (ReplyQueued(**said(), due_at=DUE), (RECEIPT, SendToCustomer(message=MESSAGE, due_at=DUE))),
    (
        ReplyQueued(**said(), due_at=DUE, post=True),
        (PostMessage(MESSAGE), SendToCustomer(message=MESSAGE, due_at=DUE)),
    ),
    (ReplyChanged(**said(), due_at=DUE), (RECEIPT,)),
    (ReplyWithdrawn(**said()), (RECEIPT, UpdateCard())),
    *(
        (
            ReplyOffered(**said(), offer=offer),
            (PostOffer(MESSAGE, offer), RECEIPT, Remind(message=MESSAGE, due_at=IN_15)),
        )
        for offer in Offer
    ),
    (ReplyAccepted(**said(DESK)), (RECEIPT,)),
    (
        ReplyFailed(**said(DESK), part=3, reason="blocked"),
        (PostTrouble(message=MESSAGE, part=3, reason="blocked", uncertain=False), RECEIPT, UpdateCard()),
    ),
    (
        ReplyHeld(**said(DESK), reason="They are gone."),
        (PostOffer(MESSAGE, Offer.OUT_OF_REACH, "They are gone."), RECEIPT, UpdateCard()),
    ),
    (
        ReplyDelayed(**said(), reason="Telegram can't be reached."),
        (
            PostNotice(
                name="reply_delayed",
                people=(MIKA,),
                words={"why": "Telegram can't be reached."},
                about=MESSAGE,
            ),
        ),
    ),
    (
        CourtesyDropped(**said(DESK), reason="They are gone."),
        (PostNotice(name="courtesy_not_carried", people=(DESK,), words={"reason": "They are gone."}, about=MESSAGE),),
    ),
    (EarlierWordsCame(**said(CUSTOMER)), (PostMessage(MESSAGE),)),
    (
        ReplyUncertain(**said(DESK), part=3, reason="cut off"),
        (
            PostTrouble(message=MESSAGE, part=3, reason="cut off", uncertain=True),
            RECEIPT,
            UpdateCard(),
            Remind(message=MESSAGE, part=3, due_at=IN_15),
        ),
    ),
    (PartDecided(**said()), (RECEIPT, UpdateCard())),
    (NoteTaken(**said()), (RECEIPT,)),
    (NoteTaken(**said(), post=True), (PostMessage(MESSAGE),)),
    (NoteTaken(**said(), hint=Hint.NOT_SENT), (RECEIPT, Whisper(to=MIKA, name="not_sent", message=MESSAGE))),
    (ChangeSent(**said(), what="edit"), (RECEIPT,)),
    (ChangeCarried(**said(), what="edit"), (PostNotice(name="edit_carried", people=(MIKA,), about=MESSAGE),)),
    (
        ChangeNotCarried(**said(), what="delete", reason="It is gone."),
        (
            PostNotice(name="delete_not_carried", people=(MIKA,), words={"reason": "It is gone."}, about=MESSAGE),
            RECEIPT,
        ),
    ),
    (
        FileRefused(**said(), name="film.mp4", reason="too large"),
        (PostNotice(name="file_refused", people=(MIKA,), words={"file": "film.mp4", "why": "too large"}), RECEIPT),
    ),
    (FilesChanged(**said(), gone=("scan.png",), come=()), ()),
    (
        FileNotFetched(**said(DESK), part=3, reason="It is gone."),
        (PostTrouble(message=MESSAGE, part=3, reason="It is gone.", uncertain=False),),
    ),
    (
        FileNotFetched(**said(DESK), part=3, reason="Too big.", limit_mb=20),
        (
            PostTrouble(message=MESSAGE, part=3, reason="Too big.", uncertain=False),
            TellCustomer(name="ticket.file_too_big", words={"limit": "20 MB"}),
        ),
    ),
    (
        FileNotShown(**said(DESK), part=3, reason="Not allowed."),
        (PostTrouble(message=MESSAGE, part=3, reason="Not allowed.", uncertain=False),),
    ),
]


@pytest.mark.parametrize(("event", "expected"), CASES, ids=lambda it: type(it).__name__)
def test_an_event_brings_about(event: Event, expected: tuple[Intent, ...]) -> None:
    assert intents_for(event) == expected


def test_every_kind_of_event_stands_in_this_table() -> None:
    assert {type(event) for event, _ in CASES} == set(get_args(Event))


def test_only_a_queued_reply_and_the_desks_own_words_go_to_the_customer() -> None:
    reach = {
        type(event).__name__
        for event, intents in CASES
        if any(isinstance(intent, SendToCustomer | TellCustomer) for intent in intents)
    }

    assert reach == {
        *("ReplyQueued", "TicketOpened", "TicketSolved", "CustomerConfirmed", "TicketRated", "FileNotFetched"),
    }
