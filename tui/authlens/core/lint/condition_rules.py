"""Lint rules for Condition blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from authlens.core.contract.pages import CONDITIONS, LAST_WILL_REPORT, SEVERAL_VALUES
from authlens.core.contract.statement import documented, reported
from authlens.core.lint.rule import Hit, LintRule, LintSubject, StatementAt
from authlens.core.policy.actions import nearest
from authlens.core.policy.conditions import BASES, read_date, read_network, read_number
from authlens.core.policy.document import Condition, ConditionValue

_MULTI_VALUED = ("iot:connectattributes",)


_NAMES = (*BASES, *(f"{base}IfExists" for base in BASES if base != "Null"))


def _unknown_operator(subject: LintSubject) -> Iterator[Hit]:
    for one, condition in subject.conditions():
        if condition.operator is None:
            meant = _meant(condition.operator_name)
            hint = f"; did you mean {meant}?" if meant else ""
            yield one.hit(f"`{condition.operator_name}` is not a condition operator{hint}", condition.operator_span)


def _meant(name: str) -> str | None:
    prefix, _, rest = name.rpartition(":")
    operator = "Null" if rest == "NullIfExists" else nearest(rest, _NAMES)
    quantifier = nearest(prefix, ("ForAllValues", "ForAnyValue"))
    return f"{quantifier}:{operator}" if quantifier and operator not in (None, "Null") else operator


def _empty_condition(subject: LintSubject) -> Iterator[Hit]:
    for one, condition in subject.conditions():
        operator = condition.operator
        if operator and not condition.values and not operator.negated and operator.quantifier != "ForAllValues":
            yield one.hit(
                f"{condition.operator_name} on {condition.key} has no value, so it is never met", condition.key_span
            )


def _last_will_topic(subject: LintSubject) -> Iterator[Hit]:
    for one, condition in subject.conditions():
        if condition.key.casefold() == "iot:lastwilltopic":
            message = (
                "connections under a condition on iot:LastWillTopic have been seen to drop after 30 seconds to "
                "5 minutes"
            )
            yield one.hit(message, condition.key_span)


def _true_when_absent(subject: LintSubject) -> Iterator[Hit]:
    for one, condition in subject.conditions():
        operator = condition.operator
        if operator and operator.quantifier == "ForAllValues" and condition.values and one.statement.effect == "Allow":
            message = f"{condition.operator_name} is also met when {condition.key} is absent or has no value"
            yield one.hit(message, condition.operator_span)


def _without_quantifier(subject: LintSubject) -> Iterator[Hit]:
    for one, condition in subject.conditions():
        operator = condition.operator
        if operator and not operator.quantifier and operator.base != "Null" and _has_several(condition):
            message = f"{condition.key} may have several values; {condition.operator_name} compares with a single one"
            yield one.hit(message, condition.operator_span)


def _has_several(condition: Condition) -> bool:
    return condition.key.casefold() in _MULTI_VALUED or condition.key.casefold().endswith(".list")


def _bad_value(subject: LintSubject) -> Iterator[Hit]:
    for one, condition in subject.conditions():
        for value in condition.values if condition.operator else ():
            yield from _value_hits(one, condition, value)


def _value_hits(one: StatementAt, condition: Condition, value: ConditionValue) -> Iterator[Hit]:
    base = condition.operator.base if condition.operator else ""
    wanted = next((words for prefix, words in _WANTED.items() if base.startswith(prefix)), None)
    is_open = base.startswith("Arn") and value.template.variables
    if wanted and not is_open and not wanted[1](value.text):
        yield one.hit(f"`{value.text}` is not {wanted[0]}, which {condition.operator_name} compares", value.span)


def _is_truth(text: str) -> bool:
    return text.lower() in ("true", "false")


def _is_arn(text: str) -> bool:
    return text.count(":") >= 5 and text.startswith("arn:")


_WANTED: dict[str, tuple[str, Callable[[str], object]]] = {
    "IpAddress": ("an IP address or range", read_network),
    "NotIpAddress": ("an IP address or range", read_network),
    "Numeric": ("a number", lambda text: read_number(text) is not None),
    "Date": ("a date", read_date),
    "Bool": ("true or false", _is_truth),
    "Null": ("true or false", _is_truth),
    "Arn": ("an ARN", _is_arn),
}


RULES = (
    LintRule(
        "unknown-operator",
        "error",
        "A condition with an unknown operator is refused or never met.",
        "Correct the name; it may have the prefix ForAllValues: or ForAnyValue: and the suffix IfExists.",
        documented(CONDITIONS),
        _unknown_operator,
    ),
    LintRule(
        "empty-condition",
        "warning",
        "One of the values must match, and there are none.",
        "Add a value, or remove the condition.",
        documented(CONDITIONS),
        _empty_condition,
    ),
    LintRule(
        "condition-value",
        "error",
        "A value that the operator cannot read never matches.",
        "Write a value of the operator's type.",
        documented(CONDITIONS),
        _bad_value,
    ),
    LintRule(
        "last-will-topic",
        "warning",
        "AWS documents this condition. In one report CONNECT succeeded, but connections were closed 30 seconds "
        "to 5 minutes later until the condition was removed.",
        "Remove the condition and restrict publishing to the topic instead.",
        reported(LAST_WILL_REPORT),
        _last_will_topic,
    ),
    LintRule(
        "for-all-values",
        "info",
        "ForAllValues is met by the empty set. A connection has no attributes unless it requests them.",
        "Add a Null condition with false if the key must be present.",
        documented(SEVERAL_VALUES),
        _true_when_absent,
    ),
    LintRule(
        "several-values",
        "warning",
        "A key with several values is compared as a set. AWS's connect page says that StringEquals with LastWill "
        "allows connections with and without a will; under IAM's rules it allows only those with this one attribute.",
        "Prefix the operator with ForAllValues: or ForAnyValue:.",
        documented(SEVERAL_VALUES),
        _without_quantifier,
    ),
)
