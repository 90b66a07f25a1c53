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
    "Not authorized to perform sts:AssumeRole": "caller-not-authorized",
    "InternalFailure: The create_authorizer action has not been implemented": "emulator-lacks-call",
    "A client error (MalformedPolicyException) occurred when calling CreatePolicy": "malformed-policy",
    "Please try again. Policy document is Malformed: The following resources are invalid : \\": "malformed-policy",
    "MQTT [h:443] Read data from the socket (without blocking): TTP/1.1 400 Bad Request": "http-instead-of-mqtt",
    "NoConnectionException: The broker is not responding (Missing Connection Acknowledgement?": "no-connack",
    "[4] Establishing a connection to the MQTT broker failed: The broker did not acknowledge the connection attempt":
        "no-connack",
    "AWSIoTPythonSDK.exception.AWSIoTExceptions.connectTimeoutException": "no-connack",
    "mqttCore -DEBUG - Disconnect result code 1\nmqttCore - ERROR- connect timeout.": "no-connack",
    "Connection with MQTT broker failed: MQTTRecvFailed": "no-connack",
    "AWSIoTPythonSDK.exception.AWSIoTExceptions.subscribeTimeoutException": "action-ended-connection",
    "coreMQTT: MQTT_ProcessLoop failed to receive ACK packet: Expected ACK Packet ID=2e9": "action-ended-connection",
    'errorCode: 8, errorMessage: "AMQJS0008I Socket closed."': "closed-without-a-word",
    '{"errorCode":7,"errorMessage":"AMQJS0007E Socket error:undefined."}': "browser-websocket-failed",
    "AMQJS0006E Bad Connack return code:5 Connection Refused: not authorized.": "connack-not-authorized",
    "MQTTnet.Exceptions.MqttCommunicationClosedGracefullyException: thrown": "closed-without-a-word",
    "20210420 135744.548 SSL alert read:warning:close notify": "closed-without-a-word",
    "MqttException (0) - java.net.SocketTimeoutException: connect timed out": "not-reached",
    "Unable to connect to server (32103) - java.net.ConnectException: Connection refused: connect": "not-reached",
    "javax.net.ssl.SSLHandshakeException: Received fatal alert: certificate_unknown": "tls-unknown-ca",
    "network Error : x509: certificate signed by unknown authority": "tls-not-trusted",
    "ssl.SSLEOFError: EOF occurred in violation of protocol (_ssl.c:852)": "tls-handshake",
    "error domain: NSOSStatusErrorDomain Code=-9807": "tls-not-trusted",
    "Error Domain=kCFStreamErrorDomainSSL Code=-9806": "tls-handshake",
    "received fatal alert: ProtocolVersion": "tls-handshake",
    "tls: failed to verify certificate: x509: certificate has expired or is not yet valid": "tls-expired",
    "ssl.CertificateError: hostname 'a' doesn't match 'b'": "tls-name",
    "HandshakeException: Handshake error in client (OS Error: TLSV1_ALERT_UNKNOWN_CA": "tls-unknown-ca",
    '  File "umqtt/simple.py", line 99, in connect\nMQTTException: 5': "connack-not-authorized",
    "exception of type 'uPLibrary.Networking.M2Mqtt.Exceptions.MqttCommunicationException'": "no-connack",
    "1572821580: Socket error on client local.xyz.awsiot, disconnecting.": "closed-without-a-word",
    "W/AWSIotMqttManager: connection is Lost": "closed-without-a-word",
    "WebSocketBadStatusException: Handshake status 403 Forbidden": "sdk-websocket-upgrade",
    "com.amazonaws.AmazonServiceException: Forbidden (Error Code: ForbiddenException)": "https-forbidden",
    "REPORT RequestId: 1 Duration: 5000.00 ms Memory Size: 128 MB Status: timeout": "function-timed-out",
}  # fmt: skip


@pytest.mark.parametrize(("text", "id_"), SAID.items(), ids=[text[:50] for text in SAID])
def test_what_a_library_says_is_recognised_and_nothing_more(text: str, id_: str) -> None:
    assert [found.row.id for found in recognise(text)] == [id_]


def test_every_row_is_met() -> None:
    assert {row.id for row in ROWS} <= {*SAID.values(), *OF_DEVICES.values()}


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


