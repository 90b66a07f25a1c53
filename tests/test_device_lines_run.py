"""Device lines, run by the client each is for against a listener that decodes: what arrives is what was meant.

MQTTX's line alone is not run: its client is neither on npm nor in Debian.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from authlens.core.commands.device_lines import device_lines
from authlens.core.deployment.transport import transport_of
from authlens.core.request import query
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.saved.certificate import Certificate
from support.device_listener import Arrival, DeviceListener

AWKWARD = "a+b/c=d&e%2Ff g;ü?#'\"$x\\n"
SIGNATURE = "ab+/cd+/ab+/cd+/efg="
AUTHORIZER = Authorizer("Auth=or,@izer-1", token_key_name="tok+n &%")
TOKENS = [
    "allow",
    "a+b",
    "a/b",
    "a=b",
    "a&b",
    "a%2Bb",
    "100%",
    "a b",
    " a ",
    "ü€😀",
    "a;b?c#d",
    "q'\"$`\\",
    "*",
    "~._-",
]
CLIENTS = {
    "curl": "curl",
    "mosquitto_pub": "mosquitto_pub",
    "paho": sys.executable,
    "aws-sdk": sys.executable,
    "aws-sdk-websocket": sys.executable,
    "mqtt-js": "node",
    "websocket-url": "node",
}


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceListener]:
    made = DeviceListener(tmp_path_factory.mktemp("listener"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where MQTT.js is; npm installs it once."""
    if shutil.which("npm") is None:
        pytest.skip("there is no 'npm' in PATH to install MQTT.js with")
    folder = tmp_path_factory.mktemp("node")
    done = subprocess.run(
        ["npm", "install", "--silent", "--ignore-scripts", "--prefix", str(folder), "mqtt@5.16"],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("npm could not install MQTT.js")
    return folder / "node_modules"


def request_of(token: str) -> AuthorizerRequest:
    return AuthorizerRequest(
        AUTHORIZER.name, token, SIGNATURE, mqtt_context=MqttContext("sensor-7?room=1", token, "c 1")
    )


def run(
    client: str,
    request: AuthorizerRequest,
    listener: DeviceListener,
    modules: Path | None = None,
    certificate: Certificate | None = None,
) -> Arrival:
    """What arrives when the client of this line runs it."""
    if shutil.which(CLIENTS[client]) is None:
        pytest.skip(f"there is no '{CLIENTS[client]}' in PATH")
    transport = transport_of(certificate=certificate)
    lines = device_lines(request, AUTHORIZER, endpoint="localhost", transport=transport, reveal=True, is_resolved=True)
    text = next(line.text for line in lines if line.id == client.removesuffix("-websocket"))
    environment = {**os.environ, "SSL_CERT_FILE": str(listener.ca), "NODE_EXTRA_CA_CERTS": str(listener.ca)}
    if modules is not None:
        environment["NODE_PATH"] = str(modules)
    command = _COMMANDS[client](text, listener)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    ) as process:
        try:
            arrival = listener.next()
        except queue.Empty:
            process.kill()
            raise AssertionError((process.stdout.read() if process.stdout else b"").decode()) from None
        process.communicate(b"", timeout=20)
    return arrival


def _curl(text: str, listener: DeviceListener) -> list[str]:
    return ["sh", "-c", f"{text} --silent --cacert {listener.ca}".replace(":443/", f":{listener.port}/")]


def _mosquitto(text: str, listener: DeviceListener) -> list[str]:
    trusting = text.replace("--tls-use-os-certs", f"--cafile {listener.ca}").replace("-p 443", f"-p {listener.port}")
    return ["sh", "-c", trusting]


def _paho(text: str, listener: DeviceListener) -> list[str]:
    ended = "\nwhile not client.is_connected():\n    client.loop(0.05)\nclient.disconnect()\n"
    return [sys.executable, "-c", text.replace(", 443)", f", {listener.port})") + ended]


def _sdk(text: str, listener: DeviceListener) -> list[str]:
    body = text.replace("    port=8883,\n", "").removesuffix(")")
    more = f"    port={listener.port},\n    ca_filepath={str(listener.ca)!r},\n)\n"
    return [sys.executable, "-c", f"{body}{more}client.start()\nimport sys\nsys.stdin.read()\nclient.stop()\n"]


def _sdk_websocket(text: str, listener: DeviceListener) -> list[str]:
    """The builder that the note of the line names, with the arguments of the line."""
    direct, websocket = "direct_with_custom_authorizer(", "websockets_with_custom_authorizer("
    assert direct in text
    return _sdk(text.replace(direct, websocket), listener)


