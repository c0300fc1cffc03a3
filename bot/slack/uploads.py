"""
Customers' files in Slack: uploaded one by one, then shared in the thread as one post.

Nobody sees a file before it is shared, so only the last of the calls can have an unknown end; Slack is then asked for
the files by their ids, which are stored before it. One that Slack refuses does not hold up the others. Source: Slack,
"Working with files".
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.attachments import note
from bot.delivery.fetching import DOUBT
from bot.delivery.files import FileStore
from bot.delivery.ports import FILE, Delivered, Part
from bot.domain.filetypes import HEAD_BYTES, file_name, is_program, truthful, type_label
from bot.errors import Down, Later, LaterOrNever, Rejected, Unconfirmed
from bot.models.rows import AttachmentRow
from bot.slack.blocks import Say
from bot.slack.errors import FAILURES, FILE_NOT_TAKEN, FILE_TOO_LARGE, FORBIDS_FILES, code_of, reading, writing
from bot.slack.mrkdwn import literal

SHARED_WITHIN = timedelta(minutes=1)  #: Slack looks for malware first, so that a file may be shared a while later
TAKEN_BYTES_PER_S = 50_000  #: the slowest upload that we are patient with
SILENCE_S = 30.0  #: seconds, for everything else

_Place = Mapping[str, str]  #: ``channel_id`` and ``thread_ts``
_Answer = TypeVar("_Answer")


class Uploads:
    """Delivers the files of a customer's message."""

    def __init__(self, client: AsyncWebClient, store: FileStore) -> None:
        self._client = client
        self._store = store

    async def post(self, part: Part, place: _Place, *, say: Say, now: datetime) -> Delivered:
        """
        Show all that are here and not shown yet; raises `bot.errors.DeliveryError`.

        The facts name those that were ``shown``, those that are ``missing`` on the disk, and those that were
        ``refused`` with the reason of each; a refusal of the one that the part is about is raised if it is alone.
        """
        rows = await _waiting(part)
        files = [_File(row, path) for row in rows if (path := self._store.here(row.id)) is not None]
        given, refused = await self._given(files, now=now)
        if given:
            await note({row.id: {"slack_file": given.get(row.id)} for row in rows})
            try:
                await self._shared([file for file in files if file.row.id in given], given, place, say)
            except Rejected as refusal:
                refused |= dict.fromkeys(given, str(refusal))
                given = {}
        if len(rows) == 1 and part.payload.get(FILE) in refused:
            raise Rejected(refused[rows[0].id])
        missing = [row.id for row in rows if row.id not in {file.row.id for file in files}]
        facts = {"shown": list(given), "missing": missing, "refused": refused}
        return Delivered(key=next(iter(given.values()), None), facts=facts)

    async def _given(self, files: Sequence["_File"], *, now: datetime) -> tuple[dict[int, str], dict[int, str]]:
        """Slack's names for what it took, and why it did not take the rest."""
        given: dict[int, str] = {}
        refused: dict[int, str] = {}
        for file in files:
            try:
                given[file.row.id] = await self._uploaded(file, now=now)
            except Rejected as refusal:
                refused[file.row.id] = str(refusal)
        return given, refused

    async def _shared(self, files: Sequence["_File"], given: Mapping[int, str], place: _Place, say: Say) -> None:
        shown: list[dict[str, str | None]] = [{"id": given[file.row.id], "title": file.name} for file in files]
        belied = [file.belied(say) for file in files if file.name != name_of(file.row)]
        done = self._client.files_completeUploadExternal(
            files=shown,
            channel_id=place["channel_id"],
            thread_ts=place["thread_ts"],
            initial_comment="\n".join(belied) or None,
        )
        try:
            await _permitted(writing(done))
        except Rejected as refusal:
            if code_of(refusal.__cause__) != "file_not_found":
                raise
            raise Later("Slack has lost the file before it was shown.") from refusal

    async def find(self, part: Part, place: _Place, *, now: datetime) -> Delivered | None:
        """Whether an attempt whose end is unknown was shown: all of it was, or nothing."""
        rows = [row for row in await _waiting(part) if row.slack_file is not None]
        if not rows and part.attempts == 0:  # of a time that a restored database knows nothing of
            raise Unconfirmed("Nobody can tell whether the file is in Slack.")
        if not rows:
            return None
        try:
            found = await reading(self._client.files_info(file=rows[0].slack_file or ""))
        except Rejected as refusal:
            if code_of(refusal.__cause__) != "file_not_found":
                raise
            return None
        if is_shared(found["file"], place):
            return Delivered(key=rows[0].slack_file, facts={"shown": [row.id for row in rows]})
        if part.tried_at is None or now - part.tried_at < SHARED_WITHIN:
            raise Later("Slack may still show the file.", after=timedelta(seconds=5))
        raise Unconfirmed("Slack has the file, but does not say whether it shows it.")

    async def _uploaded(self, file: "_File", *, now: datetime) -> str:
        """Hand a file over, to be shared; returns Slack's name for it."""
        size_bytes = file.row.size_bytes or 0  # as it was counted when it came
        announced = self._client.files_getUploadURLExternal(filename=file.name, length=size_bytes)
        answer = await _permitted(reading(announced))
        try:
            await self._sent(answer["upload_url"], file.path, size_bytes=size_bytes)
        except LaterOrNever as reason:
            if now - file.row.created_at < DOUBT:
                raise
            raise Rejected(str(reason)) from reason
        return str(answer["file_id"])

    async def _sent(self, address: str, path: Path, *, size_bytes: int) -> None:
        session = self._client.session
        if session is None:
            raise RuntimeError("the client has no session")
        patience = aiohttp.ClientTimeout(total=SILENCE_S + size_bytes / TAKEN_BYTES_PER_S)
        try:
            with path.open("rb") as content:  # read piece by piece while it is sent
                async with session.post(address, data=content, allow_redirects=False, timeout=patience) as taken:
                    _check(taken)
        except FAILURES as error:
            raise Later("Slack can't be reached.") from error


