"""
Files of the app: announced, sent, shared; and what is known of any file.

Source: docs.slack.dev/messaging/working-with-files and the reference of both methods. What Slack does with bytes of
another length than announced is not documented; here they are refused, so that nobody relies on it.
"""

import mimetypes
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from bot.sandbox.files import File
from bot.sandbox.slack.arguments import ApiError, Args, channel_of, need_scope
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.state import Channel, Json, Message, Share, Upload

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
    share = _share(core, args, files) if args.has("channel_id") else None
    for file in files:
        upload = core.workspace.uploads.pop(file["id"])
        core.workspace.files[upload.id] = File(upload.name, file["mimetype"], upload.content or b"")
        core.workspace.unshared[upload.id] = file
    if share is not None:
        core.workspace.shares.append(share)
        if not core.workspace.shares_later:
            share_all(core)
    return {"files": [{"id": file["id"], "title": file["title"]} for file in files]}


def share_all(core: Core) -> None:
    """Post what was completed and does not stand in its channel yet."""
    workspace = core.workspace
    for share in workspace.shares:
        for file in share.body["files"]:
            del workspace.unshared[file["id"]]
        core.post(workspace.channels[share.channel], share.body, root=share.root)
    workspace.shares.clear()


def _share(core: Core, args: Args, files: list[Json]) -> Share:
    """How the files will stand there; a conversation is named by its id alone, not by a person's."""
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
    return Share(channel.id, body, root)


def info(core: Core, args: Args) -> Json:
    """files.info: with where it stands, as far as it does yet"""
    need_scope(core, "files:read")
    file_id = args.need("file")
    file = core.workspace.unshared.get(file_id)
    shares: dict[str, dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
    for channel, message, one in _standing(core, file_id):
        file = one
        thread = {"thread_ts": message.root} if message.root else {}
        kind = "public" if channel.kind == "channel" else "private"
        shares[kind][channel.id].append({"ts": message.ts, **thread, "channel_name": channel.name})
    if file is None:
        raise ApiError("file_not_found")
    if file["mode"] == "tombstone":
        raise ApiError("file_deleted")
    return {"file": {**file, **({"shares": shares} if shares else {})}, "comments": []}


def _standing(core: Core, file_id: str) -> Iterator[tuple[Channel, Message, Json]]:
    """Where a file stands in conversations of the bot."""
    for channel in core.workspace.channels.values():
        if core.workspace.bot_user in channel.members:
            for message in channel.messages.values():
                for file in message.body.get("files", ()):
                    if file["id"] == file_id:
                        yield channel, message, file


def _file(core: Core, given: Any) -> Json:
    upload = core.workspace.uploads.get(str(given.get("id"))) if isinstance(given, dict) else None
    if upload is None or upload.content is None:
        raise ApiError("file_not_found")
    address = f"{core.base}/files/{upload.id}/{quote(upload.name)}"
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
    "files.info": info,
}
