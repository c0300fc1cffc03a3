"""The ``chat.*`` and ``reactions.*`` methods. Source: docs.slack.dev/reference/methods."""

import secrets
from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack import emoji
from bot.sandbox.slack.arguments import ApiError, Args, channel_of, message_of, need_scope, readable_channel
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.rules import check_blocks
from bot.sandbox.slack.state import Channel, Ephemeral, Json, Message

LONGEST_TEXT = 40_000  # a longer one is cut
LONGEST_UPDATE = 4_000  # a longer one is refused
_CUSTOM = ("username", "icon_emoji", "icon_url")


def post_message(core: Core, args: Args) -> Json:
    """chat.postMessage"""
    channel = _postable(core, args)
    root = _root(channel, args)
    body = _own_body(core, args)
    if root and args.flag("reply_broadcast"):
        body["subtype"] = "thread_broadcast"
    message = core.post(channel, body, root=root)
    return {"channel": channel.id, "ts": message.ts, "message": core.workspace.shown(message)}


def _postable(core: Core, args: Args) -> Channel:
    need_scope(core, "chat:write")
    if any(args.text(name) for name in _CUSTOM):
        need_scope(core, "chat:write.customize")
    channel = channel_of(core, args)
    if channel.archived:
        raise ApiError("is_archived")
    granted = core.installed.scopes or frozenset()
    open_to_all = channel.kind == "channel" and "chat:write.public" in granted
    if core.workspace.bot_user not in channel.members and not open_to_all:
        raise ApiError("not_in_channel")
    return channel


def _root(channel: Channel, args: Args) -> str | None:
    ts = args.text("thread_ts")
    if not ts:
        return None
    root = channel.messages.get(ts)
    if root is None or root.root is not None:
        raise ApiError("thread_not_found")
    if root.body.get("subtype") == "tombstone":
        raise ApiError("cannot_reply_to_message")
    return ts


def _own_body(core: Core, args: Args) -> Json:
    """A message of the bot; in a customised name it has no user (then it arrives as ``bot_message``)."""
    content = message_content(args, had="")
    workspace = core.workspace
    body = {**content, "bot_id": workspace.bot_id, "app_id": workspace.app_id, "team": workspace.team_id}
    if any(args.text(name) for name in _CUSTOM):
        icons = {"emoji": args.text("icon_emoji")} if args.text("icon_emoji") else {}
        body |= {"subtype": "bot_message", "username": args.text("username", "sandbox"), "icons": icons}
    else:
        body |= {"user": workspace.bot_user}
    return body


def message_content(args: Args, *, had: str) -> Json:
    """``text``, ``blocks`` and ``metadata`` of a call, checked; ``had`` is the text when none is given."""
    blocks = args.structure("blocks", "invalid_blocks_format")
    text = args.text("text", had if blocks else "")
    if not blocks and not text.strip():
        raise ApiError("no_text")
    content: Json = {"text": text[:LONGEST_TEXT]}
    if blocks:
        if problems := check_blocks(blocks, surface="message"):
            raise ApiError("invalid_blocks", problems)
        content["blocks"] = numbered(blocks)
    if args.has("metadata"):
        content["metadata"] = _metadata(args.structure("metadata", "invalid_metadata_format"))
    return content


def numbered(blocks: list[Json]) -> list[Json]:
    """Blocks with the ids that Slack gives to those that have none."""
    return [_with_action_ids({"block_id": secrets.token_hex(3), **block}) for block in blocks]


def _with_action_ids(block: Json) -> Json:
    match block:
        case {"type": "actions", "elements": elements}:
            return {**block, "elements": [_with_action_id(element) for element in elements]}
        case {"type": "input", "element": element}:
            return {**block, "element": _with_action_id(element)}
        case {"type": "section", "accessory": element} if element["type"] != "image":
            return {**block, "accessory": _with_action_id(element)}
    return block


def _with_action_id(element: Json) -> Json:
    return {"action_id": secrets.token_hex(3), **element}


