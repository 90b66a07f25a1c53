"""The plan of a probe for a request: parameters, token and signature as in the device commands."""

from __future__ import annotations

import re
from dataclasses import replace

from authlens.core.commands.device import device_of, host_and_port
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.mqtt.connection import DeviceConnection
from authlens.core.mqtt.packets import V5
from authlens.core.probe.plan import PROBE_CLIENT_ID, ProbeOptions, ProbePlan
from authlens.core.probe.record import TRANSPORTS
from authlens.core.request import query
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.saved.saved_request import SavedRequest


def planned(
    plan: ProbePlan, request: AuthorizerRequest, token_key_name: str | None, transport: DeviceTransport
) -> ProbePlan:
    """The plan completed from the request, which must be resolved and signed.

    plan: the destination, the protocol and what to try; its `client_id`, if any, replaces the request's.
    """
    device = device_of(request, token_key_name or "token", plan.host, "", transport)
    mqtt, http = request.mqtt_context, request.http_context or HttpContext()
    password = device.password.encode("utf-8") if isinstance(device.password, str) else device.password
    plan = replace(
        plan,
        alpn=(transport.alpn,) if transport.alpn else (),
        client_id=plan.client_id or request.client_id or PROBE_CLIENT_ID,
    )
    if plan.way == "mqtt":
        return replace(plan, username=device.username or None, password=password)
    if plan.way == "https":
        omits = logs_in_by_mqtt_alone(request)
        return replace(plan, headers=device.headers, query=device.query_string, client_id="", omits_login=omits)
    if mqtt is not None and (mqtt.username or mqtt.password):
        # A request that logs in with MQTT does so over a WebSocket too: credentials in CONNECT, the URL unchanged.
        return replace(
            plan,
            username=device.username or None,
            password=password,
            headers=http.headers or (),
            query=(http.query_string or "").removeprefix("?"),
        )
    return replace(plan, headers=device.headers, query=device.query_string)


def logs_in_by_mqtt_alone(request: AuthorizerRequest) -> bool:
    """Whether its only login is an MQTT password, or a username besides its parameters: HTTPS carries neither."""
    mqtt, http = request.mqtt_context, request.http_context or HttpContext()
    if mqtt is None or request.token is not None or http.headers or http.query_string:
        return False
    return bool(mqtt.password or query.before("username", mqtt.username or ""))


def recorded_options(device: DeviceConnection) -> ProbeOptions:
    """How and where an earlier probe connected; what it tried is not repeated."""
    host, port = host_and_port(device.peer)
    return ProbeOptions(
        way=next((way for way, transport in TRANSPORTS.items() if transport is device.transport), "mqtt"),
        version=device.version or V5,
        host="" if device.own_listener else host,
        port=None if device.own_listener else port,
        server_name=None if device.server_name == host else device.server_name,
        ca_file=None if device.own_listener else device.ca_file,
    )


def with_client_id(request: AuthorizerRequest, client_id: str | None) -> AuthorizerRequest:
    """The request of a device with another client id."""
    mqtt = request.mqtt_context or MqttContext()
    return request if client_id is None else replace(request, mqtt_context=replace(mqtt, client_id=client_id))


def client_id_of(saved: SavedRequest) -> str | None:
    """The client id that a device with this saved request connects with; `None` if it says none.

    AWS refuses a test call with both a token and contexts, so a request with a token cannot hold a client id: its
    expectation that a client may connect names it.
    """
    if saved.request.client_id:
        return saved.request.client_id
    asked = saved.expect.allow if saved.expect is not None else ()
    ids = (_CLIENT.fullmatch(each.resource) for each in asked if each.action == "iot:Connect")
    return next((found["id"] for found in ids if found), None)


_CLIENT = re.compile(r"(?:arn:.*:)?client/(?P<id>[^*?$]+)")
"""A client without wildcards and variables."""
