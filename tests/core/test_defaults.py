"""What is left out of a value means nothing: false, zero, empty or not known. What means something is listed here."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import authlens.core

MEANS_SOMETHING: dict[str, object] = {
    "compare.changes.Change.differs": True,
    "contract.refusal.Rule.error": "InvalidRequestException",
    "contract.refusal.Rule.http_status": 400,
    "deployment.deployment.Function.state": "Active",
    "deployment.deployment.Domain.status": "ENABLED",
    "deployment.deployment.Domain.authentication_type": "DEFAULT",
    "deployment.deployment.Domain.application_protocol": "DEFAULT",
    "deployment.facts.Fact.is_read": True,
    "deployment.transport.Transport.alpn": "mqtt",
    "deployment.transport.Transport.port": 443,
    "deployment.transport.Transport.needs_name": True,
    "deployment.transport.Transport.carries_mqtt": True,
    "deployment.transport.Transport.carries_websocket": True,
    "deployment.transport.Transport.carries_https": True,
    "deployment.transport.Transport.is_default": True,
    "devices.effects.End.sends_will": True,
    "mqtt.packets.Connect.version": 4,
    "mqtt.packets.Connect.clean_start": True,
    "policy.document.Document.is_text": True,
    "probe.plan.ProbeOptions.way": "mqtt",
    "probe.plan.ProbeOptions.version": 5,
    "probe.plan.ProbeOptions.seconds": 10.0,
    "probe.plan.ProbePlan.port": 443,
    "probe.plan.ProbePlan.way": "mqtt",
    "probe.plan.ProbePlan.version": 5,
    "probe.plan.ProbePlan.alpn": ("mqtt",),
    "probe.plan.ProbePlan.seconds": 10.0,
    "request.authorizer.Authorizer.status": "ACTIVE",
    "request.members.Member.minimum": 1,
    "request.target.Target.verify_ssl": True,
    "request.target.Target.sign_request": True,
    "saved.saved_request.Sign.place": "token",
    "saved.saved_request.Case.line": 1,
    "verdict.explanations.Explanation.earlier_passed": True,
    "verdict.explanations.Explanation.judged": True,
}
WORDS = {
    "commands.options.Option.metavar",
    *(f"request.members.Member.{name}" for name in ("pattern", "placeholder", "metavar", "example")),
}
"""What is shown, and the pattern that fits every text."""


def _classes() -> Iterator[tuple[str, type]]:
    for found in pkgutil.walk_packages(authlens.core.__path__, "authlens.core."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == found.name:
                yield f"{found.name.removeprefix('authlens.core.')}.{name}", value


def _defaults() -> Iterator[tuple[str, object]]:
    for name, made in _classes():
        for field in dataclasses.fields(made):
            if field.default is not dataclasses.MISSING:
                yield f"{name}.{field.name}", field.default


def test_defaults_mean_nothing_but_for_those_that_are_listed() -> None:
    meaning = {
        name: value
        for name, value in _defaults()
        if isinstance(value, bool | int | float | str | tuple) and value and name not in WORDS
    }
    assert meaning == MEANS_SOMETHING