class _File:
    """A file on our disk, under a name that its first bytes do not belie."""

    def __init__(self, row: AttachmentRow, path: Path) -> None:
        self.row, self.path = row, path
        with path.open("rb") as content:
            head = content.read(HEAD_BYTES)
        self.name, self._is_program = truthful(name_of(row), head=head), is_program(head)

    def belied(self, say: Say) -> str:
        """The line that says so, in mrkdwn."""
        said = "file.is_a_program" if self._is_program else "file.belied"
        return say(said, name=literal(name_of(self.row)), true=literal(self.name))


def name_of(row: AttachmentRow) -> str:
    """What the file is called, as the customer's side says."""
    return file_name(row.name, kind=row.kind, mime=row.mime)


def line_of(row: AttachmentRow, size: Callable[[int], str]) -> str:
    """A file in words: 📎 invoice.pdf · PDF · 240 KB."""
    name = name_of(row)
    known = "" if row.size_bytes is None else size(row.size_bytes)
    return " · ".join(filter(None, (f"📎 {name}", type_label(name, mime=row.mime), known)))


def is_shared(file: Mapping[str, Any], place: _Place) -> bool:
    """Whether a file stands in this thread."""
    shares = file.get("shares") or {}
    posts: Sequence[Mapping[str, Any]] = [
        post for kind in ("public", "private") for post in (shares.get(kind) or {}).get(place["channel_id"], ())
    ]
    return any(post.get("thread_ts") == place["thread_ts"] for post in posts)


async def _waiting(part: Part) -> list[AttachmentRow]:
    """What is here, and the file that the part is about, if it was refused before."""
    rows = await AttachmentRow.filter(message_id=part.message, state__in=("here", "failed")).order_by("position")
    return [row for row in rows if row.state == "here" or row.id == part.payload.get(FILE)]


async def _permitted(call: Awaitable[_Answer]) -> _Answer:
    """Make a call of which a ban holds for files: the words behind them need not wait until somebody lifts it."""
    try:
        return await call
    except Down as reason:
        if code_of(reason.__cause__) not in FORBIDS_FILES:
            raise
        raise Rejected(str(reason)) from reason


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 429:
        wait = answer.headers.get("Retry-After", "")
        raise Later("Slack asks to wait.", after=timedelta(seconds=int(wait)) if wait.isdecimal() else None)
    if answer.status == 413:
        raise Rejected(FILE_TOO_LARGE)
    if answer.status != 200:
        raise (LaterOrNever if 400 <= answer.status < 500 else Later)(FILE_NOT_TAKEN)
