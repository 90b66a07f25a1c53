"""Questions that two answers raise themselves: what the statements that changed speak of, asked of both.

A resource with wildcards is asked for by its own letters: `topic/a/*` is allowed by every pattern at least as wide.
Where such a statement changed, what the others speak of may be decided otherwise, and is asked too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from authlens.core.compare.policies import DocumentPair, StatementMeaning
from authlens.core.invocation.access import variables_of
from authlens.core.policy.arn import tail_of
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Question

MOST = 16
"""Questions asked at most: a comparison is to be there at once, and its words tell every statement anyway."""

_ACTIONS = {
    "client": ("iot:Connect",),
    "topic": ("iot:Publish", "iot:Receive"),
    "topicfilter": ("iot:Subscribe",),
    "*": ("iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive"),
}
"""What a wildcard action stands for, by the resource's kind."""

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def probes(
    pairs: Sequence[DocumentPair], requests: Sequence[AuthorizerRequest | None], ask_all: bool = False
) -> tuple[Question, ...]:
    """Each action with each resource of every statement that changed, in order and without repeats.

    Where the requests settle policy variables otherwise, statements that use variables count as changed.
    ask_all: those that did not change raise questions too, for something else decides.
    """
    settled = [variables_of(request) for request in requests]
    names = {name for variables in settled for name in variables}
    moving = {name for name in names if len({variables.get(name) for variables in settled}) > 1}
    found = (
        question
        for statement in _asking(pairs, moving, ask_all)
        for variables in settled
        for question in _questions(statement, variables)
    )
    return tuple(islice(dict.fromkeys(found), MOST))


def _asking(pairs: Sequence[DocumentPair], moving: set[str], ask_all: bool) -> Iterator[StatementMeaning]:
    """The statements that changed, then the others where they may be decided otherwise."""
    others: list[StatementMeaning] = []
    for pair in (pair for document in pairs for pair in document.statements):
        same = pair.left and pair.right and pair.left.atoms == pair.right.atoms
        for statement in (pair.left, pair.right):
            if statement and not (same and moving.isdisjoint(_names(statement))):
                ask_all = ask_all or _is_wide(statement)
                yield statement
            elif statement:
                others.append(statement)
    if ask_all:
        yield from others


def _is_wide(statement: StatementMeaning) -> bool:
    """Whether it may speak of what other statements speak of."""
    return any(
        name in _NEGATED or (name == "Resource" and not {"*", "?"}.isdisjoint(value)) for name, value in statement.atoms
    )


_NEGATED = ("NotAction", "NotResource")


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
    """The resource with its variables filled in; `None` where one is unknown."""
    names = set(_VARIABLE.findall(resource))
    if not names <= variables.keys():
        return None
    return _VARIABLE.sub(lambda match: variables[match[1]][0], resource)


def _concrete(action: str, resource: str) -> Sequence[str]:
    if "*" not in action and "?" not in action:
        return (action,)
    tail = tail_of(resource)
    return _ACTIONS.get(tail.partition("/")[0], ())
