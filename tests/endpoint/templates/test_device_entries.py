"""The client certificates of domains in an authorizers.yaml: what is read, and what is wrong with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.deployment.client_certificate import ClientCertificate
from authlens.core.saved.certificate_variables import certificate_id
from authlens.core.text import yaml_reader
from authlens.core.text.yaml_reader import YamlError
from authlens.endpoint.templates.definitions import read_definitions
from authlens.endpoint.templates.device_entries import DomainEntries, read_domains
from authlens.endpoint.templates.noticed import noticing
from support.certificates import certificate_and_key

HEAD = """\
iot.example.com:
  authenticationType: CUSTOM_AUTH_X509
  applicationProtocol: SECURE_MQTT
"""
POLICY = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pem, key = certificate_and_key()
    for name, text in {"device.pem": pem, "device.key": key, "policy.json": POLICY, "list.json": "[]"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "large.pem").write_text("x" * 70_000)
    (tmp_path / "bytes.pem").write_bytes(b"\xff")
    return tmp_path


def read(folder: Path, text: str) -> DomainEntries:
    return read_domains({"domains": yaml_reader.load(text)}, {}, folder)


def certificates(folder: Path, entries: str) -> tuple[ClientCertificate, ...]:
    return read(folder, f"{HEAD}  clientCertificates: {entries}\n").domains[0].client_certificates


def test_a_certificate_is_a_path_the_text_itself_or_a_mapping(folder: Path) -> None:
    pem = certificate_and_key()[0]
    (by_path,) = certificates(folder, "[device.pem]")
    assert by_path.id == certificate_id(pem)
    assert by_path.policies is None
    indented = pem.replace("\n", "\n      ")
    assert certificates(folder, f"\n    - |\n      {indented}")[0] == by_path
    (whole,) = certificates(
        folder, "[{file: device.pem, thingName: thing-7, attached: false, policies: [policy.json]}]"
    )
    assert dict(whole.variables)["iot:Connection.Thing.ThingName"] == ("thing-7",)
    assert dict(whole.variables)["iot:Connection.Thing.IsAttached"] == ("false",)
    assert whole.policies == (POLICY,)
    assert certificates(folder, "[{file: device.pem, policies: []}]")[0].policies == ()


def test_the_files_are_those_whose_change_matters(folder: Path) -> None:
    with noticing() as files:
        entries = read(folder, f"{HEAD}  clientCertificates: [{{file: device.pem, policies: [policy.json]}}]\n")
        with pytest.raises(YamlError):
            read(folder, f"{HEAD}  clientCertificates: [missing.pem]\n")
    assert list(files) == [folder / "device.pem", folder / "policy.json", folder / "missing.pem"]
    assert entries.warnings == ()


@pytest.mark.parametrize(
    ("entries", "column", "words"),
    [
        ("[missing.pem]", 24, "missing.pem cannot be read: No such file or directory"),
        ("[.]", 24, "cannot be read: not a regular file"),
        ("[large.pem]", 24, "larger than 65,536 bytes"),
        ("[bytes.pem]", 24, "not a text file"),
        ("[device.key]", 24, "device.key is not a usable certificate: it is a private key"),
        ("[policy.json]", 24, "not a certificate in PEM form"),
        ("[7]", 24, "must be text"),
        ("[{thingName: t}]", 24, "file is missing"),
        ("[{file: device.pem, thing: t}]", 43, "thing"),
        ("[{file: device.pem, attached: maybe}]", 53, "must be true or false"),
        ("[{file: device.pem, policies: [list.json]}]", 54, "list.json is not a policy document in JSON"),
        ("device.pem", 23, "must be a list"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(folder: Path, entries: str, column: int, words: str) -> None:
    with pytest.raises(YamlError, match=r".") as caught:
        certificates(folder, entries)
    assert words in caught.value.message
    assert (caught.value.line, caught.value.column) == (4, column)


def test_certificates_belong_to_custom_auth_x509(folder: Path) -> None:
    with pytest.raises(YamlError, match="requires authenticationType: CUSTOM_AUTH_X509"):
        read(folder, "iot.example.com: {authenticationType: CUSTOM_AUTH, clientCertificates: [device.pem]}\n")


def test_what_aws_would_not_take_is_a_warning_with_its_line(folder: Path) -> None:
    path = folder / "authorizers.yaml"
    path.write_text(
        "authorizers:\n  A: {command: [/bin/true]}\ndomains:\n"
        "  iot.example.com: {authenticationType: CUSTOM_AUTH_X509, applicationProtocol: MQTT_WSS}\n"
    )
    none, protocol = read_definitions(path, ask=False).warnings
    assert "line 4: no device can connect to iot.example.com" in none
    assert "line 4: AWS IoT accepts CUSTOM_AUTH_X509 with applicationProtocol SECURE_MQTT or HTTPS only" in protocol
