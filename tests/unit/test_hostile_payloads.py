"""Real payloads, damaged anywhere: both converters always answer with a value of the union, and can be kept."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import Inbound
from bot.channels.lenient import is_deep
from bot.channels.telegram import convert as telegram
from bot.channels.whatsapp import convert as whatsapp

FOLDER = Path(__file__).parents[1] / "fixtures"
ACCOUNT = {"telegram": "123456", "whatsapp": "106540352242922"}
PAYLOADS = {name: [json.loads(path.read_text()) for path in sorted((FOLDER / name).glob("*.json"))] for name in ACCOUNT}
MISSING = object()


def nested(levels: int) -> object:
    value: object = "end"
    for level in range(levels):
        value = [value] if level % 2 else {"text": value}
    return value


VALUES: list[object] = [
    *(MISSING, None, True, False, 0, -1, 1.5, 2**31, 2**63, -(2**64), 10**400, float("nan"), float("inf"), 1e308),
    *("", "a\0b", "\0", "\ud800", "a\udfff b", "9" * 400, "9" * 5000, "x" * 5000, "\u202e", "1e400", "-1", "٣"),
    *([], {}, [[]], [{}], [None], {"": None}, {"id": {}}, {"\0\ud800": "\0\ud800"}, nested(90), nested(300)),
]


def places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every object or list within, with each of its names or numbers."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield value, name
        yield from places(one)


def damaged(payload: object, hits: list[tuple[int, int]]) -> object:
    """The payload with values put at places, or places taken away."""
    payload = copy.deepcopy(payload)
    for where, which in hits:
        found = [*places(payload)]
        if found:
            inside, name = found[where % len(found)]
            value = VALUES[which]
            if value is MISSING:
                del inside[name]
            else:
                inside[name] = copy.deepcopy(value)
    return payload


HITS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, len(VALUES) - 1)), min_size=1, max_size=4)


@pytest.mark.parametrize("name", ACCOUNT)
@settings(max_examples=400)
@given(data=st.data())
def test_a_damaged_payload_always_means_something(name: str, data: st.DataObject) -> None:
    payload = damaged(data.draw(st.sampled_from(PAYLOADS[name])), data.draw(HITS))
    assert isinstance(payload, dict)

    if name == "telegram":
        raws = [telegram.raw(payload, account=ACCOUNT[name])]
        telegram.pressed(payload)
    else:
        raws = [] if is_deep(payload) else [*whatsapp.handed(payload, account=ACCOUNT[name]).raws]

    for raw in raws:
        f"{raw.key} {raw.lane} {raw.body}".encode()  # can be stored
        assert max(len(raw.key), len(raw.lane)) < 250
        assert 0 <= raw.position < 2**63
        read = telegram.inbound if name == "telegram" else whatsapp.inbound
        assert isinstance(read(raw.body, account=ACCOUNT[name]), get_args(Inbound))
