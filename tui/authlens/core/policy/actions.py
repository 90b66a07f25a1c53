"""The actions that AWS IoT policies decide, the ARN type each is judged on, and what a name that is none of them is.

Sources: the developer guide's pages of policy actions, of action resources and of direct messaging, and the Greengrass
guide's page of device authorization. AWS adds actions; a name with a known prefix that is missing here may be one.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache

from authlens.core.policy.wildcards import Glob, compile_symbols, symbols
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    type: str
    """The ARN type; `*` where the action takes no resource but `*`, empty where another service decides."""
    also: tuple[str, ...] = ()
    """Other types that one of AWS's pages names."""
    renamed: str | None = None
    """The name that AWS's pages use today."""

    @property
    def types(self) -> tuple[str, ...]:
        return (self.type, *self.also)


_JOBS = ("DescribeJobExecution", "GetPendingJobExecutions", "UpdateJobExecution", "StartNextPendingJobExecution")

_GREENGRASS = (
    "Discover",
    "GetComponentVersionArtifact",
    "GetConnectivityInfo",
    "GetDeploymentConfiguration",
    "ListThingGroupsForCoreDevice",
    "PutCertificateAuthorities",
    "ResolveComponentCandidates",
    "UpdateConnectivityInfo",
    "VerifyClientDeviceIdentity",
    "VerifyClientDeviceIoTCertificateAssociation",
)

ACTIONS = (
    Action("iot:Connect", "client"),
    Action("iot:Publish", "topic"),
    Action("iot:Receive", "topic"),
    Action("iot:RetainPublish", "topic"),
    Action("iot:GetRetainedMessage", "topic"),
    Action("iot:Subscribe", "topicfilter"),
    Action("iot:ListRetainedMessages", "*"),
    Action("iot:DeleteConnection", "client"),
    Action("iot:GetConnection", "client"),
    Action("iot:ListSubscriptions", "client"),
    Action("iot:SendDirectMessage", "client"),
    Action("iot:GetThingShadow", "thing"),
    Action("iot:UpdateThingShadow", "thing"),
    Action("iot:DeleteThingShadow", "thing"),
    Action("iot:ListNamedShadowsForThing", "thing", also=("*",)),
    *(Action(f"iotjobsdata:{name}", "thing", also=("job",)) for name in _JOBS),
    *(Action(f"iot:{name}", "thing", renamed=f"iotjobsdata:{name}") for name in _JOBS),
    Action("iot:AssumeRoleWithCertificate", "rolealias"),
    *(Action(f"greengrass:{name}", "") for name in _GREENGRASS),
)

SERVICES = tuple(dict.fromkeys(action.name.partition(":")[0] for action in ACTIONS))
"""The prefixes of actions that belong in AWS IoT policies."""

TYPES = ("client", "topic", "topicfilter", "thing", "rolealias")
"""The ARN types that actions of AWS IoT are judged on."""

_BY_NAME = {action.name.lower(): action for action in ACTIONS}


def action_named(name: str) -> Action | None:
    """The action of that name; the case of its letters does not matter."""
    return _BY_NAME.get(name.lower())


def full_name(name: str) -> str:
    """An action with its prefix: `Connect` is `iot:Connect`."""
    return name if ":" in name or name == "*" else f"iot:{name}"


class NameKind(Enum):
    """What the name of an action is."""

    KNOWN = "known"
    MISSPELT = "misspelt"
    """Nearly a known name."""
    FOREIGN = "foreign"
    """Without the prefix of a service that AWS IoT policies speak of, or with a wildcard in it."""
    UNLISTED = "unlisted"
    """With a known prefix: AWS may know it, authlens does not."""


@lru_cache(maxsize=512)
def kind_of(pattern: str) -> NameKind:
    """The kind of an action, or of a pattern of actions as policies have them."""
    if "*" in pattern or "?" in pattern:
        return _kind_of_pattern(pattern)
    if action_named(pattern):
        return NameKind.KNOWN
    if misspelt(pattern):
        return NameKind.MISSPELT
    return NameKind.UNLISTED if _has_service(pattern) else NameKind.FOREIGN


def _kind_of_pattern(pattern: str) -> NameKind:
    if pattern == "*" or (_has_service(pattern) and actions_matching(pattern)):
        return NameKind.KNOWN
    return NameKind.UNLISTED if _has_service(pattern) else NameKind.FOREIGN


def _has_service(name: str) -> bool:
    return name.lower().startswith(tuple(f"{service}:" for service in SERVICES))


def misspelt(name: str) -> str | None:
    """The action that a name differs from by a typing error, or by its prefix alone."""
    wanted = full_name(name[:64]).lower()
    prefix, _, bare = wanted.partition(":")
    by_distance = ((_distance(bare, action.name.lower().partition(":")[2]), action) for action in ACTIONS)
    near = [(distance, action) for distance, action in by_distance if distance <= _slack(bare)]
    best = min(near, key=lambda one: (one[0], bool(one[1].renamed), _distance(prefix, _prefix(one[1]))), default=None)
    return best[1].name if best else None


def _prefix(action: Action) -> str:
    return action.name.partition(":")[0]


def _slack(bare: str) -> int:
    """How many letters may be wrong: long names are rarely near each other by chance."""
    return 3 if len(bare) >= 14 else 2 if len(bare) >= 6 else 1


def _distance(one: str, other: str) -> int:
    """Letters to insert, delete, replace or swap with their neighbour; 9 for what is further apart than matters."""
    if abs(len(one) - len(other)) > 3:
        return 9
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        now = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(row[j] + 1, now[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            now.append(cost)
        before, row = row, now
    return row[-1]


def action_glob(pattern: str) -> Glob:
    """Matches the lower-case names of the actions that an element of `Action` names.

    A service prefix with a wildcard names no service, so such an element matches nothing; `*` alone names all.
    """
    service, colon, _ = pattern.partition(":")
    if pattern != "*" and (not colon or "*" in service or "?" in service) and pattern != "*:*":
        return _NOTHING
    return compile_symbols(symbols(pattern.lower()))


_NOTHING = Glob((("\0",),))


@lru_cache(maxsize=512)
def actions_matching(pattern: str) -> tuple[Action, ...]:
    """The actions that an element of `Action` names; `iot:*` names those of AWS IoT itself."""
    glob = action_glob(pattern)
    return tuple(action for action in ACTIONS if glob.matches(action.name.lower()))


def nearest_action(name: str) -> str | None:
    """The action that somebody most likely means who does not know its name."""
    meant = misspelt(name)
    if meant:
        return meant
    names = {action.name.lower(): action.name for action in ACTIONS if not action.renamed}
    found = get_close_matches(full_name(name[:64]).lower(), names, 1, 0.7)
    return names[found[0]] if found else None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody most likely meant, case aside."""
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(word[:64].casefold(), by_folded, 1, 0.6)
    return by_folded[found[0]] if found else None
