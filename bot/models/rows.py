"""
The tables: columns and constraints, nothing that acts.

Instants are aware UTC. Rows are never deleted by way of another row (RESTRICT), and have no way back from the one to
the many: a query says what it loads. What a status, a direction or a kind may be is said by the domain.
"""

import json
from typing import Any, cast

from tortoise import fields
from tortoise.indexes import Index

from bot.models.row import Row

Json = dict[str, Any]


def _nullable_text() -> fields.Field[str | None]:
    return cast("fields.Field[str | None]", fields.TextField(null=True))  # its own type forgets that it is nullable


def _json() -> fields.JSONField[Json]:
    return fields.JSONField(encoder=json.dumps, decoder=json.loads)  # named, so that the schema can't depend on orjson


class InboxRow(Row):
    """What a platform handed over, untouched, until it is processed."""

    id = fields.BigIntField(primary_key=True)
    source = fields.CharField(20)
    key = fields.CharField(255)  # unique within the source
    lane = fields.CharField(255)  # order holds inside it
    position = fields.BigIntField()  # the order inside the lane
    body = fields.TextField(source_field="raw")  # as it came (Tortoise keeps the name `raw` for itself)
    received_at = fields.DatetimeField()
    state = fields.CharField(12)  # new | done | parked | discarded | pruned (its body is gone)
    attempts = fields.IntField(default=0)
    next_at = fields.DatetimeField()  # not to be tried before
    error = _nullable_text()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "inbox"
        unique_together = (("source", "key"),)
        indexes = (Index(fields=("state", "next_at")), Index(fields=("lane", "state")))


