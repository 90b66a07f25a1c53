"""Lint rules for the form of resource ARNs, and for the region and account that they name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from authlens.core.contract.pages import CONFIG, DEFENDER, GUIDE, RESOURCES_PAGE
from authlens.core.lint.rule import Hit, Rule, Subject
from authlens.core.policy import arn
from authlens.core.policy.actions import TYPES, nearest
from authlens.core.policy.variables import Context, template

_WILD_OR_VARIABLE = re.compile(r"[*?$]")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+")
_ACCOUNT = re.compile(r"[0-9]{12}")
_PARTITION = re.compile(r"aws(-[a-z]+)*")

Slip = tuple[str, str]
"""The id of the rule, and its message."""


def arn_slip(text: str) -> Slip | None:
    """What is wrong with the form of a Resource; the first of several."""
    return _not_an_arn(text) or _fields(text)


def _not_an_arn(text: str) -> Slip | None:
    if text == "*" or text.startswith("arn:"):
        return None
    if text.startswith("["):
        return "stringified-array", "this is a list written as one string" + _count(text)
    if text.strip() != text:
        return "malformed-arn", f"`{text}` begins or ends with white space"
    return "malformed-arn", f"`{text}` is neither `*` nor does it start with `arn:`; write the whole ARN"


def _count(text: str) -> str:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return f": {len(items)} ARNs that AWS reads as one" if isinstance(items, list) else ""


def _fields(text: str) -> Slip | None:
    if text == "*":
        return None
    fields = arn.fields_of(text)
    service = fields[2] if len(fields) > 2 else "*"
    if not _may_be_iot(service) and (len(fields) < 6 or _REGION.fullmatch(service)):
        return "arn-without-service", f"`{text}` lacks the field `iot` between partition and region"
    if len(fields) == 6:
        return _values(arn.Arn(*fields[1:]))
    if "*" in fields[-1]:
        return None
    form = "arn:PARTITION:iot:REGION:ACCOUNT:TYPE/NAME"
    return "malformed-arn", f"`{text}` has {len(fields)} of the six fields of {form}"


def _may_be_iot(service: str) -> bool:
    return template(service).glob(Context({})).matches("iot")


def _values(found: arn.Arn) -> Slip | None:
    if found.tail.startswith("/"):
        return "slash-before-type", f"`:{found.tail}` has a slash before its type"
    before = f"{found.partition}:{found.service}:{found.region}:{found.account}"
    variable = re.search(r"\$\{[^{}]*\}", before)
    if variable:
        return "malformed-arn", f"`{variable.group()}` stands before the resource, where no variable is replaced"
    if any(character.isspace() for character in before):
        return "malformed-arn", "there is white space in the ARN before its resource"
    for name, value, form, example in (
        ("partition", found.partition, _PARTITION, "aws"),
        ("service", found.service, re.compile("iot"), "iot"),
        ("region", found.region, _REGION, "us-east-1"),
        ("account", found.account, _ACCOUNT, "123456789012"),
    ):
        if not form.fullmatch(value) and not _WILD_OR_VARIABLE.search(value):
            return "malformed-arn", f"the {name} of the ARN is `{value}`; one such as `{example}` is expected"
    return None


def _slips(rule_id: str) -> Callable[[Subject], Iterator[Hit]]:
    def check(subject: Subject) -> Iterator[Hit]:
        for one, element in subject.resources():
            slip = arn_slip(element.text)
            if slip and slip[0] == rule_id:
                yield one.hit(slip[1], element.span)

    return check


def _unknown_type(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        found = arn.split(element.text)
        if found is None or arn_slip(element.text) or _WILD_OR_VARIABLE.search(found.type) or found.type in TYPES:
            continue
        meant = nearest(found.type, TYPES)
        hint = f"; did you mean `{meant}/`?" if meant else f"; known are {', '.join(TYPES)}"
        yield one.hit(f"`{found.tail}` has no type that AWS IoT policies know{hint}", element.span)


def _nameless(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        found = arn.split(element.text)
        if found and found.type in TYPES and not found.name:
            yield one.hit(
                f"`{found.tail}` names no {found.type}; write `{found.type}/NAME` or `{found.type}/*`", element.span
            )


_PLACEHOLDER = re.compile(r"(?<![$])\{\w*\}|<[\w -]+>|%s|%\(\w+\)s")
_NO_VALUE = re.compile(r"(?<=/)(?:undefined|null|None|NaN|nil|\[object Object\])(?=/|$)")


def _unfilled(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        found = arn.split(element.text)
        tail = found.tail if found else ""
        empty, placeholder = _NO_VALUE.search(tail), _PLACEHOLDER.search(tail)
        if empty:
            yield one.hit(f"`{tail}` holds `{empty.group()}`, which a missing value becomes as text", element.span)
        elif placeholder:
            yield one.hit(f"`{tail}` still holds the placeholder `{placeholder.group()}`", element.span)


def _other_partition(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        found = arn.split(element.text)
        if found and _REGION.fullmatch(found.region) and _PARTITION.fullmatch(found.partition):
            partition = arn.partition_of(found.region)
            if partition != found.partition and not found.partition.startswith("aws-iso"):
                yield one.hit(
                    f"the region {found.region} lies in the partition {partition}, not in {found.partition}",
                    element.span,
                )


def _other_region(subject: Subject) -> Iterator[Hit]:
    return _differs(subject, "region", subject.region)


def _other_account(subject: Subject) -> Iterator[Hit]:
    return _differs(subject, "account", subject.account)


def _differs(subject: Subject, name: str, wanted: str | None) -> Iterator[Hit]:
    for one, element in subject.resources() if wanted else ():
        found = arn.split(element.text)
        value: str = getattr(found, name) if found and not arn_slip(element.text) else ""
        if value not in ("", wanted) and not _WILD_OR_VARIABLE.search(value):
            yield one.hit(f"the ARN has the {name} {value}, the authorizer is in {wanted}", element.span)


RULES = (
    Rule(
        "stringified-array",
        "error",
        "A list inside a string is one text that is no ARN. AWS answers: The resource […] is not in valid ARN format.",
        "Write a JSON list of strings.",
        "https://github.com/awsdocs/aws-iot-docs/pull/46",
        _slips("stringified-array"),
    ),
    Rule(
        "malformed-arn",
        "error",
        "A Resource is `*` or an ARN arn:PARTITION:iot:REGION:ACCOUNT:TYPE/NAME. AWS refuses others, or they match "
        "nothing.",
        "Write the six fields; placeholders must be filled in.",
        RESOURCES_PAGE,
        _slips("malformed-arn"),
    ),
    Rule(
        "arn-without-service",
        "error",
        "Without its service field the ARN matches nothing. AWS's sample answer for authorizers has this slip.",
        "Insert `iot:` after the partition.",
        CONFIG,
        _slips("arn-without-service"),
    ),
    Rule(
        "slash-before-type",
        "error",
        "`:/thing/x` is another resource than `:thing/x`, and matches nothing. AWS's audit page has this slip.",
        "Remove the slash after the account.",
        DEFENDER,
        _slips("slash-before-type"),
    ),
    Rule(
        "unknown-resource-type",
        "error",
        "Actions are judged on client, topic, topicfilter, thing and rolealias; another type matches nothing.",
        "Correct the type.",
        RESOURCES_PAGE,
        _unknown_type,
    ),
    Rule(
        "nameless-resource",
        "error",
        "A type without a name matches nothing.",
        "Add the name, or `/*` for all.",
        RESOURCES_PAGE,
        _nameless,
    ),
    Rule(
        "unfilled-resource",
        "warning",
        "A template that was not filled in, or filled in with a value that the function did not have, names nobody.",
        "Fill it in; refuse the login where the value is missing.",
        RESOURCES_PAGE,
        _unfilled,
    ),
    Rule(
        "other-partition",
        "error",
        "Each region belongs to one partition, so this ARN names nothing that exists.",
        "Correct the partition or the region.",
        f"{GUIDE}iot-action-resources.html",
        _other_partition,
    ),
    Rule(
        "other-region",
        "warning",
        "A connection is judged with ARNs of the region it is made in; pasted policies often keep another.",
        "Write the authorizer's region, or `*`.",
        "https://github.com/aws/aws-iot-device-sdk-js-v2/issues/501",
        _other_region,
    ),
    Rule(
        "other-account",
        "warning",
        "A connection is judged with ARNs of the account it is made in; pasted policies often keep another.",
        "Write the authorizer's account.",
        "https://github.com/aws/aws-iot-device-sdk-js-v2/issues/501",
        _other_account,
    ),
)
