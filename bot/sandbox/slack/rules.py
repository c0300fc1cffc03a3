"""
What Slack accepts as blocks, and its words for what it refuses.

Source of the limits: Slack's Block Kit reference (docs.slack.dev/reference/block-kit), as of 2026-11.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.slack.state import Json

PLAIN = frozenset({"plain_text"})
BOTH = frozenset({"plain_text", "mrkdwn"})
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
Surface = Literal["message", "modal", "home"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text object: its longest text, and which kinds it may be."""

    limit: int
    kinds: frozenset[str] = PLAIN


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields an object has: text objects, strings with their limits, lists with their sizes, and the rest."""

    required: frozenset[str] = frozenset()
    texts: Mapping[str, Text] = field(default_factory=dict)
    strings: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    @property
    def fields(self) -> frozenset[str]:
        """All names that may occur."""
        return frozenset({"type", *self.texts, *self.strings, *self.lists}) | self.others | self.required


def _shape(
    required: str = "",
    *,
    texts: Mapping[str, Text] | None = None,
    strings: Mapping[str, int] | None = None,
    lists: Mapping[str, tuple[int, int]] | None = None,
    others: str = "",
) -> Shape:
    return Shape(frozenset(required.split()), texts or {}, strings or {}, lists or {}, frozenset(others.split()))


def _element(required: str = "", *, others: str = "", lists: Mapping[str, tuple[int, int]] | None = None) -> Shape:
    """An interactive element; all have an action_id, and the ones that ask have a placeholder."""
    texts = {"placeholder": Text(150)}
    return _shape(
        required, texts=texts, strings={"action_id": 255}, lists=lists, others=f"confirm focus_on_load {others}"
    )


_OPTIONS = {"options": (1, 100), "option_groups": (1, 100)}
ELEMENTS: Mapping[str, Shape] = {
    "button": _shape(
        "text",
        texts={"text": Text(75)},
        strings={"action_id": 255, "value": 2000, "url": 3000, "accessibility_label": 75},
        others="style confirm",
    ),
    "image": _shape("alt_text", strings={"image_url": 3000, "alt_text": 2000}, others="slack_file"),
    "overflow": _shape("options", strings={"action_id": 255}, lists={"options": (1, 5)}, others="confirm"),
    "static_select": _element(lists=_OPTIONS, others="initial_option"),
    "multi_static_select": _element(lists=_OPTIONS, others="initial_options max_selected_items"),
    "external_select": _element(others="initial_option min_query_length"),
    "multi_external_select": _element(others="initial_options min_query_length max_selected_items"),
    "users_select": _element(others="initial_user"),
    "multi_users_select": _element(others="initial_users max_selected_items"),
    "channels_select": _element(others="initial_channel response_url_enabled"),
    "multi_channels_select": _element(others="initial_channels max_selected_items"),
    "conversations_select": _element(
        others="initial_conversation default_to_current_conversation filter response_url_enabled"
    ),
    "multi_conversations_select": _element(
        others="initial_conversations default_to_current_conversation filter max_selected_items"
    ),
    "radio_buttons": _element("options", lists={"options": (1, 10)}, others="initial_option"),
    "checkboxes": _element("options", lists={"options": (1, 10)}, others="initial_options"),
    "datepicker": _element(others="initial_date"),
    "timepicker": _element(others="initial_time timezone"),
    "datetimepicker": _element(others="initial_date_time"),
    "plain_text_input": _element(others="initial_value multiline min_length max_length dispatch_action_config"),
    "email_text_input": _element(others="initial_value dispatch_action_config"),
    "url_text_input": _element(others="initial_value dispatch_action_config"),
    "rich_text_input": _element(others="initial_value dispatch_action_config"),
    "number_input": _element("is_decimal_allowed", others="initial_value min_value max_value dispatch_action_config"),
    "file_input": _element(others="filetypes max_files"),
}
_TYPED = frozenset(
    {"plain_text_input", "email_text_input", "url_text_input", "rich_text_input", "number_input", "file_input"}
)
INPUTS = frozenset(ELEMENTS) - {"button", "image", "overflow"}
ACTIONS = frozenset(ELEMENTS) - _TYPED - {"image"}
ACCESSORIES = frozenset(ELEMENTS) - _TYPED

_UNCHECKED = (
    "alert card carousel container context_actions data_table data_visualization file plan table task_card video"
)
BLOCKS: Mapping[str, Shape] = {
    "section": _shape(texts={"text": Text(3000, BOTH)}, lists={"fields": (1, 10)}, others="accessory expand"),
    "header": _shape("text", texts={"text": Text(150)}, others="level"),
    "divider": _shape(),
    "context": _shape("elements", lists={"elements": (1, 10)}),
    "actions": _shape("elements", lists={"elements": (1, 25)}),
    "input": _shape(
        "label element", texts={"label": Text(2000), "hint": Text(2000)}, others="optional dispatch_action"
    ),
    "image": _shape(
        "alt_text",
        texts={"title": Text(2000)},
        strings={"image_url": 3000, "alt_text": 2000},
        others="slack_file",
    ),
    "rich_text": _shape("elements", lists={"elements": (0, 1000)}),
    "markdown": _shape("text", strings={"text": 12000}),
}
_CONFIRM = _shape(
    "title text confirm deny",
    texts={"title": Text(100), "text": Text(300, BOTH), "confirm": Text(30), "deny": Text(30)},
    others="style",
)
_RICH = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})


@dataclass(slots=True)
class Problems:
    """What is wrong with blocks or a view, in Slack's words with its pointers."""

    found: list[str] = field(default_factory=list)

    def say(self, sentence: str, at: str) -> None:
        """Note a problem at a JSON pointer."""
        self.found.append(f"[ERROR] {sentence} [json-pointer:{at}]")

    def string(self, value: object, limit: int, at: str, *, least: int = 1) -> bool:
        """Check a string's type and length."""
        if not isinstance(value, str):
            self.say("must be a string", at)
        elif len(value) < least:
            self.say(f"must be more than {least - 1} characters", at)
        elif len(value) > limit:
            self.say(f"must be less than {limit + 1} characters", at)
        else:
            return True
        return False

    def text(self, value: object, rule: Text, at: str) -> None:
        """Check a text object."""
        if not isinstance(value, dict):
            return self.say("must provide an object", at)
        if str(value.get("type")) not in rule.kinds:
            return self.say(f"unsupported type: {value.get('type')}; must be one of {sorted(rule.kinds)}", f"{at}/type")
        only = "emoji" if value["type"] == "plain_text" else "verbatim"
        for name in sorted(set(value) - {"type", "text", only}):
            self.say(f"invalid additional property: {name}", at)
        self.string(value.get("text"), rule.limit, f"{at}/text")
        return None

    def shape(self, value: Json, rule: Shape, at: str) -> None:
        """Check the fields of an object."""
        for name in sorted(rule.required - set(value)):
            self.say(f"missing required field: {name}", at)
        for name in sorted(set(value) - rule.fields):
            self.say(f"invalid additional property: {name}", at)
        for name in set(rule.texts) & set(value):
            self.text(value[name], rule.texts[name], f"{at}/{name}")
        for name in set(rule.strings) & set(value):
            self.string(value[name], rule.strings[name], f"{at}/{name}")
        for name in set(rule.lists) & set(value):
            self.sized(value[name], rule.lists[name], f"{at}/{name}")

    def sized(self, value: object, size: tuple[int, int], at: str) -> None:
        """Check that something is a list of a fitting length."""
        least, most = size
        if not isinstance(value, list):
            self.say("must provide an array", at)
        elif len(value) > most:
            self.say(f"no more than {most} items allowed", at)
        elif len(value) < least:
            self.say(f"no fewer than {least} items allowed", at)


