"""Real clients against `authlens serve`: what each family is answered, and what the listener reports about it.

The normal run tries one allowed, one refused and one denied case of each family; the slow one every case.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from authlens.core.commands.device_lines import device_lines
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V5, Connect
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.saved.certificate_variables import certificate_id
from support import clients
from support.certificates import certificate_and_key
from support.device_serving import DeviceServing, device_serving

CLIENTS = Path(clients.__file__).parent
_NUMBERS = itertools.count()
NAMED = "user?x-amz-customauthorizer-name="


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceServing]:
    with device_serving(tmp_path_factory.mktemp("devices"), "--verbose") as running:
        yield running


def scenario(**members: Any) -> dict[str, Any]:
    number = next(_NUMBERS)
    usual = {
        "clientId": f"good-{number}",
        "username": f"{NAMED}A",
        "password": "right",
        "version": 5,
        "transport": "mqtts",
        "last": f"ok/last-{number}",
    }
    return usual | members


ALLOWED = {"subscribe": "ok/+", "publish": "ok/1"}
REFUSED: dict[str, dict[str, str]] = {
    "the function denies": {"password": "wrong"},
    "the function raises": {"password": "raise"},
    "empty policies": {"password": "empty"},
    "unknown authorizer": {"username": f"{NAMED}Nobody"},
    "inactive authorizer": {"username": f"{NAMED}Off"},
    "client id not allowed": {"clientId": "bad"},
}
DENIED_PUBLISH = {"publish": "no/1"}
DENIED_SUBSCRIBE = {"subscribe": "no/1"}
DENIED_RECEIVE = {"subscribe": "+/+", "publish": "quiet/1"}


def python_client(name: str, serving: DeviceServing, scenarios: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return run_client([sys.executable, str(CLIENTS / name)], serving, scenarios)


def run_client(command: list[str], serving: DeviceServing, scenarios: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*command, serving.ca, str(serving.port), json.dumps(scenarios)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def node_client(serving: DeviceServing, scenarios: list[dict[str, Any]]) -> list[dict[str, Any]]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node.js is not installed")
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=True).stdout.strip()
    if not (Path(root) / "mqtt").is_dir():
        pytest.skip("MQTT.js is not installed: npm install -g mqtt")
    os.environ["NODE_PATH"] = root
    return run_client([node, str(CLIENTS / "mqtt_js.cjs")], serving, scenarios)


def check(serving: DeviceServing, what: dict[str, Any], seen: dict[str, Any]) -> None:
    """Client and listener agree, and both say what the contract says."""
    report = serving.until(event="connection", clientId=what["clientId"])
    is_5 = what["version"] == 5
    if "bad" in what["clientId"] or what["username"][-1] != "A" or what["password"] != "right":
        assert report["verdict"] == "REFUSED"
        assert report["known"] == "measured"
        assert seen.get("connected") != 0
        assert not is_5 or 0x87 in (seen.get("connected"), seen.get("error"))
        return
    assert (report["verdict"], seen["connected"]) == ("CONNECTED", 0)
    denied = [key for key in ("publish", "subscribe") if what.get(key, "").startswith("no/")]
    if denied:
        rule = "publish-denied" if denied == ["publish"] else "subscribe-denied"
        decision = serving.until(event="decision", clientId=what["clientId"], rule=rule)
        assert decision["code"] == "0x87" if is_5 else decision["closes"]
        key = "published" if denied == ["publish"] else "subscribed"
        # In version 5 MQTT.js reports a denied filter as a code, too.
        assert seen[key] in (0x87, 0x80) if is_5 else seen.get("closed") is not None
        return
    if what.get("publish") == "quiet/1":
        assert serving.until(event="decision", clientId=what["clientId"], rule="receive-denied")["topic"] == "quiet/1"
        assert "hello" not in seen["messages"]
    else:
        assert "hello" in seen["messages"]


def check_all(serving: DeviceServing, scenarios: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
    assert len(scenarios) == len(results)
    for what, seen in zip(scenarios, results, strict=True):
        check(serving, what, seen)


def short(**members: Any) -> list[dict[str, Any]]:
    refused = REFUSED["the function denies"]
    return [scenario(**{**members, **each}) for each in (ALLOWED, refused, DENIED_PUBLISH)]


def every(transports: tuple[str, ...] = ("mqtts", "wss"), versions: tuple[int, ...] = (4, 5)) -> list[dict[str, Any]]:
    cases = (ALLOWED, *REFUSED.values(), DENIED_PUBLISH, DENIED_SUBSCRIBE, DENIED_RECEIVE)
    found = [
        scenario(version=version, transport=transport, **case)
        for version in versions
        for transport in transports
        for case in cases
    ]
    # One client id may connect once a second.
    bad = [each for each in found if each["clientId"] == "bad"]
    for number, each in enumerate(bad):
        each["clientId"] = f"bad-{next(_NUMBERS)}-{number}"
    return found


def test_paho(serving: DeviceServing) -> None:
    scenarios = [*short(), scenario(version=4, transport="wss", **ALLOWED)]
    check_all(serving, scenarios, python_client("paho_client.py", serving, scenarios))


def test_the_device_sdk(serving: DeviceServing) -> None:
    scenarios = [*short(), scenario(transport="wss", **ALLOWED)]
    check_all(serving, scenarios, python_client("device_sdk.py", serving, scenarios))


def test_mqtt_js(serving: DeviceServing) -> None:
    scenarios = [*short(), scenario(version=4, transport="wss", **ALLOWED)]
    check_all(serving, scenarios, node_client(serving, scenarios))


@pytest.mark.slow
def test_paho_in_every_case(serving: DeviceServing) -> None:
    scenarios = every()
    check_all(serving, scenarios, python_client("paho_client.py", serving, scenarios))


@pytest.mark.slow
def test_the_device_sdk_in_every_case(serving: DeviceServing) -> None:
    scenarios = every(versions=(5,))
    check_all(serving, scenarios, python_client("device_sdk.py", serving, scenarios))


@pytest.mark.slow
def test_mqtt_js_in_every_case(serving: DeviceServing) -> None:
    scenarios = every()
    check_all(serving, scenarios, node_client(serving, scenarios))


def mosquitto(program: str, serving: DeviceServing, what: dict[str, Any], *options: str) -> tuple[int, str]:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    command = [
        *(program, "-h", "localhost", "-p", str(serving.port), "--cafile", serving.ca, "--tls-alpn", "mqtt"),
        *("-V", "5" if what["version"] == 5 else "311", "-i", what["clientId"]),
        *("-u", what["username"], "-P", what["password"], "-q", "1", *options),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stderr


PUBLISH_OK, PUBLISH_NO = ("-t", "ok/1", "-m", "hello"), ("-t", "no/1", "-m", "hello")
PUB_REFUSED = {5: (135, ""), 4: (7, "The connection was lost.")}
"""The exit code of mosquitto_pub and what it prints, by version."""
PUB_DENIED = {5: (0, "Publish 1 failed: Not authorized."), 4: (7, "The connection was lost.")}


def refused_scenario(reason: str, version: int) -> dict[str, Any]:
    what = scenario(**{"version": version, **REFUSED[reason]})
    # One client id may connect once a second.
    return {**what, "clientId": f"bad-{next(_NUMBERS)}"} if what["clientId"] == "bad" else what


def pub_says_what_the_table_says(serving: DeviceServing, what: dict[str, Any], options: tuple[str, ...]) -> None:
    is_denied = options is PUBLISH_NO
    code, words = (PUB_DENIED if is_denied else PUB_REFUSED)[what["version"]]
    found, errors = mosquitto("mosquitto_pub", serving, what, *options)
    assert (found, words in errors) == (code, True)
    members = {"event": "decision", "allowed": False} if is_denied else {"event": "connection", "verdict": "REFUSED"}
    report = serving.until(clientId=what["clientId"], **members)
    assert (words or str(code)) in report["clientPrints"]


def test_mosquitto(serving: DeviceServing) -> None:
    assert mosquitto("mosquitto_pub", serving, scenario(), *PUBLISH_OK) == (0, "")
    pub_says_what_the_table_says(serving, refused_scenario("the function denies", 4), PUBLISH_OK)
    code, errors = mosquitto("mosquitto_sub", serving, scenario(), "-t", "no/1", "-W", "10")
    assert (code, "All subscription requests were denied." in errors) == (0, True)


@pytest.mark.slow
@pytest.mark.parametrize("version", [4, 5])
def test_mosquitto_pub_in_every_case(serving: DeviceServing, version: int) -> None:
    assert mosquitto("mosquitto_pub", serving, scenario(version=version), *PUBLISH_OK) == (0, "")
    for reason in REFUSED:
        pub_says_what_the_table_says(serving, refused_scenario(reason, version), PUBLISH_OK)
    pub_says_what_the_table_says(serving, scenario(version=version), PUBLISH_NO)


@pytest.mark.slow
@pytest.mark.parametrize("version", [4, 5])
def test_mosquitto_sub_in_every_case(serving: DeviceServing, version: int) -> None:
    data = boto_client(serving, "iot-data")
    for topic in ("ok/kept", "quiet/kept"):
        data.publish(topic=topic, payload=b"hello", qos=1, retain=True)

    def sub(what: dict[str, Any], topic: str) -> tuple[int, str]:
        return mosquitto("mosquitto_sub", serving, what, "-t", topic, "-C", "1", "-W", "3")

    assert sub(scenario(version=version), "ok/kept")[0] == 0
    for reason in REFUSED:
        what = refused_scenario(reason, version)
        code, _ = sub(what, "ok/kept")
        # In version 3.1.1 it notices a lost connection, and ends with it or when its time is up.
        assert code in ((135,) if version == 5 else (27, 255))
        assert serving.until(event="connection", clientId=what["clientId"])["verdict"] == "REFUSED"
    code, errors = sub(scenario(version=version), "no/1")
    assert (code, "All subscription requests were denied." in errors) == ((0, True) if version == 5 else (27, False))
    what = scenario(version=version)
    assert sub(what, "quiet/kept")[0] == 27
    assert serving.until(event="decision", clientId=what["clientId"], rule="receive-denied")["topic"] == "quiet/kept"


def boto_client(serving: DeviceServing, service: str) -> Any:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-west-2"}
    return boto3.Session(**keys).client(service, endpoint_url=serving.url)


def test_boto3_publishes_to_devices_and_asks_where_they_connect(serving: DeviceServing) -> None:
    """A device that listens with mosquitto_sub hears what `iot-data` publishes."""
    assert boto_client(serving, "iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"] == (
        f"localhost:{serving.port}"
    )
    data = boto_client(serving, "iot-data")
    data.publish(topic="ok/kept", payload=b"hello", qos=1, retain=True)
    what = scenario()
    code, _ = mosquitto("mosquitto_sub", serving, what, "-t", "ok/kept", "-C", "1", "-W", "10")
    assert code == 0
    with pytest.raises(ClientError, match="wildcard"):
        data.publish(topic="a/+", payload=b"x")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"topic": "a/#"}, "wildcard"),
        ({"topic": "$SYS/a"}, "reserved"),
        ({"topic": "$aws/things/a/shadow/update", "retain": True}, "retains"),
        ({"topic": "1/2/3/4/5/6/7/8/9"}, "8 slashes"),
        ({"topic": "x" * 257}, "257 bytes"),
        ({"qos": 2}, "qos"),
        ({"payload": bytes(128 * 1024 + 1)}, "131072 bytes"),
    ],
)
def test_boto3_is_refused_for_what_the_broker_does_not_take(
    serving: DeviceServing, members: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError, match=words):
        boto_client(serving, "iot-data").publish(**{"topic": "ok/1", "payload": b"x", **members})


def curl(serving: DeviceServing, topic: str, *headers: str) -> str:
    """The status that answers a publish over HTTPS."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    url = f"https://localhost:{serving.port}/topics/{topic}"
    options = ["-s", "-o", os.devnull, "-w", "%{http_code}", "--cacert", serving.ca, "--data", "hello"]
    given = [word for header in headers for word in ("-H", header)]
    return subprocess.run(["curl", *options, *given, url], capture_output=True, text=True, timeout=30).stdout


