"""The files that agents put into threads: what the tests of them share."""

from datetime import timedelta

from bot.delivery.ports import FILE
from bot.models.rows import AttachmentRow, DeliveryRow
from bot.sandbox.files import File, sample
from tests.world import Customer

HOLD = timedelta(seconds=5)
SCAN = File("scan.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 900)
MORE = File("more.png", "image/png", b"\x89PNG\r\n\x1a\nmore")
INVOICE = sample("document", number=1)
SONG = sample("audio", number=2)
SNIPPET = File("Untitled.txt", "text/plain", b"<hello> & bye\r\n")
LARGE = {"name": "film.mp4", "mimetype": "video/mp4", "size": 80_000_000}


async def under_way() -> list[str]:
    """The names of the files that left for a customer, or would."""
    rows = [row for row in await DeliveryRow.filter(kind="send").order_by("id") if FILE in row.payload]
    return [(await AttachmentRow.get(id=row.payload[FILE])).name for row in rows if row.state != "discarded"]


def texts(ada: Customer) -> list[str]:
    """What the agents' words were that she got; the first text is the desk's."""
    return [text for text in ada.received[1:] if text]
