"""The same request as a device would send it: curl, mosquitto_pub, MQTTX, paho, MQTT.js, the AWS SDK, a browser's URL.

Port, ALPN, SNI, the authorizer's parameters and their encoding are included; tests run every command except MQTTX's
against a listener that decodes what arrives. Secrets are masked unless revealed; every value is quoted for the shell or
the language. References stay as written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from shlex import quote
from urllib.parse import quote as url_quote

from authlens.core.commands.device import TOPIC, Device, device_of
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME, Authorizer
from authlens.core.request.references import references, unescaped_request
from authlens.core.request.request import AuthorizerRequest, texts
from authlens.core.secrets.redaction import MASK, redact_request
from authlens.core.text.encodings import to_base64, url_encode
from authlens.core.text.visible import visible
from authlens.frozen import dataclass

HTTPS_PORT = 443
_MQTT_PORT = 8883
_IN_QUERY = "!$'()*+,;=:@/?&%~-._"
"""Characters allowed unencoded in a query; curl interprets brackets and braces as patterns."""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    id: str
    title: str
    text: str
    note: str = ""
    """What to know before running it."""


def device_lines(
    request: AuthorizerRequest,
    authorizer: Authorizer | None = None,
    *,
    endpoint: str | None = None,
    account_endpoint: str = "",
    topic: str = TOPIC,
    transport: DeviceTransport | None = None,
    reveal: bool = False,
    is_resolved: bool = False,
) -> tuple[DeviceLine, ...]:
    """All forms, for `endpoint`, or else for the TLS server name, the account's data endpoint, or a placeholder.

    transport: determined by the domain configuration of that host, if known; forms that it does not allow are omitted.
    is_resolved: the request contains no references or escapes.
    """
    key_name = (authorizer.token_key_name if authorizer else None) or "token"
    written = [] if is_resolved else [each.written for _, text in texts(request) for each in references(text)]
    request = request if is_resolved else unescaped_request(request)
    known = authorizer or Authorizer("", token_key_name=key_name)
    shown = request if reveal else redact_request(request, known)
    host = endpoint or (request.tls_context.server_name if request.tls_context else None) or account_endpoint
    device = device_of(shown, key_name, host or "", topic, transport or DeviceTransport())
    kept = [] if reveal else [MASK]
    return tuple(_readable(line, [*kept, *written], bool(written)) for line in _lines(device))


def _lines(device: Device) -> Iterator[DeviceLine]:
    if device.transport.carries_https:
        yield _curl(device)
    if device.transport.carries_mqtt:
        yield from (_mosquitto(device), _mqttx(device), _paho(device), _mqtt_js(device), _sdk(device))
    if device.transport.carries_websocket:
        yield _browser(device)


def _readable(line: DeviceLine, kept: list[str], refers: bool) -> DeviceLine:
    """The line with masks and references unencoded, also where values are URL-encoded."""
    text = line.text
    for each in kept:
        text = text.replace(url_encode(each), each)
    note = f"{line.note} Replace ${{…}} by its value, URL-encoded in a username or URL." if refers else line.note
    return replace(line, text=text, note=note)


def _as_query(device: Device) -> str:
    """The query string with characters not allowed in a URL encoded; what is already encoded stays."""
    return url_quote(device.query_string, safe=_IN_QUERY, errors="replace")


def _curl(device: Device) -> DeviceLine:
    given = _as_query(device)
    has_qos = any(part.partition("=")[0].lower() == "qos" for part in given.split("&"))
    query = "&".join(filter(None, ("" if has_qos else "qos=1", given)))
    url = f"https://{device.endpoint}:{device.transport.port}/topics/{url_encode(device.topic)}?{query}"
    parts = ["curl", "--request POST", f"--url {quote(url)}", *_ca_option("--cacert", device)]
    if device.certificate_files is not None:
        parts.append("--cert {} --key {}".format(*map(quote, device.certificate_files)))
    # Without a value curl would omit the header; a semicolon sends it empty.
    broken = [name for name, value in device.headers if _LINE_END.search(f"{name}{value}")]
    parts += [
        f"--header {quote(f'{name}: {value}' if value else f'{name};')}"
        for name, value in device.headers
        if name not in broken
    ]
    parts.append("--data 'hello'")
    note = "HTTPS can only publish, and has no client id, username or password."
    if broken:
        note += f" Left out, because no header can hold a line break: {', '.join(map(visible, broken))}."
    return DeviceLine("curl", "curl (HTTPS publish)", _joined(parts), note)


_LINE_END = re.compile(r"[\r\n\0]")


def _mosquitto(device: Device) -> DeviceLine:
    parts = [
        f"mosquitto_pub -h {quote(device.endpoint)} -p {device.transport.port}",
        " ".join((*_alpn_option("--tls-alpn", device), *(_ca_option("--cafile", device) or ["--tls-use-os-certs"]))),
        *_certificate_option("--cert", "--key", device),
        f"-i {quote(device.client_id)}",
        f"-u {quote(device.username)}",
        *_password_option(device),
        f"-t {quote(device.topic)} -m hello -q 1",
    ]
    note = "mosquitto sends the host as SNI. " + _binary_note(device)
    return DeviceLine("mosquitto_pub", "mosquitto_pub (MQTT over TLS)", _joined(parts), note.strip())


def _mqttx(device: Device) -> DeviceLine:
    """Not run by a test, because the client is neither on npm nor in Debian. The options are those of `pub` in its
    source."""
    parts = [
        f"mqttx pub -h {quote(device.endpoint)} -p {device.transport.port} -l mqtts",
        *_alpn_option("--alpn", device),
        *_ca_option("--ca", device),
        *_certificate_option("--cert", "--key", device),
        f"-i {quote(device.client_id)}",
        f"-u {quote(device.username)}",
        *_password_option(device),
        f"-t {quote(device.topic)} -m hello -q 1",
    ]
    alpn = f"ALPN {device.transport.alpn}" if device.transport.alpn else "no ALPN"
    note = f"In the MQTTX app: mqtts://, port {device.transport.port}, {alpn}, and the same username. " + _binary_note(
        device
    )
    return DeviceLine("mqttx", "MQTTX CLI (MQTT over TLS)", _joined(parts), note.strip())


def _paho(device: Device) -> DeviceLine:
    files = device.certificate_files
    lines = (
        "import ssl",
        "import paho.mqtt.client as mqtt",
        "",
        f"context = ssl.create_default_context({_python_ca(device)})",
        *(
            [f"context.set_alpn_protocols([{device.transport.alpn!r}])".replace("'", '"')]
            if device.transport.alpn
            else []
        ),
        *([f"context.load_cert_chain({files[0]!r}, {files[1]!r})"] if files else []),
        f"client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id={device.client_id!r})",
        f"client.username_pw_set({device.username!r}, {device.password!r})",
        "client.tls_set_context(context)",
        f"client.connect({device.endpoint!r}, {device.transport.port})",
    )
    return DeviceLine("paho", "paho-mqtt 2 (Python)", "\n".join(lines), "The host given to connect is sent as SNI.")


def _mqtt_js(device: Device) -> DeviceLine:
    files = device.certificate_files
    options = {
        "ALPNProtocols": json.dumps([device.transport.alpn]) if device.transport.alpn else None,
        "ca": f"fs.readFileSync({json.dumps(device.transport.ca_file)})" if device.transport.ca_file else None,
        "cert": f"fs.readFileSync({json.dumps(files[0])})" if files else None,
        "key": f"fs.readFileSync({json.dumps(files[1])})" if files else None,
        "clientId": json.dumps(device.client_id),
        "username": json.dumps(device.username),
        "password": _js_password(device.password),
    }
    lines = (
        *(['const fs = require("fs");'] if files or device.transport.ca_file else []),
        'const mqtt = require("mqtt");',
        "",
        f"const client = mqtt.connect({json.dumps(f'mqtts://{device.endpoint}:{device.transport.port}')}, {{",
        *(f"  {name}: {value}," for name, value in options.items() if value is not None),
        "});",
    )
    return DeviceLine("mqtt-js", "MQTT.js (Node.js)", "\n".join(lines), "MQTT.js sends the host as SNI.")


def _js_password(password: str | bytes | None) -> str | None:
    if isinstance(password, bytes):
        return f'Buffer.from("{to_base64(password)}", "base64")'
    return None if password is None else json.dumps(password)


_BUILDERS = ("direct_with_custom_authorizer", "websockets_with_custom_authorizer")


def _sdk(device: Device) -> DeviceLine:
    """The builder URL-encodes only the signature, and only if it contains no `%`, so everything is encoded here."""
    password = device.password.encode("utf-8", "replace") if isinstance(device.password, str) else device.password
    arguments = {
        "endpoint": device.endpoint,
        "port": None if device.transport.port == HTTPS_PORT else device.transport.port,
        "ca_filepath": device.transport.ca_file,
        "client_id": device.client_id,
        "auth_authorizer_name": url_encode(device.name),
        "auth_username": device.plain_username,
        "auth_password": password,
        "auth_token_key_name": url_encode(device.token_key_name) if device.token else None,
        "auth_token_value": url_encode(device.token) if device.token else None,
        "auth_authorizer_signature": url_encode(device.signature) if device.signature else None,
    }
    lines = [f"    {name}={value!r}," for name, value in arguments.items() if value not in (None, "")]
    text = "\n".join(
        ("from awsiot import mqtt5_client_builder", "", f"client = mqtt5_client_builder.{_BUILDERS[0]}(", *lines, ")")
    )
    own_port = "port 443, " if device.transport.port == HTTPS_PORT else ""
    note = (
        f"The SDK sets {own_port}ALPN and SNI itself and appends 'SDK=…&Platform=…&Metadata=…' to the username; "
        f"{_BUILDERS[1]} takes the same arguments."
    )
    if device.certificate_files is not None:
        text = _sdk_with_certificate(device, device.certificate_files, password)
        note = ""
        if device.transport.port == HTTPS_PORT:
            note = "This builder would send an ALPN protocol on port 443, but a domain with certificates uses none."
    return DeviceLine("aws-sdk", "AWS IoT Device SDK v2 (Python)", text, note)


def _sdk_with_certificate(device: Device, files: tuple[str, str], password: bytes | None) -> str:
    """The builders for custom authorizers accept no certificate, but the one for certificates accepts a username."""
    certificate, key = files
    arguments = {
        "endpoint": device.endpoint,
        "port": _MQTT_PORT if device.transport.port == HTTPS_PORT else device.transport.port,
        "ca_filepath": device.transport.ca_file,
        "client_id": device.client_id,
        "cert_filepath": certificate,
        "pri_key_filepath": key,
        "username": device.username,
        "password": password,
    }
    lines = [f"    {name}={value!r}," for name, value in arguments.items() if value not in (None, "")]
    return "\n".join(
        ("from awsiot import mqtt5_client_builder", "", "client = mqtt5_client_builder.mtls_from_path(", *lines, ")")
    )


def _browser(device: Device) -> DeviceLine:
    parameters = [_as_query(device)] if device.query_string else []
    carried = {part.partition("=")[0].lower() for part in device.query_string.split("&")}
    for name, value in (
        (AUTHORIZER_NAME, device.name),
        (SIGNATURE_NAME, device.signature),
        (device.token_key_name, device.token),
    ):
        if value and name.lower() not in carried and url_encode(name).lower() not in carried:
            parameters.append(f"{url_encode(name)}={url_encode(value)}")
    port = "" if device.transport.port == HTTPS_PORT else f":{device.transport.port}"
    text = f"wss://{device.endpoint}{port}/mqtt?{'&'.join(parameters)}"
    note = (
        "A browser cannot set headers on a WebSocket: the parameters go into the URL. "
        f"Port {device.transport.port}, no ALPN."
    )
    return DeviceLine("websocket-url", "URL for MQTT over WebSocket", text, note)


def _alpn_option(option: str, device: Device) -> list[str]:
    return [f"{option} {device.transport.alpn}"] if device.transport.alpn else []


def _ca_option(option: str, device: Device) -> list[str]:
    return [f"{option} {quote(device.transport.ca_file)}"] if device.transport.ca_file else []


def _python_ca(device: Device) -> str:
    return f"cafile={device.transport.ca_file!r}" if device.transport.ca_file else ""


def _certificate_option(certificate: str, key: str, device: Device) -> list[str]:
    files = device.certificate_files
    return [] if files is None else [f"{certificate} {quote(files[0])} {key} {quote(files[1])}"]


def _password_option(device: Device) -> list[str]:
    if device.password is None or isinstance(device.password, bytes):
        return []
    return [f"-P {quote(device.password)}"]


def _binary_note(device: Device) -> str:
    return "The password is binary and cannot be given on a command line." if isinstance(device.password, bytes) else ""


def _joined(parts: list[str]) -> str:
    return " \\\n  ".join(parts)
