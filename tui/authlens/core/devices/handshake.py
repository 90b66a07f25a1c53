"""A CONNECT before and after the authorizer: what AWS refuses outright, and the CONNACK of an accepted client."""

from __future__ import annotations

from dataclasses import replace

from authlens.core.devices.messages import response_topic_problem
from authlens.core.devices.session import NewId, session_expiry
from authlens.core.mqtt import codes, limits, properties, rules
from authlens.core.mqtt.packets import V5, Connack, Connect, Will
from authlens.core.mqtt.properties import REASON_STRING, SESSION_EXPIRY, Properties, number_of, oversized
from authlens.core.mqtt.rules import Rule
from authlens.core.mqtt.topics import client_id_problem, topic_problem
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ConnectProblem:
    rule: Rule
    detail: str = ""


def connect_problem(connect: Connect) -> ConnectProblem | None:
    """What is wrong with the packet, regardless of who sends it."""
    problem = client_id_problem(connect.client_id)
    if problem is not None:
        return ConnectProblem(rules.CLIENT_ID, problem)
    largest = number_of(connect.properties, properties.MAXIMUM_PACKET_SIZE)
    if largest is not None and largest < limits.LEAST_PACKET_BYTES.value:
        return ConnectProblem(rules.CONNECT_PROPERTY, f"Maximum Packet Size is {largest}")
    will = connect.will
    problem = oversized(connect.properties) or (oversized(will.properties) if will is not None else None)
    if problem is not None:
        return ConnectProblem(rules.CONNECT_PROPERTY, problem)
    return _will_problem(will) if will is not None else None


def _will_problem(will: Will) -> ConnectProblem | None:
    if will.qos == 2:
        return ConnectProblem(rules.WILL_QOS)
    problem = topic_problem(will.topic, retain=will.retain) or response_topic_problem(will.properties)
    return None if problem is None else ConnectProblem(rules.WILL_TOPIC, problem)


def with_client_id(connect: Connect, new_id: NewId) -> Connect:
    """A client that sends no client id is assigned one."""
    return connect if connect.client_id else replace(connect, client_id=new_id())


def keep_alive(connect: Connect) -> int:
    """The keep alive that AWS applies, in seconds, whatever the client asked for."""
    least, most = int(limits.KEEP_ALIVE_LEAST.value), int(limits.KEEP_ALIVE_MOST.value)
    return most if not connect.keep_alive else min(max(connect.keep_alive, least), most)


def refusal(rule: Rule, connect: Connect, new_id: NewId) -> Connack | None:
    """The CONNACK of a refused connection; `None` if AWS closes without one."""
    response = rule.response(connect.version)
    if response.packet != "CONNACK" or response.code is None:
        return None
    words = codes.reason_string("CONNACK", response.code, new_id())
    return Connack(response.code, False, () if words is None else ((REASON_STRING, words),))


def acceptance(connect: Connect, was_named: bool, session_present: bool) -> Connack:
    """The CONNACK of an accepted client. was_named: its client id was assigned to it."""
    if connect.version != V5:
        return Connack(codes.SUCCESS, session_present)
    given: Properties = (
        (properties.RECEIVE_MAXIMUM, int(limits.UNACKNOWLEDGED.value)),
        (properties.MAXIMUM_QOS, 1),
        (properties.RETAIN_AVAILABLE, 1),
        (properties.TOPIC_ALIAS_MAXIMUM, int(limits.TOPIC_ALIASES.value)),
        (properties.WILDCARDS_AVAILABLE, 1),
        (properties.SUBSCRIPTION_IDS_AVAILABLE, 0),
        (properties.MAXIMUM_PACKET_SIZE, int(limits.PACKET_BYTES.value)),
        (properties.SERVER_KEEP_ALIVE, keep_alive(connect)),
    )
    if (number_of(connect.properties, SESSION_EXPIRY) or 0) != session_expiry(connect):
        given = (*given, (SESSION_EXPIRY, session_expiry(connect)))
    if was_named:
        given = (*given, (properties.ASSIGNED_CLIENT_ID, connect.client_id))
    return Connack(codes.SUCCESS, session_present, given)
