"""
Everything that the outbox shows in Slack: cards, thread messages, receipts, hints.

What is shown is drawn from the rows at the moment of sending, so a late part never tells an old truth.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.base import Capabilities
from bot.config import Config
from bot.delivery import attachments
from bot.delivery.customers import window_closes_at
from bot.delivery.ports import FETCH, FILE, SHOW, Delivered, Part
from bot.domain.events import DESK
from bot.domain.receipts import Receipt
from bot.domain.text import RichText, joined
from bot.errors import Down, Later, Rejected, Unconfirmed
from bot.logs import also
from bot.metrics import Metrics
from bot.models.database import instant, query
from bot.models.mapping import ticket_of
from bot.models.rows import EDIT, AttachmentRow, DeliveryRow, MessageRow, TicketRow
from bot.slack import blocks
from bot.slack.blocks import CardView, FromCustomer, Message, Say, Trouble
from bot.slack.errors import writing
from bot.slack.mrkdwn import literal
from bot.slack.people import People
from bot.slack.posting import Posting
from bot.slack.reactions import Reactions
from bot.slack.references import References
from bot.slack.uploads import Uploads, line_of, name_of
from bot.texts import Texts

NOT_DRAWN = -1  #: the version of a card that was found, not drawn: it is drawn again
STATES = frozenset({"update_card", "show_receipt", "show_reaction"})  #: may be shown twice, and are never given up
DECORATION = STATES | {"whisper"}

#: what a card says beside its ticket's row; with the last part to the customer that went wrong and about which nobody
#: has decided yet
_SHOWN = """
SELECT c.name, c.language, i.channel, i.last_inbound_at, i.blocked_at, m.id, m.about, m.kind, m.link, m.body AS first,
    d.state, d.error,
    (SELECT e.body FROM message AS e WHERE e.ticket_id = t.id AND e.about = m.id AND e.kind LIKE 'edit.%'
     ORDER BY e.seq DESC LIMIT 1) AS edited
FROM ticket AS t JOIN customer AS c ON c.id = t.customer_id JOIN identity AS i ON i.id = t.identity_id
JOIN message AS m ON m.ticket_id = t.id AND m.seq = 1
LEFT JOIN delivery AS d ON d.id = (
    SELECT MAX(w.id) FROM delivery AS w WHERE w.ticket_id = t.id AND w.kind = 'send'
    AND (w.state = 'failed' OR (w.state IN ('uncertain', 'held') AND w.announced_at IS NOT NULL)))
