"""Whether a statement applies to a question, and because of which elements."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from authlens.core.policy.arn import Asked
from authlens.core.policy.document import ActionElement, Condition, ResourceElement, Statement
from authlens.core.policy.variables import Context
from authlens.frozen import dataclass


class DecisionWord(StrEnum):
    """The words of AWS's TestAuthorization."""

    ALLOWED = "ALLOWED"
    EXPLICIT_DENY = "EXPLICIT_DENY"
    IMPLICIT_DENY = "IMPLICIT_DENY"


@dataclass(frozen=True, slots=True)
class Asking:
    """A question with what is known about the connection."""

    action: str
    """With its prefix, e.g. `iot:Publish`."""
    resource: Asked
    context: Context
    lower_action: str


@dataclass(frozen=True, slots=True)
class Deciding:
    """A statement that decided, with its elements that matched."""

    document: int
    """Counted from 0, as in `policyDocuments`."""
    statement: Statement
    action: ActionElement | None
    """`None` if `NotAction` matched because it lists other actions."""
    resource: ResourceElement | None

    @property
    def index(self) -> int:
        """The statement's place in its document, counted from 0."""
        return self.statement.index


def matches(statement: Statement, asking: Asking) -> tuple[ActionElement | None, ResourceElement | None] | None:
    """The elements because of which a statement applies to a question; `None` if it does not apply."""
    if statement.faults:
        return None
    action = matching_action(statement, asking.lower_action)
    if (action is None) != statement.not_action:
        return None
    resource = matching_resource(statement, asking)
    if (resource is None) != statement.not_resource:
        return None
    if statement.conditions and any(True for _ in unmet_conditions(statement, asking.context)):
        return None
    return action, resource


def matching_action(statement: Statement, lower_action: str) -> ActionElement | None:
    """The first element of `Action` or `NotAction` that matches the action."""
    for element in statement.actions:
        if element.glob.matches(lower_action):
            return element
    return None


def matching_resource(statement: Statement, asking: Asking) -> ResourceElement | None:
    """The first element of `Resource` or `NotResource` that matches the resource."""
    for element in statement.resources:
        if resource_matches(element, asking):
            return element
    return None


def resource_matches(element: ResourceElement, asking: Asking) -> bool:
    text = asking.resource.against(element.prefix)
    return text.startswith(element.template.head) and element.template.glob(asking.context).matches(text)


def unmet_conditions(statement: Statement, context: Context) -> Iterator[Condition]:
    for condition in statement.conditions:
        operator = condition.operator
        if operator is None or not operator.holds(condition.templates, context.get(condition.key), context):
            yield condition
