"""The actions of AWS IoT policies and the ARN type that each is judged against (domain §6, AWS's actions page)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from authlens.core.policy.wildcards import Glob, compile_symbols, symbols


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    type: str
    """The ARN type; `*` where the action takes no other resource than `*`."""
    https_only: bool = False
    """Over MQTT the same is done with Publish, Subscribe and Receive on `$aws/things` topics."""


ACTIONS = (
    Action("iot:Connect", "client"),
    Action("iot:Publish", "topic"),
    Action("iot:Receive", "topic"),
    Action("iot:RetainPublish", "topic"),
    Action("iot:GetRetainedMessage", "topic"),
    Action("iot:Subscribe", "topicfilter"),
    Action("iot:ListRetainedMessages", "*"),
    Action("iot:GetThingShadow", "thing"),
    Action("iot:UpdateThingShadow", "thing"),
    Action("iot:DeleteThingShadow", "thing"),
    Action("iot:ListNamedShadowsForThing", "thing"),
    Action("iot:DescribeJobExecution", "thing", https_only=True),
    Action("iot:GetPendingJobExecutions", "thing", https_only=True),
    Action("iot:UpdateJobExecution", "thing", https_only=True),
    Action("iot:StartNextPendingJobExecution", "thing", https_only=True),
    Action("iot:AssumeRoleWithCertificate", "rolealias"),
)

TYPES = tuple(dict.fromkeys(action.type for action in ACTIONS if action.type != "*"))

_BY_NAME = {action.name.lower(): action for action in ACTIONS}


def action_named(name: str) -> Action | None:
    """The action of that name; the case of its letters does not matter."""
    return _BY_NAME.get(name.lower())


def full_name(name: str) -> str:
    """An action with its prefix: `Connect` is `iot:Connect`."""
    return name if ":" in name or name == "*" else f"iot:{name}"


def action_glob(pattern: str) -> Glob:
    """Matches the lower-case names of the actions that an element of `Action` names."""
    return compile_symbols(symbols(pattern.lower()))


@lru_cache(maxsize=512)
def actions_matching(pattern: str) -> tuple[Action, ...]:
    """The actions that an element of `Action` names; `iot:*` names all."""
    glob = action_glob(pattern)
    return tuple(action for action in ACTIONS if glob.matches(action.name.lower()))


def nearest_action(name: str) -> str | None:
    """The action that a misspelt name most likely means."""
    names = {action.name.lower(): action.name for action in ACTIONS}
    found = get_close_matches(full_name(name[:64]).lower(), names, 1, 0.7)
    return names[found[0]] if found else None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody most likely meant, case aside."""
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(word[:64].casefold(), by_folded, 1, 0.6)
    return by_folded[found[0]] if found else None
