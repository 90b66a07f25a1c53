"""Lines of single libraries as they are found in public threads; what is said of them."""

from __future__ import annotations

import json

import pytest

from authlens.core.verdict.device_messages import recognise
from authlens.core.verdict.library_message_rows import ROWS

SAID = {
    "Error: Error: Connection closed\n    at new CrtError (error.js:34:1)": "closed-without-a-word",
    "id=0x7f898979f020: Connection is not open, and may not be closed": "sdk-not-connected",
    "WebSocket closed with code:1005 with reason:(null)\nMQTT session error, code: 2": "closed-without-a-word",
    "Received close frame\nClosing with code 1000 reason (null)": "closed-without-a-word",
    "TCP Conn Failed : error 0:-65554": "host-not-found",
    "connecting to MQTT server x.iot.eu-west-2.amazonaws.com ... Error: -9984": "library-not-trusted",
    "RX <<< ConnAck: [ReturnCode=ConnectionAccepted] [ReasonCode=NotAuthorized]": "connack-not-authorized",
    "MqttConnectingFailedException: Connecting with MQTT server failed (NotAuthorized).": "connack-not-authorized",
    "MQTTnet.Exceptions.MqttCommunicationTimedOutException: thrown": "library-no-answer",
    "failed: Error during WebSocket handshake: Unexpected response code: 403": "sdk-websocket-upgrade",
    "WebSocket connection to 'wss://abc.iot.us-west-2.amazonaws.com/mqtt' failed:": "browser-websocket-failed",
    "websocket: bad handshake": "sdk-websocket-upgrade",
    "[WS-Client][handleHeader] RX: HTTP/1.1 403 Forbidden": "https-forbidden",
    "MQTTException: Connection refused - code 135": "not-authorized",
    "Client null received DISCONNECT (135)": "reason-disconnect-denied",
    "E (4521) MQTT_CLIENT: Connection refused, not authorized": "connack-not-authorized",
    "E (6253) MQTT_CLIENT: Connection refused, bad username or password": "bad-credentials",
    "E (8232) esp-tls-mbedtls: mbedtls_ssl_handshake returned -0x7780": "library-tls-alert",
    "E (8232) esp-tls-mbedtls: mbedtls_ssl_handshake returned -0x2700": "library-not-trusted",
    "E (12345) TRANSPORT_BASE: Failed to open a new connection": "library-no-connection",
    "Attempting MQTT connection...failed, rc=-2 try again in 5 seconds": "library-no-connection",
    "Attempting MQTT connection...failed, rc=-4 try again in 5 seconds": "library-no-answer",
    "Attempting MQTT connection...failed, rc=5 try again in 5 seconds": "connack-not-authorized",
    "MQT: Connect failed to a-ats.iot.eu-west-1.amazonaws.com:443, rc -2. Retry in 10 sec": "library-no-connection",
    "MQT: Connect failed to a-ats.iot.eu-west-1.amazonaws.com:443, rc 5. Retry in 10 sec": "connack-not-authorized",
    "rumqttc::ConnectionError: ConnectionRefused(NotAuthorized)": "connack-not-authorized",
    "ConnectionRefused(BadUserNamePassword)": "bad-credentials",
    "rustls: received fatal alert: NoApplicationProtocol": "tls-alpn",
    "Mqtt5ConnAckException: CONNACK contained an Error Code: NOT_AUTHORIZED.": "connack-not-authorized",
    "ConnectionClosedException: Server closed connection without DISCONNECT.": "closed-without-a-word",
    "network Error : EOF": "closed-without-a-word",
    "Connection lost (32109) - java.io.EOFException": "closed-without-a-word",
    "didConnectAck: notAuthorized": "not-authorized",
    "AWS_ERROR_MQTT_NOT_CONNECTED: The requested operation is invalid": "sdk-not-connected",
    "AWS_ERROR_MQTT5_USER_REQUESTED_STOP": "sdk-stopped",
    "AWS_ERROR_MQTT5_DECODE_PROTOCOL_ERROR": "sdk-protocol-error",
    "socket.timeout: The read operation timed out": "library-no-answer",
    "ssl.SSLError: [SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca": "tls-unknown-ca",
    "subscribe failed with granted QoS 128": "subscribe-granted-128",
    '{"message":"Missing Authentication Token"}': "https-no-credentials",
    "User: arn:aws:iam::123456789012:user/me is not authorized to perform: iot:TestInvokeAuthorizer":
        "caller-not-authorized",
    "2026-11-29T00:00:00Z 6f9b Task timed out after 5.00 seconds": "function-timed-out",
    "REPORT RequestId: 1 Duration: 5000.00 ms Memory Size: 128 MB Status: timeout": "function-timed-out",
}  # fmt: skip


@pytest.mark.parametrize(("text", "id_"), SAID.items(), ids=[text[:50] for text in SAID])
def test_what_a_library_says_is_recognised_and_nothing_more(text: str, id_: str) -> None:
    assert [found.row.id for found in recognise(text)] == [id_]


def test_every_row_is_met() -> None:
    assert {row.id for row in ROWS} <= set(SAID.values())


@pytest.mark.parametrize(
    ("event", "reason", "id_"),
    [
        ("connect_failed", "AUTHORIZATION_FAILED", "log-connect-failed"),
        ("disconnected", "SERVER_ERROR", "log-server-error"),
        ("disconnected", "API_INITIATED_DISCONNECT", "log-disconnect"),
    ],
)
def test_lifecycle_events(event: str, reason: str, id_: str) -> None:
    key = "connectFailureReason" if event == "connect_failed" else "disconnectReason"
    found = recognise(json.dumps({"clientId": "c1", "eventType": event, key: reason}))
    assert [(each.row.id, each.words) for each in found] == [(id_, f"{event} {reason}")]
