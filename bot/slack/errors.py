"""
What slack_sdk's errors mean for a delivery, sorted by their cause.

Source of the codes: Slack's reference of chat.postMessage, chat.update, reactions.add and conversations.replies.
"""

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from yarl import URL

from bot.calls import NEVER_SENT
from bot.errors import Away, DeliveryError, Down, Later, Meaning, Rejected, Unconfirmed
from bot.logs import masked

#: How a call of the SDK can fail; the last: its answer is JSON that is nested too deep.
FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError, RecursionError)

_LOST = "Slack's answer did not come: it may have arrived or not."
_ASKS_TO_WAIT = "Slack asks to wait."
_REINSTALL = "Slack does not accept the bot's token: install the app again and set SLACK_BOT_TOKEN."
_FORBIDDEN = "Slack does not let the app do this: ask an administrator of the workspace."
_NO_CARD = "The ticket's card is no longer in Slack."
_TOO_LONG = "The text is too long for Slack."
_FIXED = "Slack does not let this message be changed any more."

#: What Slack may forbid for files while it lets texts pass.
FORBIDS_FILES = frozenset({"no_permission", "access_denied", "restricted_action", "missing_scope"})

#: All that we know (docs/reference/errors.md explains them); any other is a refusal.
CODES: Mapping[str, Meaning] = {
    **dict.fromkeys(("ratelimited", "rate_limited", "message_limit_exceeded"), (Later, _ASKS_TO_WAIT)),
    **dict.fromkeys(
        ("service_unavailable", "team_added_to_org", "migration_in_progress"),
        (Later, "Slack says that it has a problem of its own."),
    ),
    **dict.fromkeys(("internal_error", "fatal_error", "request_timeout"), (Unconfirmed, _LOST)),
    # --- until somebody mends it
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type"),
        (Down, _REINSTALL),
    ),
    **dict.fromkeys(
        (
            "no_permission", "access_denied", "accesslimited", "ekm_access_denied", "enterprise_is_restricted",
            "org_login_required", "team_disabled", "team_access_not_granted", "two_factor_setup_required",
            "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
            "restricted_action_non_threadable_channel",
        ),
        (Down, _FORBIDDEN),
    ),
    "missing_scope": (Down, "The app lacks a permission in Slack: install it again from `loket manifest`."),
    "not_in_channel": (Down, "The bot is not in the Slack channel: invite it there."),
    "channel_not_found": (
        Down, "There is no such Slack channel, or the bot is not in it: invite it, or mend the settings.",
    ),
    "is_archived": (Down, "The Slack channel is archived: unarchive it."),
    # --- never
    "message_not_found": (Rejected, "The message is no longer in Slack."),
    **dict.fromkeys(("thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"), (Rejected, _NO_CARD)),
    **dict.fromkeys(("edit_window_closed", "cant_update_message", "is_inactive"), (Rejected, _FIXED)),
    "restricted_action_thread_locked": (Rejected, "The thread is locked in Slack."),
    **dict.fromkeys(("msg_too_long", "msg_blocks_too_long"), (Rejected, _TOO_LONG)),
    "no_text": (Rejected, "There is nothing in this message that Slack would show."),
    "file_upload_size_restricted": (Rejected, "The file is larger than this workspace allows."),
    "file_uploads_disabled": (Rejected, "This workspace does not allow files."),
    "file_uploads_except_images_disabled": (Rejected, "This workspace allows no files but pictures."),
    "storage_limit_reached": (Rejected, "The workspace has no room for files left."),
    **dict.fromkeys(
        ("blocked_file_type", "file_type_not_allowed", "slack_connect_blocked_file_type"),
        (Rejected, "This workspace does not allow files of this type."),
    ),
    **dict.fromkeys(
        ("slack_connect_file_upload_sharing_blocked", "slack_connect_clip_sharing_blocked"),
        (Rejected, "This workspace allows no files in channels that it shares with others."),
    ),
    "malware_detected": (Rejected, "Slack takes the file for a virus."),
}  # fmt: skip

# What is said of the bytes alone.
FILE_TOO_LARGE = "The file is larger than Slack takes."
FILE_NOT_TAKEN = "Slack did not take the file."

# Why a file can't be had.
FILE_HIDDEN = "Slack does not hand the file over: the app lacks files:read, install it again from `loket manifest`."
FILE_GONE = "The file is no longer in Slack."
FILE_OUTSIDE = "The file is kept outside of Slack: send the customer a link to it."
FILE_OVER_LIMIT = "Slack hides the file, because the workspace has reached its limit."
FILE_FORBIDDEN = "Slack does not let the app see the file."
FILE_NOT_BYTES = "Slack hands posts, lists and canvases over to nobody: export it as a file and send that."

_Answer = TypeVar("_Answer")


async def writing(call: Awaitable[_Answer]) -> _Answer:
    """Make a call that changes something in Slack; raises `DeliveryError`."""
    try:
        return await call
    except FAILURES as error:
        raise translated(error) from error


async def reading(call: Awaitable[_Answer]) -> _Answer:
    """Make a call that only asks, so that a lost answer is no doubt but worth another try; raises `DeliveryError`."""
    try:
        return await call
    except FAILURES as error:
        reason = translated(error)
        raise (Later(str(reason)) if isinstance(reason, Unconfirmed) else reason) from error


def method_of(url: URL) -> str:
    """The method of the Web API that a request calls; what goes elsewhere carries or fetches a file."""
    _, is_call, method = url.path.rpartition("/api/")
    return method if is_call else "file"


def code_of(error: BaseException | None) -> str:
    """Slack's own word for what went wrong; empty when Slack itself said nothing."""
    found = _body(error).get("error") if isinstance(error, SlackApiError) else None
    return found if isinstance(found, str) else ""


def translated(error: BaseException) -> DeliveryError:
    """The same in our words; never with the token or anybody's words in it."""
    if isinstance(error, SlackApiError):
        return _of_code(error, code) if (code := code_of(error)) else _of_gateway(error)
    return Away("slack", "Slack can't be reached.") if isinstance(error, NEVER_SENT) else Unconfirmed(_LOST)


def _of_code(error: SlackApiError, code: str) -> DeliveryError:
    kind, words = CODES.get(code, (Rejected, f"Slack refuses it ({masked(code)})."))
    if status_of(error) == 429:
        kind, words = Later, _ASKS_TO_WAIT
    return Later(words, after=_wait(error)) if kind is Later else kind(words)


def _of_gateway(error: SlackApiError) -> DeliveryError:
    """No answer of Slack's own: below 500 a gateway has let nothing through; else nobody knows how far it came."""
    if status_of(error) == 429:
        return Later(_ASKS_TO_WAIT, after=_wait(error))
    if 400 <= status_of(error) < 500:
        return Later("Something between here and Slack refuses the connection.")
    return Unconfirmed(_LOST)


def _body(error: SlackApiError) -> Mapping[str, Any]:
    """The SDK hands over its own response, or aiohttp's where the body was no JSON."""
    body = getattr(error.response, "data", None)
    return body if isinstance(body, dict) else {}


def status_of(error: SlackApiError) -> int:
    """The HTTP status of the answer; 0: unknown."""
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", None)
    return status if isinstance(status, int) else 0


def _wait(error: SlackApiError) -> timedelta | None:
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    seconds = headers.get("Retry-After", "")
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
