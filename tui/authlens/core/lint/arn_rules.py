"""Lint rules for the form of resource ARNs, and for their region and account."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from authlens.core.contract.pages import OTHER_ACCOUNT_REPORT, RESOURCES_PAGE, STRINGIFIED_REPORT
from authlens.core.contract.statement import documented, reported
from authlens.core.lint.rule import Hit, LintRule, LintSubject, StatementAt
from authlens.core.policy import arn
from authlens.core.policy.actions import TYPES, nearest
from authlens.core.policy.arn_repair import ACCOUNT, OTHER_RESOURCE, PARTITION, REGION, head_of, repair
from authlens.core.policy.variables import Context, template

_WILD_OR_VARIABLE = re.compile(r"[*?$]")
_SERVICES = re.compile(r"iot|greengrass")

Problem = tuple[str, str]
"""The id of the rule, and its message."""


@lru_cache(maxsize=4096)
def arn_problem(text: str) -> Problem | None:
    """The first thing wrong with the form of a Resource."""
    return _not_an_arn(text) or _fields(text)


def _not_an_arn(text: str) -> Problem | None:
    if text == "*" or (text.startswith("arn:") and text.strip() == text):
        return None
    if text.startswith("["):
        return "stringified-array", "this is a list written as one string" + _count(text)
    meant = repair(text)
    if meant:
        return "malformed-arn", f"`{text}` {meant.fault}; write `{meant.arn}`"
    return "malformed-arn", f"`{text}` is neither `*` nor an ARN; write the complete ARN"


def _count(text: str) -> str:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return f": {len(items)} ARNs that AWS reads as one" if isinstance(items, list) and len(items) > 1 else ""


def _fields(text: str) -> Problem | None:
    if text == "*":
        return None
    fields = arn.fields_of(text)
    service = fields[2] if len(fields) > 2 else "*"
    meant = repair(text)
    if not _may_be_iot(service) and (len(fields) < 6 or REGION.fullmatch(service)):
        hint = f"; write `{meant.arn}`" if meant else ""
        return "arn-without-service", f"`{text}` lacks `iot` between partition and region{hint}"
    if meant and "*" not in head_of(text):
        rule = "slash-before-type" if OTHER_RESOURCE in meant.fault else "malformed-arn"
        return rule, f"`{text}` {meant.fault}; write `{meant.arn}`"
    if len(fields) == 6:
        return _values(arn.Arn(*fields[1:]))
    if "*" in text:
        return None
    form = "arn:PARTITION:iot:REGION:ACCOUNT:TYPE/NAME"
    return "malformed-arn", f"`{text}` has {len(fields)} of the six fields of {form}"


def _may_be_iot(service: str) -> bool:
    glob = template(service).glob(Context({}))
    return glob.matches("iot") or glob.matches("greengrass")


def _values(found: arn.Arn) -> Problem | None:
    if found.tail.startswith("/"):
        return "slash-before-type", f"`:{found.tail}` has a slash before its type"
    before = f"{found.partition}:{found.service}:{found.region}:{found.account}"
    variable = re.search(r"\$\{[^{}]*\}", before)
    if variable:
        return "malformed-arn", f"`{variable.group()}` is before the resource, where variables are not replaced"
    if any(character.isspace() for character in before):
        return "malformed-arn", "the ARN contains white space before its resource"
    for name, value, form, example in (
        ("partition", found.partition, PARTITION, "aws"),
        ("service", found.service, _SERVICES, "iot"),
        ("region", found.region, REGION, "us-east-1"),
        ("account", found.account, ACCOUNT, "123456789012"),
    ):
        if not form.fullmatch(value) and not _WILD_OR_VARIABLE.search(value):
            return "malformed-arn", f"the {name} of the ARN is `{value}`; it must look like `{example}`"
    return None


def _arn_check(rule_id: str) -> Callable[[LintSubject], Iterator[Hit]]:
    def check(subject: LintSubject) -> Iterator[Hit]:
        for one, element in subject.resources():
            problem = arn_problem(element.text)
            if problem and problem[0] == rule_id:
                yield one.hit(problem[1], element.span)
            elif rule_id == "malformed-arn" and not problem and _is_misplaced_service(one, element.text):
                message = f"`{element.text}` is a Greengrass ARN, but this statement has no Greengrass action"
                yield one.hit(message, element.span)

    return check


def _is_misplaced_service(one: StatementAt, text: str) -> bool:
    found = arn.split(text)
    if found is None or found.service != "greengrass":
        return False
    return not any(element.text.lower().startswith(("greengrass:", "*")) for element in one.statement.actions)


def _unknown_type(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.resources():
        found = arn.split(element.text)
        if found is None or arn_problem(element.text) or found.service == "greengrass":
            continue
        if _WILD_OR_VARIABLE.search(found.type) or found.type in (*TYPES, "job"):
            continue
        meant = nearest(found.type, TYPES)
        hint = f"; did you mean `{meant}/`?" if meant else f"; the types are {', '.join(TYPES)}"
        yield one.hit(f"`{found.type}` is not a resource type of AWS IoT policies{hint}", element.span)


def _nameless(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.resources():
        found = arn.split(element.text)
        if found and found.type in TYPES and not found.name:
            yield one.hit(
                f"`{found.tail}` lacks the name of the {found.type}; write `{found.type}/NAME` or `{found.type}/*`",
                element.span,
            )


_PLACEHOLDER = re.compile(r"(?<![$])\{\w*\}|<[\w -]+>|%s|%\(\w+\)s")
_NO_VALUE = re.compile(r"(?<=/)(?:undefined|null|None|NaN|nil|\[object Object\])(?=/|$)")


def _unfilled(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.resources():
        found = arn.split(element.text)
        tail = found.tail if found else ""
        empty, placeholder = _NO_VALUE.search(tail), _PLACEHOLDER.search(tail)
        if empty:
            yield one.hit(f"`{tail}` contains `{empty.group()}`, a missing value formatted as text", element.span)
        elif placeholder:
            yield one.hit(f"`{tail}` still contains the placeholder `{placeholder.group()}`", element.span)


def _other_partition(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.resources():
        found = arn.split(element.text)
        if found and REGION.fullmatch(found.region) and PARTITION.fullmatch(found.partition):
            partition = arn.partition_of(found.region)
            if partition != found.partition:
                yield one.hit(
                    f"the region {found.region} belongs to the partition {partition}, not to {found.partition}",
                    element.span,
                )


def _other_region(subject: LintSubject) -> Iterator[Hit]:
    return _differs(subject, "region", subject.region)


def _other_account(subject: LintSubject) -> Iterator[Hit]:
    return _differs(subject, "account", subject.account)


def _differs(subject: LintSubject, name: str, wanted: str | None) -> Iterator[Hit]:
    for one, element in subject.resources() if wanted else ():
        value = _field(element.text, name)
        if value != wanted and not _WILD_OR_VARIABLE.search(value):
            yield one.hit(f"the ARN has the {name} {value}, but the authorizer is in {wanted}", element.span)


def _several_places(subject: LintSubject) -> Iterator[Hit]:
    """ARNs of several regions or accounts, if it is not known where the connection is made."""
    for name, known in (("region", subject.region), ("account", subject.account)):
        first = ""
        for one, element in subject.resources() if not known else ():
            value = _field(element.text, name)
            if _WILD_OR_VARIABLE.search(value):
                continue
            first = first or value
            if first != value:
                message = f"this ARN has the {name} {value}, another one {first}, but a connection is made in only one"
                yield one.hit(message, element.span)
                break


def _field(text: str, name: str) -> str:
    """The region or account of an ARN; `*` for text without one, and for an ARN that another rule reports."""
    found = arn.split(text)
    value: str = getattr(found, name) if found and not arn_problem(text) else "*"
    return value


RULES = (
    LintRule(
        "stringified-array",
        "error",
        "A list inside a string is a single string, not a list. AWS answers: The resource […] is not in valid "
        "ARN format.",
        "Write a JSON list of strings.",
        reported(STRINGIFIED_REPORT),
        _arn_check("stringified-array"),
    ),
    LintRule(
        "malformed-arn",
        "error",
        "A Resource must be `*` or an ARN arn:PARTITION:iot:REGION:ACCOUNT:TYPE/NAME. AWS refuses anything "
        "else, or it matches nothing.",
        "Write all six fields, and fill in any placeholders.",
        documented(RESOURCES_PAGE),
        _arn_check("malformed-arn"),
    ),
    LintRule(
        "arn-without-service",
        "error",
        "Without its service field the ARN matches nothing.",
        "Insert `iot:` after the partition.",
        documented(RESOURCES_PAGE),
        _arn_check("arn-without-service"),
    ),
    LintRule(
        "slash-before-type",
        "error",
        "`:/thing/x` is not the same resource as `:thing/x`, and matches nothing.",
        "Remove the slash after the account.",
        documented(RESOURCES_PAGE),
        _arn_check("slash-before-type"),
    ),
    LintRule(
        "unknown-resource-type",
        "error",
        "Actions apply to client, topic, topicfilter, thing, job and rolealias; any other type matches nothing.",
        "Correct the type.",
        documented(RESOURCES_PAGE),
        _unknown_type,
    ),
    LintRule(
        "nameless-resource",
        "error",
        "A type without a name matches nothing.",
        "Add the name, or `/*` for all.",
        documented(RESOURCES_PAGE),
        _nameless,
    ),
    LintRule(
        "unfilled-resource",
        "warning",
        "A placeholder that was not filled in, or was filled in with a missing value, matches no real name.",
        "Fill it in, and refuse the login if the value is missing.",
        documented(RESOURCES_PAGE),
        _unfilled,
    ),
    LintRule(
        "other-partition",
        "error",
        "Each region belongs to one partition, so nothing with this ARN exists.",
        "Correct the partition or the region.",
        documented(RESOURCES_PAGE),
        _other_partition,
    ),
    LintRule(
        "other-region",
        "warning",
        "Decisions use ARNs of the region in which the connection is made; pasted policies often contain another one.",
        "Write the authorizer's region, or `*`.",
        reported(OTHER_ACCOUNT_REPORT),
        _other_region,
    ),
    LintRule(
        "other-account",
        "warning",
        "Decisions use ARNs of the account in which the connection is made; pasted policies often contain another one.",
        "Write the authorizer's account.",
        reported(OTHER_ACCOUNT_REPORT),
        _other_account,
    ),
    LintRule(
        "several-places",
        "warning",
        "A connection is made in one region and one account; ARNs of others match nothing there.",
        "Write the authorizer's region and account everywhere, or specify them with --region and --account.",
        reported(OTHER_ACCOUNT_REPORT),
        _several_places,
    ),
)
