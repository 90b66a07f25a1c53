"""Reports on real connections: masked lines, masked JSON, one record in the history for each."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from authlens.cli.serve.log import RequestLog
from authlens.cli.serve.records import JsonLines, Lines, Observers, Recorded
from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import PacketDecision
from authlens.core.request.target import Target
from authlens.store.history.history import History
from support.device_records import ALLOWED, CONNECTED, REFUSED, invocation
from support.processes import wait_until

SECRET = "hunter2-hunter2"
LEAKY = PacketDecision(1.0, "PUBLISH", f"a/{SECRET}", 1, "iot:Publish", "IMPLICIT_DENY", "", "publish-denied", SECRET)


def observe(is_whole: bool, wants_all: bool = True) -> tuple[list[str], list[dict[str, object]]]:
    """Everything that is reported about one connection, in both formats."""
    lines: list[str] = []
    stream = io.StringIO()
    output = RequestLog(stream)
    observers = Observers([Lines(lines.append, True), JsonLines(output, is_whole)], None, wants_all, is_whole)
    seen = invocation(replace(CONNECTED, event=json.dumps({"token": SECRET})))
    observers.fate(seen)
    observers.decided(seen, LEAKY)
    observers.decided(seen, ALLOWED)
    observers.ended(invocation(replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id, lasted=1.0)))
    output.close()
    return lines, [json.loads(line) for line in stream.getvalue().splitlines()]


def test_secrets_are_masked_in_every_line() -> None:
    lines, values = observe(is_whole=False)
    assert [line.split()[0] for line in lines] == ["connected", "denied", "allowed", "ended"]
    assert [value["event"] for value in values] == ["connection", "decision", "decision", "end"]
    assert SECRET not in "\n".join((*lines, json.dumps(values)))


def test_the_app_gets_the_complete_invocation() -> None:
    _, values = observe(is_whole=True)
    assert SECRET in json.dumps(values[0]["invocation"])


def test_a_connection_that_ends_at_once_is_written_once(tmp_path: Path) -> None:
    with History(tmp_path / "history.db") as history:
        recorded = Recorded(history, Target(local="demo"))
        recorded.put(invocation(CONNECTED))
        recorded.put(invocation(replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id, lasted=1.0)))
        recorded.put(invocation(REFUSED))
        recorded.close()
        rows = history.page()
        assert sorted(row.verdict for row in rows) == ["CONNECTED", "REFUSED"]
        ends = [found.device.ended_by for row in rows if (found := history.get(row.number)) and found.device]
        assert sorted(map(str, ends)) == ["None", "client-left"]


def test_a_connection_that_lasts_is_written_before_it_ends(tmp_path: Path) -> None:
    with History(tmp_path / "history.db") as history:
        recorded = Recorded(history, Target(local="demo"))
        recorded.put(invocation(CONNECTED))
        wait_until(lambda: history.count() > 0)
        assert history.count() == 1
        recorded.close()
