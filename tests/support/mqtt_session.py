"""Sessions without a network: documents, a CONNECT, and what follows from packets."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from authlens.core.devices.effects import Effect
from authlens.core.devices.permissions import Permissions
from authlens.core.devices.session import Session, SessionState
from authlens.core.mqtt.packets import V3, Connect
from authlens.core.mqtt.properties import Properties
from authlens.core.policy import document

ARN = "arn:aws:iot:us-west-2:123456789012"
T = TypeVar("T")


def policy(**allowed: Iterable[str]) -> document.Document:
    """Allows each action on the resources: `policy(Publish=["topic/a"])`."""
    statements: list[Mapping[str, Any]] = [
        {"Effect": "Allow", "Action": f"iot:{action}", "Resource": [f"{ARN}:{tail}" for tail in tails]}
        for action, tails in allowed.items()
    ]
    return document.parse(json.dumps({"Version": "2012-10-17", "Statement": statements}))


EVERYTHING = policy(
    Connect=["client/*"],
    Publish=["topic/*"],
    RetainPublish=["topic/*"],
    Subscribe=["topicfilter/*"],
    Receive=["topic/*"],
)


def permissions(*documents: document.Document, client_id: str = "sensor-7") -> Permissions:
    return Permissions(documents, {"iot:ClientId": (client_id,)}, "us-west-2", "123456789012")


def session(
    *documents: document.Document,
    version: int = V3,
    client_id: str = "sensor-7",
    properties: Properties = (),
    clean: bool = True,
    state: SessionState | None = None,
) -> Session:
    """A connected client whose reason strings have the identifiers `id-1`, `id-2`, …"""
    connect = Connect(client_id, version=version, clean_start=clean, properties=properties)
    numbers = itertools.count(1)
    may = permissions(*(documents or (EVERYTHING,)), client_id=client_id)
    return Session(connect, may, state or SessionState(client_id), lambda: f"id-{next(numbers)}")


def of_kind(effects: Iterable[Effect], kind: type[T]) -> list[T]:
    return [effect for effect in effects if isinstance(effect, kind)]
