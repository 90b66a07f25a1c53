"""What keys, and the places in which they work, are called in sentences, help, the palette and the docs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

EVERYWHERE = "Everywhere"
_PLACES = {
    "MainScreen": EVERYWHERE,
    "AuthlensApp": EVERYWHERE,
    "RequestPane": "Request",
    "HeadersTable": "Headers",
    "AnswerPane": "Answer",
    "VerdictHeader": "Verdict",
    "AccessPage": "Access",
    "CompareView": "Changes",
    "HistoryPane": "History",
    "HistoryRows": "History",
    "CollectionPane": "Saved requests",
    "CollectionRows": "Saved requests",
    "CodeView": "Text",
    "Items": "List",
    "Rows": "List",
    "Choices": "Tabs",
    "SearchBox": "Search",
    "AskText": "Question",
    "Ask": "Question",
    "Dialog": "Dialog",
    "RequestAs": "Copy as",
    "PickScreen": "Choice",
    "_Things": "Choice",
    "_Answers": "Verdicts",
    "_Forms": "Copy as",
}
"""By the class that the keys belong to; the others are called what their class is."""

Reach = str | None
"""What is pressed before a pane's letters: nothing in the pane itself; `None` where no key leads to them."""


def letter(key: str, reach: Reach) -> str:
    """How a key of a single letter is said; empty where a letter would be typed instead."""
    return "" if reach is None else f"{reach}{key}"


def place_name(class_name: str) -> str:
    if class_name in _PLACES:
        return _PLACES[class_name]
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in class_name).strip(" _")
    name = words.removesuffix(" screen").removesuffix(" dialog").removesuffix(" rows")
    return name[:1].upper() + name[1:]


_NAMED = re.compile(r"\b(?:(?:Ctrl|Shift|Alt)\+)*(?:F\d{1,2}|(?<=\+)[A-Z])\b")
_own: dict[str, str] = {}
"""By the name of a key in our sentences: the name of the key that the user's keymap has in its place."""


def use_keymap(bindings: Iterable[BindingType], keymap: Mapping[str, str]) -> None:
    """Name the user's own keys in sentences from now on."""
    _own.clear()
    for binding in bindings:
        if isinstance(binding, Binding) and binding.id is not None and binding.id in keymap:
            own = key_text(keymap[binding.id].split(",")[0].strip())
            _own.update((key_text(key), own) for key in binding.key.split(","))


def key_text(key: str) -> str:
    """The name of a key in a sentence: `ctrl+o` is `Ctrl+O`."""
    *modifiers, last = key.split("+")
    return "+".join([*map(str.capitalize, modifiers), last.upper() if modifiers or last[1:].isdigit() else last])


def in_own_keys(text: str) -> str:
    """A sentence with the user's own keys in place of ours."""
    return _NAMED.sub(lambda found: _own.get(found[0], found[0]), text) if _own else text
