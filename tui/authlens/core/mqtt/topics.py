"""Topics and topic filters as AWS IoT treats them: which match, which are reserved, which are too long."""

from __future__ import annotations

from functools import lru_cache

from authlens.core.mqtt.limits import TOPIC_BYTES, TOPIC_SLASHES
from authlens.frozen import dataclass

_RULES = "$aws/rules/"
_SHARED = "$share/"
_RESERVED_ROOT = "$"
_CLIENT_TOPICS = (
    "$aws/things/",
    "$aws/rules/",
    "$aws/certificates/create",
    "$aws/provisioning-templates/",
    "$aws/events/",
    "$aws/device_location/",
    "$aws/commands/",
    "$aws/sitewise/",
)
"""Starts of reserved topics that AWS names; clients may use no others."""
_READ_ONLY = ("$aws/events/",)


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared subscription: `$share/GROUP/FILTER`."""

    group: str
    filter: str


@lru_cache(maxsize=4096)
def levels(topic: str) -> tuple[str, ...]:
    return tuple(topic.split("/"))


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a message on a topic reaches a filter. On AWS `sensor/#` does not match `sensor`.

    A wildcard at the start does not match topics that start with `$`.
    """
    wanted, given = levels(topic_filter), levels(topic)
    if topic[:1] == _RESERVED_ROOT and wanted[0] in ("#", "+"):
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return len(given) > index
        if index >= len(given) or level not in ("+", given[index]):
            return False
    return len(wanted) == len(given)


def has_wildcard(topic_filter: str) -> bool:
    return "+" in topic_filter or "#" in topic_filter


def shared(topic_filter: str) -> Shared | None:
    """The parts of a shared subscription; `None` for any other filter."""
    if not topic_filter.startswith(_SHARED):
        return None
    group, slash, rest = topic_filter.removeprefix(_SHARED).partition("/")
    return Shared(group, rest) if group and slash and rest and not has_wildcard(group) else None


def is_reserved(topic: str) -> bool:
    return topic.startswith(_RESERVED_ROOT)


def is_basic_ingest(topic: str) -> bool:
    """Whether a message goes to a rule alone and to no subscriber."""
    return topic.startswith(_RULES)


@lru_cache(maxsize=4096)
def topic_problem(topic: str) -> str | None:
    """Why AWS accepts no message on a topic, as the end of a sentence; `None` when it does."""
    if not topic:
        return "the topic is empty"
    if has_wildcard(topic):
        return "the topic contains a wildcard, which only filters may"
    if is_reserved(topic) and (not topic.startswith(_CLIENT_TOPICS) or topic.startswith(_READ_ONLY)):
        return "the topic is reserved, and clients may not publish there"
    return _length_problem(topic, "topic")


@lru_cache(maxsize=4096)
def filter_problem(topic_filter: str) -> str | None:
    """Why AWS accepts no subscription to a filter, as the end of a sentence; `None` when it does."""
    sharing = shared(topic_filter)
    if sharing is None and topic_filter.startswith(_SHARED):
        return "a shared subscription is written $share/GROUP/FILTER"
    wanted = sharing.filter if sharing else topic_filter
    if not wanted:
        return "the filter is empty"
    if not _has_valid_wildcards(wanted):
        return "a wildcard must be a whole level, and # the last one"
    if is_reserved(wanted) and not wanted.startswith(_CLIENT_TOPICS):
        return "the filter is reserved, and clients may not subscribe to it"
    return _length_problem(wanted, "filter")


def _has_valid_wildcards(topic_filter: str) -> bool:
    parts = levels(topic_filter)
    return all(part == "+" or not has_wildcard(part) for part in parts[:-1]) and (
        parts[-1] in ("+", "#") or not has_wildcard(parts[-1])
    )


def _length_problem(topic: str, word: str) -> str | None:
    size, slashes = len(topic.encode("utf-8", "replace")), _counted(topic).count("/")
    if size > TOPIC_BYTES.value:
        return f"the {word} has {size} bytes; {TOPIC_BYTES.value:g} are allowed"
    if slashes > TOPIC_SLASHES.value:
        return f"the {word} has {slashes} slashes; {TOPIC_SLASHES.value:g} are allowed"
    return None


def _counted(topic: str) -> str:
    """The part of a topic whose slashes count."""
    return topic.removeprefix(_RULES).partition("/")[2] if topic.startswith(_RULES) else topic
