"""
What the kinds of WhatsApp's messages say, beside their files.

Source of all fields: WhatsApp Cloud API, "Webhooks reference", the pages of the kinds of messages.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from bot.channels.base import Detail
from bot.channels.content import Content, amount, brief, detail, lines, listed, named, place, written
from bot.channels.lenient import at, text

UNSUPPORTED = "unsupported"  #: the kind of what can't be shown
MAX_ITEMS = 50  #: of an order or a form
#: The kinds of ours, by WhatsApp's, whose words stand in ``body``, ``caption`` or ``text``.
_PLAIN = {
    **{kind: kind for kind in ("text", "video", "document", "sticker")},
    **{"image": "photo", "button": "text"},
}


def content(item: object) -> Content:
    """What a message, or the new version in an edit, is and says."""
    kind = text(at(item, "type"))
    value = at(item, kind) if kind else None
    if kind in _READERS:
        return _READERS[kind](value, item)
    if kind in _PLAIN:
        pressed = (Detail("pressed"),) if kind == "button" else ()
        return Content(kind=_PLAIN[kind], words=_words(value), details=pressed)
    called = named(at(value, "type") if kind == UNSUPPORTED else kind)
    details = (detail("called", kind=called),) if re.fullmatch(r"\w{1,40}", called, re.ASCII) else ()
    return Content(kind=UNSUPPORTED, words=_words(value), details=details)


def origin(item: object) -> tuple[Detail, ...]:
    """How they came to write it: forwarded, from an advertisement, about a product."""
    found = []
    if at(item, "context", "frequently_forwarded") is True:
        found.append(Detail("forwarded_often"))
    elif at(item, "context", "forwarded") is True:
        found.append(Detail("forwarded_unnamed"))
    if isinstance(at(item, "referral"), dict):
        headline, source = named(at(item, "referral", "headline"), at(item, "referral", "body")), "source_url"
        found.append(detail("ad", headline=headline or "?", source=named(at(item, "referral", source), "?")))
    if isinstance(product := at(item, "context", "referred_product", "product_retailer_id"), str):
        found.append(detail("product", product=product))
    return tuple(found)


def _words(value: object) -> str:
    return next((words for name in ("body", "caption", "text") if (words := text(at(value, name)))), "")


def _audio(value: object, _: object) -> Content:
    return Content(kind="voice" if at(value, "voice") is True else "audio", words=_words(value))


def _system(value: object, _: object) -> Content:
    is_identity = at(value, "type") == "customer_identity_changed"
    return Content(kind="identity" if is_identity else "system", words=_words(value))


def _location(value: object, _: object) -> Content:
    where, link = place(value)
    words = lines(at(value, "name"), at(value, "address"), at(value, "url"))
    return Content(kind="venue" if at(value, "name") else "location", words=words or where, link=link)


def _contacts(value: object, item: object) -> Content:
    people = listed(value)
    own = at(item, "from")
    numbers = [at(phone, "wa_id") for phone in listed(at(people, 0, "phones"))]
    is_own = len(people) == 1 and isinstance(own, str) and own in numbers
    return Content(kind="contact_own" if is_own else "contact", words="\n\n".join(filter(None, map(_card, people))))


def _card(person: object) -> str:
    """A person's name, company, numbers and addresses below each other."""
    name = at(person, "name")
    full = " ".join(filter(None, (text(at(name, part)) for part in ("first_name", "middle_name", "last_name"))))
    many = (("phones", "phone"), ("emails", "email"), ("urls", "url"))
    rest = (at(one, field) for field_of, field in many for one in listed(at(person, field_of)))
    return lines(named(at(name, "formatted_name"), full), at(person, "org", "company"), *rest)


def _order(value: object, _: object) -> Content:
    items = listed(at(value, "product_items"))
    sums: dict[str, Decimal] = {}
    for price, count, currency in map(_priced, items):
        if price is not None and count is not None:
            sums[currency] = sums.get(currency, Decimal(0)) + price * count
    totals = tuple(detail("total", amount=f"{written(total)} {currency}") for currency, total in sums.items())
    said = text(at(value, "text")).strip()
    bought = "\n".join(_bought(item) for item in items[:MAX_ITEMS]) + ("\n…" if len(items) > MAX_ITEMS else "")
    return Content(kind="order", words="\n".join(filter(None, (said, bought))), details=totals)


def _priced(item: object) -> tuple[Decimal | None, Decimal | None, str]:
    return amount(at(item, "item_price")), amount(at(item, "quantity")), brief(at(item, "currency"))


def _bought(item: object) -> str:
    price, count, currency = _priced(item)
    each = "?" if price is None else f"{written(price)} {currency}"
    return f"{'?' if count is None else written(count)} × {named(at(item, 'product_retailer_id'), '?')} · {each}"


def _interactive(value: object, _: object) -> Content:
    kind = text(at(value, "type"))
    found = at(value, kind) if kind else None
    if kind == "nfm_reply":
        return _form(found)
    words = lines(at(found, "title"), at(found, "description"))
    if words:
        return Content(kind="text", words=words)
    called = (detail("called", kind=kind),) if re.fullmatch(r"\w{1,40}", kind, re.ASCII) else ()
    return Content(kind=UNSUPPORTED, details=called)


def _form(value: object) -> Content:
    """The answer to a flow: its fields as JSON in a text."""
    given = at(value, "response_json")
    try:
        fields = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return Content(kind="flow", words=lines(given, at(value, "body")))
    return Content(kind="flow", words="\n".join(_filled(fields)) or text(at(value, "body")))


def _filled(fields: Mapping[str, object]) -> Iterator[str]:
    """A line for each field; the token is of the business's own."""
    known = [(name, value) for name, value in fields.items() if name != "flow_token"]
    for name, value in known[:MAX_ITEMS]:
        answers = value if isinstance(value, list) else [value]
        yield f"{brief(name)}: {', '.join(map(_plain, answers[:MAX_ITEMS]))}"
    if len(known) > MAX_ITEMS:
        yield "…"


def _plain(value: object) -> str:
    if isinstance(value, str):
        return text(value)
    try:
        return text(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return "…"


_READERS: Mapping[str, Callable[[object, object], Content]] = {
    "audio": _audio,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "interactive": _interactive,
    "system": _system,
}
#: all kinds that `content` may answer, beside `UNSUPPORTED`
KINDS = frozenset(
    {
        *_PLAIN.values(),
        *("audio", "voice", "location", "venue", "contact", "contact_own", "order", "flow", "system", "identity"),
    }
)
