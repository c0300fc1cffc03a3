"""
What a bot sends that is a file.

Source: Telegram Bot API, "Sending files": 10 MB for photos, 50 MB for others; the words of refusals as its open-source
server writes them.
"""

from aiohttp import web

from bot.sandbox.files import File
from bot.sandbox.telegram.arguments import ApiError, Arguments, bad_request
from bot.sandbox.telegram.files import Files
from bot.sandbox.telegram.kinds import with_file
from bot.sandbox.telegram.world import Json

MOST_BYTES = 50_000_000
MOST_PHOTO_BYTES = 10_000_000
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8")  #: how files begin that can be made a photo


def file_content(kind: str, given: Arguments, files: Files) -> Json:
    """The fields of a message that shows the file which came with the call."""
    uploaded = given.get(kind)
    if not isinstance(uploaded, web.FileField):
        raise bad_request(f"there is no {kind} in the request")
    file = File(uploaded.filename, uploaded.content_type, uploaded.file.read())
    if not file.size:
        raise bad_request("file must be non-empty")
    if file.size > MOST_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo" and file.size > MOST_PHOTO_BYTES:
        raise bad_request("file is too big")
    if kind == "photo" and not file.content.startswith(PICTURES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    caption = given.text("caption")
    return {**with_file(kind, file, files), **({"caption": caption} if caption else {})}
