"""The actions of AWS IoT policies, the ARN type that each applies to, and the classification of unknown names.

Sources: the developer guide's pages on policy actions, action resources and direct messaging, and the Greengrass
guide's page on device authorization. AWS adds actions over time; a name with a known prefix that is missing here may be
one.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache

from authlens.core.policy.wildcards import Glob, compile_text, spend
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    type: str
    """The ARN type; `*` if the action accepts only the resource `*`, empty if another service decides."""
    also: tuple[str, ...] = ()
    """Other types that an AWS page lists."""
    renamed: str | None = None
    """The name that AWS's pages use now."""

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
"""The ARN types that AWS IoT actions apply to."""

_BY_NAME = {action.name.lower(): action for action in ACTIONS}


def action_named(name: str) -> Action | None:
    """The action with this name, ignoring case."""
    return _BY_NAME.get(name.lower())


def full_name(name: str) -> str:
    """The action with its prefix: `Connect` becomes `iot:Connect`."""
    return name if ":" in name or name == "*" else f"iot:{name}"


class NameKind(Enum):
    """How an action name is classified."""

    KNOWN = "known"
    MISSPELT = "misspelt"
    """Close to a known name."""
    FOREIGN = "foreign"
    """Without the prefix of a service used in AWS IoT policies, or with a wildcard in the prefix."""
    UNLISTED = "unlisted"
    """With a known prefix: AWS may know the action, authlens does not."""


def kind_of(pattern: str) -> NameKind:
    """The kind of an action name, or of a pattern of action names as used in policies."""
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
    """The action that the name differs from by a typo, or only by its prefix."""
    spend(_STEPS_TO_COMPARE)
    return _misspelt(name)


_STEPS_TO_COMPARE = 300
"""What comparing one name with all others takes, in the steps of `bounded_work`."""


@lru_cache(maxsize=1024)
def _misspelt(name: str) -> str | None:
    bare = full_name(name).lower().partition(":")[2]
    by_distance = ((_distance(bare, action.name.lower().partition(":")[2]), action) for action in ACTIONS)
    near = [(distance, action) for distance, action in by_distance if distance <= _slack(bare)]
    best = min(near, key=lambda one: (one[0], bool(one[1].renamed)), default=None)
    return best[1].name if best else None


def _slack(bare: str) -> int:
    """How many letters may be wrong: long names are rarely similar by chance."""
    return 3 if len(bare) >= 14 else 2 if len(bare) >= 6 else 1


def _distance(one: str, other: str) -> int:
    """The number of letters to insert, delete, replace or swap with a neighbour; 9 for anything too far apart to
    matter."""
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
    """A glob that matches the lower-case names of the actions in an element of `Action`.

    A service prefix with a wildcard is not a service, so such an element matches nothing; `*` alone matches everything.
    """
    service, colon, _ = pattern.partition(":")
    if pattern != "*" and (not colon or "*" in service or "?" in service) and pattern != "*:*":
        return _NOTHING
    return compile_text(pattern.lower())


_NOTHING = Glob((("\0",),))


@lru_cache(maxsize=512)
def actions_matching(pattern: str) -> tuple[Action, ...]:
    """The actions that an element of `Action` matches; `iot:*` matches those of AWS IoT itself."""
    glob = action_glob(pattern)
    return tuple(action for action in ACTIONS if glob.matches(action.name.lower()))


def nearest_action(name: str) -> str | None:
    """The action most likely meant by a name that does not exist."""
    meant = misspelt(name)
    if meant:
        return meant
    spend(_STEPS_TO_COMPARE)
    return _alike(full_name(name), (action.name for action in ACTIONS if not action.renamed), 0.7)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most likely meant, ignoring case."""
    spend(_STEPS_TO_COMPARE)
    return _alike(word, known, 0.6)


def _alike(word: str, known: Iterable[str], similarity: float) -> str | None:
    """Only the beginning of a long word is compared, which takes time in the square of its length."""
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(word[:64].casefold(), by_folded, 1, similarity)
    return by_folded[found[0]] if found else None
