"""One record for each connection, complete once it ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import Counts
from authlens.core.request.target import Target
from authlens.store.history.devices import DeviceHistory
from authlens.store.history.history import History
from support.device_records import CONNECTED, REFUSED, invocation


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.db") as opened:
        yield opened


def test_a_connection_is_one_record_that_is_completed(history: History) -> None:
    kept = DeviceHistory(history, Target(local="demo"))
    kept.take(invocation(CONNECTED))
    assert [row.verdict for row in history.page()] == ["CONNECTED"]
    kept.take(invocation(replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id, lasted=2.0, counts=Counts(9))))
    (row,) = history.page()
    stored = history.get(row.number)
    assert stored is not None
    assert stored.device is not None
    assert (stored.device.ended_by, stored.device.counts.published) == ("client-left", 9)
    assert stored.target == Target(local="demo")


def test_a_refused_connection_is_found_by_its_client_and_its_verdict(history: History) -> None:
    kept = DeviceHistory(history, Target(local="demo"))
    kept.take(invocation(REFUSED))
    assert [row.verdict for row in history.page("refused sensor-7")] == ["REFUSED"]
    assert history.count() == 1


def test_a_history_that_keeps_nothing_stays_empty(tmp_path: Path) -> None:
    with History(tmp_path / "history.db", "off") as history:
        kept = DeviceHistory(history, Target(local="demo"))
        kept.take(invocation(CONNECTED))
        kept.take(invocation(replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id)))
        assert history.count() == 0


def test_a_cleared_record_does_not_come_back(history: History) -> None:
    kept = DeviceHistory(history, Target(local="demo"))
    kept.take(invocation(CONNECTED))
    history.clear()
    kept.take(invocation(replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id)))
    assert history.count() == 0
