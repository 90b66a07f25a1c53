"""Messages of the AWS IoT Device SDKs, as people quoted them; a name next to a known one means something else."""

from __future__ import annotations

import pytest

from authlens.core.verdict.device_messages import recognise
from authlens.core.verdict.sdk_message_rows import ROWS

SAID = {
    "Connection failed with error libaws-c-mqtt: AWS_ERROR_MQTT_UNEXPECTED_HANGUP, The connection was closed":
        "sdk-hangup",
    "AwsCrtError(name='AWS_ERROR_MQTT_UNEXPECTED_HANGUP', message='The connection was closed', code=5134)":
        "sdk-hangup",
    "AWS_ERROR_MQTT5_CONNACK_CONNECTION_REFUSED: Remote endpoint rejected the CONNECT": "sdk-connack-refused",
    "AWS_ERROR_MQTT_CONNECTION_SHUTDOWN": "sdk-cancelled",
    "AWS_ERROR_MQTT5_DISCONNECT_RECEIVED": "sdk-disconnect",
    "AWS_ERROR_MQTT_TIMEOUT: Time limit between request and response has been exceeded.": "sdk-no-answer",
    "AWS_ERROR_MQTT5_PING_RESPONSE_TIMEOUT: Client terminated the connection": "sdk-ping-timeout",
    "AWS_ERROR_MQTT_ACK_REASON_CODE_FAILURE": "sdk-subscribe-failed",
    "WebSocketException: Connection to 'https://a.iot.us-west-2.amazonaws.com/mqtt' was not upgraded to websocket":
        "sdk-websocket-upgrade",
    "Error: Unexpected server response: 403": "sdk-websocket-upgrade",
    "Caused by: Client is disconnected (32101)": "sdk-not-connected",
    "AWS_ERROR_MQTT5_OPERATION_FAILED_DUE_TO_OFFLINE_QUEUE_POLICY: MQTT operation failed": "sdk-not-connected",
    "[socket] - id=0x7f fd=27: AWS_IO_SOCKET_CLOSED: socket is closed.": "sdk-socket-closed",
    "libaws-c-io: AWS_IO_SOCKET_NOT_CONNECTED, socket not connected.": "sdk-socket-closed",
    "AWS_ERROR_MQTT_ALREADY_CONNECTED: The requested operation is invalid as the connection is already open.":
        "sdk-already-connected",
    "AWS_ERROR_MQTT_INVALID_CREDENTIALS: Connect packet may not include password when no username is present.":
        "sdk-password-without-username",
    "awscrt.exceptions.AwsCrtError: AWS_ERROR_MQTT_INVALID_TOPIC: Topic or filter is invalid.": "sdk-invalid-topic",
    "AWS_ERROR_MQTT_INVALID_QOS, Both bits in a QoS field must not be set.": "sdk-invalid-topic",
    "AwsCrtError(name='AWS_IO_FILE_VALIDATION_FAILURE', message='A file was read and the input did not match')":
        "sdk-own-files",
    "CrtError: aws-c-io: AWS_IO_TLS_CTX_ERROR, Failed to create tls context": "sdk-own-files",
    "AWS_ERROR_MQTT5_USER_REQUESTED_STOP": "sdk-stopped",
    "AWS_ERROR_MQTT_INVALID_REMAINING_LENGTH": "sdk-protocol-error",
    "Connection failed with error aws-c-io: AWS_IO_SOCKET_TIMEOUT, socket operation timed out": "not-reached",
    "AWS_IO_TLS_UNKNOWN_ROOT_CERTIFICATE": "tls-not-trusted",
    "AWS_IO_TLS_HOST_NAME_MISMATCH": "tls-name",
    "Websocket setup failed to establish HTTP connection, error 1029 (AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE)":
        "tls-handshake",
}  # fmt: skip


@pytest.mark.parametrize(("text", "id_"), SAID.items(), ids=[text[:50] for text in SAID])
def test_what_an_sdk_says_is_recognised_and_nothing_more(text: str, id_: str) -> None:
    assert [found.row.id for found in recognise(text)] == [id_]


@pytest.mark.parametrize(
    "text",
    [
        "AWS_IO_DNS_HOST_REMOVED_FROM_CACHE: The entries for host name were removed from the local dns cache.",
        "AWS_IO_MISSING_ALPN_MESSAGE, An ALPN message was expected but not received",
        "AWS_IO_SOCKET_INVALID_OPTIONS, Invalid socket options.",
        "AWS_ERROR_MQTT_QUEUE_FULL",
        "Connection interrupted: 46 : System call failure",
    ],
)
def test_a_neighbour_of_a_known_name_is_not_recognised(text: str) -> None:
    assert recognise(text) == ()


def test_every_row_is_met() -> None:
    assert {row.id for row in ROWS} <= set(SAID.values())
