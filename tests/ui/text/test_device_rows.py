"""Connections of the device listener as styled text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.devices.ledger import Watched
from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import (
    RECEIVED,
    ConnectionStage,
    ConnectionStep,
    DeviceConnection,
    PacketDecision,
    PresentedCertificate,
)
from authlens.ui.text.device_rows import connection_row, connection_title, decision_items, header, stage_items
from support.device_records import CONNECTED, DENIED, REFUSED, STEPS, invocation


def lines_of(device: DeviceConnection) -> list[str]:
    watched = Watched(invocation(device), device, device.counts)
    return [line.plain for item in stage_items(watched) for line in item.lines]


@pytest.mark.parametrize("width", [75, 115, 131, 132, 195])
def test_the_columns_are_below_their_names_and_the_verdict_gets_the_rest(width: int) -> None:
    made = invocation(CONNECTED)
    row = connection_row(Watched(made, CONNECTED, CONNECTED.counts), made.started_at, width).plain
    names = header(width)
    assert len(row) == len(names) == width
    assert row[names.index("verdict")] == "●"
    assert row[names.index("client") :].startswith("sensor-7")
    assert row.endswith(f"{CONNECTED.counts.denied}")
    assert ("protocol" in names) == (width >= 132)


def test_a_stage_where_nothing_was_checked_is_not_one_that_passed() -> None:
    steps = tuple(
        ConnectionStep(ConnectionStage.SIGNATURE, True, "signing is disabled", is_skipped=skipped)
        for skipped in (False, True)
    )
    passed, skipped = (lines_of(replace(CONNECTED, steps=(*STEPS, step)))[0] for step in steps)
    assert passed.endswith("✓ signature verified")
    assert skipped.endswith("✓ connected  – signing is disabled")


def test_the_title_of_a_connection_names_what_a_narrow_list_leaves_out() -> None:
    watched = Watched(invocation(CONNECTED), CONNECTED, CONNECTED.counts)
    assert (
        connection_title(watched, denied_only=True).plain == "sensor-7 · MQTT 5 over TLS · authorizer A · denied only"
    )


def test_the_client_certificate_is_shown_below_the_stages() -> None:
    device = replace(CONNECTED, certificate=PresentedCertificate("ab12", "CN=sensor-7"))
    plain, with_certificate = lines_of(CONNECTED), lines_of(device)
    assert [line for line in with_certificate if line not in plain] == ["client certificate ab12 (CN=sensor-7)"]


def test_a_throttled_connection_is_marked_in_the_list_and_explained_below_it() -> None:
    device = replace(CONNECTED, throttled=RECEIVED)
    made = invocation(device)
    assert (
        "● connected 0 s  ! throttled"
        in connection_row(Watched(made, device, device.counts), made.started_at, 75).plain
    )
    added = [line for line in lines_of(device) if line not in lines_of(CONNECTED)]
    assert added == ["! throttled: what it receives exceeds 512 KiB a second, and the rest waits [documented]"]


def test_a_refresh_is_shown_below_the_stages() -> None:
    added = [line for line in lines_of(replace(CONNECTED, refreshes=1)) if line not in lines_of(CONNECTED)]
    assert len(added) == 1
    assert added[0].startswith("refreshed: the function was invoked again, once so far")


def test_a_denial_by_a_rule_names_the_rule() -> None:
    dropped = PacketDecision(1, "PUBLISH", "a/b", 0, rule=rules.PUBLISH_RATE_QOS_0.id)
    watched = Watched(invocation(CONNECTED), CONNECTED, CONNECTED.counts, (dropped,), (dropped,))
    (item,) = decision_items(watched, denied_only=True)
    _, why, answer = (line.plain.strip() for line in item.lines)
    assert why == rules.PUBLISH_RATE_QOS_0.what
    assert answer == "→ no answer, stays connected   known: documented"


def test_what_came_of_each_try_has_its_own_glyph() -> None:
    tried = PacketDecision(0.0, "PUBLISH", "a", 1, "iot:Publish")
    decisions = (tried, replace(tried, rule="publish-denied"), replace(tried, rule="taken-over", is_open=True))
    watched = Watched(invocation(CONNECTED), CONNECTED, CONNECTED.counts, decisions=decisions)
    glyphs = [item.lines[0].plain.split()[1] for item in decision_items(watched, denied_only=False)]
    assert glyphs == ["✓", "✗", "?"]


def test_the_whole_verdict_is_below_the_list_where_the_row_has_no_room_for_it() -> None:
    rule = rules.PUBLISH_DENIED
    over = replace(CONNECTED, ended_by=rule.id)
    made = invocation(over)
    row = connection_row(Watched(made, over, over.counts), made.started_at, 75).plain
    assert f"○ over: {rule.what}" not in row
    assert f"○ over: {rule.what}" in lines_of(over)


def test_a_connection_that_the_policies_deny_is_told_from_one_that_was_refused_before() -> None:
    denied = replace(REFUSED, decisions=(replace(DENIED, packet="CONNECT"),), reason="no")
    assert [lines_of(each)[1].split(":")[0] for each in (REFUSED, denied)] == ["✗ refused", "✗ denied"]
    made = invocation(denied)
    assert "✗ denied: no" in connection_row(Watched(made, denied, denied.counts), made.started_at, 75).plain
