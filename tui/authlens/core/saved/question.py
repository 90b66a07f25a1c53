"""Access questions as people type them: `publish sensors/7/data` is `iot:Publish` on `topic/sensors/7/data`."""

from __future__ import annotations

from authlens.core.policy.actions import SERVICES, TYPES, NameKind, action_named, full_name, kind_of, nearest_action
from authlens.core.policy.arn import tail_of
from authlens.core.request.references import refers
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Expectation, Question


def read_question(text: str) -> Question:
    """Parse a question, wherever it is typed. Raises ValueError with a complete sentence.

    The action may be in lower case and without `iot:`; a resource without a type gets that of the action.
    """
    question = _completed(text)
    problem = question_problem(question)
    if problem:
        raise ValueError(problem)
    return question


_SHORT = {"pub": "publish", "sub": "subscribe", "recv": "receive", "conn": "connect"}
"""As MQTT's users and tools shorten the actions."""


def _completed(text: str) -> Question:
    name, _, resource = (part.strip() for part in " ".join(text.split(maxsplit=1)).partition(" "))
    name = _SHORT.get(name.lower(), name)
    if not name:
        raise ValueError("Enter an action and a resource, for example: publish sensors/7/data")
    problem = action_problem(name)
    if problem:
        raise ValueError(problem if problem.endswith("?") else f"{problem}.")
    action = action_named(full_name(name))
    if action is None or not action.type:
        if not resource:
            raise ValueError(f"{name} on what? Add the resource, such as thing/NAME or *.")
        return Question(action.name if action else name, resource)
    if "*" in action.types and not resource:
        return Question(action.name, "*")
    if not resource:
        raise ValueError(f"{action.name} on what? Add the {_WHAT.get(action.type, action.type)}.")
    return Question(action.name, _with_type(resource, action.type))


def action_problem(written: str) -> str | None:
    """Why an action with this name cannot be decided; `None` for known actions, and for those AWS may have added.

    A misspelt name would look like a denial, so it is rejected everywhere.
    """
    name = full_name(written)
    if "*" in name or "?" in name:
        return f"{written} is a pattern; ask about a single action, such as iot:Publish"
    kind = kind_of(name)
    if kind is NameKind.MISSPELT or (kind is NameKind.UNLISTED and ":" not in written):
        meant = nearest_action(name)
        hint = f"; did you mean {meant}?" if meant else "; try connect, publish, subscribe or receive"
        return f"{written} is not an action of AWS IoT policies{hint}"
    if kind is NameKind.FOREIGN:
        known = ", ".join(f"{service}:" for service in SERVICES)
        return f"{written} does not have a prefix used in AWS IoT policies ({known})"
    return None


def question_problem(question: Question) -> str | None:
    """Why policies cannot answer the question as meant, so that a typo is not mistaken for a denial."""
    problem = action_problem(question.action)
    if problem:
        return problem
    if "${" in question.resource:
        return f"{question.resource} contains a variable; ask about a concrete resource, such as client/sensor-7"
    action = action_named(full_name(question.action))
    tail = tail_of(question.resource)
    kind, _, rest = tail.partition("/")
    if action is None or not action.type or {kind, "*"} & set(action.types) or tail == "*":
        return None
    wanted = f"{action.type}/{rest if kind in TYPES else tail}"
    return f"{tail} is not a resource of {action.name}; did you mean {wanted}?"


def first_questions(request: AuthorizerRequest, expect: Expectation | None) -> tuple[Question, ...]:
    """Questions worth asking by default: may this client connect, and is allowed what the saved request expects to be
    allowed."""
    client_id = request.client_id
    connect = (Question("iot:Connect", f"client/{client_id}"),) if client_id and not refers(client_id) else ()
    return tuple(dict.fromkeys((*connect, *(expect.allow if expect else ()))))


_WHAT = {"client": "client id", "topicfilter": "topic filter", "rolealias": "role alias"}


def _with_type(resource: str, kind: str) -> str:
    if resource == "*" or resource.startswith("arn:") or resource.startswith(tuple(f"{each}/" for each in TYPES)):
        return resource
    return f"{kind}/{resource}"