def check_blocks(blocks: object, *, surface: Surface, at: str = "/blocks") -> list[str]:
    """All problems of a message's or view's blocks; none when Slack would take them."""
    problems = Problems()
    problems.sized(blocks, (0, MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS), at)
    block_ids: set[str] = set()
    for number, block in enumerate(blocks if isinstance(blocks, list) else []):
        _check_block(problems, block, f"{at}/{number}")
        _check_unique(problems, block, "block_id", block_ids, f"{at}/{number}")
    return problems.found


def _check_unique(problems: Problems, value: object, name: str, seen: set[str], at: str) -> None:
    own = value.get(name) if isinstance(value, dict) else None
    if isinstance(own, str):
        if own in seen:
            problems.say(f"{name} {own} already exists", f"{at}/{name}")
        seen.add(own)


def _check_block(problems: Problems, block: object, at: str) -> None:
    if not isinstance(block, dict):
        return problems.say("must provide an object", at)
    kind = str(block.get("type"))
    if "block_id" in block:
        problems.string(block["block_id"], 255, f"{at}/block_id")
    if kind in _UNCHECKED.split():
        return None
    if kind not in BLOCKS:
        return problems.say(f"unsupported type: {kind}", f"{at}/type")
    problems.shape({name: value for name, value in block.items() if name != "block_id"}, BLOCKS[kind], at)
    if kind in _CONTENTS:
        _CONTENTS[kind](problems, block, at)
    return None


