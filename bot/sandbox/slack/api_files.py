"""
Files of the app: announced, sent, shared.

Source: docs.slack.dev/messaging/working-with-files and the reference of both methods. What Slack does with bytes of
another length than announced is not documented; here they are refused, so that nobody relies on it.
"""

import mimetypes
import secrets
from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.arguments import ApiError, Args, channel_of, need_scope
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.state import Json, Upload

MOST_BYTES = 1024**3
PREVIEW = 1000  # characters of a text that a message shows
PREVIEW_LINES = 5


def get_upload_url(core: Core, args: Args) -> Json:
    """files.getUploadURLExternal"""
    need_scope(core, "files:write")
    name, length = args.need("filename"), args.number("length", 0)
    if not 0 < length <= MOST_BYTES:
        raise ApiError("invalid_arguments", ["[ERROR] must be greater than 0: length"])
    upload = Upload(core.workspace.next_id("F"), name, length, secrets.token_hex(12))
    core.workspace.uploads[upload.id] = upload
    return {"upload_url": f"{core.base}/upload/{upload.secret}", "file_id": upload.id}


def take(core: Core, secret: str, content: bytes) -> str:
    """
    Take a file's bytes at its address.

    Raises:
        ApiError: The address is unknown or used up, or the length is another than announced.
    """
    upload = next((one for one in core.workspace.uploads.values() if one.secret == secret), None)
    if upload is None or upload.content is not None:
        raise ApiError("invalid_upload_url")
    if len(content) != upload.length:
        raise ApiError("length_mismatch")
    upload.content = content
    return f"OK - {len(content)}"


def complete_upload(core: Core, args: Args) -> Json:
    """files.completeUploadExternal: without a channel the files stay private"""
    need_scope(core, "files:write")
    given = args.structure("files", "invalid_arguments")
    if not isinstance(given, list) or not given:
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: files"])
    files = [_file(core, one) for one in given]
    if args.has("channel_id"):
        _share(core, args, files)
    for file in files:
        del core.workspace.uploads[file["id"]]
    return {"files": [{"id": file["id"], "title": file["title"]} for file in files]}


def _share(core: Core, args: Args, files: list[Json]) -> None:
    """Post the files; a conversation is named by its id alone, not by a person's."""
    workspace = core.workspace
    if args.text("channel_id") not in workspace.channels:
        raise ApiError("channel_not_found")
    channel = channel_of(core, Args({"channel": args.text("channel_id")}))
    if workspace.bot_user not in channel.members:
        raise ApiError("not_in_channel")
    root = args.text("thread_ts") or None
    if root is not None and root not in channel.messages:
        raise ApiError("invalid_thread_ts")
    author = {"user": workspace.bot_user, "bot_id": workspace.bot_id, "app_id": workspace.app_id}
    body = {**author, "subtype": "file_share", "upload": True, "text": args.text("initial_comment"), "files": files}
    core.post(channel, body, root=root)


def _file(core: Core, given: Any) -> Json:
    upload = core.workspace.uploads.get(str(given.get("id"))) if isinstance(given, dict) else None
    if upload is None or upload.content is None:
        raise ApiError("file_not_found")
    address = f"{core.base}/files/{upload.id}/{upload.name}"
    return {
        "id": upload.id,
        "name": upload.name,
        "title": given.get("title") or upload.name,
        "mimetype": mimetypes.guess_type(upload.name)[0] or "application/octet-stream",
        "filetype": upload.name.rpartition(".")[2],
        "size": upload.length,
        "user": core.workspace.bot_user,
        "mode": "hosted",
        "is_external": False,
        "file_access": "visible",
        "url_private": address,
        "url_private_download": address,
        **_preview(upload.content),
    }


def _preview(content: bytes) -> Json:
    """The beginning of a text; nothing of what is none."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return {}
    return {"preview": "\n".join(text[:PREVIEW].splitlines()[:PREVIEW_LINES])}


METHODS: Mapping[str, Any] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
