"""Lint rules for actions, and for actions on resources of a type that they do not apply to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from authlens.core.contract.pages import ACTION_ELEMENT, ACTIONS_PAGE, JOBS_DATA_PLANE, POLICY_VARIABLES, RESOURCES_PAGE
from authlens.core.contract.statement import Severity, documented
from authlens.core.lint.arn_rules import arn_problem
from authlens.core.lint.rule import Hit, LintRule, LintSubject, StatementAt
from authlens.core.policy import arn
from authlens.core.policy.actions import (
    ACTIONS,
    TYPES,
    Action,
    NameKind,
    action_named,
    actions_matching,
    kind_of,
    nearest_action,
)
from authlens.core.policy.arn import tail_of
from authlens.core.policy.document import ActionElement, ResourceElement
from authlens.core.policy.wildcards import Wild, admits, symbols

_JOB_ACTIONS = frozenset(action.name for action in ACTIONS if "JobExecution" in action.name)


def _unknown_action(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.actions():
        if "${" in element.text:
            continue
        kind = kind_of(element.text)
        meant = None if kind is NameKind.KNOWN else nearest_action(element.text)
        hint = f"; did you mean {meant}?" if meant else ""
        if kind is NameKind.UNLISTED:
            message = f"authlens does not know `{element.text}`: AWS may have added it, or it belongs in IAM policies"
            yield one.hit(f"{message}{hint}", element.span, "warning")
        elif kind is NameKind.FOREIGN and _has_wild_prefix(element.text):
            message = f"`{element.text}` matches nothing: its prefix must be literal, such as `iot:`"
            yield one.hit(message, element.span)
        elif kind is not NameKind.KNOWN:
            yield one.hit(f"`{element.text}` is not an action of AWS IoT policies{hint}", element.span)


def _has_wild_prefix(text: str) -> bool:
    prefix, colon, _ = text.partition(":")
    return bool(colon) and ("*" in prefix or "?" in prefix)


def _job_prefix(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.actions():
        named = action_named(element.text)
        if named and named.renamed:
            yield one.hit(f"AWS's pages now call `{element.text}` `{named.renamed}`", element.span)


def _action_case(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.actions():
        action = action_named(element.text)
        if action and action.name != element.text:
            yield one.hit(f"AWS writes `{element.text}` as `{action.name}`", element.span)


def _variable_in_action(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.actions():
        if "${" in element.text:
            yield one.hit(f"variables are not replaced in an action, so `{element.text}` stays as text", element.span)


def _needs_certificate(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.actions():
        named = element.text.lower() == "iot:assumerolewithcertificate"
        if named and one.statement.effect == "Allow" and not subject.surroundings.has_certificate:
            yield one.hit("iot:AssumeRoleWithCertificate only works with a client certificate", element.span)


def _https_only(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.actions():
        if one.statement.effect == "Allow" and element.text in _JOB_ACTIONS:
            yield one.hit(
                f"{element.text} applies to jobs over HTTPS; over MQTT the $aws/things topics apply", element.span
            )


def fits_type(element: ResourceElement, kind: str) -> bool:
    """Whether a resource can match a type; `*` is the type of actions that accept only the resource `*`."""
    return kind in _types_of(element.text)


@lru_cache(maxsize=1024)
def _types_of(text: str) -> frozenset[str]:
    if text == "*":
        return frozenset((*_TYPES, "*"))
    found = arn.split(text)
    if found is None:
        return frozenset(_TYPES)
    tail = symbols(found.tail)
    return frozenset(kind for kind in _TYPES if admits(tail, (f"{kind}/", Wild.RUN)))


_TYPES = (*TYPES, "job")


def _mismatches(one: StatementAt) -> Iterator[tuple[ActionElement, ResourceElement | None]]:
    """Resources of a type that no action of the statement applies to, then actions left without a resource."""
    statement = one.statement
    if statement.not_action or statement.not_resource or statement.faults:
        return
    named = [(element, actions_matching(element.text)) for element in statement.actions]
    known = [(element, actions) for element, actions in named if actions]
    resources = [element for element in statement.resources if not arn_problem(element.text) and _has_type(element)]
    if not known or not resources:
        return
    useful = [resource for resource in resources if any(_useful(resource, actions) for _, actions in known)]
    useful_texts = {resource.text for resource in useful}
    yield from ((known[0][0], resource) for resource in resources if resource.text not in useful_texts)
    if len(resources) == len(statement.resources):
        for element, actions in known:
            if useful and not any(_useful(resource, actions) for resource in useful):
                yield element, None


def _useful(resource: ResourceElement, actions: Sequence[Action]) -> bool:
    return any(not action.type or any(fits_type(resource, kind) for kind in action.types) for action in actions)


def _has_type(element: ResourceElement) -> bool:
    """Whether the resource has a known type; unknown types are reported by another rule."""
    return any(fits_type(element, kind) for kind in (*_TYPES, "*"))


def _subscribe_on_topic(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.usable():
        for action, resource in _mismatches(one):
            if _mismatch_kind(action, resource) == "subscribe":
                yield one.hit(_subscribe_message(one, resource), resource.span if resource else action.span)


def _subscribe_message(one: StatementAt, resource: ResourceElement | None) -> str:
    tails = [tail_of(element.text) for element in ([resource] if resource else one.statement.resources)]
    tail = next((tail for tail in tails if tail.startswith("topic/")), tails[0])
    return f"iot:Subscribe on `{tail}` matches nothing; it needs `topicfilter/{tail.partition('/')[2]}`"


def _job_on_topic(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.usable():
        for action, resource in _mismatches(one):
            if _mismatch_kind(action, resource) == "job":
                what = f" on `{tail_of(resource.text)}`" if resource else ""
                message = f"{action.text}{what} matches nothing; it needs `thing/NAME`"
                yield one.hit(message, resource.span if resource else action.span)


def _type_mismatch(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.usable():
        for action, resource in _mismatches(one):
            if _mismatch_kind(action, resource) == "other":
                span = resource.span if resource else action.span
                yield one.hit(_mismatch_message(one, action, resource), span, _mismatch_severity(one))


def _mismatch_severity(one: StatementAt) -> Severity | None:
    """AWS's pages disagree on actions that take `*`: one requires it, and a sample on another names a client."""
    return "warning" if set(_wanted(one)) == {"*"} else None


