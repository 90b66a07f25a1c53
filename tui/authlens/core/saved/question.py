"""Access questions as a person types them: `publish sensors/7/data` is `iot:Publish` on `topic/sensors/7/data`."""

from __future__ import annotations

from authlens.core.policy.actions import TYPES, action_named, full_name, nearest_action
from authlens.core.policy.arn import tail_of
from authlens.core.request.references import refers
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Expectation, Question


def read_question(text: str) -> Question:
    """The question that the words ask. Raises ValueError with a sentence.

    The action may lack `iot:` and its capitals; a resource that names no type gets that of the action.
    """
    name, _, rest = text.strip().partition(" ")
    resource = rest.strip()
    if not name:
        raise ValueError("Ask with an action and a resource, for example: publish sensors/7/data")
    action = action_named(full_name(name))
    if action is None:
        nearest = nearest_action(name)
        hint = f" Did you mean {nearest}?" if nearest else " Try connect, publish, subscribe or receive."
        raise ValueError(f"{name} is no action of AWS IoT.{hint}")
    if action.type == "*" and not resource:
        return Question(action.name, "*")
    if not resource:
        raise ValueError(f"{action.name} on what? Add the {_WHAT.get(action.type, action.type)}.")
    return Question(action.name, _with_type(resource, action.type))


def slip(question: Question) -> str | None:
    """Why policies cannot answer this as it is meant, so that a slip of the pen is not taken for a denial.

    `None` when they can, and for the actions of other services.
    """
    name = full_name(question.action)
    action = action_named(name)
    if action is None:
        if not name.lower().startswith("iot:"):
            return None
        nearest = nearest_action(name)
        return f"AWS IoT policies know no action {name}" + (f"; did you mean {nearest}?" if nearest else "")
    if "${" in question.resource:
        return f"{question.resource} holds a variable; ask for what stands in its place, such as client/sensor-7"
    tail = tail_of(question.resource)
    kind, _, rest = tail.partition("/")
    if action.type in ("*", kind) or tail == "*":
        return None
    wanted = f"{action.type}/{rest if kind in TYPES else tail}"
    return f"{tail} is no resource of {action.name}; did you mean {wanted}?"


def first_questions(request: AuthorizerRequest, expect: Expectation | None) -> tuple[Question, ...]:
    """What is worth asking unasked: may this client connect, and do what the saved request expects to be allowed."""
    mqtt = request.mqtt_context
    client_id = mqtt.client_id if mqtt else None
    connect = (Question("iot:Connect", f"client/{client_id}"),) if client_id and not refers(client_id) else ()
    return tuple(dict.fromkeys((*connect, *(expect.allow if expect else ()))))


_WHAT = {"client": "client id", "topicfilter": "topic filter", "rolealias": "role alias"}


def _with_type(resource: str, kind: str) -> str:
    if resource == "*" or resource.startswith("arn:") or resource.startswith(tuple(f"{each}/" for each in TYPES)):
        return resource
    return f"{kind}/{resource}"
