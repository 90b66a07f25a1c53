"""The parts of docs/devices.md that come from tables: each client's lines, the rules, the limits."""

from __future__ import annotations

from collections.abc import Iterator

from authlens.core.commands.device_lines import device_lines
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.mqtt import clients, limits, rules
from authlens.core.mqtt.limits import Limit
from authlens.core.mqtt.packets import V3
from authlens.core.mqtt.rules import Response
from authlens.core.request.request import AuthorizerRequest, MqttContext

REQUEST = AuthorizerRequest("SensorPassword", mqtt_context=MqttContext("sensor-7", "correct-horse", "sensor-7"))
CA_FILE = "ca.pem"
LIMITS = tuple(value for value in vars(limits).values() if isinstance(value, Limit))
_LANGUAGES = {"paho": "python", "aws-sdk": "python", "mqtt-js": "js", "websocket-url": "text"}


def client_lines() -> Iterator[str]:
    """A heading and a block for each client."""
    transport = DeviceTransport(port=8883, ca_file=CA_FILE)
    lines = device_lines(
        REQUEST,
        endpoint="localhost",
        topic="sensors/sensor-7/data",
        transport=transport,
        reveal=True,
        is_resolved=True,
    )
    for line in lines:
        yield f"**{line.title}**"
        yield f"```{_LANGUAGES.get(line.id, 'sh')}\n{line.text}\n```"


def rule_rows() -> Iterator[str]:
    for rule in rules.RULES:
        yield f"| {rule.what} | {_cell(rule.v3)} | {_cell(rule.v5)} |"


def limit_rows() -> Iterator[str]:
    for limit in LIMITS:
        note = f" ({limit.source.note})" if limit.source.note else ""
        yield f"| {limit.what} | {_amount(limit)} | {limit.source.known}{note} |"


def print_rows() -> Iterator[str]:
    for each in clients.PRINTS:
        version = "3.1.1" if each.version == V3 else "5"
        for rule in each.rules:
            yield f"| {each.client} | {version} | {rule.what} | {each.text} |"


def _cell(response: Response) -> str:
    page = f" ([page]({response.source.page}))" if response.source.page else ""
    return f"{response}; *{response.how_known}*{page}"


def _amount(limit: Limit) -> str:
    return f"{limit.value:,.0f} {limit.unit}" if limit.value == int(limit.value) else f"{limit.value:g} {limit.unit}"
