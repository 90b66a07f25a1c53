"""Questions that follow from two answers: what the changed statements apply to, asked on both sides.

A resource with wildcards is asked about literally: `topic/a/*` is allowed by every pattern at least as wide. If such a
statement changed, decisions on what other statements apply to may change, so they are asked too.
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
"""The most questions asked: a comparison must be instant, and it lists every statement anyway."""

_ACTIONS = {
    "client": ("iot:Connect",),
    "topic": ("iot:Publish", "iot:Receive"),
    "topicfilter": ("iot:Subscribe",),
    "*": ("iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive"),
}
"""The actions represented by a wildcard action, by kind of resource."""

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def probes(
    pairs: Sequence[DocumentPair], requests: Sequence[AuthorizerRequest | None], ask_all: bool = False
) -> tuple[Question, ...]:
    """Each action with each resource of every statement that changed, in order and without repeats.

    If the requests differ in policy variables, statements that use these variables count as changed. ask_all: also ask
    about statements that did not change, because something else decides.
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
    """The statements that changed, then the others if decisions on them may change."""
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
    """Whether it may apply to what other statements apply to."""
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
    """The resource with its variables filled in; `None` if one is unknown."""
    names = set(_VARIABLE.findall(resource))
    if not names <= variables.keys():
        return None
    return _VARIABLE.sub(lambda match: variables[match[1]][0], resource)


def _concrete(action: str, resource: str) -> Sequence[str]:
    if "*" not in action and "?" not in action:
        return (action,)
    tail = tail_of(resource)
    return _ACTIONS.get(tail.partition("/")[0], ())
