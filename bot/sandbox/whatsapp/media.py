"""
Media: what the business uploaded and what customers sent.

Source: WhatsApp Cloud API, "Media": ids from webhooks are known for 7 days, uploaded ones for 30; an address holds for
five minutes and wants the access token; sizes and types per kind of message.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.files import File
from bot.sandbox.whatsapp.graph import NO_SUCH_OBJECT, GraphError

Json = dict[str, Any]
RECEIVED, UPLOADED = timedelta(days=7), timedelta(days=30)
ADDRESS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that WhatsApp has, until it forgets it."""

    id: str
    file: File
    until: datetime
    is_ours: bool  #: uploaded by the business


@dataclass(slots=True)
class Media:
    """All of it."""

    clock: Callable[[], datetime]
    _by_id: dict[str, Stored] = field(default_factory=dict)
    _addresses: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # secret → media id, until when

    def keep(self, file: File, *, lifetime: timedelta) -> Stored:
        """Take a file in."""
        number = f"90000000{len(self._by_id) + 1:06}{secrets.randbelow(100):02}"
        self._by_id[number] = Stored(number, file, self.clock() + lifetime, is_ours=lifetime == UPLOADED)
        return self._by_id[number]

    def find(self, media_id: str) -> Stored | None:
        """The file with this id, if it is not forgotten."""
        stored = self._by_id.get(media_id)
        return stored if stored is not None and self.clock() < stored.until else None

    def need(self, media_id: str) -> Stored:
        """The same, or the Graph API's refusal."""
        stored = self.find(media_id)
        if stored is None:
            said = (
                f"Unsupported get request. Object with ID '{media_id}' does not exist, cannot be loaded due to missing "
                "permissions, or does not support this operation"
            )
            raise GraphError(100, said, subcode=NO_SUCH_OBJECT)
        return stored

    def as_json(self, media_id: str, *, base: str) -> Json:
        """What the business is told who asks for an id: an address below *base*, new each time, and what is there."""
        stored = self.need(media_id)
        secret = secrets.token_urlsafe(12)
        self._addresses[secret] = (media_id, self.clock() + ADDRESS)
        return {
            "messaging_product": "whatsapp",
            "url": f"{base}/attachments/?mid={media_id}&hash={secret}",
            "mime_type": stored.file.mime,
            "sha256": hashlib.sha256(stored.file.content).hexdigest(),
            "file_size": stored.file.size,
            "id": media_id,
        }

    def at(self, query: Mapping[str, str]) -> File | None:
        """The file at an address; None: it does not hold any more, or never did."""
        media_id, until = self._addresses.get(query.get("hash", ""), ("", self.clock()))
        stored = self.find(media_id)
        return stored.file if stored is not None and media_id == query.get("mid") and self.clock() < until else None


def told(stored: Stored) -> Json:
    """What a webhook says of a file."""
    digest = hashlib.sha256(stored.file.content).digest()
    return {"id": stored.id, "mime_type": stored.file.mime, "sha256": base64.b64encode(digest).decode()}