OF_DEVICES = {
    "E (8543) TRANS_SSL: Failed to open a new connection\nE (8553) MQTT_CLIENT: Error transport connect":
        "library-no-connection",
    "failed, rc=-2 try again in 5 seconds": "library-no-connection",
    "MQT: Connect failed to a-ats.iot.us-west-2.amazonaws.com:443, rc -4. Retry in 30 sec": "library-no-answer",
    "connecting to MQTT server a.iot.eu-west-2.amazonaws.com ... Error: -9984": "library-not-trusted",
    "mbedtls: ssl_msg.c:3942 mbedtls_ssl_handle_message_type() returned -30592 (-0x7780)": "library-tls-alert",
    "E (13503) aws_iot: failed! mbedtls_ssl_handshake returned -0x6800": "mbedtls-timeout",
    "E (17826) aws_iot: failed! mbedtls_ssl_handshake returned -0x7200\nE (17866) subpub: Error(-4) connecting to h":
        "mbedtls-record",
    "[E][ssl_client.cpp:37] _handle_error(): [start_ssl_client():273]: (-32512) SSL - Memory allocation failed":
        "mbedtls-memory",
    "aws_iot: failed! mbedtls_ssl_handshake returned -0x50": "mbedtls-reset",
    "Failed to read data: mbedTLSError= SSL - The peer notified us that the connection is going to be closed":
        "mbedtls-closed",
    "BSSL:Connected!\nclientMQTT.lastError = -5\nclientMQTT.returnCode = 6": "mbedtls-closed",
    "mbedtls_ssl_handshake returned -0x7100": "mbedtls-handshake",
    "BSSL: Connection *will* fail, no authentication method is setup:wr 250 0": "bearssl-no-trust",
    "E (67286) AWS_IOT: Error(-28) connecting to a-ats.iot.eu-central-1.amazonaws.com:8883": "no-connack",
    "E (32013) coreMQTT: CONNACK recv failed with status = MQTTRecvFailed.": "no-connack",
    "E (16309) AWS_IOT: Error subscribing : -12": "action-ended-connection",
    "ERROR: iot_tls_connect L#164 failed\n  ! mbedtls_net_connect returned -0x52": "host-not-found",
}  # fmt: skip


@pytest.mark.parametrize(("text", "id_"), OF_DEVICES.items(), ids=[text[:50] for text in OF_DEVICES])
def test_what_a_device_says_is_recognised_and_nothing_more(text: str, id_: str) -> None:
    assert [found.row.id for found in recognise(text)] == [id_]


@pytest.mark.parametrize(
    "text",
    [
        *("state: -2 V", "temperature state -3", "1.0.0-rc-4", "v1.2-rc 5", "the rc = 5 release", "code: 155 chars"),
        *("frame 0x84 at 0x97", "Address 0x85 read", "result code 151 rows", "quota exceeded for disk"),
        *("the reason: 141 widgets were sold", "error code 2026-11-29 135", "call code 135 790"),
        *("process ended with return code 5", "keep-alive timeout 5 seconds", "Keep-Alive: timeout=5, max=100"),
        # Other programs' words
        "MongoServerError: not authorized on admin to execute command { find: 1 }",
        "OperationalError: connection to server at 10.0.0.1, port 5432 failed: Connection refused",
        "Error: Connection lost: The server closed the connection.",
        '{"error": "invalid_client", "error_description": "The client_id is invalid"}',
        "RabbitMQ: Login was refused using authentication mechanism PLAIN. not authorized",
        "Quota exceeded for publish requests of service pubsub.googleapis.com",
        "smtplib: connection closed by server",
        "Task timed out after 300 seconds",
        "connect: job 7: Status: timeout",
    ],
)
def test_a_number_away_from_a_connection_is_not_recognised(text: str) -> None:
    assert recognise(text) == ()


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("rc=5", "connack-not-authorized"),
        (" 0x8E\n", "session-taken-over"),
        ("MQTT client\nlast rc=-2", "library-no-connection"),
        ("last rc=-2\nno MQTT", "library-no-connection"),
        ("MQTT\n\nlast rc=-2", None),
        ("last rc=-2\n\nno MQTT", None),
        ("reason code 0x97", "connect-too-fast"),
    ],
)
def test_a_code_counts_alone_or_next_to_words_about_a_connection(text: str, id_: str | None) -> None:
    assert [found.row.id for found in recognise(text)] == ([] if id_ is None else [id_])
