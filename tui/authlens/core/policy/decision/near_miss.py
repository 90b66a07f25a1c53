"""What almost allowed something that is denied by default, and why it did not; nearest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlens.core.policy import arn
from authlens.core.policy.actions import TYPES, NameKind, action_named, actions_matching, kind_of, nearest_action
from authlens.core.policy.arn import tail_of
from authlens.core.policy.conditions import Operator
from authlens.core.policy.decision.near_resource import Miss, nearest_resources, resource_misses
from authlens.core.policy.decision.reasons import is_allowed
from authlens.core.policy.document import Condition, Document, Statement
from authlens.core.policy.matching import Asking, matching_action, matching_resource, unmet_conditions
from authlens.core.policy.variables import Context
from authlens.core.text.clip import clip
from authlens.core.text.json_reader import Span
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class NearMiss:
    rank: int
    """0 is nearest."""
    message: str
    document: int | None = None
    """Counted from 0; `None` if the miss is in the question."""
    statement: Statement | None = None
    span: Span | None = None
    """Where to look in the document."""


def almost_allowed(documents: Sequence[Document], asking: Asking) -> tuple[NearMiss, ...]:
    """For an implicit deny."""
    found = [*_of_question(documents, asking), *_unread(documents), *_of_statements(documents, asking, "Allow")]
    return tuple(sorted(found, key=_rank)) or _nearest(documents, asking) or _not_named(documents, asking)


def almost_denied(documents: Sequence[Document], asking: Asking) -> tuple[NearMiss, ...]:
    """For something allowed: the denies that look as if they apply."""
    return tuple(sorted((miss for miss in _of_statements(documents, asking, "Deny") if miss.rank <= 2), key=_rank))


def _rank(miss: NearMiss) -> int:
    return miss.rank


def _of_statements(documents: Sequence[Document], asking: Asking, effect: str) -> Iterator[NearMiss]:
    for index, document in enumerate(documents):
        for statement in document.statements:
            if statement.effect in (effect, None):
                for miss in _of_statement(statement, asking):
                    yield NearMiss(miss.rank, clip(miss.message), index, statement, miss.span)


def _unread(documents: Sequence[Document]) -> Iterator[NearMiss]:
    for index, document in enumerate(documents):
        if document.faults and not document.statements:
            fault = document.faults[0]
            yield NearMiss(1, f"this document is ignored: {fault.message}", index, None, fault.span)


def _not_named(documents: Sequence[Document], asking: Asking) -> tuple[NearMiss, ...]:
    allows = [statement for document in documents for statement in document.statements if statement.allows]
    named = [(one, element.text) for one in allows if not one.not_action for element in one.actions]
    if not named or any(matching_action(one, asking.lower_action) for one in allows):
        return ()
    granted = dict.fromkeys(action for statement, action in named if _may_apply(action, statement))
    if not granted:
        return (NearMiss(5, f"no statement allows {asking.action}"),)
    *first, last = granted
    are = f"{', '.join(first)} and {last} are" if first else f"{last} is"
    return (NearMiss(5, f"{are} allowed, but no statement allows {asking.action}"),)


def _may_apply(action: str, statement: Statement) -> bool:
    """Whether the action may exist, and a resource of the statement be of a type that it applies to.

    If not, nothing is allowed.
    """
    if kind_of(action) not in (NameKind.KNOWN, NameKind.UNLISTED):
        return False
    known = action_named(action)
    if statement.not_resource:
        return True
    texts = [element.text for element in statement.resources if "*" in element.text or arn.split(element.text)]
    kinds = (tail_of(text).partition("/")[0] for text in texts)
    types = known.types if known and known.type else TYPES
    return any(kind in types or kind not in TYPES for kind in kinds)


def _of_question(documents: Sequence[Document], asking: Asking) -> Iterator[NearMiss]:
    action = action_named(asking.action)
    if action is None:
        meant = nearest_action(asking.action)
        if meant:
            yield NearMiss(0, f"{asking.action} is not an action that authlens knows; did you mean {meant}?")
        return
    tail = asking.resource.tail
    kind = tail.partition("/")[0]
    if {kind, "*"} & set(action.types) or not action.type or asking.resource.text == "*":
        return
    name = tail.partition("/")[2] if kind in TYPES else tail
    wanted = f"{action.type}/{name}"
    resource = arn.Asked(asking.resource.text.removesuffix(tail) + wanted, asking.resource.prefix)
    answer = "allowed" if is_allowed(action.name, resource, asking, documents) else "not allowed either"
    yield NearMiss(0, clip(f"`{tail}` is not a resource of {action.name}: ask for `{wanted}`, which is {answer}"))


def _of_statement(statement: Statement, asking: Asking) -> Iterator[Miss]:
    if statement.faults:
        yield Miss(2, f"this statement is ignored: {statement.faults[0].message}", statement.faults[0].span)
        return
    names_action = (matching_action(statement, asking.lower_action) is None) == statement.not_action
    names_resource = (matching_resource(statement, asking) is None) == statement.not_resource
    if names_action and names_resource:
        yield from (_unmet(condition, asking.context) for condition in unmet_conditions(statement, asking.context))
    elif names_action:
        yield from _resource_missing(statement, asking)
    elif names_resource:
        yield from _action_missing(statement, asking)


def _unmet(condition: Condition, context: Context) -> Miss:
    what = f"the condition {condition.operator_name} on {condition.key} is not met"
    if condition.operator is None:
        return Miss(0, f"{what}: there is no such operator", condition.operator_span)
    actual = context.get(condition.key)
    wanted = [template.text(context) for template in condition.templates]
    return Miss(0, f"{what}: {_wish(condition.operator, wanted)}, {_having(actual)}", condition.key_span)


def _wish(operator: Operator, wanted: list[str]) -> str:
    if operator.base == "Null":
        return (
            "it requires the key to be absent"
            if "true" in map(str.lower, wanted)
            else "it requires the key to be present"
        )
    measure = operator.base.removeprefix("Numeric").removeprefix("Date")
    whose = {"ForAllValues": "every value to be ", "ForAnyValue": "one value to be "}.get(operator.quantifier or "", "")
    verb = f"{'anything but ' if operator.negated else _MEASURES.get(measure, '')}{_listed(wanted)}"
    return f"it requires {whose}{verb}"


_MEASURES = {
    "LessThan": "less than ",
    "LessThanEquals": "at most ",
    "GreaterThan": "more than ",
    "GreaterThanEquals": "at least ",
    "IpAddress": "an address in ",
}


def _having(actual: tuple[str, ...] | None) -> str:
    if actual is None:
        return "the key has no value here"
    return f"the connection has {_listed(actual, 'and')}"


def _listed(texts: Sequence[str], joined: str = "or") -> str:
    return f" {joined} ".join(f"`{text}`" for text in texts) if texts else "no value"


def _resource_missing(statement: Statement, asking: Asking) -> Iterator[Miss]:
    excluding = matching_resource(statement, asking)
    if excluding:
        yield Miss(3, f"its NotResource `{excluding.text}` excludes this", excluding.span)
        return
    for element in statement.resources:
        yield from resource_misses(element, asking)


def _action_missing(statement: Statement, asking: Asking) -> Iterator[Miss]:
    excluding = matching_action(statement, asking.lower_action)
    if excluding:
        yield Miss(3, f"its NotAction `{excluding.text}` excludes {asking.action}", excluding.span)
        return
    for element in statement.actions:
        if not actions_matching(element.text) and _meant(element.text) == _name(asking):
            yield Miss(1, f"`{element.text}` is not an action; did you mean {_name(asking)}?", element.span)
            return
        if _has_the_other_prefix(element.text, asking):
            message = f"`{element.text}` is not {asking.action}: the prefix makes them different actions"
            yield Miss(1, message, element.span)
            return
    if not any(element.text == "*" for element in statement.resources):
        allowed = ", ".join(element.text for element in statement.actions)
        yield Miss(3, f"it allows {allowed} on this resource, but not {asking.action}", statement.actions[0].span)


def _meant(pattern: str) -> str | None:
    """The action meant by an element that matches none, because of a wildcard in its prefix or a typo."""
    _, colon, bare = pattern.partition(":")
    if colon and kind_of(pattern) is NameKind.FOREIGN:
        return next((one.name for one in actions_matching(f"iot:{bare}")), None) or nearest_action(pattern)
    return nearest_action(pattern)


def _has_the_other_prefix(pattern: str, asking: Asking) -> bool:
    """Whether a job action has the prefix of the other plane."""
    named, asked = action_named(pattern), action_named(asking.action)
    return bool(named and asked and named != asked and {named.renamed, asked.renamed} & {named.name, asked.name})


def _name(asking: Asking) -> str:
    action = action_named(asking.action)
    return action.name if action else asking.action


def _nearest(documents: Sequence[Document], asking: Asking) -> tuple[NearMiss, ...]:
    """If no known kind of miss applies: the most similar resources."""
    candidates = [
        (element, index, statement)
        for index, document in enumerate(documents)
        for statement in document.statements
        if statement.allows and not statement.not_resource and matching_action(statement, asking.lower_action)
        for element in statement.resources
    ]
    alike = nearest_resources([element for element, _, _ in candidates], asking)
    return tuple(
        NearMiss(9, f"the closest it allows is `{tail_of(element.text)}`", index, statement, element.span)
        for element, index, statement in candidates
        if element in alike
    )
