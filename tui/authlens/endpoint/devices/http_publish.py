"""A message published over HTTPS: authorized like a connection, decided like a PUBLISH, answered with a status."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping

from authlens.core.devices import messages
from authlens.core.devices.effects import Judged, Message
from authlens.core.devices.permissions import PUBLISH, RETAIN, Permissions
from authlens.core.mqtt import limits, properties, rules
from authlens.core.mqtt.connection import ConnectionStage, Transport
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.fields import Malformed
from authlens.core.mqtt.packets import V5, Publish
from authlens.core.mqtt.properties import Properties, Value
from authlens.core.mqtt.topics import topic_problem
from authlens.core.request.policy_variables import connection_variables
from authlens.core.request.request import AuthorizerRequest, HttpContext
from authlens.endpoint.devices.arrival import Arrival
from authlens.endpoint.devices.gate import Admission
from authlens.endpoint.devices.hub import Hub
from authlens.endpoint.devices.record import ConnectionRecord
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class PublishRequest:
    topic: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    payload: bytes
    context: HttpContext


@dataclass(frozen=True, slots=True)
class Published:
    status: int
    message: str
    trace_id: str


_FORMATS = ("UNSPECIFIED_BYTES", "UTF8_DATA")
"""In the order of MQTT's numbers."""


class BadRequest(ValueError):
    """A parameter of the request is invalid."""


async def publish(hub: Hub, arrival: Arrival, wanted: PublishRequest) -> Published:
    """Authorize the request and route its message. Each request is recorded as a connection."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    trace_id = hub.new_id()
    transport = Transport.HTTP if arrival.hello is None else Transport.HTTPS
    request = AuthorizerRequest(http_context=wanted.context, tls_context=arrival.tls_context)
    record = ConnectionRecord(arrival.again(trace_id).record(transport), request, hub.sink, arrival.certificate)
    try:
        message = message_of(wanted, hub.now())
    except BadRequest as error:
        record.refused(rules.HTTP_INVALID, str(error), ConnectionStage.CONNECTED, loop.time() - started)
        return Published(400, str(error), trace_id)
    admission = await hub.gate.admit(request, transport, trace_id, arrival.certificate, arrival.id)
    record.admitted(admission)
    if admission.outcome is None:
        record.refused(rules.HTTP_REFUSED, admission.reason, None, loop.time() - started)
        return Published(403, "Forbidden", trace_id)
    denied = _denied(record, _permissions(hub, admission, arrival), message, loop.time() - started)
    if denied:
        return Published(403, "Forbidden", trace_id)
    record.ended(rules.CLIENT_LEFT, "", loop.time() - started)
    hub.publish([message])
    return Published(200, "OK", trace_id)


def give(hub: Hub, topic: str, query: Mapping[str, str], headers: Mapping[str, str], payload: bytes) -> str | None:
    """Route a message without authorization; returns what is wrong with it, if anything."""
    try:
        hub.publish([message_of(PublishRequest(topic, query, headers, payload, HttpContext()), hub.now())])
    except BadRequest as error:
        return str(error)
    return None


def message_of(wanted: PublishRequest, now: float) -> Message:
    """The message from parameters and headers. Raises BadRequest."""
    qos = wanted.query.get("qos", "0")
    if qos not in ("0", "1"):
        raise BadRequest(f"qos must be 0 or 1, not {qos}")
    retain = wanted.query.get("retain", "false").lower()
    if retain not in ("true", "false"):
        raise BadRequest("retain must be true or false")
    problem = topic_problem(wanted.topic, retain=retain == "true")
    if problem is None and len(wanted.payload) > limits.PAYLOAD_BYTES.value:
        problem = f"the payload has more than {limits.PAYLOAD_BYTES.value:g} bytes"
    if problem is not None:
        raise BadRequest(problem)
    seconds = wanted.query.get("messageExpiry")
    if seconds is not None and not (seconds.isascii() and seconds.isdigit()):
        raise BadRequest("messageExpiry must be a number of seconds")
    expires_at = messages.expiry(None if seconds is None else int(seconds[:10]), now)
    given = _properties(wanted)
    _check(wanted.topic, given)
    return Message(wanted.topic, wanted.payload, int(qos), retain == "true", given, None, expires_at)


def _check(topic: str, given: Properties) -> None:
    """Raises BadRequest for what cannot reach subscribers of MQTT 5."""
    try:
        encode(Publish(topic, properties=given), V5)
    except Malformed as error:
        raise BadRequest(f"the message cannot be an MQTT packet: {error}") from None
    problem = messages.response_topic_problem(given) or properties.oversized(given)
    if problem is not None:
        raise BadRequest(problem)


def _properties(wanted: PublishRequest) -> Properties:
    """The MQTT 5 properties from parameters and headers."""
    found: list[tuple[int, Value]] = []
    for name, number in (("contentType", properties.CONTENT_TYPE), ("responseTopic", properties.RESPONSE_TOPIC)):
        if name in wanted.query:
            found.append((number, wanted.query[name]))
    headers = wanted.headers
    indicator = headers.get("x-amz-mqtt5-payload-format-indicator")
    if indicator is not None:
        if indicator not in _FORMATS:
            raise BadRequest(f"the payload format indicator must be {' or '.join(_FORMATS)}")
        found.append((properties.PAYLOAD_FORMAT, _FORMATS.index(indicator)))
    correlation = headers.get("x-amz-mqtt5-correlation-data")
    if correlation is not None:
        found.append((properties.CORRELATION_DATA, _from_base64(correlation, "correlation data")))
    users = headers.get("x-amz-mqtt5-user-properties")
    if users is not None:
        found += [(properties.USER_PROPERTY, pair) for pair in _user_properties(users)]
    return tuple(found)


def _user_properties(text: str) -> list[tuple[str, str]]:
    """A JSON list of objects with one member each, in base64."""
    try:
        entries = json.loads(_from_base64(text, "user properties"))
        return [(str(name), str(value)) for entry in entries for name, value in entry.items()]
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise BadRequest("the user properties are not a JSON list in base64") from None


def _from_base64(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"the {what} are not base64") from None


def _permissions(hub: Hub, admission: Admission, arrival: Arrival) -> Permissions:
    variables = {**connection_variables(admission.request), **arrival.variables}
    return Permissions(admission.documents, variables, hub.region, hub.account)


def _denied(record: ConnectionRecord, permissions: Permissions, message: Message, seconds: float) -> bool:
    """Evaluate the actions that the message needs. HTTPS needs no iot:Connect."""
    for action in (RETAIN, PUBLISH) if message.retain else (PUBLISH,):
        decision = permissions.decide(action, f"topic/{message.topic}")
        if not decision.allowed:
            rule = rules.HTTP_REFUSED
            judged = Judged("PUBLISH", message.topic, message.qos, action, decision, rule, rule.v3)
            why = record.denied(judged, permissions).detail
            reason = f"the policy does not allow {action} on topic/{message.topic}: {why}"
            record.refused(rule, reason, ConnectionStage.CONNECTED, seconds)
            return True
    record.connected(Judged("PUBLISH", message.topic, message.qos, action, decision), permissions, seconds)
    return False
