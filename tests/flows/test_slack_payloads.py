"""What Slack posts beside events, each as Slack documents it: commands, buttons, forms, shortcuts, questions."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.handlers.slack_http import ROUTE
from bot.models.rows import MessageRow, TicketRow
from tests.world import PUBLIC, Reach, World, world

FOLDER = Path(__file__).parents[1] / "fixtures" / "slack"
PAYLOADS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.json"))
    if json.loads(path.read_text(encoding="utf-8")).get("type") != "event_callback"
}

#: In this order: what is answered, and how the ticket then stands: its owner, its status, its notes and replies.
EFFECTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "url_verification": (200, ("nobody", "new")),
    "ssl_check": (200, ("nobody", "new")),
    "app_rate_limited": (200, ("nobody", "new")),
    "command_unknown": (404, ("nobody", "new")),
    "block_actions_unknown": (404, ("nobody", "new")),
    "block_suggestion": (404, ("nobody", "new")),
    "message_action": (404, ("nobody", "new")),
    "shortcut": (404, ("nobody", "new")),
    "block_actions_button": (200, ("mika", "open")),
    "command": (200, ("mika", "open")),
    "command_with_words": (200, ("mika", "pending", "out: Tomorrow & <not> later")),
    "block_actions_overflow": (200, ("nobody", "pending")),
    "view_closed": (404, ("nobody", "pending")),
    "view_submission_with_a_person": (200, ("budi", "pending")),
    "view_submission": (200, ("budi", "pending", "out: Tomorrow & <not> later")),
    "view_submission_with_a_number": (200, ("budi", "pending", "note: between us")),
    "view_submission_left_empty": (200, ("budi", "solved", "out: We believe …")),
}


async def test_what_each_payload_does() -> None:
    async with world(reach=Reach.CALLED) as it:
        await it.customer().writes("My lamp hums")
        found = {}
        for name in EFFECTS:
            before = await MessageRow.all().count()
            status = await _posts(it, PAYLOADS[name])
            await it.quiet()
            found[name] = (status, (*await _stands(it), *await _written_since(before)))

    assert found == EFFECTS


def test_every_payload_is_tried() -> None:
    assert EFFECTS.keys() == PAYLOADS.keys()


async def _posts(it: World, payload: dict[str, Any]) -> int:
    """The status of our answer to a payload, in which people and places are those of this world."""
    text = json.dumps(payload)
    for there, here in {
        "U0MIKA001": it.mika.id, "U0BUDI001": it.budi.id, "C0SUPPORT": it.channel,
        "1795262300.000100": it.cards()[0]["ts"],
        "https://hooks.slack.com": it.slack.api_url,  # where nobody waits for an answer
    }.items():  # fmt: skip
        text = text.replace(there, here)
    given = json.loads(text)
    if "command" in given or "ssl_check" in given:
        kind, body = "command", urlencode(given)
    elif given["type"] in {"url_verification", "app_rate_limited"}:
        kind, body = "events_api", text
    else:
        kind, body = "interactive", urlencode({"payload": text})
    status, _ = await it.slack.requests.post(PUBLIC + ROUTE, body, kind=kind, headers={})
    return status


async def _stands(it: World) -> tuple[str, str]:
    ticket = await TicketRow.get(number=1)
    names = {it.mika.id: "mika", it.budi.id: "budi", None: "nobody"}
    return names[ticket.owner], ticket.status


async def _written_since(before: int) -> list[str]:
    rows = (await MessageRow.all().order_by("id"))[before:]
    texts = ["".join(part["text"] for part in row.body) for row in rows]
    shown = [f"{text[:10]} …" if text.startswith("We believe") else text for text in texts]
    return [f"{row.direction}: {text}" for row, text in zip(rows, shown, strict=True)]