def _section(problems: Problems, block: Json, at: str) -> None:
    if "text" not in block and "fields" not in block:
        problems.say("missing required field: text or fields", at)
    for number, one in enumerate(_items(block, "fields")):
        problems.text(one, Text(2000, BOTH), f"{at}/fields/{number}")
    if "accessory" in block:
        _check_element(problems, block["accessory"], ACCESSORIES, f"{at}/accessory")


def _actions(problems: Problems, block: Json, at: str) -> None:
    seen: set[str] = set()
    for number, element in enumerate(_items(block, "elements")):
        _check_element(problems, element, ACTIONS, f"{at}/elements/{number}")
        _check_unique(problems, element, "action_id", seen, f"{at}/elements/{number}")


def _context(problems: Problems, block: Json, at: str) -> None:
    for number, element in enumerate(_items(block, "elements")):
        here = f"{at}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            _check_element(problems, element, frozenset({"image"}), here)
        else:
            problems.text(element, Text(3000, BOTH), here)


def _input(problems: Problems, block: Json, at: str) -> None:
    if "element" in block:
        _check_element(problems, block["element"], INPUTS, f"{at}/element")


def _image(problems: Problems, block: Json, at: str) -> None:
    if not block.keys() & {"image_url", "slack_file"}:
        problems.say("missing required field: image_url", at)


def _rich_text(problems: Problems, block: Json, at: str) -> None:
    for number, element in enumerate(_items(block, "elements")):
        kind = str(element.get("type")) if isinstance(element, dict) else ""
        if kind not in _RICH or not isinstance(element.get("elements"), list):
            problems.say(f"unsupported type: {kind}", f"{at}/elements/{number}/type")


_CONTENTS: Mapping[str, Callable[[Problems, Json, str], None]] = {
    "section": _section,
    "actions": _actions,
    "context": _context,
    "input": _input,
    "image": _image,
    "rich_text": _rich_text,
}


def _check_element(problems: Problems, element: object, allowed: frozenset[str], at: str) -> None:
    kind = str(element.get("type")) if isinstance(element, dict) else ""
    if not isinstance(element, dict) or kind not in allowed:
        return problems.say(f"unsupported type: {kind}", f"{at}/type")
    problems.shape(element, ELEMENTS[kind], at)
    _check_options(problems, element, at)
    if "confirm" in element:
        _check_confirm(problems, element["confirm"], f"{at}/confirm")
    if element.get("style", "primary") not in ("primary", "danger"):
        problems.say("must be one of primary, danger", f"{at}/style")
    if kind == "image":
        _image(problems, element, at)
    return None


def _check_confirm(problems: Problems, confirm: object, at: str) -> None:
    if isinstance(confirm, dict):
        problems.shape(confirm, _CONFIRM, at)
    else:
        problems.say("must provide an object", at)


def _check_options(problems: Problems, element: Json, at: str) -> None:
    if element["type"] in {"static_select", "multi_static_select"} and ("options" in element) == (
        "option_groups" in element
    ):
        problems.say("must provide either options or option_groups", at)
    lists = [(f"{at}/options", _items(element, "options"))]
    for number, group in enumerate(_items(element, "option_groups")):
        here = f"{at}/option_groups/{number}"
        problems.text(group.get("label"), Text(75), f"{here}/label")
        problems.sized(group.get("options"), (1, 100), f"{here}/options")
        lists.append((f"{here}/options", _items(group, "options")))
    _check_each(problems, element, lists)


def _check_each(problems: Problems, element: Json, lists: list[tuple[str, list[Any]]]) -> None:
    kinds = BOTH if element["type"] in {"radio_buttons", "checkboxes"} else PLAIN
    rule = _shape("text value", texts={"text": Text(75, kinds), "description": Text(75, kinds)}, strings={"value": 150})
    rule = Shape(
        rule.required, rule.texts, {**rule.strings, "url": 3000} if element["type"] == "overflow" else rule.strings
    )
    every = [option for _, options in lists for option in options]
    for at, options in lists:
        for number, option in enumerate(options):
            if isinstance(option, dict):
                problems.shape(option, rule, f"{at}/{number}")
            else:
                problems.say("must provide an object", f"{at}/{number}")
    initial = _items(element, "initial_options") or [element[n] for n in ("initial_option",) if n in element]
    if element["type"] not in {"external_select", "multi_external_select"} and any(one not in every for one in initial):
        problems.say("initial option must be one of the options", lists[0][0].removesuffix("/options"))


def _items(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []
