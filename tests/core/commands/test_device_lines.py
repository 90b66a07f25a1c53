from __future__ import annotations

import ast
import shlex
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.commands.device import ENDPOINT, host_of
from authlens.core.commands.device_lines import DeviceLine, device_lines
from authlens.core.deployment.deployment import Domain
from authlens.core.deployment.transport import DeviceTransport, transport_of
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.saved.certificate import Certificate
from authlens.core.secrets.redaction import MASK
from support.preflight import SIGNED

SIGNATURE = "ab+/cd+/ab+/cd+/efg="
TOKEN_MODE = AuthorizerRequest("A", "the-secret-token", SIGNATURE)
CONTEXT = AuthorizerRequest("A", mqtt_context=MqttContext("sensor-7?room=1", 'it\'s a "secret"', "c 1"))


def lines(request: AuthorizerRequest, reveal: bool = True, endpoint: str | None = None) -> dict[str, DeviceLine]:
    found = device_lines(request, SIGNED, endpoint=endpoint, topic="a/b c", reveal=reveal)
    return {line.id: line for line in found}


def options(line: DeviceLine) -> dict[str, str]:
    words = shlex.split(line.text.replace("\\\n", ""))
    return {
        name: value
        for name, value in zip(words, [*words[1:], ""], strict=True)
        if name.startswith("-") and len(name) > 1
    }


def python_calls(text: str) -> dict[str, dict[str, object]]:
    """The literal arguments of each call, by the call's name."""
    calls: dict[str, dict[str, object]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            literals = {str(index): each for index, each in enumerate(node.args)}
            literals |= {each.arg or "": each.value for each in node.keywords}
            calls[node.func.attr] = {
                name: ast.literal_eval(each)
                for name, each in literals.items()
                if isinstance(each, ast.Constant | ast.List)
            }
    return calls


@pytest.mark.parametrize("tool", ["mosquitto_pub", "mqttx"])
def test_mqtt_tools_get_port_alpn_and_the_whole_username(tool: str) -> None:
    given_ = options(lines(TOKEN_MODE)[tool])
    assert given_["-p"] == "443"
    assert given_["--tls-alpn" if tool == "mosquitto_pub" else "--alpn"] == "mqtt"
    assert given_["-h"] == ENDPOINT
    assert given_["-t"] == "a/b c"
    user, _, query = given_["-u"].partition("?")
    assert user == ""
    assert parse_qs(query) == {AUTHORIZER_NAME: ["A"], SIGNATURE_NAME: [SIGNATURE], "tok": ["the-secret-token"]}
    assert "%2B" in query


def test_what_the_username_holds_already_stays() -> None:
    given_ = options(lines(CONTEXT)["mosquitto_pub"])
    assert given_["-u"] == f"sensor-7?room=1&{AUTHORIZER_NAME}=A"
    assert (given_["-P"], given_["-i"]) == ('it\'s a "secret"', "c 1")


def test_curl_publishes_with_headers_that_are_not_encoded() -> None:
    words = shlex.split(lines(TOKEN_MODE)["curl"].text.replace("\\\n", ""))
    url = urlsplit(words[words.index("--url") + 1])
    assert (url.scheme, url.port, url.path, url.query) == ("https", 443, "/topics/a%2Fb%20c", "qos=1")
    headers = [words[index + 1] for index, word in enumerate(words) if word == "--header"]
    assert headers == [f"{AUTHORIZER_NAME}: A", f"{SIGNATURE_NAME}: {SIGNATURE}", "tok: the-secret-token"]


def test_curl_keeps_the_query_string_and_what_it_carries() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((("X", "y"),), f"?{AUTHORIZER_NAME}=A&tok=t"))
    text = lines(request)["curl"].text
    assert f"?qos=1&{AUTHORIZER_NAME}=A&tok=t" in text
    assert text.count(AUTHORIZER_NAME) == 1
    assert "'X: y'" in text


def test_paho_and_the_sdk_get_python_that_parses() -> None:
    paho = python_calls(lines(TOKEN_MODE)["paho"].text)
    assert paho["set_alpn_protocols"] == {"0": ["mqtt"]}
    assert paho["connect"] == {"0": ENDPOINT, "1": 443}
    sdk = python_calls(lines(TOKEN_MODE)["aws-sdk"].text)["direct_with_custom_authorizer"]
    assert sdk == {
        "endpoint": ENDPOINT,
        "client_id": "client-1",
        "auth_authorizer_name": "A",
        "auth_token_key_name": "tok",
        "auth_token_value": "the-secret-token",
        "auth_authorizer_signature": "ab%2B%2Fcd%2B%2Fab%2B%2Fcd%2B%2Fefg%3D",
    }


def test_the_sdk_gets_a_username_without_what_it_adds_itself() -> None:
    username = f"u?room=1&tok=t&{AUTHORIZER_NAME}=A"
    sdk = python_calls(lines(AuthorizerRequest("A", mqtt_context=MqttContext(username, b"\xff")))["aws-sdk"].text)
    assert sdk["direct_with_custom_authorizer"]["auth_username"] == "u?room=1"
    assert sdk["direct_with_custom_authorizer"]["auth_password"] == b"\xff"


def test_a_browser_gets_everything_in_the_url() -> None:
    url = urlsplit(lines(TOKEN_MODE)["websocket-url"].text)
    assert (url.scheme, url.path) == ("wss", "/mqtt")
    assert parse_qs(url.query) == {AUTHORIZER_NAME: ["A"], SIGNATURE_NAME: [SIGNATURE], "tok": ["the-secret-token"]}
    request = AuthorizerRequest("A", http_context=HttpContext(query_string=f"?a=1&{AUTHORIZER_NAME}=A"))
    assert lines(request)["websocket-url"].text.endswith(f"/mqtt?a=1&{AUTHORIZER_NAME}=A")


def test_a_binary_password_cannot_be_on_a_command_line() -> None:
    line = lines(AuthorizerRequest("A", mqtt_context=MqttContext("u", b"\xff")))["mosquitto_pub"]
    assert "-P" not in options(line)
    assert "binary" in line.note


@pytest.mark.parametrize(
    ("request_", "endpoint", "expected"),
    [
        (TOKEN_MODE, None, ENDPOINT),
        (AuthorizerRequest("A", tls_context=TlsContext("sni.example")), None, "sni.example"),
        (AuthorizerRequest("A", tls_context=TlsContext("sni.example")), "data.example", "data.example"),
    ],
)
def test_the_endpoint_is_what_is_known_of_it(request_: AuthorizerRequest, endpoint: str | None, expected: str) -> None:
    assert all(expected in line.text for line in lines(request_, endpoint=endpoint).values())


def test_secrets_are_masked_unless_revealed() -> None:
    request = AuthorizerRequest(
        "A",
        http_context=HttpContext((("authorization", "Basic c2VjcmV0"),), "?token=top-secret-7"),
        mqtt_context=MqttContext("u?token=top-secret-7", "hunter22", "c1"),
    )
    for request_ in (request, TOKEN_MODE):
        shown = "\n".join(line.text for line in lines(request_, reveal=False).values())
        assert MASK in shown
        for secret in ("top-secret-7", "hunter22", "c2VjcmV0", "the-secret-token", "ab+/", "ab%2B", "%5Bredacted"):
            assert secret not in shown


@given(st.text(), st.text(), st.text(min_size=1))
def test_every_line_is_quoted(username: str, password: str, client: str) -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext(username, password, client))
    found = lines(request)
    words = shlex.split(found["mosquitto_pub"].text)
    assert words[words.index("-P") + 1] == password
    assert words[words.index("-i") + 1] == client
    ast.parse(found["paho"].text)
    ast.parse(found["aws-sdk"].text)


def test_references_and_escapes_are_written_as_they_are_meant() -> None:
    request = AuthorizerRequest(
        "A", "${env:TOKEN}", SIGNATURE, mqtt_context=MqttContext("$${env:X}", "${file:pw}", "c")
    )
    found = lines(request)
    assert options(found["mosquitto_pub"])["-u"].startswith("${env:X}?")
    assert "tok=${env:TOKEN}" in found["websocket-url"].text
    assert found["curl"].note.endswith("Replace ${…} by its value, URL-encoded in a username or URL.")
    resolved = device_lines(request, SIGNED, reveal=True, is_resolved=True)
    assert all("Put in" not in line.note for line in resolved)
    assert "$${env:X}" in resolved[1].text


def test_a_query_that_no_url_holds_is_encoded() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((("X-Empty", ""),), "?a=b c&d={e}[1-9]%41é"))
    found = lines(request)
    assert "&a=b%20c&d=%7Be%7D%5B1-9%5D%41%C3%A9" in found["curl"].text
    assert "--header 'X-Empty;'" in found["curl"].text
    assert "/mqtt?a=b%20c&d=%7Be%7D%5B1-9%5D%41%C3%A9&" in found["websocket-url"].text


@pytest.mark.parametrize(
    ("given_", "host"),
    [
        ("abc-ats.iot.eu-west-1.amazonaws.com", "abc-ats.iot.eu-west-1.amazonaws.com"),
        ("abc.example/mqtt", "abc.example"),
        ("https://abc.example", "abc.example"),
        ("wss://abc.example:443/mqtt?x=1", "abc.example"),
        ("abc.example:8883", "abc.example"),
        (" abc.example ", "abc.example"),
        ("", None),
        ("https://", None),
        ("a b", None),
        ("/mqtt", None),
    ],
)
def test_the_host_of_an_endpoint_is_taken_out(given_: str, host: str | None) -> None:
    assert host_of(given_) == host
    assert f"-h {host or ENDPOINT} " in lines(TOKEN_MODE, endpoint=given_)["mosquitto_pub"].text


def test_curl_names_qos_once() -> None:
    for query_string, expected in (("?qos=0&a=1", "?qos=0&a=1"), ("?QoS=1", "?QoS=1"), ("?a=1", "?qos=1&a=1")):
        request = AuthorizerRequest("A", http_context=HttpContext(query_string=query_string))
        assert f"/topics/a%2Fb%20c{expected}" in lines(request)["curl"].text


def test_what_a_header_would_change_goes_into_the_query_string() -> None:
    text = lines(AuthorizerRequest("A", " ü\n", SIGNATURE))["curl"].text
    assert "tok=%20%C3%BC%0A" in text
    assert "'tok: " not in text


def of_domain(domain: Domain | None, certificate: Certificate | None = None) -> dict[str, DeviceLine]:
    transport = transport_of(domain, "A", certificate)
    return {line.id: line for line in device_lines(TOKEN_MODE, SIGNED, transport=transport, reveal=True)}


