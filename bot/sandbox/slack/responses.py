"""
Answers of the app to an interaction: with the acknowledgement, or later at its ``response_url``.

Source: docs.slack.dev/interactivity/handling-user-interaction.
"""

import secrets
from datetime import timedelta

from bot.sandbox.slack.api_chat import message_content, show_ephemeral
from bot.sandbox.slack.arguments import ApiError, Args
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.state import Ephemeral, Json, Message, ResponseUrl

URL_LIVES = timedelta(minutes=30)
MOST_USES = 5


def new_response_url(core: Core, record: ResponseUrl) -> str:
    """An address for answers to an interaction."""
    secret = secrets.token_hex(12)
    core.workspace.response_urls[secret] = record
    return f"{core.base}/respond/{secret}"


def respond_at(core: Core, secret: str, body: Json) -> None:
    """
    Take an answer at a ``response_url``.

    Raises:
        ApiError: The address is unknown, too old or used up, or the answer is not a message.
    """
    record = core.workspace.response_urls.get(secret)
    if record is None:
        raise ApiError("invalid_url")
    if core.workspace.clock() - record.made_at > URL_LIVES:
        raise ApiError("expired_url")
    if record.uses >= MOST_USES:
        raise ApiError("used_url")
    record.uses += 1
    respond(core, record, body)


def respond(core: Core, record: ResponseUrl, body: Json) -> None:
    """Do what an answer says: delete or replace the original, or post."""
    args = Args(body)
    if args.flag("delete_original"):
        return _delete(core, record)
    content = message_content(args, had="")
    if args.flag("replace_original") and record.ts:
        return _replace(core, record, content)
    root = args.text("thread_ts") if record.threads else ""
    author = {"user": core.workspace.bot_user, "bot_id": core.workspace.bot_id, "app_id": core.workspace.app_id}
    if args.text("response_type") == "in_channel":
        core.post(core.workspace.channels[record.channel], {**author, **content}, root=root or None)
    else:
        own = {"type": "message", "ts": core.workspace.next_ts(), **author, **({"thread_ts": root} if root else {})}
        show_ephemeral(core, Ephemeral(record.user, record.channel, {**own, **content}))
    return None


def _original(core: Core, record: ResponseUrl) -> Message | Ephemeral:
    if record.ephemeral:
        found = find_ephemeral(core, record.user, record.ts or "")
        if found is not None:
            return found
    elif message := core.workspace.channels[record.channel].messages.get(record.ts or ""):
        return message
    raise ApiError("message_not_found")


def find_ephemeral(core: Core, user: str, ts: str) -> Ephemeral | None:
    """What this person alone sees under this ``ts``."""
    return next((one for one in core.workspace.ephemerals if one.user == user and one.body["ts"] == ts), None)


def _delete(core: Core, record: ResponseUrl) -> None:
    original = _original(core, record)
    if isinstance(original, Message):
        return core.delete(original)
    core.workspace.ephemerals.remove(original)
    frame = {"type": "ephemeral_deleted", "channel": original.channel, "ts": original.body["ts"]}
    return core.live.tell([original.user], frame)


def _replace(core: Core, record: ResponseUrl, content: Json) -> None:
    original = _original(core, record)
    kept = {name: value for name, value in original.body.items() if name != "blocks"}
    if isinstance(original, Message):
        return core.change(original, {**kept, **content})
    original.body = {**kept, **content}
    frame = {"type": "ephemeral_changed", "channel": original.channel, "ts": kept["ts"], "message": original.shown()}
    return core.live.tell([original.user], frame)