BY_A = "x-amz-customauthorizer-name: A"
CURL_REFUSED = {
    "the function denies": (BY_A, "wish: wrong"),
    "the function raises": (BY_A, "wish: raise"),
    "empty policies": (BY_A, "wish: empty"),
    "unknown authorizer": ("x-amz-customauthorizer-name: Nobody",),
    "inactive authorizer": ("x-amz-customauthorizer-name: Off",),
    "no authorizer": (),
}
"""HTTPS has no client id: no authorizer at all takes the place of one that is not allowed."""


def test_curl(serving: DeviceServing) -> None:
    assert curl(serving, "ok/1?qos=1", BY_A) == "200"
    assert curl(serving, "ok/1?qos=1", *CURL_REFUSED["inactive authorizer"]) == "403"
    assert curl(serving, "no/1?qos=1", BY_A) == "403"


@pytest.mark.slow
def test_curl_in_every_case(serving: DeviceServing) -> None:
    assert {reason: curl(serving, "ok/1?qos=1", *headers) for reason, headers in CURL_REFUSED.items()} == dict.fromkeys(
        CURL_REFUSED, "403"
    )
    assert curl(serving, "no/1", BY_A) == "403"
    # A subscriber that may not receive it does not concern the publisher.
    assert curl(serving, "quiet/curl?qos=1&retain=true", BY_A) == "403"
    assert curl(serving, "quiet/curl?qos=1", BY_A) == "200"


