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
    "text",
    [
        *("curl", "curly hair", "see: curl (HTTPS publish)", "# curl (HTTPS)", "", "mqttxx pub -u"),
        *("mosquitto_pub exited with code 135", "curl exited with status 7", "mqttx was closed"),
    ],
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


H = TlsContext("h.example.com")


def over_http(query: str | None = None, *headers: tuple[str, str], tls: TlsContext | None = H) -> AuthorizerRequest:
    return AuthorizerRequest(http_context=HttpContext(headers or None, query), tls_context=tls)


CURL = {
    "-- https://h.example.com/?a=1 -x": over_http("?a=1"),
    "-u me https://h.example.com -b sid=1 -e https://r": over_http(
        None, ("Authorization", "Basic bWU="), ("Cookie", "sid=1"), ("Referer", "https://r")
    ),
    "-b cookies.txt -H 'A: b' h.example.com": over_http(None, ("A", "b")),
    "-sG -d a=1 https://h.example.com?b=2": over_http("?b=2&a=1"),
    "--get -d a=1 https://h.example.com#fragment": over_http("?a=1"),
    "-d a=1 https://h.example.com/?x=1": over_http("?x=1"),
    "-G https://h.example.com/?x=1": over_http("?x=1"),
    "--header='A: b:c' --url=https://h.example.com https://other.example.com": over_http(None, ("A", "b:c")),
    "-A one -A two https://h.example.com --unknown": over_http(None, ("User-Agent", "two")),
    "-vkHA:1 -H 'B; ;' -H C https://h.example.com": over_http(None, ("A", "1"), ("B;", "")),
    "https://h.example.com/?a=1 -H": over_http("?a=1"),
    "-H 'A: 1' ENDPOINT-ats.iot.REGION.amazonaws.com": over_http(None, ("A", "1"), tls=None),
    "-H 'A: 1' 127.0.0.1": over_http(None, ("A", "1"), tls=None),
    "-H 'A: 1' localhost": over_http(None, ("A", "1"), tls=None),
}


@pytest.mark.parametrize("line", CURL)
def test_lines_of_curl(line: str) -> None:
    read = read_client_line(f"curl {line}")
    assert read.saved.request == CURL[line]
    assert (read.program, read.saved.certificate) == ("curl", None)
    assert read.notes == ("The line names no authorizer: fill in its name.",)


def over_mqtt(*members: str | None, tls: str | None = None) -> AuthorizerRequest:
    return AuthorizerRequest(mqtt_context=MqttContext(*members), tls_context=TlsContext(tls) if tls else None)


MQTT_LINES = {
    "mosquitto_pub -h h -u a=b --username=c=d -i x -n": over_mqtt("c=d", None, "x"),
    "mosquitto_pub -L mqtts://h.example.com -u u -P p -h other.example.com": over_mqtt("u", "p", tls="h.example.com"),
    "mosquitto_sub -L mqtts:// -u u -h other.example.com": over_mqtt("u", tls="other.example.com"),
    "mosquitto_rr -u -": over_mqtt("-"),
    "mqttx pub --path /mqtt -u u -wh nope": over_mqtt("u"),
    "mqttx pub -up a:b --client-id= -u ''": over_mqtt("", None, ""),
}


@pytest.mark.parametrize("line", MQTT_LINES)
def test_lines_of_mqtt_clients(line: str) -> None:
    read = read_client_line(line)
    assert read.saved.request == MQTT_LINES[line]
    assert read.program == line.split()[0]


def test_the_name_of_the_authorizer_needs_no_note() -> None:
    read = read_client_line("curl https://h.example.com/?x-amz-customauthorizer-name=A")
    assert (read.saved.request.authorizer_name, read.notes) == ("A", ())


def test_a_certificate_may_have_its_passphrase_beside_it() -> None:
    line = "curl -E c.pem:secret https://h.example.com/?a=1"
    assert read_client_line(line).saved.certificate == Certificate("c.pem")


@pytest.mark.parametrize(("length", "is_read"), [(65_536, True), (65_537, False)])
def test_a_long_text_is_not_searched(length: int, is_read: bool) -> None:
    line = "\ncurl https://h.example.com/?a=1"
    text = "x" * (length - len(line)) + line
    assert is_client_line(text) is is_read


@pytest.mark.parametrize(
    "before", ["", "  ", "$ ", "me@host:~/x% ", "root# ", "PS> ", "sudo time ", "/usr/bin/", "~/bin/"]
)
def test_what_precedes_the_program_is_ignored(before: str) -> None:
    text = f"{before}curl.exe https://h.example.com/?a=1"
    assert is_client_line(text)
    assert read_client_line(text).saved.request == over_http("?a=1")


NO_LINE = "expected a line of curl, mosquitto_pub, mosquitto_sub or mqttx, or a wss:// URL"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", NO_LINE),
        ("WSS://h/?a=1", NO_LINE),
        ("curl -s", "the curl line names no URL"),
        (
            "wss://h.example.com/mqtt",
            "the WebSocket URL line holds no header, query string, client id, username or password",
        ),
        ("\n\n curl https://h/?a=1 $(date)", "line 3, column 22: commands are not run; replace it by its result"),
        ("curl -H @headers https://h/?a=b", "the headers are in the file headers: put them into the line"),
    ],
)
def test_the_whole_reason(text: str, said: str) -> None:
    with pytest.raises(UnreadableLine) as raised:
        read_client_line(text)
    assert str(raised.value) == said
