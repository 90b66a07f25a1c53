"""What to know about the action of a question, whatever the decision; one sentence each.

A shadow or a job is accessed over MQTT by publishing to a reserved topic, so a decision on the HTTPS action alone would
mislead. An action that authlens does not know is decided by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlens.core.policy import arn
from authlens.core.policy.actions import NameKind, action_named, kind_of
from authlens.core.policy.decision.reasons import is_allowed
from authlens.core.policy.document import Document
from authlens.core.policy.matching import Asking

_TOPICS = {
    "GetThingShadow": "{shadow}/get",
    "UpdateThingShadow": "{shadow}/update",
    "DeleteThingShadow": "{shadow}/delete",
    "GetPendingJobExecutions": "$aws/things/{thing}/jobs/get",
    "StartNextPendingJobExecution": "$aws/things/{thing}/jobs/start-next",
    "DescribeJobExecution": "$aws/things/{thing}/jobs/JOB/get",
    "UpdateJobExecution": "$aws/things/{thing}/jobs/JOB/update",
}
"""What a client publishes to instead (the developer guide's page on reserved topics)."""


def notes(documents: Sequence[Document], asking: Asking) -> tuple[str, ...]:
    return tuple(_notes(documents, asking))


def unknown_action(action: str) -> str:
    """A note if authlens does not know the action; else empty."""
    if kind_of(action) not in (NameKind.UNLISTED, NameKind.FOREIGN):
        return ""
    return (
        f"authlens does not know this action: {action} is not on the AWS pages that it follows, so the decision "
        f"is based on the name alone"
    )


def _notes(documents: Sequence[Document], asking: Asking) -> Iterator[str]:
    unknown = unknown_action(asking.action)
    if unknown:
        yield unknown
    action = action_named(asking.action)
    if action is None:
        return
    if action.renamed:
        allowed = _whether(action.renamed, asking.resource, asking, documents)
        yield f"AWS's pages now call {action.name} {action.renamed}, which is {allowed}"
    topic = _topic(action.name, asking.resource.tail)
    if topic:
        allowed = _whether("iot:Publish", asking.resource.sibling(f"topic/{topic}"), asking, documents)
        yield (
            f"{action.name} is an HTTPS action; over MQTT a client needs iot:Publish on topic/{topic}, "
            f"which is {allowed}"
        )


def _topic(action: str, tail: str) -> str | None:
    kind, _, name = tail.partition("/")
    form = _TOPICS.get(action.partition(":")[2])
    if form is None or kind != "thing" or not name:
        return None
    thing, _, shadow = name.partition("/")
    base = f"$aws/things/{thing}/shadow" + (f"/name/{shadow}" if shadow else "")
    return form.format(thing=thing, shadow=base)


def _whether(action: str, resource: arn.Asked, asking: Asking, documents: Sequence[Document]) -> str:
    return "allowed" if is_allowed(action, resource, asking, documents) else "not allowed"
