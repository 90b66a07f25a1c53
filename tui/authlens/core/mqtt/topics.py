"""Topics and topic filters as AWS IoT treats them: which match, and which it accepts.

What the broker refuses is defined in one place, `core.contract.broker`; here it is asked by topic and by filter.
"""

from __future__ import annotations

from functools import lru_cache

from authlens.core.contract.broker import broker_refusals, is_reserved
from authlens.core.mqtt import limits
from authlens.frozen import dataclass

_RULES = "$aws/rules/"
_SHARED = "$share/"
_LONGEST_GROUP = int(limits.SHARE_NAME.value)


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
    if is_reserved(topic) and wanted[0] in ("#", "+"):
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


def is_basic_ingest(topic: str) -> bool:
    """Whether a message goes only to a rule and to no subscriber."""
    return topic.startswith(_RULES)


@lru_cache(maxsize=4096)
def topic_problem(topic: str, *, retain: bool = False) -> str | None:
    """Why AWS accepts no message on a topic, as the end of a sentence; `None` when it does."""
    if not topic:
        return "the topic is empty"
    return _first_refusal("iot:RetainPublish" if retain else "iot:Publish", f"topic/{topic}")


@lru_cache(maxsize=4096)
def filter_problem(topic_filter: str) -> str | None:
    """Why AWS accepts no subscription to a filter, as the end of a sentence; `None` when it does."""
    sharing = shared(topic_filter)
    if sharing is None and topic_filter.startswith(_SHARED):
        return "a shared subscription is written $share/GROUP/FILTER"
    if sharing is not None and len(sharing.group) > _LONGEST_GROUP:
        return f"the name of the group has {len(sharing.group)} characters, and the broker accepts {_LONGEST_GROUP}"
    wanted = sharing.filter if sharing else topic_filter
    return _first_refusal("iot:Subscribe", f"topicfilter/{wanted}") if wanted else "the filter is empty"


def client_id_problem(client_id: str) -> str | None:
    """Why AWS accepts no client with an id, as the end of a sentence; `None` when it does."""
    return _first_refusal("iot:Connect", f"client/{client_id}")


def _first_refusal(action: str, resource: str) -> str | None:
    refusals = broker_refusals(action, resource)
    return refusals[0].message if refusals else None