WHERE t.id = ?
"""

_ABOUT = {FETCH: "fetched", SHOW: "shown"}  #: what was to happen to a file, by the kind of part; else it was to be sent

_Build = Callable[[Part, TicketRow], Awaitable[Message | None]]


class SlackSurface:
    """
    Delivers the outbox's parts to Slack.

    ``client`` must not retry by itself (``retry_handlers=[]``). ``capabilities`` are those of the customer channels;
    one that is switched off is called by its own name.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        people: People,
        config: Config,
        texts: Texts,
        capabilities: Mapping[str, Capabilities],
        uploads: Uploads,
        now: Callable[[], datetime],
        metrics: Metrics | None = None,
    ) -> None:
        self._client = client
        self._uploads = uploads
        self._now = now
        self._people = people
        self._config = config
        self._texts = texts
        self._capabilities = capabilities
        self._metrics = metrics or Metrics()
        self._references = References(people, channel=self._channel)
        self._posting = Posting(client)
        self._reactions = Reactions(client, people, channel=self._channel)
        self._posts: Mapping[str, _Build] = {
            "post_message": self._message,
            "post_notice": self._notice,
            "post_offer": self._offer,
            "post_trouble": self._trouble,
            "post_reminder": self._reminder,
        }
        self._others: Mapping[str, Callable[[Part], Awaitable[Delivered]]] = {
            "open_thread": self._open_thread,
            "post_files": self._post_files,
            "post_alarm": self._alarm,
            "update_card": self._update_card,
            "show_receipt": self._reactions.receipt,
            "show_reaction": self._reactions.of_customer,
            "whisper": self._whisper,
        }

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of parts that this delivers."""
        return frozenset({*self._posts, *self._others})

    async def send(self, part: Part) -> Delivered:
        """Deliver the part or raise `bot.errors.DeliveryError`."""
        try:
            with self._metrics.delivery("slack"):
                return await self._others.get(part.kind, self._post_in_thread)(part)
        except (Down, Unconfirmed) as reason:
            again = part.kind in (DECORATION if isinstance(reason, Down) else STATES)
            if not again:
                raise
            raise Later(str(reason)) from reason  # no wait is named: that would stop the budget of all desks' cards

    async def find(self, part: Part) -> Delivered | None:
        """
        Look for the part in Slack; see `bot.delivery.ports.Sender`.

        What only shows a state can be shown again, and a hint is never given twice.
        """
        if part.kind in DECORATION:
            return Delivered() if part.kind == "whisper" else None
        try:
            if part.kind == "post_files":
                return await self._uploads.find(part, await self._thread(await _ticket(part)), now=self._now())
            if part.kind in self._posts:
                return (await self._found_in_thread([part]))[0]
            return await self._found_in_channel(part)
        except Down as reason:  # it can't be asked until somebody has mended it
            raise Later(str(reason)) from reason

    # --- posts

    async def _open_thread(self, part: Part) -> Delivered:
        row = await _ticket(part)
        channel = await self._channel(row)
        drawn = await self._card(row)
        delivered = await self._posting.post([part], drawn, channel=channel)
        return Delivered(key=delivered.key, facts={**delivered.facts, "version": row.version})

    async def _post_files(self, part: Part) -> Delivered:
        row = await _ticket(part)
        return await self._uploads.post(part, await self._thread(row), say=self._say(row), now=self._now())

    async def _thread(self, row: TicketRow) -> dict[str, str]:
        if row.thread_ts is None:
            raise Later("The ticket's card is not in Slack yet.")
        return {"channel_id": await self._channel(row), "thread_ts": row.thread_ts}

    async def _alarm(self, part: Part) -> Delivered:
        desk = self._config.desk_named(part.lane.removeprefix("desk:"))
        said = {**part.payload["words"]}
        if "reason" in said:
            said["reason"] = self._texts.reason(desk.language, said["reason"])
        words = {name: literal(str(word)) for name, word in said.items()}
        message = blocks.alarm(self._texts.say(desk.language, f"alarm.{part.payload['name']}", **words))
        return await self._posting.post([part], message, channel=await self._people.channel_id(desk.channel))

    async def _post_in_thread(self, part: Part) -> Delivered:
        row = await _ticket(part)
        place = await self._thread(row)
        message = await self._posts[part.kind](part, row)
        if message is None:
            return Delivered()
        return await self._posting.post([part], message, channel=place["channel_id"], thread_ts=place["thread_ts"])

    async def send_together(self, parts: Sequence[Part]) -> Delivered:
        """Deliver messages of one ticket's customer as one post or raise `bot.errors.DeliveryError`."""
        with self._metrics.delivery("slack"):
            row = await _ticket(parts[0])
            place, shown = await self._thread(row), list[Message]()
            for part in parts:
                written = await MessageRow.by_id(part.message)
                if (message := await self._message(part, row)) is not None:
                    shown.append(blocks.dated(message, written.sent_at))
            message = blocks.together(shown)
            return await self._posting.post(parts, message, channel=place["channel_id"], thread_ts=place["thread_ts"])

    async def find_together(self, parts: Sequence[Part]) -> Sequence[Delivered | None]:
        """Look for each of these messages in their ticket's thread, wherever it stands."""
        try:
            return await self._found_in_thread(parts)
        except Down as reason:
            raise Later(str(reason)) from reason

    # --- what stands in a thread; None: it is no longer worth saying

    async def _message(self, part: Part, row: TicketRow) -> Message | None:
        written, say = await MessageRow.by_id(part.message), self._say(row)
        if written.direction == "in":
            return await self._references.message(written, say, files=await self._files(row, written.id, written.kind))
        kind = "note" if written.direction == "note" else "reply"
        return blocks.agent_message(written.author_name, await _said(written), kind, say)

    async def _notice(self, part: Part, row: TicketRow) -> Message | None:
        say, name, words = self._say(row), part.payload["name"], part.payload["words"]
        if name == "reply_delayed" and (await MessageRow.by_id(part.payload["about"])).receipt != Receipt.WAITING:
            return None
        values: dict[str, object] = {key: literal(str(word)) for key, word in words.items()}
        if "why" in words:
            values["why"] = self._reason(row, words["why"])
        if name.endswith("_not_carried"):
            words = {**words, "reason": self._reason(row, words["reason"])}
        if part.payload.get("about") is not None:
            about = part.payload["about"]
            values["that"] = await self._references.named(about, stands=not name.startswith("delete_"))
        who, *whom = await self._mentions(part.payload["people"], say)
        if name in {"claimed", "assigned"}:
            mode, hold = self._config.replies.mode, self._config.replies.hold
            span = self._texts.span(self._config.desk_named(row.desk).language, hold)
            name, values = f"{name}.{mode}", {"hold": say("notice.hold", span=span) if hold else say("notice.no_hold")}
        sentence = say(f"notice.{name}", who=who, whom=", ".join(whom), **values)
        return blocks.notice(sentence, words.get("reason") or words.get("resolution") or "", say)

    async def _offer(self, part: Part, row: TicketRow) -> Message | None:
        written, say = await MessageRow.by_id(part.message), self._say(row)
        if written.receipt != Receipt.HELD:
            return None
        who, reason = await self._people.mention(written.author), self._reason(row, part.payload.get("reason", ""))
        return blocks.offer(part.payload["offer"], who, written.id, say, reason=reason)

    async def _trouble(self, part: Part, row: TicketRow) -> Message | None:
        sent = await DeliveryRow.by_id(part.payload["part"])
        if sent.state not in {"failed", "uncertain"}:
            return None
        reason = self._reason(row, part.payload["reason"])
        name = "uncertain" if part.payload["uncertain"] else "failed"
        if FILE in sent.payload:
            file = await AttachmentRow.by_id(sent.payload[FILE])
            found = Trouble(name=name, about=_ABOUT.get(sent.kind, "file"), reason=reason)
            return blocks.trouble(found, RichText.of(line_of(file, self._size(row))), sent.id, self._say(row))
        text = RichText.from_json(sent.payload["text"])
        return blocks.trouble(Trouble(name=name, reason=reason), text, sent.id, self._say(row))

    async def _reminder(self, part: Part, row: TicketRow) -> Message | None:
        written, say, about = await MessageRow.by_id(part.message), self._say(row), part.payload["part"]
        undecided = written.receipt == Receipt.HELD if about is None else await _is_uncertain(about)
        if not undecided:
            return None
        whom = written.author if written.author != DESK else row.owner and f"agent:{row.owner}"
        who = await self._people.mention(whom) if whom else say("notice.nobody")
        words = literal(blocks.preview((await _said(written)).plain))
        return blocks.notice(say(f"reminder.{'held' if about is None else 'uncertain'}", who=who, words=words), "", say)

    # --- what shows a state

    async def _update_card(self, part: Part) -> Delivered:
        row = await _ticket(part)
        if row.thread_ts is None:
            return Delivered()  # it will be posted as it is then
        drawn = await self._card(row)
        await writing(
            self._client.chat_update(
                channel=await self._channel(row), ts=row.thread_ts, text=drawn.text, blocks=drawn.blocks
            )
        )
        return Delivered(facts={"version": row.version})

    async def _whisper(self, part: Part) -> Delivered:
        row = await _ticket(part)
        message = await self._whispered(part, self._say(row))
        if row.thread_ts is None or message is None:
            return Delivered()
        place: dict[str, Any] = {"channel": await self._channel(row), "thread_ts": row.thread_ts}
        reader = part.payload["to"].partition(":")[2]
        with suppress(Rejected):  # who has left the channel needs no hint
            await writing(
                self._client.chat_postEphemeral(user=reader, text=message.text, blocks=message.blocks, **place)
            )
        return Delivered()

    async def _whispered(self, part: Part, say: Say) -> Message | None:
        if part.payload["name"] == "answer":
            return blocks.answer(part.payload["text"], part.payload.get("undo"), say)
        if part.payload["name"] != "not_sent":
            return blocks.answer(say(f"whisper.{part.payload['name']}"), None, say)
        message = await MessageRow.by_id(part.message)
        return blocks.whisper_not_sent(message.id, say) if message.receipt == Receipt.INTERNAL else None

    # --- drawing the card

    async def _card(self, row: TicketRow) -> Message:
        ticket, say = ticket_of(row), self._say(row)
        (shown,) = await query(_SHOWN, [row.id])
        channel, body = (
            shown["channel"],
            shown["edited"] or shown["first"],
        )  # JSON: a text in SQLite, and from PostgreSQL as it comes
        first = RichText.from_json(json.loads(body) if isinstance(body, str) else body).plain
        last_at = shown["last_inbound_at"] and instant(shown["last_inbound_at"])
        escalation, able = ticket.escalation, self._capabilities.get(channel)
        view = CardView(
            ticket=ticket,
            customer=shown["name"],
            channel=channel if able is None else able.label,
            language=shown["language"],
            first=FromCustomer(
                text=first,
                kind=shown["kind"],
                files=await self._files(row, shown["id"], shown["kind"]),
                link=shown["link"],
            ),
            is_edited=shown["edited"] is not None,
            answering="" if shown["about"] is None else await self._references.answered(shown["about"], say),
            owner=None if ticket.owner is None else await self._people.mention(f"agent:{ticket.owner}"),
            escalated_by="" if escalation is None else await self._people.mention(f"agent:{escalation.by}"),
            escalated_to=() if escalation is None else await self._mentions(escalation.to, say),
            first_reply_due_at=self._first_reply_due_at(row),
            previous=row.previous,
            trouble=shown["state"] and Trouble(name=shown["state"], reason=self._reason(row, shown["error"] or "")),
            window_closes_at=None if able is None else window_closes_at(able, last_at),
            reachable=shown["blocked_at"] is None,
        )
        return blocks.card(view, say)

    def _first_reply_due_at(self, row: TicketRow) -> datetime | None:
        return None if row.first_reply_at else row.opened_at + self._config.targets.first_response

    # --- finding what may have arrived

    async def _found_in_channel(self, part: Part) -> Delivered | None:
        name = part.lane.removeprefix("desk:")
        row = None if part.ticket is None else await _ticket(part)
        channel = (
            await self._channel(row) if row else await self._people.channel_id(self._config.desk_named(name).channel)
        )
        ts = (await self._posting.in_channel([part], channel))[part.mark]
        return None if ts is None else Delivered(key=ts, facts={"channel": channel, "ts": ts, "version": NOT_DRAWN})

    async def _found_in_thread(self, parts: Sequence[Part]) -> Sequence[Delivered | None]:
        row = await _ticket(parts[0])
        if row.thread_ts is None:
            return [None] * len(parts)
        channel = await self._channel(row)
        found = await self._posting.in_thread(parts, channel, row.thread_ts)
        keys = [found[part.mark] for part in parts]
        return [None if ts is None else Delivered(key=ts, facts={"channel": channel, "ts": ts}) for ts in keys]

    # --- where, and in which words

    def _say(self, row: TicketRow) -> Say:
        return partial(self._texts.say, self._config.desk_named(row.desk).language)

    async def _files(self, row: TicketRow, message: int, kind: str) -> list[str]:
        """A line for each file of a message; a text has none, and costs no question."""
        if kind.removeprefix(EDIT) == "text":
            return []
        return [line_of(file, self._size(row)) for file in await attachments.of_message(message)]

    def _size(self, row: TicketRow) -> Callable[[int], str]:
        return partial(self._texts.size, self._config.desk_named(row.desk).language)

    def _reason(self, row: TicketRow, sentence: str) -> str:
        return self._texts.reason(self._config.desk_named(row.desk).language, sentence)

    async def _channel(self, row: TicketRow) -> str:
        return row.slack_channel or await self._people.channel_id(self._config.desk_named(row.desk).channel)

    async def _mentions(self, people: Sequence[str], say: Say) -> list[str]:
        return [await self._people.mention(one, customer=say("notice.customer")) for one in people]


async def _ticket(part: Part) -> TicketRow:
    row = await TicketRow.by_id(part.ticket)
    also(ticket=row.number)
    return row


async def _said(message: MessageRow) -> RichText:
    """What an agent said: the words, and below them the names of the files."""
    body, files = RichText.from_json(message.body), await attachments.of_message(message.id)
    return joined(([body] if body else []) + [_named(file) for file in files], "\n")


def _named(file: AttachmentRow) -> RichText:
    return RichText.of(f"📎 {name_of(file)}")


async def _is_uncertain(part: int) -> bool:
    return await DeliveryRow.exists(id=part, state="uncertain")