@pytest.mark.parametrize(("name", "answer"), [("mosquitto_pub", ""), ("curl", '"message": "OK"')])
def test_the_lines_that_are_shown_for_a_client_connect_it(serving: DeviceServing, name: str, answer: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    request = AuthorizerRequest("A", mqtt_context=MqttContext("user", "right", f"good-line-{name}"))
    transport = DeviceTransport(port=serving.port, ca_file=serving.ca)
    lines = device_lines(
        request, endpoint="localhost", topic="ok/1", transport=transport, reveal=True, is_resolved=True
    )
    line = next(line for line in lines if line.id == name)
    done = subprocess.run(["sh", "-c", line.text], capture_output=True, text=True, timeout=30)
    assert (done.returncode, answer in done.stdout) == (0, True)


@pytest.mark.parametrize("has_certificate", [True, False])
def test_a_domain_of_the_file_requires_its_client_certificate(serving: DeviceServing, has_certificate: bool) -> None:
    tls = ssl.create_default_context(cafile=serving.ca)
    if has_certificate:
        tls.load_cert_chain(serving.folder / "device.pem", serving.folder / "device.key")
    client_id = f"good-{next(_NUMBERS)}"
    received = b""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("localhost", serving.port), timeout=15) as plain,
        tls.wrap_socket(plain, server_hostname="x509.example.com") as connection,
    ):
        connection.sendall(encode(Connect(client_id, "user", b"right", V5), V5))
        received = connection.recv(1024)
    assert bool(received) is has_certificate
    if has_certificate:
        report = serving.until(event="connection", clientId=client_id)
        assert report["verdict"] == "CONNECTED"
        assert report["certificate"]["id"] == certificate_id(certificate_and_key()[0])
    else:
        assert "presented no certificate" in serving.until(event="connection", protocol="TLS")["reason"]
