"""Questions that two answers raise themselves: what the statements that changed speak of, asked of both.

A resource with wildcards is asked for by its own letters: `topic/a/*` is allowed by every pattern at least as wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from authlens.core.access import variables_of
from authlens.core.compare_policies import DocumentPair, StatementMeaning
from authlens.core.expectation import Question
from authlens.core.request import AuthorizerRequest

MOST = 16
"""Questions asked at most: a comparison is to be there at once, and its words tell every statement anyway."""

_ACTIONS = {
    "client": ("iot:Connect",),
    "topic": ("iot:Publish", "iot:Receive"),
    "topicfilter": ("iot:Subscribe",),
}
"""What a wildcard action stands for, by the resource's kind."""

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def probes(pairs: Sequence[DocumentPair], requests: Sequence[AuthorizerRequest | None]) -> tuple[Question, ...]:
    """Each action with each resource of every statement that changed, in order and without repeats.

    Where the requests settle policy variables otherwise, statements that use variables count as changed.
    """
    settled = [variables_of(request) for request in requests]
    names = {name for variables in settled for name in variables}
    moving = {name for name in names if len({variables.get(name) for variables in settled}) > 1}
    found = (
        question
        for statement in _changed(pairs, moving)
        for variables in settled
        for question in _questions(statement, variables)
    )
    return tuple(islice(dict.fromkeys(found), MOST))


def _changed(pairs: Sequence[DocumentPair], moving: set[str]) -> Iterator[StatementMeaning]:
    for document in pairs:
        for pair in document.statements:
            same = pair.left and pair.right and pair.left.atoms == pair.right.atoms
            for statement in (pair.left, pair.right):
                if statement and not (same and moving.isdisjoint(_names(statement))):
                    yield statement


def _names(statement: StatementMeaning) -> Iterator[str]:
    for name, value in statement.atoms:
        yield from _VARIABLE.findall(value)
        yield from name.split()[2:]


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
