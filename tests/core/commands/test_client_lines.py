from __future__ import annotations

import pytest

from authlens.core.commands.client_lines import UnreadableLine, is_client_line, read_client_line
from authlens.core.commands.device_lines import device_lines
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.saved.certificate import Certificate

MQTT = AuthorizerRequest(
    "A", mqtt_context=MqttContext("u", "p w'${env:X}", "c-1"), tls_context=TlsContext("iot.example.com")
)


def test_what_authlens_writes_is_read_back() -> None:
    authorizer = Authorizer("A", token_key_name="tok")
    lines = {line.id: line.text for line in device_lines(MQTT, authorizer, reveal=True, is_resolved=True)}
    for name in ("mosquitto_pub", "mqttx"):
        read = read_client_line(lines[name]).saved.request
        assert read.authorizer_name == "A"
        assert read.mqtt_context == MqttContext("u?x-amz-customauthorizer-name=A", "p w'$${env:X}", "c-1")
        assert read.tls_context == TlsContext("iot.example.com")
    for name in ("curl", "websocket-url"):
        read = read_client_line(lines[name]).saved.request
        assert read.authorizer_name == "A"
        assert read.tls_context == TlsContext("iot.example.com")


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        (
            "curl -sS -XPOST 'https://h.example.com:8443/t?qos=1&token=a%20b' -H'X-One: 1' -H 'Empty;' -H 'Gone:'",
            AuthorizerRequest(
                http_context=HttpContext((("X-One", "1"), ("Empty", "")), "?qos=1&token=a%20b"),
                tls_context=TlsContext("h.example.com"),
            ),
        ),
        (
            "$ curl -u me:pw localhost/topics/t \\\n  --data-raw x -A dev/1",
            AuthorizerRequest(http_context=HttpContext((("Authorization", "Basic bWU6cHc="), ("User-Agent", "dev/1")))),
        ),
        (
            "curl -G https://h.example.com/t -d token=1 -d b=2",
            AuthorizerRequest(http_context=HttpContext(None, "?token=1&b=2"), tls_context=TlsContext("h.example.com")),
        ),
        (
            'user@host:~$ mosquitto_sub -h "$HOST" -u "u?x-amz-customauthorizer-name=B" -P "$PW" -i c -t t -q 1 | head',
            AuthorizerRequest("B", mqtt_context=MqttContext("u?x-amz-customauthorizer-name=B", "${env:PW}", "c")),
        ),
        (
            "mosquitto_pub -L mqtts://u%40x:p%3A@iot.example.com:8883/t -m hello",
            AuthorizerRequest(mqtt_context=MqttContext("u@x", "p:"), tls_context=TlsContext("iot.example.com")),
        ),
        (
            "mqttx conn -h iot.example.com -l wss --path '/mqtt?token=1' -wh 'X-T: 2' --username=u -i c",
            AuthorizerRequest(
                http_context=HttpContext((("X-T", "2"),), "?token=1"),
                mqtt_context=MqttContext("u", None, "c"),
                tls_context=TlsContext("iot.example.com"),
            ),
        ),
        (
            "wss://iot.example.com/mqtt?x-amz-customauthorizer-name=C&token=1",
            AuthorizerRequest(
                "C",
                http_context=HttpContext(None, "?x-amz-customauthorizer-name=C&token=1"),
                tls_context=TlsContext("iot.example.com"),
            ),
        ),
        ("mosquitto_pub -h 127.0.0.1 -u u -t t -n", AuthorizerRequest(mqtt_context=MqttContext("u"))),
    ],
    ids=lambda value: value.split()[0] if isinstance(value, str) else "",
)
def test_lines_for_other_clients(text: str, request_: AuthorizerRequest) -> None:
    assert is_client_line(text)
    read = read_client_line(text)
    assert read.saved.request == request_
    assert bool(read.notes) is (request_.authorizer_name is None)


@pytest.mark.parametrize("program", ["mosquitto_pub", "mqttx pub"])
def test_a_certificate_is_kept(program: str) -> None:
    read = read_client_line(f"{program} -h h.example.com --cert c.pem --key k.pem -u u")
    assert read.saved.certificate == Certificate(file="c.pem", key="k.pem")


@pytest.mark.parametrize(
    "text", ["curl", "curly hair", "see: curl (HTTPS publish)", "# curl (HTTPS)", "", "mqttxx pub -u"]
)
def test_other_texts_are_not_client_lines(text: str) -> None:
    assert not is_client_line(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("curl -s", "no URL"),
        ("curl https://h.example.com", "holds no header"),
        ("curl -H @headers https://h/?a=b", "in the file headers"),
        ("mosquitto_pub -u 'open", "line 1, column 18: unclosed quote"),
        ("mosquitto_pub -t t", "holds no header"),
        ("curl 'https://[/?a=b'", "URL cannot be read"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(UnreadableLine, match=said):
        read_client_line(text)
