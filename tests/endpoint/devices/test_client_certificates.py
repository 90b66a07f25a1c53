"""CUSTOM_AUTH_X509 at the device listener: which clients TLS accepts, and what the function and the policies see."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import ssl
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from authlens.core.deployment.client_certificate import client_certificate
from authlens.core.deployment.deployment import Domain
from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import PresentedCertificate
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V5, Connack, Connect
from authlens.endpoint.devices.authority import authority
from support.certificates import certificate_and_key, certificate_pem, issued_certificate
from support.listening_devices import Answer, Client, Listening, answered, definitions, device_of, listening

# paho sends the host as the server name, so the domain is the loopback name.
OWN = client_certificate(certificate_pem(), thing_name="thing-7")
DOMAIN = Domain(
    "d",
    "localhost",
    default_authorizer="A",
    authentication_type="CUSTOM_AUTH_X509",
    application_protocol="SECURE_MQTT",
    client_certificates=(OWN,),
)
STATEMENTS = (
    ("Allow", "Connect", "client/*"),
    ("Allow", "Publish", "topic/${iot:Connection.Thing.ThingName}/${iot:Certificate.Subject.CommonName}"),
)


def by_certificate(event: Mapping[str, Any]) -> Any:
    return answered(*STATEMENTS, principalId=event["protocolData"]["tls"]["principalId"])


def context(devices: Listening, folder: Path, has_certificate: bool = True) -> ssl.SSLContext:
    made = devices.trusting()
    if has_certificate:
        pem, key = folder / "device.pem", folder / "device.key"
        for path, text in zip((pem, key), certificate_and_key(), strict=True):
            path.write_text(text)
        made.load_cert_chain(pem, key)
    return made


def publish_by_paho(port: int, tls: ssl.SSLContext, topic: str) -> tuple[str, ReasonCode]:
    """What paho says of one connection: how its publish of QoS 1 was answered, or that it was disconnected."""
    said: queue.Queue[tuple[str, ReasonCode]] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "", protocol=mqtt.MQTTv5, reconnect_on_failure=False)
    client.tls_set_context(tls)

    def publish(*_: object) -> None:
        client.publish(topic, b"{}", qos=1)

    client.on_connect = publish
    client.on_publish = lambda _client, _data, _id, code, _properties: said.put(("published", code))
    client.on_disconnect = lambda _client, _data, _flags, code, _properties: said.put(("disconnected", code))
    try:
        client.connect("localhost", port)
    except ssl.SSLError:
        return "disconnected", ReasonCode(PacketTypes.DISCONNECT, "Unspecified error")
    client.loop_start()
    try:
        return said.get(timeout=15)
    finally:
        client.disconnect()
        client.loop_stop()


async def test_paho_is_allowed_denied_and_refused(tmp_path: Path) -> None:
    async with listening(tmp_path, by_certificate, definitions(DOMAIN)) as devices:
        tls = context(devices, tmp_path)
        what, code = await asyncio.to_thread(publish_by_paho, devices.port, tls, "thing-7/sensor-7")
        assert (what, code.is_failure) == ("published", False)
        await devices.seen.until(lambda seen: bool(seen.ends))
        device = device_of(devices.seen.ends[0])
        assert device.certificate == PresentedCertificate(OWN.id, OWN.subject)
        assert devices.seen.ends[0].saved.certificate == OWN.certificate
        assert devices.seen.ends[0].variables == OWN.variables
        assert "policies attached to the certificate" in "".join(step.warning for step in device.steps)
        assert not any("ALPN" in step.warning for step in device.steps)
        sent = devices.functions.events[0]["protocolData"]["tls"]
        assert sent == {"serverName": "localhost", "x509CertificatePem": OWN.pem, "principalId": OWN.id}

        what, code = await asyncio.to_thread(publish_by_paho, devices.port, tls, "other/sensor-7")
        assert (what, code.value) == ("published", 0x87)

        bare = context(devices, tmp_path, has_certificate=False)
        what, _ = await asyncio.to_thread(publish_by_paho, devices.port, bare, "thing-7/sensor-7")
        assert what == "disconnected"
        await devices.seen.until(lambda seen: len(seen.fates) == 3)
        refused = device_of(devices.seen.fates[2])
        assert refused.refused_by == rules.CERTIFICATE.id
        assert "presented no certificate" in refused.reason
        assert len(devices.functions.events) == 2


CONNECT_ONLY = json.dumps(answered(("Allow", "Connect", "client/*"))["policyDocuments"][0])


def without_documents(event: Mapping[str, Any]) -> Any:
    return {"isAuthenticated": True, "principalId": event["protocolData"]["tls"]["principalId"]}


def with_another_principal(event: Mapping[str, Any]) -> Any:
    return answered(*STATEMENTS)


@pytest.mark.parametrize(
    ("answer", "policies", "code", "reason"),
    [
        (with_another_principal, None, 0x87, "principalId is not the id of the client certificate"),
        (without_documents, None, 0x87, "does not allow iot:Connect"),
        (without_documents, (CONNECT_ONLY,), 0, ""),
    ],
    ids=["another principal", "no documents", "documents of the certificate"],
)
async def test_the_answer_is_held_to_the_certificate(
    tmp_path: Path, answer: Answer, policies: tuple[str, ...] | None, code: int, reason: str
) -> None:
    domain = replace(DOMAIN, client_certificates=(replace(OWN, policies=policies),))
    async with listening(tmp_path, answer, definitions(domain)) as devices:
        client = await connected(devices, context(devices, tmp_path))
        answered_by = await client.connect(username="user")
        assert isinstance(answered_by, Connack)
        assert answered_by.code == code
        device = device_of(devices.seen.fates[0])
        assert reason in device.reason
        is_unknown = "list them under policies" in "".join(step.warning for step in device.steps)
        assert is_unknown is (answer is without_documents and policies is None)


async def connected(devices: Listening, tls: ssl.SSLContext) -> Client:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", devices.port, ssl=tls, server_hostname=DOMAIN.domain_name
    )
    return Client(reader, writer, V5)


@pytest.mark.parametrize("is_listed_ca", [False, True], ids=["unknown", "issued by a listed one"])
async def test_only_listed_certificates_are_accepted(tmp_path: Path, is_listed_ca: bool) -> None:
    """Also where TLS itself would accept one, because a listed certificate issued it."""
    maker = authority(tmp_path / "maker")
    listed = client_certificate(maker.pem) if is_listed_ca else OWN
    domain = replace(DOMAIN, client_certificates=(listed,))
    async with listening(tmp_path, by_certificate, definitions(domain)) as devices:
        tls = devices.trusting()
        pem, key = tmp_path / "device.pem", tmp_path / "device.key"
        for path, text in zip((pem, key), issued_certificate(maker.certificate, maker.key), strict=True):
            path.write_text(text)
        tls.load_cert_chain(pem, key)
        with contextlib.suppress(OSError):
            client = await connected(devices, tls)
            assert await client.connect(username="user") is None
        await devices.seen.until(lambda seen: bool(seen.fates))
        device = device_of(devices.seen.fates[0])
        assert device.refused_by == rules.CERTIFICATE.id
        assert "not among the clientCertificates of localhost" in device.reason


async def test_https_carries_the_certificate_and_websocket_is_refused(tmp_path: Path) -> None:
    domain = replace(DOMAIN, application_protocol="DEFAULT")
    async with listening(tmp_path, by_certificate, definitions(domain)) as devices:
        tls = context(devices, tmp_path)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
            url = f"https://localhost:{devices.port}"
            for topic, status in (("thing-7/sensor-7", 200), ("other", 403)):
                async with session.post(f"{url}/topics/{topic}", data=b"{}") as response:
                    assert response.status == status
            assert devices.functions.events[0]["protocolData"]["tls"]["principalId"] == OWN.id
            async with session.ws_connect(f"{url}/mqtt", protocols=("mqtt",)) as websocket:
                await websocket.send_bytes(encode(Connect("sensor-7", username="user", version=V5), V5))
                assert (await websocket.receive()).data[:1] == b"\x20"
        await devices.seen.until(lambda seen: len(seen.fates) == 3)
        assert "no WebSocket" in device_of(devices.seen.fates[2]).reason
