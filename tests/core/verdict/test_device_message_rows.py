from __future__ import annotations

import pytest

from authlens.core.verdict.device_message_rows import ROWS
from authlens.core.verdict.device_messages import recognise


def test_general_words_come_after_the_particular_ones_of_their_kind() -> None:
    ids = [row.id for row in ROWS]
    assert ids.index("connack-not-authorized") < ids.index("not-authorized")
    assert ids.index("mosquitto-lost") < ids.index("closed-without-a-word")
    assert {row.id for row in ROWS if row.is_general} >= {"not-authorized", "unspecified", "closed-without-a-word"}


_MOSQUITTO = "Client c1 sending PUBLISH (d0, q1, r0, m1, 'a', ... (5 bytes))\nClient c1 received PUBACK (Mid: 1, RC:{})"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (_MOSQUITTO.format(135), ["publish-not-authorized"]),
        (_MOSQUITTO.format(0).replace("Mid: 1", "Mid: 135"), []),
        ("Client c1 received SUBACK (Mid: 128)", []),
        ("Received CONNACK in 5 ms", []),
        ("CONNACK received after 5 s", []),
        ("Got CONNACK (MQTT 5)", []),
        ("Client c1 received CONNACK (5)", ["connack-not-authorized"]),
        ("MQTT_CLIENT: MQTT connect failed with code: 5", ["connack-not-authorized"]),
        ("mqtt publish rc=5", []),
        ("mosquitto_pub exited with code 135", ["not-authorized"]),
        ("mqtt: mbedtls returned -0x87", []),
        ("on_subscribe: [ReasonCode(Suback, 'Not authorized')]", ["subscribe-denied"]),
        ("on_publish: ReasonCode(Puback, 'Not authorized')", ["publish-not-authorized"]),
        ("on_disconnect: ReasonCode(Disconnect, 'Not authorized')", ["reason-disconnect-denied"]),
        ("DisconnectPacket(reason_code=<DisconnectReasonCode.NOT_AUTHORIZED: 135>)", ["reason-disconnect-denied"]),
        ("DisconnectPacket(reason_code=<DisconnectReasonCode.KEEP_ALIVE_TIMEOUT: 141>)", ["keep-alive"]),
        ("Client c1 received DISCONNECT (142)", ["session-taken-over"]),
        ("ErrorWithSubackPacket: Unspecified error", ["subscribe-denied"]),
        ("Subscribe error: Unspecified error", ["subscribe-denied"]),
    ],
)
def test_a_code_belongs_to_its_packet(text: str, ids: list[str]) -> None:
    assert [found.row.id for found in recognise(text)] == ids
