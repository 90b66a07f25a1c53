"""What people paste, as it was said in public or seen on loopback; each is recognised, and nothing else is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.contract.pages import PAGES
from authlens.core.verdict.device_message_rows import ROWS
from authlens.core.verdict.device_messages import DeviceStage, recognise
from authlens.core.verdict.library_message_rows import ROWS as LIBRARY_ROWS
from authlens.core.verdict.log_message_rows import LOG_ROWS, SUCCESS, UNKNOWN_RECORD
from authlens.core.verdict.sdk_message_rows import ROWS as SDK_ROWS
from authlens.core.verdict.transport_message_rows import ROWS as TRANSPORT_ROWS

ALL = (
    *(*ROWS, *LIBRARY_ROWS, *SDK_ROWS, *TRANSPORT_ROWS),
    *(*LOG_ROWS.values(), SUCCESS, UNKNOWN_RECORD),
)

SAID = {
    # The AWS SDKs
    "libaws-c-mqtt: AWS_ERROR_MQTT_UNEXPECTED_HANGUP, The connection was closed unexpectedly.": "sdk-hangup",
    "AwsCrtError(name='AWS_ERROR_MQTT_UNEXPECTED_HANGUP', message='The connection was …', code=5134)": "sdk-hangup",
    "awscrt.exceptions.AwsCrtError: AWS_ERROR_MQTT5_CONNACK_CONNECTION_REFUSED: Remote endpoint rejected the CONNECT":
        "sdk-connack-refused",
    "AWS_ERROR_MQTT_CANCELLED_FOR_CLEAN_SESSION": "sdk-cancelled",
    "AWS_ERROR_MQTT5_DISCONNECT_RECEIVED: Mqtt5 client connection interrupted by server DISCONNECT.": "sdk-disconnect",
    "AWS_ERROR_MQTT_TIMEOUT: Time limit between request and response has been exceeded.": "sdk-no-answer",
    "CrtError: Failed to connect: AWS_ERROR_HTTP_WEBSOCKET_UPGRADE_FAILURE": "sdk-websocket-upgrade",
    # Codes and reason strings
    "CONNACK:Client is not authenticated/authorized to send the message:6f9b": "reason-connack-denied",
    "DISCONNECT:Client is not authenticated/authorized to send the message:6f9b": "reason-disconnect-denied",
    "Connection refused: Not authorized": "connack-not-authorized",
    "Connection Refused: not authorised.": "connack-not-authorized",
    "ErrorWithReasonCode: Connection refused: Not authorized\n  code: 135": "connack-not-authorized",
    "on_connect rc=5": "connack-not-authorized",
    "Connected with result code 5": "connack-not-authorized",
    "Connection error: Connection Refused: bad user name or password.": "bad-credentials",
    "Connection Refused: identifier rejected.": "client-id-refused",
    "Connection Refused: unacceptable protocol version.": "protocol-version",
    "Connection Refused: broker unavailable.": "server-unavailable",
    "Reason code 142": "session-taken-over",
    "Session taken over": "session-taken-over",
    "SESSION_TAKEN_OVER": "session-taken-over",
    "DUPLICATE_CLIENTID": "session-taken-over",
    "reasonCode: 151": "connect-too-fast",
    "Keepalive timeout": "keep-alive",
    "DISCONNECT 0x9B QoS not supported": "qos-not-supported",
    # mosquitto
    "Error: The connection was lost.": "mosquitto-lost",
    "Warning: Publish 1 failed: Not authorized.": "publish-not-authorized",
    "All subscription requests were denied.": "subscribe-denied",
    "Publish error: Not authorized": "publish-not-authorized",
    "Not authorized": "not-authorized",
    "Unspecified error": "unspecified",
    "Disconnected with result code 7": "closed-without-a-word",
    "Unexpected disconnection. rc: 7": "closed-without-a-word",
    # TLS, network, HTTPS
    "ssl.SSLError: [SSL: TLSV1_ALERT_NO_APPLICATION_PROTOCOL] tlsv1 alert no application protocol": "tls-alpn",
    "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed": "tls-not-trusted",
    "SSL routines::tlsv1 alert unknown ca": "tls-unknown-ca",
    "Error: self-signed certificate": "tls-not-trusted",
    "curl: (60) SSL certificate problem: unable to get local issuer certificate": "tls-not-trusted",
    "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames": "tls-name",
    "tlsv13 alert certificate required": "tls-client-certificate",
    "Error: Client network socket disconnected before secure TLS connection was established": "tls-handshake",
    "AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE": "tls-handshake",
    "OpenSSL: error:0A000410:SSL routines::sslv3 alert handshake failure": "tls-handshake",
    "Error: getaddrinfo ENOTFOUND abc-ats.iot.eu-west-1.amazonaws.com": "host-not-found",
    "AWS_IO_DNS_INVALID_NAME: Host name was invalid for dns resolution.": "host-not-found",
    "connect ECONNREFUSED 10.0.0.1:8883": "not-reached",
    "Error: Connection refused": "not-reached",
    "curl: (28) Connection timed out after 5000 milliseconds": "not-reached",
    '{"message":"Forbidden","traceId":"8b6e0c0e"}': "https-forbidden",
    "HTTP/1.1 403 Forbidden": "https-forbidden",
    "Error: connack timeout": "sdk-no-answer",
    "Error: Unexpected server response: 403": "sdk-websocket-upgrade",
    "InternalFailure: The create_authorizer action has not been implemented": "emulator-lacks-call",
}  # fmt: skip


@pytest.mark.parametrize(("text", "id_"), SAID.items(), ids=[text[:50] for text in SAID])
def test_words_that_were_said_in_public_are_recognised(text: str, id_: str) -> None:
    assert recognise(text)[0].row.id == id_
    assert recognise(f"2026-11-28 23:00:01 [ERROR] device-7: {text}\n")[0].row.id == id_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{}",
        '{"foo": 1}',
        "Connected",
        "published 7 messages",
        "0",
        "sensor-135",
        "code",
        "rc",
        "rc=0",
        "Connection closed",
        "disconnected, rc=0",
        "granted QoS 1",
        "status 200",
        "topic 1005",
        "closed 1000 files",
        "received close frame",
        '{"message": null, "traceId": "x"}',
        "I am authorized to perform: everything",
    ],
)
def test_what_is_not_known_is_not_recognised(text: str) -> None:
    assert recognise(text) == ()


@given(st.text(max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    for found in recognise(text):
        assert found.words


def record(**members: str) -> str:
    return json.dumps({"timestamp": "2026-11-28 23:00:00.000", "logLevel": "ERROR", "traceId": "t", **members})


RECORDS = {
    record(status="Failure", eventType="Connect", clientId="c1", reason="AUTHORIZATION_FAILURE"): (
        "log-authorization-failure", "Connect Failure AUTHORIZATION_FAILURE", "client id c1"),
    record(status="Failure", eventType="Connection.AuthNError", reason="CUSTOM_AUTHORIZER_NOT_FOUND"): (
        "log-authorizer-not-found", "Connection.AuthNError Failure CUSTOM_AUTHORIZER_NOT_FOUND", ""),
    record(status="Failure", eventType="Connection.AuthNError", reason="CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR"): (
        "log-lambda-execution-error", "Connection.AuthNError Failure CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", ""),
    record(status="Success", eventType="Disconnect", clientId="c1", reason="DUPLICATE_CLIENT_ID",
           disconnectReason="CLIENT_INITIATED_DISCONNECT"): (
        "log-duplicate-client-id", "Disconnect Success DUPLICATE_CLIENT_ID", "client id c1"),
    record(status="Success", eventType="Connect"): ("log-connected", "Connect Success", ""),
    record(status="Success", eventType="Publish-In", principalId="p"): (
        "log-success", "Publish-In Success", "principal p"),
    record(status="Success", eventType="Disconnect", principalId="p", disconnectReason="CLIENT_ERROR"): (
        "log-client-error", "Disconnect Success CLIENT_ERROR", "principal p"),
    record(status="Failure", eventType="Publish-In", reason="NEW_TOMORROW"): (
        "log-record", "Publish-In Failure NEW_TOMORROW", ""),
    json.dumps({"clientId": "c1", "eventType": "disconnected", "disconnectReason": "CUSTOMAUTH_TTL_EXPIRATION"}): (
        "log-ttl", "disconnected CUSTOMAUTH_TTL_EXPIRATION", "client id c1"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), RECORDS.items(), ids=[found[0] for found in RECORDS.values()])
def test_records_of_the_log_are_read(text: str, expected: tuple[str, str, str]) -> None:
    for written in (text, f"2026-11-28T23:00:00Z {text}", json.dumps({"@message": text}), f"{text}\n{text}"):
        found = recognise(written)[0]
        assert (found.row.id, found.words, found.detail) == expected


def test_many_braces_are_looked_at_a_bounded_number_of_times() -> None:
    found = record(status="Failure", eventType="Connect", clientId="c1", reason="AUTHORIZATION_FAILURE")
    assert recognise("{" * 50 + found)[0].row.id == "log-authorization-failure"
    assert recognise("{" * 150 + found.replace("AUTHORIZATION_FAILURE", "THROTTLED")) == ()


def test_every_row_is_whole() -> None:
    assert len({row.id for row in ALL}) >= 50
    assert {row.stage for row in ALL} == set(DeviceStage)
    for row in ALL:
        assert row.meaning.endswith(".")
        assert row.next_question[-1] in ".?)"
        assert row.causes
        assert row.source.page is None or row.source.page in PAGES


REFUSED = record(status="Failure", eventType="Connect", clientId="c1", reason="AUTHORIZATION_FAILURE")


@pytest.mark.parametrize(("braces", "count"), [(98, 1), (99, 1), (100, 0)])
def test_a_hundred_braces_are_tried(braces: int, count: int) -> None:
    assert len(recognise("{" * braces + REFUSED.replace("AUTHORIZATION_FAILURE", "THROTTLED"))) == count


@pytest.mark.parametrize(("before", "count"), [(32_750, 1), (32_751, 0)])
def test_the_beginning_of_a_long_text_is_searched(before: int, count: int) -> None:
    words = "SESSION_TAKEN_OVER"
    assert before + len(words) in (32_768, 32_769)
    assert len(recognise(" " * before + words)) == count


def test_eight_messages_are_reported() -> None:
    assert len(recognise(REFUSED * 7)) == 7
    assert len(recognise(REFUSED * 9)) == 8
    texts = [text for text, id_ in SAID.items() if id_.startswith(("tls-", "sdk-", "qos", "host", "bad"))]
    found = recognise("\n".join(texts))
    assert len(found) == 8
    assert len({each.row.id for each in found}) == 8


def test_messages_are_in_the_order_of_the_text_and_each_is_reported_once() -> None:
    text = "AWS_ERROR_MQTT_TIMEOUT\nConnection refused: Not authorized\nQoS not supported\nAWS_ERROR_MQTT_TIMEOUT"
    assert [each.row.id for each in recognise(text)] == ["sdk-no-answer", "connack-not-authorized", "qos-not-supported"]
    backwards = "\n".join(reversed(text.splitlines()))
    assert [each.row.id for each in recognise(backwards)] == [
        "sdk-no-answer",
        "qos-not-supported",
        "connack-not-authorized",
    ]


def test_general_words_count_only_alone() -> None:
    assert {row.id for row in ALL if row.is_general} == {
        "mosquitto-lost",
        "closed-without-a-word",
        "not-authorized",
        "unspecified",
        "browser-websocket-failed",
        "https-forbidden",
        "mbedtls-handshake",
        "tls-handshake",
    }
    assert [each.row.id for each in recognise("Unspecified error")] == ["unspecified"]
    assert [each.row.id for each in recognise("Unspecified error\nSession taken over")] == ["session-taken-over"]


@pytest.mark.parametrize(
    ("members", "id_", "words", "detail"),
    [
        ({"eventType": "Connect", "status": "Failure"}, "log-record", "Connect Failure", ""),
        (
            {"eventType": "Connect", "status": "Success", "details": "d"},
            "log-connected",
            "Connect Success",
            "details d",
        ),
        (
            {"eventType": "Disconnect", "status": "Success", "disconnectReason": "DUPLICATE_CLIENTID"},
            "log-duplicate-client-id",
            "Disconnect Success DUPLICATE_CLIENTID",
            "",
        ),
        (
            {"eventType": "Connect", "status": "Success", "clientId": "", "principalId": 7, "topicName": "t"},
            "log-connected",
            "Connect Success",
            "topic t",
        ),
        (
            {
                "eventType": "Publish-In",
                "status": "Failure",
                "reason": "AUTHORIZATION_FAILURE",
                "clientId": "c",
                "principalId": "p",
                "principal": "q",
                "topicName": "t",
            },
            "log-authorization-failure",
            "Publish-In Failure AUTHORIZATION_FAILURE",
            "client id c, principal p, topic t",
        ),
    ],
)
def test_what_a_record_says(members: dict[str, object], id_: str, words: str, detail: str) -> None:
    assert [(each.row.id, each.words, each.detail) for each in recognise(json.dumps(members))] == [(id_, words, detail)]


@pytest.mark.parametrize(
    "value",
    [
        {"eventType": "Connect"},
        {"eventType": "Connect", "status": 7},
        {"eventType": 7, "status": "Failure"},
        {"eventType": "disconnected"},
        {"eventType": "disconnected", "clientId": 7},
        {"eventType": "subscribed", "clientId": "c"},
        {"@message": "{eventType"},
        {"@message": '{"eventType"'},
        ["eventType"],
    ],
)
def test_other_json_is_not_a_record(value: object) -> None:
    assert recognise(json.dumps(value)) == ()


@pytest.mark.parametrize(
    ("event", "stage", "action"),
    [
        ("Connect", DeviceStage.CONNECT, "iot:Connect"),
        ("Publish-In", DeviceStage.PUBLISH, "iot:Publish"),
        ("Publish-Out", DeviceStage.SUBSCRIBE, "iot:Receive"),
        ("Subscribe", DeviceStage.SUBSCRIBE, "iot:Subscribe"),
    ],
)
def test_what_the_policies_deny_depends_on_the_event(event: str, stage: DeviceStage, action: str) -> None:
    found = recognise(record(status="Failure", eventType=event, reason="AUTHORIZATION_FAILURE"))[0].row
    assert (found.id, found.stage) == ("log-authorization-failure", stage)
    assert action in " ".join((found.meaning, *found.causes))


OLD = "TRACEID:09 PRINCIPALID:b439 [%s] EVENT:%s TOPICNAME:a/b CLIENTID:c1 MESSAGE:x Status: %s"


@pytest.mark.parametrize(
    ("line", "id_", "words"),
    [
        (OLD % ("ERROR", "MQTTClient Subscribe", "CLIENT_ERROR"), "log-client-error", "Subscribe Failure CLIENT_ERROR"),
        (OLD % ("INFO", "PublishEvent", "SUCCESS"), "log-success", "PublishEvent Success"),
        (
            OLD % ("ERROR", "MQTT Client Connect", "AUTHORIZATION_FAILURE"),
            "log-authorization-failure",
            "Connect Failure AUTHORIZATION_FAILURE",
        ),
    ],
)
def test_lines_of_the_log_before_version_2_are_read(line: str, id_: str, words: str) -> None:
    for text in (line, f"2018-02-28 20:00:43.111 {line}\nanother line"):
        found = recognise(text)[0]
        assert (found.row.id, found.words, found.detail) == (id_, words, "client id c1, principal b439, topic a/b")


@pytest.mark.parametrize(
    ("text", "id_", "stage"),
    [
        ("AUTHORIZATION_FAILURE", "log-authorization-failure", DeviceStage.CONNECT),
        ('"eventType":"Subscribe","reason":"AUTHORIZATION_FAILURE","details":"Aut', "log-authorization-failure",
         DeviceStage.SUBSCRIBE),
        ("2026,Publish-In,Failure,AUTHORIZATION_FAILURE", "log-authorization-failure", DeviceStage.PUBLISH),
        ("reason: CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", "log-lambda-execution-error", DeviceStage.CONNECT),
        ("CUSTOMAUTH_TTL_EXPIRATION", "log-ttl", DeviceStage.CONNECTED),
        ("DEVICE_CERTIFICATE_INACTIVE", "log-certificate", DeviceStage.TLS),
    ],
)  # fmt: skip
def test_a_reason_of_the_log_is_known_without_its_record(text: str, id_: str, stage: DeviceStage) -> None:
    assert [(each.row.id, each.row.stage) for each in recognise(text)] == [(id_, stage)]


@pytest.mark.parametrize("text", ["authorization_failure", "MY_AUTHORIZATION_FAILURE", "AUTHORIZATION_FAILURES"])
def test_a_word_like_a_reason_is_not_one(text: str) -> None:
    assert recognise(text) == ()


def test_records_in_what_the_aws_cli_prints_are_read() -> None:
    events = {"events": [{"timestamp": 1, "message": REFUSED}, {"message": "no record"}, {"message": "{eventType"}]}
    for value in (events, [json.loads(REFUSED)], {"a": {"b": [REFUSED, REFUSED]}}):
        found = recognise(json.dumps(value))
        assert {each.row.id for each in found} == {"log-authorization-failure"}
        assert len(found) == (2 if "a" in value else 1)
    deep = REFUSED.replace("AUTHORIZATION_FAILURE", "THROTTLED")
    for _ in range(6):
        deep = json.dumps({"a": json.loads(deep)})
    assert len(recognise(deep)) == 1
    assert recognise(json.dumps({"a": json.loads(deep)})) == ()


@pytest.mark.parametrize(
    "text",
    [
        "ModuleNotFoundError: No module named 'jwt'",
        "ResourceNotFoundException: Requested resource not found",
        "FileNotFoundError: [Errno 2] No such file or directory",
        "Error: connect ECONNREFUSED 127.0.0.1:5432",
        "redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection refused.",
        "npm ERR! 403 Forbidden - GET https://packages.example/x",
        "Connection refused: Not authorized from my-hub.azure-devices.net",
        "User is not authorized to access this resource with an explicit deny",
        "Not Authorized to access listItems on type Query",
        "The user is not authorized by the manager",
        "Unrecognized name: foo at [1:8]",
        "ssh: connect to host x port 22: Connection timed out",
        "kex_exchange_identification: Connection closed by remote host",
        "error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403",
        "Error in useproto: unknownCAmel",
    ],
)
def test_words_that_mean_something_else_are_not_recognised(text: str) -> None:
    assert recognise(text) == ()
    assert [each.row.id for each in recognise(f"{text}\nAWS_ERROR_MQTT_TIMEOUT")] == ["sdk-no-answer"]


def test_a_record_within_a_record_is_read() -> None:
    for key in ("@message", "message"):
        assert [each.row.id for each in recognise(json.dumps({key: f" {REFUSED}"}))] == ["log-authorization-failure"]