def _wanted(one: StatementAt) -> Iterator[str]:
    """The types that the actions of a statement apply to."""
    for element in one.statement.actions:
        for action in actions_matching(element.text):
            yield from action.types


def _mismatch_kind(action: ActionElement, resource: ResourceElement | None) -> str:
    on_topic = resource is None or tail_of(resource.text).startswith("topic/")
    named = action_named(action.text)
    if on_topic and named and named.name == "iot:Subscribe":
        return "subscribe"
    return "job" if on_topic and named and named.name in _JOB_ACTIONS else "other"


def _mismatch_message(one: StatementAt, action: ActionElement, resource: ResourceElement | None) -> str:
    if resource is None:
        kind = actions_matching(action.text)[0].types[0]
        wanted = "`*`" if kind == "*" else f"a `{kind}/` resource"
        return f"{action.text} needs {wanted}; this statement has none"
    kinds = dict.fromkeys(kind for kind in _wanted(one) if kind != "job")
    wanted = " or ".join("`*`" if kind == "*" else f"`{kind}/…`" for kind in kinds)
    actions = ", ".join(element.text for element in one.statement.actions)
    return f"{actions} on `{tail_of(resource.text)}` matches nothing; it needs {wanted}"


RULES = (
    LintRule(
        "unknown-action",
        "error",
        "A name that is not an action never matches, and a service prefix must be literal. A name with a known prefix "
        "that authlens does not know is a warning: AWS may have added it, or it belongs in an IAM policy.",
        "Correct the name.",
        documented(ACTION_ELEMENT),
        _unknown_action,
    ),
    LintRule(
        "action-case",
        "info",
        "Actions are case-insensitive, but text searches for them are not.",
        "Write the action as AWS does.",
        documented(ACTION_ELEMENT),
        _action_case,
    ),
    LintRule(
        "variable-in-action",
        "error",
        "Policy variables are only replaced in resources and conditions.",
        "Write the action out.",
        documented(POLICY_VARIABLES),
        _variable_in_action,
    ),
    LintRule(
        "subscribe-on-topic",
        "error",
        "iot:Subscribe applies to topic filters.",
        "Write topicfilter/ instead of topic/.",
        documented(RESOURCES_PAGE),
        _subscribe_on_topic,
    ),
    LintRule(
        "job-action-on-topic",
        "error",
        "Job actions apply to things. AWS's basic job policy names a topic nevertheless.",
        "Write thing/NAME; for jobs over MQTT allow Publish, Subscribe and Receive on the $aws/things topics.",
        documented(RESOURCES_PAGE),
        _job_on_topic,
    ),
    LintRule(
        "job-action-prefix",
        "warning",
        "On the data plane job actions have the prefix iotjobsdata:; iot: is for the control plane.",
        "Write iotjobsdata: instead of iot:.",
        documented(JOBS_DATA_PLANE),
        _job_prefix,
    ),
    LintRule(
        "action-resource-mismatch",
        "error",
        "Every action applies to its own type of ARN; with another type the statement never matches. For an "
        "action that takes `*` it is a warning: AWS's page on retained messages names a client for "
        "iot:ListRetainedMessages.",
        "Use the type given in the message.",
        documented(RESOURCES_PAGE),
        _type_mismatch,
    ),
    LintRule(
        "job-action-over-https",
        "info",
        "Over MQTT a device handles its jobs with Publish, Subscribe and Receive on $aws/things/NAME/jobs topics.",
        "Allow those topics too if the device uses MQTT.",
        documented(JOBS_DATA_PLANE),
        _https_only,
    ),
    LintRule(
        "certificate-action",
        "warning",
        "The credential provider authenticates by certificate, which a connection with custom authentication "
        "does not have.",
        "Remove the action.",
        documented(ACTIONS_PAGE),
        _needs_certificate,
    ),
)
