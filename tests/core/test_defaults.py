"""What is left out of a value means nothing: false, zero, empty or not known. What means something is listed here."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import authlens.core

MEANS_SOMETHING: dict[str, object] = {
    "compare.changes: differs": True,
    "contract.refusal: error": "InvalidRequestException",
    "contract.refusal: http_status": 400,
    "deployment.deployment: state": "Active",
    "deployment.deployment: status": "ENABLED",
    "deployment.deployment: authentication_type": "DEFAULT",
    "deployment.deployment: application_protocol": "DEFAULT",
    "deployment.facts: is_read": True,
    "deployment.transport: alpn": "mqtt",
    "deployment.transport: port": 443,
    "deployment.transport: needs_name": True,
    "deployment.transport: carries_mqtt": True,
    "deployment.transport: carries_websocket": True,
    "deployment.transport: carries_https": True,
    "deployment.transport: is_default": True,
    "devices.effects: sends_will": True,
    "devices.session: version": 4,
    "mqtt.properties: code": 0x82,
    "mqtt.packets: version": 4,
    "mqtt.packets: clean_start": True,
    "policy.document: is_text": True,
    "probe.plan: way": "mqtt",
    "probe.plan: version": 5,
    "probe.plan: seconds": 10.0,
    "probe.plan: port": 443,
    "probe.plan: alpn": ("mqtt",),
    "request.authorizer: status": "ACTIVE",
    "request.members: minimum": 1,
    "request.target: verify_ssl": True,
    "request.target: sign_request": True,
    "saved.saved_request: place": "token",
    "saved.saved_request: line": 1,
    "deployment.deployment: level": "DISABLED",
    "pasted.stored_answer: speaking": "AWS said",
    "verdict.explanations: earlier_passed": True,
    "verdict.explanations: judged": True,
}
WORDS = {
    "commands.options: metavar",
    *(f"request.members: {name}" for name in ("pattern", "placeholder", "metavar", "example")),
}
"""What is shown, and the pattern that fits every text."""


def _classes() -> Iterator[tuple[str, type]]:
    for found in pkgutil.walk_packages(authlens.core.__path__, "authlens.core."):
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == found.name:
                yield found.name.removeprefix("authlens.core."), value


def _defaults() -> Iterator[tuple[str, object]]:
    for name, made in _classes():
        for field in dataclasses.fields(made):
            if field.default is not dataclasses.MISSING:
                yield f"{name}: {field.name}", field.default


def test_defaults_mean_nothing_but_for_those_that_are_listed() -> None:
    meaning = {
        name: value
        for name, value in _defaults()
        if isinstance(value, bool | int | float | str | tuple) and value and name not in WORDS
    }
    assert meaning == MEANS_SOMETHING