class CustomerRow(Row):
    """A person who asks."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(255)
    language = fields.CharField(8, null=True)  # what the platform hints at
    created_at = fields.DatetimeField()
    chosen_language = fields.CharField(8, null=True)  # the customer's own choice, which goes before the hint

    class Meta:
        table = "customer"


class IdentityRow(Row):
    """An address of a customer in one of our accounts of a channel."""

    id = fields.IntField(primary_key=True)
    customer: fields.ForeignKeyRelation[CustomerRow] = fields.ForeignKeyField(
        "models.CustomerRow", related_name=False, on_delete=fields.RESTRICT, db_index=True
    )
    customer_id: int
    channel = fields.CharField(20)
    account = fields.CharField(64)
    key = fields.CharField(128)  # made and read only in the channel's folder
    created_at = fields.DatetimeField()
    last_inbound_at = fields.DatetimeField(null=True)  # the customer's last message, by the platform's clock
    blocked_at = fields.DatetimeField(null=True)  # since when nothing reaches the customer here
    new_wanted_at = fields.DatetimeField(null=True)  # the customer asked that the next message opens a ticket

    class Meta:
        table = "identity"
        unique_together = (("channel", "account", "key"),)


class AliasRow(Row):
    """Another key under which a platform may speak of the same address."""

    id = fields.IntField(primary_key=True)
    identity: fields.ForeignKeyRelation[IdentityRow] = fields.ForeignKeyField(
        "models.IdentityRow", related_name=False, on_delete=fields.RESTRICT, db_index=True
    )
    identity_id: int
    channel = fields.CharField(20)
    account = fields.CharField(64)
    key = fields.CharField(128)
    created_at = fields.DatetimeField()

    class Meta:
        table = "alias"
        unique_together = (("channel", "account", "key"),)


class TicketRow(Row):
    """A ticket as it stands now; how it came there is in the journal."""

    id = fields.IntField(primary_key=True)
    number = fields.IntField(unique=True)  # what people read as #42
    desk = fields.CharField(80)
    customer: fields.ForeignKeyRelation[CustomerRow] = fields.ForeignKeyField(
        "models.CustomerRow", related_name=False, on_delete=fields.RESTRICT, db_index=True
    )
    customer_id: int
    identity: fields.ForeignKeyRelation[IdentityRow] = fields.ForeignKeyField(
        "models.IdentityRow", related_name=False, on_delete=fields.RESTRICT
    )
    identity_id: int
    subject = fields.CharField(200)
    status = fields.CharField(12)
    owner = fields.CharField(32, null=True)
    level = fields.IntField(default=1)  # of escalation, from 1
    escalated_by = fields.CharField(32, null=True)
    escalated_to = fields.CharField(255, null=True)
    escalated_at = fields.DatetimeField(null=True)
    escalation_reason = _nullable_text()
    resolution = _nullable_text()
    previous = fields.IntField(null=True)  # the number of the linked earlier ticket
    slack_channel = fields.CharField(32, null=True)  # None until the card stands
    thread_ts = fields.CharField(32, null=True)  # None until the card stands
    opened_at = fields.DatetimeField()
    first_reply_at = fields.DatetimeField(null=True)
    solved_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    last_customer_at = fields.DatetimeField()
    last_agent_at = fields.DatetimeField(null=True)
    next_due_at = fields.DatetimeField(null=True)  # when a timer of this ticket must be looked at
    version = fields.IntField(default=0)
    survey = fields.CharField(12, null=True)  # how far the questions after the end have come
    rating = fields.SmallIntField(null=True)  # 1 to 5
    rating_comment = _nullable_text()
    rated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "ticket"
        indexes = (
            Index(fields=("status",)),
            Index(fields=("next_due_at",)),
            Index(fields=("identity_id", "status")),
            Index(fields=("slack_channel", "thread_ts")),
            Index(fields=("owner", "status")),
            Index(fields=("opened_at",)),
            Index(fields=("solved_at",)),
            Index(fields=("first_reply_at",)),
        )


EDIT = "edit."  #: what the kind of a message's further version begins with
WAS = "was."  #: and that of an earlier one, which came after its change


class MessageRow(Row):
    """What the customer wrote, what an agent answered, and what stayed internal."""

    id = fields.IntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[TicketRow] = fields.ForeignKeyField(
        "models.TicketRow", related_name=False, on_delete=fields.RESTRICT
    )
    ticket_id: int
    seq = fields.IntField()  # from 1 within the ticket
    direction = fields.CharField(8)  # in | out | note
    author = fields.CharField(80)
    author_name = fields.CharField(255, default="")
    body = cast("fields.JSONField[list[Json]]", _json())  # a RichText as JSON
    kind = fields.CharField(24)
    sent_at = fields.DatetimeField()  # by the platform's clock
    arrived_at = fields.DatetimeField()  # by ours
    external_key = fields.CharField(255, null=True, unique=True)
    slack_ts = fields.CharField(32, null=True)
    receipt = fields.CharField(12, null=True)  # what the reaction should say; None: a customer's, or a deleted note
    receipt_shown = fields.CharField(12, null=True)  # what it says
    album = fields.CharField(255, null=True)  # what its files have in common on the platform
    about = fields.IntField(null=True)  # the message that it quotes, or is a new version of
    link = _nullable_text()  # an address that we made, such as of a map

    class Meta:
        table = "message"
        unique_together = (("ticket", "seq"),)
        indexes = (
            Index(fields=("ticket_id", "slack_ts")),
            Index(fields=("slack_ts",)),
            Index(fields=("receipt",)),
            Index(fields=("album",)),
        )


DROPPED = "dropped"  #: the state of a file that was taken out of its message; the row stays, as a trace


class AttachmentRow(Row):
    """A file of a message, on its way in either direction; its bytes are on the disk only while it is ``here``."""

    id = fields.BigIntField(primary_key=True)
    message: fields.ForeignKeyRelation[MessageRow] = fields.ForeignKeyField(
        "models.MessageRow", related_name=False, on_delete=fields.RESTRICT
    )
    message_id: int
    position = fields.IntField()  # from 1 within the message
    kind = fields.CharField(24)  # photo, document, voice, …
    name = fields.CharField(255)  # as its sender calls it
    mime = fields.CharField(100)  # as its platform calls it; what it is shows when it is here
    size_bytes = fields.BigIntField(null=True)  # None: not known before it is here
    sha256 = fields.CharField(64, null=True)  # of what was fetched
    source = _json()  # what its platform needs to hand it over
    state = fields.CharField(12)  # waiting | here | done | failed | dropped
    slack_file = fields.CharField(32, null=True)  # what it is called in Slack, kept before the upload is completed
    error = _nullable_text()
    created_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "attachment"
        unique_together = (("message", "position"),)
        indexes = (Index(fields=("state", "created_at")),)


class DeliveryRow(Row):
    """One part that must leave: the outbox."""

    id = fields.BigIntField(primary_key=True)
    lane = fields.CharField(80)
    seq = fields.BigIntField()  # the place in the lane; what was put there together shares it, in the order of `part`
    kind = fields.CharField(32)
    budget = fields.CharField(120, default="")  # the pace that it must keep to
    ticket: fields.ForeignKeyNullableRelation[TicketRow] = fields.ForeignKeyField(
        "models.TicketRow", related_name=False, on_delete=fields.RESTRICT, db_index=True, null=True
    )
    ticket_id: int | None
    message: fields.ForeignKeyNullableRelation[MessageRow] = fields.ForeignKeyField(
        "models.MessageRow", related_name=False, on_delete=fields.RESTRICT, db_index=True, null=True
    )
    message_id: int | None
    payload = _json()
    state = fields.CharField(12)  # held | queued | sending | done | later | uncertain | failed | discarded
    rank = fields.SmallIntField(default=0)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    lease_until = fields.DatetimeField(null=True)
    tried_at = fields.DatetimeField(null=True)
    announced_at = fields.DatetimeField(null=True)  # when the thread was told that nobody knows; the lane goes on
    external_key = fields.CharField(128, null=True)  # how the other side calls what arrived
    error = _nullable_text()
    cause = fields.CharField(255)  # why it must leave; with the part, unique
    part = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery"
        unique_together = (("cause", "part"),)
        indexes = (
            Index(fields=("state", "due_at")),
            Index(fields=("lane", "state", "seq")),
            Index(fields=("external_key",)),
        )


class JournalRow(Row):
    """Everything that happened, in order, for ever."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    event = fields.CharField(40)
    ticket: fields.ForeignKeyNullableRelation[TicketRow] = fields.ForeignKeyField(
        "models.TicketRow", related_name=False, on_delete=fields.RESTRICT, null=True
    )
    ticket_id: int | None
    actor = fields.CharField(64)
    data = _json()

    class Meta:
        table = "journal"
        indexes = (Index(fields=("ticket_id", "id")), Index(fields=("event", "at")))


class SeenRow(Row):
    """A cause that was handled already."""

    key = fields.CharField(255, primary_key=True)
    at = fields.DatetimeField()

    class Meta:
        table = "seen"


class CounterRow(Row):
    """A number that is kept under a name, such as the last ticket's."""

    name = fields.CharField(40, primary_key=True)
    value = fields.BigIntField()

    class Meta:
        table = "counter"