def _mqtt_js(text: str, listener: DeviceListener) -> list[str]:
    ended = '\nclient.on("connect", () => client.end());\n'
    return ["node", "-e", text.replace(":443", f":{listener.port}") + ended]


def _browser(text: str, listener: DeviceListener) -> list[str]:
    url = json.dumps(text.replace("localhost/", f"localhost:{listener.port}/"))
    return ["node", "-e", f'const c = require("mqtt").connect({url}); c.on("connect", () => c.end());']


_COMMANDS = {
    "curl": _curl,
    "mosquitto_pub": _mosquitto,
    "paho": _paho,
    "aws-sdk": _sdk,
    "aws-sdk-websocket": _sdk_websocket,
    "mqtt-js": _mqtt_js,
    "websocket-url": _browser,
}


def parameters_of(arrival: Arrival) -> dict[str, str]:
    """As AWS reads them: URL-decoded in the username and the query string, raw in headers."""
    _, _, in_url = arrival.target.decode("ascii").partition("?")
    if arrival.connect is not None and not in_url:
        return {each.name: each.value for each in query.of_username(arrival.connect.username or "")}
    found = {each.name: each.value for each in query.of_query_string(in_url)}
    return {name.decode(): value.decode() for name, value in arrival.headers.items()} | found


def check(client: str, request: AuthorizerRequest, arrival: Arrival) -> None:
    found = {name.lower(): value for name, value in parameters_of(arrival).items()}
    assert found[AUTHORIZER_NAME] == request.authorizer_name
    assert found[SIGNATURE_NAME] == request.token_signature
    assert found[(AUTHORIZER.token_key_name or "").lower()] == request.token
    assert arrival.server_name == "localhost"
    if client in ("curl", "websocket-url"):
        return
    # Over WebSocket there is no ALPN for it, and the handshake is for /mqtt.
    assert arrival.alpn == (None if client == "aws-sdk-websocket" else "mqtt")
    assert arrival.target == (b"/mqtt" if client == "aws-sdk-websocket" else b"")
    assert arrival.connect is not None
    assert arrival.connect.client_id == "c 1"
    assert (arrival.connect.username or "").startswith("sensor-7?room=1&")
    assert arrival.connect.password == (request.mqtt_context or MqttContext()).password_bytes


@pytest.mark.parametrize("client", ["curl", "mosquitto_pub", "paho", "aws-sdk"])
def test_an_awkward_token_arrives_as_it_is(client: str, listener: DeviceListener) -> None:
    request = request_of(AWKWARD)
    check(client, request, run(client, request, listener))


@pytest.mark.slow
@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("client", ["curl", "mosquitto_pub", "paho", "aws-sdk", "aws-sdk-websocket"])
def test_every_token_arrives_as_it_is(client: str, token: str, listener: DeviceListener) -> None:
    request = request_of(token)
    check(client, request, run(client, request, listener))


@pytest.mark.slow
@pytest.mark.parametrize("token", [*TOKENS, AWKWARD])
@pytest.mark.parametrize("client", ["mqtt-js", "websocket-url"])
def test_every_token_arrives_from_node(client: str, token: str, listener: DeviceListener, node_modules: Path) -> None:
    request = request_of(token)
    check(client, request, run(client, request, listener, node_modules))


def test_curl_keeps_the_qos_of_the_query_string(listener: DeviceListener) -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((("x-a", "1"),), "?qos=0&a=b%20c"))
    arrival = run("curl", request, listener)
    assert arrival.target == b"/topics/test%2Ftopic?qos=0&a=b%20c"
    assert arrival.headers[b"x-a"] == b"1"


@pytest.mark.parametrize("client", ["curl", "mosquitto_pub"])
def test_a_certificate_is_presented_and_no_alpn_of_mqtt(client: str, listener: DeviceListener) -> None:
    request = request_of("allow")
    arrival = run(client, request, listener, certificate=Certificate(str(listener.ca), str(listener.key)))
    assert arrival.has_certificate
    assert arrival.alpn != "mqtt"


@pytest.mark.slow
@pytest.mark.parametrize("client", ["paho", "aws-sdk"])
def test_libraries_present_the_certificate_too(client: str, listener: DeviceListener) -> None:
    request = request_of("allow")
    arrival = run(client, request, listener, certificate=Certificate(str(listener.ca), str(listener.key)))
    assert arrival.has_certificate
    assert arrival.alpn is None
