"""Lint rules for the two policy checks of AWS IoT Device Defender, with AWS's reason codes.

AWS audits only stored policies, never what an authorizer returns, so only these rules find such problems.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from authlens.core.contract.pages import DEFENDER, MISCONFIGURED
from authlens.core.contract.statement import documented
from authlens.core.lint.arn_rules import arn_problem
from authlens.core.lint.rule import Hit, LintRule, LintSubject
from authlens.core.policy import arn
from authlens.core.policy.actions import ACTIONS, Action
from authlens.core.policy.arn import tail_of
from authlens.core.policy.context_keys import KeyKind, kind_of_key
from authlens.core.policy.document import Condition, ResourceElement, Statement
from authlens.core.policy.variables import template
from authlens.core.policy.wildcards import Symbol, Unknown, Wild, admits, covers
from authlens.core.text.json_reader import Span

_ANY_THING = Unknown("any thing")
"""The name of a thing that the policy does not spell out: only wildcards match it."""

_THING_PATTERNS: tuple[tuple[Symbol, ...], ...] = (("thing/", _ANY_THING, Wild.RUN),)

_BROAD: dict[str, tuple[tuple[Symbol, ...], ...]] = {
    "iot:Connect": (("client/", _ANY_THING),),
    "iot:Publish": (("topic/$aws/things/", _ANY_THING, Wild.RUN),),
    "iot:Subscribe": (
        ("topicfilter/$aws/things/", _ANY_THING, Wild.RUN),
        ("topicfilter/$aws/things/+", Wild.RUN),
        ("topicfilter/$aws/things/#",),
        ("topicfilter/$aws/+/", Wild.RUN),
        ("topicfilter/$aws/#",),
    ),
    **{
        action.name: _THING_PATTERNS
        for action in ACTIONS
        if action.name.endswith(("JobExecution", "JobExecutions"))
        or action.name in ("iot:DeleteThingShadow", "iot:GetThingShadow", "iot:UpdateThingShadow")
    },
}
"""What no single device should be allowed, by action; a resource that overlaps any of it is too wide."""


def tail_symbols(element: ResourceElement) -> tuple[Symbol, ...]:
    """The symbols of the tail that a resource matches; `*` and shortened ARNs match any tail."""
    return _tail_symbols(element.text, element.template.is_plain)


@lru_cache(maxsize=1024)
def _tail_symbols(text: str, is_plain: bool) -> tuple[Symbol, ...]:
    found = arn.split(text)
    if found:
        return template(found.tail, is_plain).symbols
    return (Wild.RUN,) if text.endswith("*") else template(text, is_plain).symbols


def _broad_access(subject: LintSubject) -> Iterator[Hit]:
    is_claim = _only_provisions(subject)
    open_patterns = {action: _left_open(action, subject) for action in ACTIONS if action.name in _BROAD}
    for one in subject.usable("Allow"):
        wide: dict[Span, list[str]] = {}
        for action, patterns in open_patterns.items():
            for span in _broad_spans(one.statement, action, patterns) if _names(one.statement, action) else ():
                wide.setdefault(span, []).append(action.name)
        for span, names in wide.items():
            narrowed = names == ["iot:Connect"] and any(map(_narrows, one.statement.conditions))
            message = f"{_text_at(one.statement, span)} is open to every device for {', '.join(names)}"
            if narrowed:
                message += ", restricted only by a condition"
            elif is_claim:
                message += ", as in AWS's policy for provisioning claims; everything else allowed is provisioning"
            yield one.hit(message, span, "warning" if narrowed or is_claim else None)


_PROVISIONING = ("$aws/certificates/", "$aws/provisioning-templates/")


def _only_provisions(subject: LintSubject) -> bool:
    """Whether only iot:Connect and the topics of fleet provisioning are allowed."""
    others = [
        one.statement
        for one in subject.usable("Allow")
        if one.statement.not_action or [each.text.lower() for each in one.statement.actions] != ["iot:connect"]
    ]
    names = [tail_of(element.text).partition("/")[2] for one in others for element in one.resources]
    return (
        bool(names)
        and all(name.startswith(_PROVISIONING) for name in names)
        and not any(one.not_resource for one in others)
    )


def _left_open(action: Action, subject: LintSubject) -> list[tuple[Symbol, ...]]:
    """What is too wide for an action and not denied elsewhere."""
    return [pattern for pattern in _BROAD[action.name] if not _is_denied(pattern, action, subject)]


def _text_at(statement: Statement, span: Span) -> str:
    texts = {element.span: f"`{tail_of(element.text)}`" for element in statement.resources}
    return f"NotResource {texts[span]}" if statement.not_resource else texts[span]


def _names(statement: Statement, action: Action) -> bool:
    named = any(element.glob.matches(action.name.lower()) for element in statement.actions)
    return named != statement.not_action


def _broad_spans(statement: Statement, action: Action, patterns: list[tuple[Symbol, ...]]) -> Iterator[Span]:
    if statement.not_resource:
        if any(not any(covers(tail_symbols(each), one) for each in statement.resources) for one in patterns):
            yield statement.resources[0].span
        return
    for element in statement.resources if patterns else ():
        symbols = _any_length(tail_symbols(element))
        broad = any(admits(symbols, one) for one in patterns) or _own_client_id(statement, action, symbols)
        if broad and not arn_problem(element.text):
            yield element.span


def _any_length(symbols: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
    """Treats `?*` and `*?` as `*`, because they match every non-empty name."""
    around = zip(symbols, (None, *symbols), (*symbols[1:], None), strict=False)
    return tuple(one for one, before, after in around if one is not Wild.ONE or Wild.RUN not in (before, after))


def _own_client_id(statement: Statement, action: Action, symbols: Sequence[Symbol]) -> bool:
    """Whether the resource is `client/${iot:ClientId}`, which matches any client, unless a condition requires an
    attached thing."""
    if action.name != "iot:Connect" or not admits(symbols, ("client/", Unknown("iot:ClientId"))):
        return False
    return not any(map(_is_of_attached_thing, statement.conditions))


def _is_of_attached_thing(condition: Condition) -> bool:
    wanted = [value.text for value in condition.values]
    return (condition.operator_name, condition.key, wanted) == ("Bool", "iot:Connection.Thing.IsAttached", ["true"])


def _narrows(condition: Condition) -> bool:
    """Whether it lets only some clients connect: those with certain ids, with a thing or a certificate, or from some
    networks."""
    operator = condition.operator
    if operator is None or operator.negated or operator.if_exists or operator.quantifier == "ForAllValues":
        return False
    values = {value.text for value in condition.values}
    if condition.key.casefold() in ("iot:clientid", "aws:sourceip"):
        return operator.base != "Null" and not {"*", "${iot:ClientId}", "0.0.0.0/0", "::/0"} & values
    if kind_of_key(condition.key) not in _IDENTIFYING:
        return False
    opposite = "true" if operator.base == "Null" else "false"
    return opposite not in {value.lower() for value in values} and "*" not in values


_IDENTIFYING = (KeyKind.NETWORK, KeyKind.THING, KeyKind.CERTIFICATE, KeyKind.COGNITO)
"""Kinds of keys whose values identify the client."""


def _is_denied(pattern: Sequence[Symbol], action: Action, subject: LintSubject) -> bool:
    """Whether a Deny without conditions covers the whole pattern."""
    return any(
        not one.statement.conditions
        and not one.statement.not_resource
        and _names(one.statement, action)
        and any(covers(tail_symbols(element), pattern) for element in one.statement.resources)
        for one in subject.usable("Deny")
    )


def _mqtt_wildcard_in_deny(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.usable("Deny"):
        for element in one.statement.resources:
            tail = tail_of(element.text)
            if tail.startswith(("topic/", "topicfilter/")) and ("+" in tail or "#" in tail):
                message = (
                    f"`{tail}` denies only this literal text: topics that `+` and `#` would match in MQTT "
                    f"are not denied"
                )
                yield one.hit(message, element.span)


def _filter_around_deny(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.usable("Deny"):
        if one.statement.conditions or one.statement.not_resource or not _names(one.statement, _SUBSCRIBE):
            continue
        for element in one.statement.resources:
            filters = tail_symbols(element)
            topics = _as_topics(filters)
            if topics and _is_bypassed(filters, topics, subject):
                tail = tail_of(element.text)
                message = f"a wider filter with `+` or `#` still receives what the Deny of `{tail}` is meant to block"
                yield one.hit(message, element.span)


_SUBSCRIBE = next(action for action in ACTIONS if action.name == "iot:Subscribe")
_RECEIVE = next(action for action in ACTIONS if action.name == "iot:Receive")


def _as_topics(filters: Sequence[Symbol]) -> tuple[Symbol, ...] | None:
    """Turns `topicfilter/X/*` into `topic/X/*`; `None` for filters that do not end with a wildcard."""
    first = filters[0] if filters else ""
    if not isinstance(first, str) or not first.startswith("topicfilter/") or filters[-1] is not Wild.RUN:
        return None
    return ("topic/" + first.removeprefix("topicfilter/"), *filters[1:])


def _is_bypassed(filters: Sequence[Symbol], topics: Sequence[Symbol], subject: LintSubject) -> bool:
    wider = any(wide != tuple(filters) for wide in _covering(subject, "Allow", _SUBSCRIBE, filters))
    received = any(True for _ in _covering(subject, "Allow", _RECEIVE, topics))
    return wider and received and not any(True for _ in _covering(subject, "Deny", _RECEIVE, topics))


def _covering(
    subject: LintSubject, effect: str, action: Action, symbols: Sequence[Symbol]
) -> Iterator[tuple[Symbol, ...]]:
    for one in subject.usable(effect):
        if _names(one.statement, action) and not one.statement.not_resource:
            for element in one.statement.resources:
                if covers(tail_symbols(element), symbols):
                    yield tail_symbols(element)


RULES = (
    LintRule(
        "overly-permissive",
        "error",
        "A single leaked password then gives access to every device: AWS's audit check "
        "IOT_POLICY_OVERLY_PERMISSIVE_CHECK, severity "
        "Critical. AWS never audits what an authorizer returns.",
        "Let the function write the literal client id or thing name into the document.",
        documented(DEFENDER),
        _broad_access,
        "ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS",
    ),
    LintRule(
        "mqtt-wildcard-in-deny",
        "warning",
        "In a policy `+` and `#` are ordinary characters: AWS's audit check "
        "IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK, severity Medium.",
        "Use `*`.",
        documented(MISCONFIGURED),
        _mqtt_wildcard_in_deny,
        "POLICY_CONTAINS_MQTT_WILDCARDS_IN_DENY_STATEMENT",
    ),
    LintRule(
        "filter-around-deny",
        "warning",
        "Denying a filter does not deny the messages: AWS's audit check IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK, "
        "severity Medium.",
        "Deny iot:Receive on the same topics too.",
        documented(MISCONFIGURED),
        _filter_around_deny,
        "TOPIC_FILTERS_INTENDED_TO_DENY_ALLOWED_USING_WILDCARDS",
    ),
)
