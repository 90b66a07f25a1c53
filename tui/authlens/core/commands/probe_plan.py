"""The plan of a probe for a request: parameters, token and signature as in the device commands."""

from __future__ import annotations

from dataclasses import replace

from authlens.core.commands.device import device_of
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.probe.plan import ProbePlan
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext


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
        plan, alpn=(transport.alpn,) if transport.alpn else (), client_id=plan.client_id or _client_id(request)
    )
    if plan.way == "mqtt":
        return replace(plan, username=device.username or None, password=password)
    if plan.way == "https":
        return replace(plan, headers=device.headers, query=device.query_string, client_id="")
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


def with_client_id(request: AuthorizerRequest, client_id: str | None) -> AuthorizerRequest:
    """The request of a device with another client id."""
    mqtt = request.mqtt_context or MqttContext()
    return request if client_id is None else replace(request, mqtt_context=replace(mqtt, client_id=client_id))


def _client_id(request: AuthorizerRequest) -> str:
    """The request's client id, or one that no device uses, because connecting takes over an existing session."""
    given = request.mqtt_context.client_id if request.mqtt_context else None
    return given or "authlens-probe"
