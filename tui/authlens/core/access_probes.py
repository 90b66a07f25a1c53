"""Questions that two answers raise themselves: what their own statements speak of, asked of both.

A resource with wildcards is asked for by its own letters: `topic/a/*` is allowed by every pattern at least as wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from authlens.core.access import variables_of
from authlens.core.compare_policies import StatementMeaning, read_policy
from authlens.core.expectation import Question
from authlens.core.invocation import Outcome
from authlens.core.request import AuthorizerRequest

MOST = 100
"""Questions asked at most."""

_ACTIONS = {
    "client": ("iot:Connect",),
    "topic": ("iot:Publish", "iot:Receive"),
    "topicfilter": ("iot:Subscribe",),
}
"""What a wildcard action stands for, by the resource's kind."""

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def probes(outcomes: Sequence[Outcome], requests: Sequence[AuthorizerRequest | None]) -> tuple[Question, ...]:
    """Each action with each resource of every statement, in order and without repeats."""
    variables = {name: values for request in requests for name, values in variables_of(request).items()}
    statements = (
        statement
        for outcome in outcomes
        for document in outcome.policy_documents
        for statement in read_policy(document).statements
    )
    found = (question for statement in statements for question in _questions(statement, variables))
    return tuple(islice(dict.fromkeys(found), MOST))


def _questions(statement: StatementMeaning, variables: Mapping[str, tuple[str, ...]]) -> Iterator[Question]:
    actions = sorted(value for name, value in statement.atoms if name == "Action")
    for resource in sorted(value for name, value in statement.atoms if name == "Resource"):
        literal = _substituted(resource, variables)
        if literal is not None:
            yield from (Question(each, literal) for action in actions for each in _concrete(action, literal))


def _substituted(resource: str, variables: Mapping[str, tuple[str, ...]]) -> str | None:
    """The resource with its variables filled in; `None` where one is unknown, or where it is any resource."""
    names = set(_VARIABLE.findall(resource))
    if resource == "*" or not names <= variables.keys():
        return None
    return _VARIABLE.sub(lambda match: variables[match[1]][0], resource)


def _concrete(action: str, resource: str) -> Sequence[str]:
    if "*" not in action and "?" not in action:
        return (action,)
    tail = resource.split(":", 5)[-1]
    return _ACTIONS.get(tail.partition("/")[0], ())
