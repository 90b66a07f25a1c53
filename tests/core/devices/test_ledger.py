"""Reports of a listener, folded into connections."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from authlens.core.devices import ledger
from authlens.core.devices.ledger import Ledger
from authlens.core.invocation.invocation_json import to_json
from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import Counts, DeviceConnection, PacketDecision
from authlens.core.mqtt.connection_json import decision_to_json
from support.device_records import ALLOWED, CONNECTED, DENIED, REFUSED, invocation

FRESH = replace(CONNECTED, decisions=(), counts=Counts())


def connection(device: DeviceConnection, event: str = "connection") -> dict[str, Any]:
    return {"event": event, "invocation": to_json(invocation(device))}


def decision(made: PacketDecision, device: DeviceConnection = FRESH) -> dict[str, Any]:
    return {"event": "decision", "id": device.id, **decision_to_json(made)}


def read(*values: dict[str, Any]) -> Ledger:
    made = Ledger()
    for value in values:
        made.read(json.dumps(value))
    return made


def test_a_connection_and_its_decisions() -> None:
    made = read(connection(FRESH), decision(ALLOWED), decision(DENIED))
    (watched,) = made.watched()
    assert watched.is_open
    assert (watched.counts, watched.decisions, watched.denials) == (Counts(1, 0, 0, 1), (DENIED, ALLOWED), (DENIED,))
    assert (made.decisions, made.denials, made.changes) == (2, 1, 3)


def test_connections_refused_and_actions_denied_are_counted_apart() -> None:
    by_policy = replace(REFUSED, id="2", decisions=(replace(DENIED, packet="CONNECT"),))
    made = read(connection(REFUSED), connection(REFUSED), connection(by_policy))
    assert (made.refusals, made.decisions, made.denials) == (1, 1, 1)


def test_a_record_that_holds_decisions_brings_them() -> None:
    made = read(connection(CONNECTED), connection(CONNECTED))
    (watched,) = made.watched()
    assert (watched.counts, watched.decisions, watched.denials) == (Counts(1, 0, 0, 1), (DENIED, ALLOWED), (DENIED,))
    assert (made.decisions, made.denials, made.changes) == (2, 1, 2)


@pytest.mark.parametrize(
    "value",
    [
        decision(ALLOWED, REFUSED),
        decision(replace(ALLOWED, packet="CONNECT")),
        {"event": "connection", "invocation": to_json(replace(invocation(FRESH), device=None))},
        {"event": "throttled", "id": FRESH.id},
    ],
    ids=["of an unknown connection", "of CONNECT, which the record holds", "of a test call", "another event"],
)
def test_a_report_that_says_nothing_new_changes_nothing(value: dict[str, Any]) -> None:
    made = read(connection(FRESH), value)
    assert (made.changes, made.decisions, made.denials) == (1, 0, 0)
    assert [watched.decisions for watched in made.watched()] == [()]


def test_the_invocation_is_returned_for_connections_and_ends() -> None:
    made = Ledger()
    assert made.read(json.dumps(connection(FRESH))) == invocation(FRESH)
    assert made.read(json.dumps(decision(ALLOWED))) is None
    ended = replace(FRESH, ended_by=rules.CLIENT_LEFT.id)
    assert made.read(json.dumps(connection(ended, "end"))) == invocation(ended)


def test_the_newest_connection_comes_first_and_a_refused_one_is_not_open() -> None:
    made = read(connection(FRESH), connection(REFUSED))
    assert [watched.device.id for watched in made.watched()] == [REFUSED.id, FRESH.id]
    assert not made.watched()[0].is_open


def test_the_end_brings_the_final_counts() -> None:
    ended = replace(FRESH, ended_by=rules.CLIENT_LEFT.id, counts=Counts(7, 1, 2, 3))
    made = read(connection(FRESH), decision(ALLOWED), connection(ended, "end"))
    (watched,) = made.watched()
    assert (watched.counts, watched.is_open, watched.decisions) == (Counts(7, 1, 2, 3), False, (ALLOWED,))


def test_a_throttled_connection_is_marked_and_an_unknown_direction_or_connection_is_not() -> None:
    report = {"event": "throttled", "id": FRESH.id, "direction": "received"}
    made = read(connection(FRESH), report)
    assert [watched.device.throttled for watched in made.watched()] == ["received"]
    assert made.changes == 2
    for other in ({**report, "id": "another"}, {**report, "direction": "sideways"}):
        assert [watched.device.throttled for watched in read(connection(FRESH), other).watched()] == [None]


def test_refreshes_are_counted() -> None:
    report = {"event": "refresh", "id": FRESH.id, "refreshes": 2}
    made = read(connection(FRESH), report, {**report, "id": "another"}, {**report, "refreshes": None})
    assert [watched.device.refreshes for watched in made.watched()] == [2]
    assert made.changes == 2


def test_everything_is_counted_and_the_newest_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "KEPT_DECISIONS", 3)
    made = read(connection(FRESH), decision(DENIED), *[decision(ALLOWED)] * 10)
    (watched,) = made.watched()
    assert (watched.counts.published, len(watched.decisions), watched.denials) == (10, 3, (DENIED,))
    assert made.decisions == 11


def test_the_number_of_connections_is_bounded() -> None:
    devices = [replace(FRESH, id=str(number)) for number in range(ledger.KEPT_CONNECTIONS + 5)]
    kept = read(*map(connection, devices)).watched()
    assert [watched.device.id for watched in kept] == [str(number) for number in range(504, 4, -1)]


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"event": "connection"}', '{"event": "decision"}', "null"])
def test_what_is_not_a_report_is_ignored(line: str) -> None:
    made = Ledger()
    assert made.read(line) is None
    assert made.changes == 0
