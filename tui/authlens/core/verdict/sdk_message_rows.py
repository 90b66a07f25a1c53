"""The table of messages of the AWS IoT Device SDKs, whose error names are those of their C libraries.

The rule: a name is matched in full, because its neighbours mean something else.
"""

from __future__ import annotations

from authlens.core.contract.pages import HANGUP_REPORT, MQTT, MQTT_3, PROTOCOLS
from authlens.core.contract.statement import assumed, documented, reported
from authlens.core.verdict.device_message_rows import (
    ASK_POLICY,
    ASK_PORT,
    DENIED_ACTION,
    NO_ANSWER,
    ON_LOOPBACK,
    REFUSED,
    WAS_INVOKED,
    hangup,
)
from authlens.core.verdict.device_messages import DeviceStage, MessageRow

SDK = "AWS IoT Device SDK v2"
_OF_THE_SDK = assumed(note="the SDK's own text")
_CONNECT, _CONNECTED = DeviceStage.CONNECT, DeviceStage.CONNECTED

ROWS: tuple[MessageRow, ...] = (
    MessageRow(
        "sdk-connack-refused",
        r"AWS_ERROR_MQTT5_CONNACK_CONNECTION_REFUSED|\b5150\b[^\n]{0,60}(?:CONNACK|rejected)",
        SDK,
        _CONNECT,
        "AWS IoT answered CONNECT with a refusal; the CONNACK contains the reason code.",
        REFUSED,
        f"Which reason code (135 is 'not authorized')? {WAS_INVOKED}",
        ON_LOOPBACK,
    ),
    hangup(
        "sdk-hangup",
        r"AWS_ERROR_MQTT_UNEXPECTED_HANGUP|\berror (?:code )?5134\b|code=5134",
        SDK,
        reported(HANGUP_REPORT),
        is_general=False,
    ),
    MessageRow(
        "sdk-cancelled",
        r"AWS_ERROR_MQTT_(?:CANCELLED_FOR_CLEAN_SESSION|CONNECTION_(?:DESTROYED|SHUTDOWN|DISCONNECTING))|code=513[5-8]",
        SDK,
        DeviceStage.PUBLISH,
        "The connection ended while a publish or subscribe waited for its answer.",
        (DENIED_ACTION, "another device connected with the same client id", "the network was lost"),
        ASK_POLICY,
        ON_LOOPBACK,
    ),
    MessageRow(
        "sdk-disconnect",
        r"AWS_ERROR_MQTT5_DISCONNECT_RECEIVED",
        SDK,
        _CONNECTED,
        "AWS IoT ended the connection with a DISCONNECT; the packet contains the reason code.",
        (DENIED_ACTION, "another device connected with the same client id", "disconnectAfterInSeconds has elapsed"),
        "Which reason code does the DISCONNECT have?",
        documented(MQTT),
    ),
    MessageRow(
        "sdk-no-answer",
        r"AWS_ERROR_MQTT5?_(?:CONNACK_)?TIMEOUT|connack timeout",
        "an MQTT client",
        _CONNECT,
        "CONNECT, a ping or another packet was not answered in time.",
        NO_ANSWER,
        ASK_PORT,
        documented(PROTOCOLS),
    ),
    MessageRow(
        "sdk-ping-timeout",
        r"AWS_ERROR_MQTT5_PING_RESPONSE_TIMEOUT",
        SDK,
        _CONNECTED,
        "A ping was not answered in time, so the SDK ended the connection.",
        ("the network was lost", "the program blocks the SDK's threads", "the ping timeout is too short"),
        "Which keep alive and ping timeout does the program set? Nothing was refused.",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-subscribe-failed",
        r"AWS_ERROR_MQTT_(?:CONNECTION_SUBSCRIBE_FAILURE|ACK_REASON_CODE_FAILURE|PROTOCOL_ADAPTER_FAILING_REASON_CODE)",
        SDK,
        DeviceStage.SUBSCRIBE,
        "AWS IoT answered a subscribe or publish with a failing reason code.",
        ("the documents do not allow it: Subscribe needs topicfilter/, Publish and Receive need topic/",),
        ASK_POLICY,
        documented(MQTT),
    ),
    MessageRow(
        "sdk-websocket-upgrade",
        r"AWS_ERROR_HTTP_WEBSOCKET_UPGRADE_FAILURE|WebSocketBadStatus"
        r"|Unexpected (?:server response|response code): (?:400|401|403|426)"
        r"|WebSocket handshake error|websocket: bad handshake|Invalid status code (?:400|401|403)"
        r"|was not upgraded to websocket|Handshake status (?:400|401|403|426)\b",
        "a WebSocket client",
        DeviceStage.UPGRADE,
        "The HTTP upgrade to WebSocket was refused, before any MQTT.",
        (
            "the authorizer is not named or not found, and the request is not signed with SigV4 either",
            "the path is not /mqtt, or the subprotocol mqtt is not requested",
            "the signature is not URL-encoded in the query string",
        ),
        "Does the URL name the authorizer, with token and signature encoded? ('authlens event --device-lines')",
        documented(PROTOCOLS),
    ),
    MessageRow(
        "sdk-not-connected",
        r"AWS_ERROR_MQTT_NOT_CONNECTED|OFFLINE_QUEUE_POLICY|Connection is not open, and may not be closed"
        r"|Client is (?:disconnected \(32101\)|not connected \(32104\))",
        SDK,
        DeviceStage.PUBLISH,
        "An operation was attempted on a connection that is not open.",
        ("connecting failed earlier: the previous message says why", "the program continues after a disconnect"),
        "What was logged before this, at CONNECT?",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-socket-closed",
        r"AWS_IO_SOCKET_(?:CLOSED|NOT_CONNECTED)\b|AWS_IO_BROKEN_PIPE|AWS_ERROR_HTTP_CONNECTION_CLOSED",
        SDK,
        _CONNECTED,
        "The connection was closed: by the other side without a reason, or because the network was lost.",
        (
            "something in between ends idle connections: the keep alive is longer than that allows",
            DENIED_ACTION,
            "directly after CONNECT: AWS IoT refused it with MQTT 3.1.1",
        ),
        "Was the connection idle, or which packet came last? Does it still happen with a shorter keep alive?",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-already-connected",
        r"AWS_ERROR_MQTT_ALREADY_CONNECTED",
        SDK,
        _CONNECTED,
        "The program asked for a connection that is already open or being opened.",
        ("the program calls connect twice; the SDK reconnects by itself",),
        "Where else does the program call connect? Nothing was refused.",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-password-without-username",
        r"AWS_ERROR_MQTT_INVALID_CREDENTIALS|may not include password when no username is present",
        SDK,
        _CONNECT,
        "The client has a password but no username, which MQTT 3.1.1 does not allow; nothing was sent.",
        ("the username is missing: it also carries the authorizer's name (?x-amz-customauthorizer-name=…)",),
        "Which username does the client set? ('authlens event --device-lines' has one that works)",
        documented(MQTT_3),
    ),
    MessageRow(
        "sdk-invalid-topic",
        r"AWS_ERROR_MQTT_INVALID_(?:TOPIC|QOS)\b|AWS_ERROR_MQTT5_(?:PUBLISH|SUBSCRIBE|CONNECT)_OPTIONS_VALIDATION",
        SDK,
        DeviceStage.PUBLISH,
        "The SDK itself rejected what the program wants to send: a topic, filter or option is not valid MQTT.",
        ("a publish topic contains + or #, or a topic is empty", "the QoS is not 0 or 1"),
        "Which topic, filter and options does the program use? Nothing was refused by AWS IoT.",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-own-files",
        r"AWS_IO_FILE_(?:VALIDATION_FAILURE|NOT_FOUND)|AWS_IO_TLS_CTX_ERROR|AWS_ERROR_PEM_MALFORMED"
        r"|AWS_IO_TLS_ERROR_DEFAULT_TRUST_STORE_NOT_FOUND|AWS_ERROR_FILE_INVALID_PATH",
        SDK,
        DeviceStage.TLS,
        "A certificate, key or CA file on the device could not be used; no connection was attempted.",
        (
            "the path is wrong, or the file is not PEM",
            "the certificate and the key do not belong together",
            "a client certificate is configured, which custom authentication alone does not need",
        ),
        "Which files does the program name? With custom authentication it needs the CA at most.",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-stopped",
        r"AWS_ERROR_MQTT5_USER_REQUESTED_STOP",
        SDK,
        DeviceStage.CONNECTED,
        "The program itself stopped the client.",
        ("the program called stop",),
        "Was it intended to stop here? Nothing was refused.",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-protocol-error",
        r"AWS_ERROR_MQTT5?_(?:DECODE_|ENCODE_)?PROTOCOL_ERROR|AWS_ERROR_MQTT_INVALID_(?:RESERVED_BITS|REMAINING_LENGTH|PACKET_TYPE)\b",
        SDK,
        _CONNECT,
        "The data received on the connection is not valid MQTT.",
        ("the port or ALPN leads to another protocol", "a proxy answers instead of the server"),
        "Which host, port and ALPN does the client use?",
        _OF_THE_SDK,
    ),
)
"""The rows that are matched before all others."""