def test_a_domain_of_secure_mqtt_needs_neither_alpn_nor_the_name() -> None:
    found = of_domain(Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH", "SECURE_MQTT", "A", True))
    assert set(found) == {"mosquitto_pub", "mqttx", "paho", "mqtt-js", "aws-sdk"}
    for line in found.values():
        assert "alpn" not in line.text.lower()
        assert AUTHORIZER_NAME not in line.text
        assert "auth_authorizer_name" not in line.text


@pytest.mark.parametrize(
    ("protocol", "ids"), [("MQTT_WSS", {"websocket-url"}), ("HTTPS", {"curl"})], ids=["WebSocket", "HTTPS"]
)
def test_only_what_the_domain_carries_is_shown(protocol: str, ids: set[str]) -> None:
    found = of_domain(Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH", protocol, "B", True))
    assert set(found) == ids
    assert all(AUTHORIZER_NAME in line.text for line in found.values())


def test_a_certificate_is_on_every_line_that_can_carry_one() -> None:
    found = of_domain(None, Certificate("it's.pem", "key.pem"))
    assert "websocket-url" not in found
    for line in found.values():
        assert "key.pem" in line.text
        assert "alpn" not in line.text.lower()
    assert options(found["mosquitto_pub"])["--cert"] == "it's.pem"
    x509 = of_domain(Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH_X509", "SECURE_MQTT", "A", True))
    assert "device.pem.crt" in x509["mosquitto_pub"].text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0"])
def test_a_header_with_a_line_break_is_left_out_with_a_note(end: str) -> None:
    headers = (("X-Bad", f"1{end}Evil: 2"), ("X-Good", "3"))
    curl = lines(AuthorizerRequest("A", http_context=HttpContext(headers)))["curl"]
    assert "Evil" not in curl.text
    assert "X-Good: 3" in curl.text
    assert curl.note.endswith("Left out, because no header can hold a line break: X-Bad.")


BOTH = AuthorizerRequest("A", "tk", "s+/=", mqtt_context=MqttContext("u?room=1", "p w", "c 1"))
USER = "u?room=1&x-amz-customauthorizer-name=A&x-amz-customauthorizer-signature=s%2B%2F%3D&tok=tk"
LOCAL = DeviceTransport(port=8443, ca_file="a ca.pem", alpn=None)
WITH_CERTIFICATE = transport_of(None, "A", Certificate("it's.pem", "key.pem"))
TEXTS: dict[str, tuple[DeviceTransport, str, str]] = {
    "curl": (
        DeviceTransport(),
        """\
curl \\
  --request POST \\
  --url 'https://h.example:443/topics/a%2Fb?qos=1' \\
  --header 'x-amz-customauthorizer-name: A' \\
  --header 'x-amz-customauthorizer-signature: s+/=' \\
  --header 'tok: tk' \\
  --data 'hello'""",
        "HTTPS can only publish, and has no client id, username or password.",
    ),
    "curl at a local listener": (
        LOCAL,
        """\
curl \\
  --request POST \\
  --url 'https://h.example:8443/topics/a%2Fb?qos=1' \\
  --cacert 'a ca.pem' \\
  --header 'x-amz-customauthorizer-name: A' \\
  --header 'x-amz-customauthorizer-signature: s+/=' \\
  --header 'tok: tk' \\
  --data 'hello'""",
        "HTTPS can only publish, and has no client id, username or password.",
    ),
    "curl with a certificate": (
        WITH_CERTIFICATE,
        """\
curl \\
  --request POST \\
  --url 'https://h.example:443/topics/a%2Fb?qos=1' \\
  --cert 'it'"'"'s.pem' --key key.pem \\
  --header 'x-amz-customauthorizer-name: A' \\
  --header 'x-amz-customauthorizer-signature: s+/=' \\
  --header 'tok: tk' \\
  --data 'hello'""",
        "HTTPS can only publish, and has no client id, username or password.",
    ),
    "mosquitto_pub": (
        DeviceTransport(),
        f"""\
mosquitto_pub -h h.example -p 443 \\
  --tls-alpn mqtt --tls-use-os-certs \\
  -i 'c 1' \\
  -u '{USER}' \\
  -P 'p w' \\
  -t a/b -m hello -q 1""",
        "mosquitto sends the host as SNI.",
    ),
    "mosquitto_pub at a local listener": (
        LOCAL,
        f"""\
mosquitto_pub -h h.example -p 8443 \\
  --cafile 'a ca.pem' \\
  -i 'c 1' \\
  -u '{USER}' \\
  -P 'p w' \\
  -t a/b -m hello -q 1""",
        "mosquitto sends the host as SNI.",
    ),
    "mqttx": (
        DeviceTransport(),
        f"""\
mqttx pub -h h.example -p 443 -l mqtts \\
  --alpn mqtt \\
  -i 'c 1' \\
  -u '{USER}' \\
  -P 'p w' \\
  -t a/b -m hello -q 1""",
        "In the MQTTX app: mqtts://, port 443, ALPN mqtt, and the same username.",
    ),
    "mqttx with a certificate": (
        WITH_CERTIFICATE,
        f"""\
mqttx pub -h h.example -p 443 -l mqtts \\
  --cert 'it'"'"'s.pem' --key key.pem \\
  -i 'c 1' \\
  -u '{USER}' \\
  -P 'p w' \\
  -t a/b -m hello -q 1""",
        "In the MQTTX app: mqtts://, port 443, no ALPN, and the same username.",
    ),
    "paho": (
        DeviceTransport(),
        f"""\
import ssl
import paho.mqtt.client as mqtt

context = ssl.create_default_context()
context.set_alpn_protocols(["mqtt"])
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id='c 1')
client.username_pw_set('{USER}', 'p w')
client.tls_set_context(context)
client.connect('h.example', 443)""",
        "The host given to connect is sent as SNI.",
    ),
    "paho at a local listener with a certificate": (
        replace(LOCAL, certificate=Certificate()),
        f"""\
import ssl
import paho.mqtt.client as mqtt

context = ssl.create_default_context(cafile='a ca.pem')
context.load_cert_chain('device.pem.crt', 'device.pem.key')
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id='c 1')
client.username_pw_set('{USER}', 'p w')
client.tls_set_context(context)
client.connect('h.example', 8443)""",
        "The host given to connect is sent as SNI.",
    ),
    "mqtt-js": (
        DeviceTransport(),
        f"""\
const mqtt = require("mqtt");

const client = mqtt.connect("mqtts://h.example:443", {{
  ALPNProtocols: ["mqtt"],
  clientId: "c 1",
  username: "{USER}",
  password: "p w",
}});""",
        "MQTT.js sends the host as SNI.",
    ),
    "mqtt-js at a local listener": (
        LOCAL,
        f"""\
const fs = require("fs");
const mqtt = require("mqtt");

const client = mqtt.connect("mqtts://h.example:8443", {{
  ca: fs.readFileSync("a ca.pem"),
  clientId: "c 1",
  username: "{USER}",
  password: "p w",
}});""",
        "MQTT.js sends the host as SNI.",
    ),
    "mqtt-js with a certificate": (
        WITH_CERTIFICATE,
        f"""\
const fs = require("fs");
const mqtt = require("mqtt");

const client = mqtt.connect("mqtts://h.example:443", {{
  cert: fs.readFileSync("it's.pem"),
  key: fs.readFileSync("key.pem"),
  clientId: "c 1",
  username: "{USER}",
  password: "p w",
}});""",
        "MQTT.js sends the host as SNI.",
    ),
    "aws-sdk": (
        DeviceTransport(),
        """\
from awsiot import mqtt5_client_builder

client = mqtt5_client_builder.direct_with_custom_authorizer(
    endpoint='h.example',
    client_id='c 1',
    auth_authorizer_name='A',
    auth_username='u?room=1',
    auth_password=b'p w',
    auth_token_key_name='tok',
    auth_token_value='tk',
    auth_authorizer_signature='s%2B%2F%3D',
)""",
        "The SDK sets port 443, ALPN and SNI itself and appends 'SDK=…&Platform=…&Metadata=…' to the username; "
        "websockets_with_custom_authorizer takes the same arguments.",
    ),
    "aws-sdk at a local listener": (
        LOCAL,
        """\
from awsiot import mqtt5_client_builder

client = mqtt5_client_builder.direct_with_custom_authorizer(
    endpoint='h.example',
    port=8443,
    ca_filepath='a ca.pem',
    client_id='c 1',
    auth_authorizer_name='A',
    auth_username='u?room=1',
    auth_password=b'p w',
    auth_token_key_name='tok',
    auth_token_value='tk',
    auth_authorizer_signature='s%2B%2F%3D',
)""",
        "The SDK sets ALPN and SNI itself and appends 'SDK=…&Platform=…&Metadata=…' to the username; "
        "websockets_with_custom_authorizer takes the same arguments.",
    ),
    "aws-sdk with a certificate": (
        WITH_CERTIFICATE,
        f"""\
from awsiot import mqtt5_client_builder

client = mqtt5_client_builder.mtls_from_path(
    endpoint='h.example',
    port=8883,
    client_id='c 1',
    cert_filepath="it's.pem",
    pri_key_filepath='key.pem',
    username='{USER}',
    password=b'p w',
)""",
        "This builder would send an ALPN protocol on port 443, but a domain with certificates uses none.",
    ),
    "aws-sdk at a local listener with a certificate": (
        replace(LOCAL, certificate=Certificate()),
        f"""\
from awsiot import mqtt5_client_builder

client = mqtt5_client_builder.mtls_from_path(
    endpoint='h.example',
    port=8443,
    ca_filepath='a ca.pem',
    client_id='c 1',
    cert_filepath='device.pem.crt',
    pri_key_filepath='device.pem.key',
    username='{USER}',
    password=b'p w',
)""",
        "",
    ),
    "websocket-url": (
        DeviceTransport(),
        "wss://h.example/mqtt?x-amz-customauthorizer-name=A&x-amz-customauthorizer-signature=s%2B%2F%3D&tok=tk",
        "A browser cannot set headers on a WebSocket: the parameters go into the URL. Port 443, no ALPN.",
    ),
    "websocket-url at a local listener": (
        LOCAL,
        "wss://h.example:8443/mqtt?x-amz-customauthorizer-name=A&x-amz-customauthorizer-signature=s%2B%2F%3D&tok=tk",
        "A browser cannot set headers on a WebSocket: the parameters go into the URL. Port 8443, no ALPN.",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_whole_line(name: str) -> None:
    transport, text, note = TEXTS[name]
    authorizer = Authorizer("A", token_key_name="tok")
    found = device_lines(BOTH, authorizer, endpoint="h.example", topic="a/b", transport=transport, reveal=True)
    (line,) = [each for each in found if each.id == name.split()[0]]
    assert (line.text, line.note) == (text, note)


def test_a_binary_password_is_written_where_a_language_can() -> None:
    found = lines(AuthorizerRequest("A", mqtt_context=MqttContext("u", b"\xff")))
    binary = "The password is binary and cannot be given on a command line."
    assert found["mosquitto_pub"].note == f"mosquitto sends the host as SNI. {binary}"
    assert found["mqttx"].note.endswith(f"the same username. {binary}")
    assert " -P " not in found["mqttx"].text
    assert '  password: Buffer.from("/w==", "base64"),' in found["mqtt-js"].text.splitlines()
    without = lines(TOKEN_MODE)
    assert "password" not in without["mqtt-js"].text
    assert "password" not in without["aws-sdk"].text
    assert ", None)" in without["paho"].text


def test_without_an_authorizer_the_token_is_named_token() -> None:
    for authorizer in (None, Authorizer("A")):
        (curl, *_) = device_lines(TOKEN_MODE, authorizer, account_endpoint="account.example", reveal=True)
        assert "--header 'token: the-secret-token'" in curl.text
        assert "https://account.example:443/topics/test%2Ftopic?qos=1" in curl.text


def test_the_url_repeats_no_parameter_that_the_query_string_carries_encoded() -> None:
    authorizer = Authorizer("A", token_key_name="my tok")
    request = AuthorizerRequest("A", "tk", http_context=HttpContext(query_string="?My%20Tok=tk"))
    url = device_lines(request, authorizer, endpoint="h.example", reveal=True)[-1].text
    assert url == f"wss://h.example/mqtt?My%20Tok=tk&{AUTHORIZER_NAME}=A"
