"""What the places are called in which keys work, for help, the palette and the docs. Pure."""

from __future__ import annotations

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
