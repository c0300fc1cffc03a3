"""
The files that Telegram keeps, and how a bot gets at them.

Source: Telegram Bot API, getFile: at most 20 MB; the address holds for at least an hour, here for just that. The words
of refusals are those of its open-source server (Client.cpp).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.files import File
from bot.sandbox.telegram.arguments import ApiError, bad_request

Json = dict[str, Any]
MOST_BYTES = 20 * 1024**2
LIFETIME = timedelta(hours=1)
FOLDERS = {"photo": "photos", "voice": "voice", "video": "videos", "audio": "music", "sticker": "stickers"}


@dataclass(slots=True)
class Stored:
    """A file that Telegram has; ``path_until`` is set once a bot has asked where it is."""

    id: str
    unique_id: str
    kind: str
    file: File
    path: str
    path_until: datetime | None = None

    def as_json(self, **more: object) -> Json:
        """The fields that all kinds of files have in the Bot API."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.file.size, **more}


@dataclass(slots=True)
class Files:
    """All of them."""

    clock: Callable[[], datetime]
    _by_id: dict[str, Stored] = field(default_factory=dict)

    def keep(self, file: File, kind: str) -> Stored:
        """Take a file in."""
        number = len(self._by_id) + 1
        _, dot, ending = file.name.rpartition(".")
        path = f"{FOLDERS.get(kind, 'documents')}/file_{number}{dot}{ending if dot else ''}"
        stored = Stored(f"sandbox-file-{number}-{secrets.token_hex(4)}", f"sandbox{number}", kind, file, path)
        self._by_id[stored.id] = stored
        return stored

    def find(self, file_id: str) -> Stored | None:
        """The file with this id."""
        return self._by_id.get(file_id)

    def get_file(self, file_id: str) -> Json:
        """Say where a file is."""
        stored = self.find(file_id)
        if stored is None:
            raise bad_request("invalid file_id")
        if stored.file.size > MOST_BYTES:
            raise bad_request("file is too big")
        stored.path_until = self.clock() + LIFETIME
        return stored.as_json(file_path=stored.path)

    def at(self, path: str) -> File:
        """The file at an address that was given out within the hour."""
        for stored in self._by_id.values():
            if stored.path == path and stored.path_until is not None and self.clock() < stored.path_until:
                return stored.file
        raise ApiError(404, "Not Found")