def _metadata(value: Any) -> Json:
    well_formed = (
        isinstance(value, dict)
        and set(value) <= {"event_type", "event_payload", "entities"}
        and isinstance(value.get("event_type"), str)
        and isinstance(value.get("event_payload"), dict)
    )
    if not well_formed:
        raise ApiError("invalid_metadata_format")
    return dict(value)


def update(core: Core, args: Args) -> Json:
    """chat.update: text without blocks removes the blocks; metadata that is not given stays."""
    need_scope(core, "chat:write")
    channel = readable_channel(core, args)
    message = message_of(channel, args.need("ts"))
    if message.body.get("bot_id") != core.workspace.bot_id or message.body.get("subtype") == "tombstone":
        raise ApiError("cant_update_message")
    if len(args.text("text")) > LONGEST_UPDATE:
        raise ApiError("msg_too_long")
    content = message_content(args, had=message.body.get("text", ""))
    kept = {name: value for name, value in message.body.items() if name != "blocks"}
    if "blocks" not in content:
        ts = core.workspace.next_ts()
        kept["edited"] = {"user": core.workspace.bot_user, "ts": ts}
    core.change(message, {**kept, **content})
    shown = core.workspace.shown(message)
    return {"channel": channel.id, "ts": message.ts, "text": shown["text"], "message": shown}


def delete(core: Core, args: Args) -> Json:
    """chat.delete: own messages, but not those in a customised name."""
    need_scope(core, "chat:write")
    channel = readable_channel(core, args)
    message = message_of(channel, args.need("ts"))
    if message.author != core.workspace.bot_user:
        raise ApiError("cant_delete_message")
    core.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(core: Core, args: Args) -> Json:
    """chat.postEphemeral: in a thread, shown only when that already has replies."""
    channel = _postable(core, args)
    user = args.need("user")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    root = _root(channel, args)
    body = {**_own_body(core, args), "ts": core.workspace.next_ts()}
    if root is None or channel.replies(root):
        show_ephemeral(core, Ephemeral(user, channel.id, body | ({"thread_ts": root} if root else {})))
    return {"message_ts": body["ts"]}


def show_ephemeral(core: Core, ephemeral: Ephemeral) -> None:
    """Show something to one person."""
    core.workspace.ephemerals.append(ephemeral)
    frame = {"type": "ephemeral", "channel": ephemeral.channel, "message": ephemeral.shown()}
    core.live.tell([ephemeral.user], frame)


def get_permalink(core: Core, args: Args) -> Json:
    """chat.getPermalink"""
    channel = channel_of(core, args)
    message = message_of(channel, args.need("message_ts"))
    address = f"https://{core.workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    query = f"?thread_ts={message.root}&cid={channel.id}" if message.root else ""
    return {"channel": channel.id, "permalink": address + query}


# --- reactions


def add_reaction(core: Core, args: Args) -> Json:
    """reactions.add"""
    need_scope(core, "reactions:write")
    message, name = _reaction(core, args)
    if not core.react(message, core.workspace.bot_user, name):
        raise ApiError("already_reacted")
    return {}


def remove_reaction(core: Core, args: Args) -> Json:
    """reactions.remove"""
    need_scope(core, "reactions:write")
    message, name = _reaction(core, args)
    if not core.unreact(message, core.workspace.bot_user, name):
        raise ApiError("no_reaction")
    return {}


def _reaction(core: Core, args: Args) -> tuple[Message, str]:
    name = emoji.canonical(args.text("name"))
    if name is None:
        raise ApiError("invalid_name")
    channel = readable_channel(core, args)
    message = message_of(channel, args.need("timestamp"))
    return message, name


def get_reactions(core: Core, args: Args) -> Json:
    """reactions.get"""
    need_scope(core, "reactions:read")
    channel = readable_channel(core, args)
    message = message_of(channel, args.need("timestamp"))
    return {"type": "message", "channel": channel.id, "message": core.workspace.shown(message)}


METHODS: Mapping[str, Any] = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": get_permalink,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "reactions.get": get_reactions,
}
