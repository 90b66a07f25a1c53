"""The same request as a device would send it: curl, mosquitto_pub, MQTTX, paho, the AWS SDK and a browser's URL.

Port 443, ALPN, SNI, the authorizer's parameters and the URL-encoded signature stand in place. Secrets are masked unless
they are to be revealed; every value is quoted for the shell or for Python. References stand as they are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from shlex import quote
from urllib.parse import quote as url_quote

from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME, Authorizer
from authlens.core.request.fields import texts
from authlens.core.request.references import meant_request
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import everything, put, signature_of, token_of
from authlens.core.secrets.redaction import MASK, redact_request
from authlens.core.text.encodings import url_encode

ENDPOINT = "ENDPOINT-ats.iot.REGION.amazonaws.com"
"""Stands where no data endpoint is known; `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints it."""
TOPIC = "test/topic"
CLIENT_ID = "client-1"
_REFERENCE = re.compile(r"(?<!\$)\$\{(?:env|file|keyring):[^}]*\}")
_IN_QUERY = "!$'()*+,;=:@/?&%~-._"
"""What may stand in a query as it was typed; curl takes brackets and braces for patterns."""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    id: str
    title: str
    text: str
    note: str = ""
    """What to know before it is run."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a device would say, worked out of a request."""

    endpoint: str
    topic: str
    client_id: str
    username: str
    """The MQTT username with its query part."""
    plain_username: str
    """The same without what an SDK puts there itself."""
    password: str | bytes | None
    name: str
    token_key_name: str
    token: str | None
    signature: str | None
    headers: tuple[tuple[str, str], ...]
    query_string: str
    """Without its `?`."""


def device_lines(
    request: AuthorizerRequest,
    authorizer: Authorizer | None = None,
    *,
    endpoint: str | None = None,
    account_endpoint: str = "",
    topic: str = TOPIC,
    reveal: bool = False,
    is_resolved: bool = False,
) -> tuple[DeviceLine, ...]:
    """Every form, for `endpoint`; else for the TLS server name, the account's data endpoint, or a stand-in.

    is_resolved: nothing in the request is a reference or escaped.
    """
    key_name = (authorizer.token_key_name if authorizer else None) or "token"
    references = [] if is_resolved else _references(request)
    request = request if is_resolved else meant_request(request)
    known = authorizer or Authorizer("", token_key_name=key_name)
    device = _device(request if reveal else redact_request(request, known), key_name, endpoint, account_endpoint, topic)
    lines = (_curl(device), _mosquitto(device), _mqttx(device), _paho(device), _sdk(device), _browser(device))
    kept = [] if reveal else [MASK]
    return tuple(_readable(line, [*kept, *references], bool(references)) for line in lines)


def _references(request: AuthorizerRequest) -> list[str]:
    return [found[0] for _, text in texts(request) for found in _REFERENCE.finditer(text)]


def _readable(line: DeviceLine, kept: list[str], refers: bool) -> DeviceLine:
    """With what stands for a value as it is written, also where values are URL-encoded."""
    text = line.text
    for each in kept:
        text = text.replace(url_encode(each), each)
    note = f"{line.note} Put in what ${{…}} stands for." if refers else line.note
    return replace(line, text=text, note=note)


def _device(
    request: AuthorizerRequest, key_name: str, endpoint: str | None, account_endpoint: str, topic: str
) -> Device:
    tls, mqtt, http = request.tls_context, request.mqtt_context, request.http_context
    known = Authorizer("", token_key_name=key_name)
    token, signature, name = token_of(request, known), signature_of(request), request.authorizer_name or ""
    carried = request
    for parameter, value in ((AUTHORIZER_NAME, name), (SIGNATURE_NAME, signature), (key_name, token)):
        carried = carried if not value else put(carried, "username", parameter, value)
    username = (carried.mqtt_context.username if carried.mqtt_context else None) or ""
    return Device(
        endpoint=endpoint or (tls.server_name if tls else None) or account_endpoint or ENDPOINT,
        topic=topic,
        client_id=(mqtt.client_id if mqtt else None) or CLIENT_ID,
        username=username,
        plain_username=_without((mqtt.username if mqtt else None) or "", (AUTHORIZER_NAME, SIGNATURE_NAME, key_name)),
        password=mqtt.password if mqtt else None,
        name=name,
        token_key_name=key_name,
        token=token,
        signature=signature,
        headers=_headers(request, {AUTHORIZER_NAME: name, SIGNATURE_NAME: signature, key_name: token}),
        query_string=((http.query_string if http else None) or "").removeprefix("?"),
    )


def _without(username: str, names: tuple[str, ...]) -> str:
    before, _, written = username.partition("?")
    known = {name.lower() for name in names}
    kept = [part for part in written.split("&") if part and part.partition("=")[0].lower() not in known]
    return f"{before}?{'&'.join(kept)}" if kept else before


def _headers(request: AuthorizerRequest, parameters: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    """The request's headers, and the parameters that neither they nor the query string carry."""
    http = request.http_context
    given = (http.headers or ()) if http else ()
    carried = {placed.name.lower() for placed in everything(request) if placed.place != "username"}
    added = ((name, value) for name, value in parameters.items() if value and name.lower() not in carried)
    return (*given, *added)


def _as_query(device: Device) -> str:
    """The query string with what no URL holds encoded; what is encoded already stays."""
    return url_quote(device.query_string, safe=_IN_QUERY, errors="replace")


def _curl(device: Device) -> DeviceLine:
    query = f"qos=1&{_as_query(device)}" if device.query_string else "qos=1"
    url = f"https://{device.endpoint}:443/topics/{url_encode(device.topic)}?{query}"
    parts = ["curl", "--request POST", f"--url {quote(url)}"]
    # Without a value curl would leave the header out; a semicolon sends it empty.
    parts += [f"--header {quote(f'{name}: {value}' if value else f'{name};')}" for name, value in device.headers]
    parts.append("--data 'hello'")
    note = "HTTPS can publish only, and has no client id, username or password."
    return DeviceLine("curl", "curl (HTTPS publish)", _joined(parts), note)


def _mosquitto(device: Device) -> DeviceLine:
    parts = [
        f"mosquitto_pub -h {quote(device.endpoint)} -p 443",
        "--tls-alpn mqtt --tls-use-os-certs",
        f"-i {quote(device.client_id)}",
        f"-u {quote(device.username)}",
        *_password_option(device),
        f"-t {quote(device.topic)} -m hello -q 1",
    ]
    note = "mosquitto sends the host as SNI. " + _binary_note(device)
    return DeviceLine("mosquitto_pub", "mosquitto_pub (MQTT over TLS)", _joined(parts), note.strip())


def _mqttx(device: Device) -> DeviceLine:
    parts = [
        f"mqttx pub -h {quote(device.endpoint)} -p 443 -l mqtts",
        "--alpn mqtt",
        f"-i {quote(device.client_id)}",
        f"-u {quote(device.username)}",
        *_password_option(device),
        f"-t {quote(device.topic)} -m hello -q 1",
    ]
    note = "In the MQTTX app: mqtts://, port 443, ALPN mqtt, and the same username. " + _binary_note(device)
    return DeviceLine("mqttx", "MQTTX CLI (MQTT over TLS)", _joined(parts), note.strip())


def _paho(device: Device) -> DeviceLine:
    lines = (
        "import ssl",
        "import paho.mqtt.client as mqtt",
        "",
        "context = ssl.create_default_context()",
        'context.set_alpn_protocols(["mqtt"])',
        f"client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id={device.client_id!r})",
        f"client.username_pw_set({device.username!r}, {device.password!r})",
        "client.tls_set_context(context)",
        f"client.connect({device.endpoint!r}, 443)",
    )
    return DeviceLine("paho", "paho-mqtt 2 (Python)", "\n".join(lines), "The host given to connect is sent as SNI.")


def _sdk(device: Device) -> DeviceLine:
    password = device.password.encode("utf-8", "replace") if isinstance(device.password, str) else device.password
    signature = url_encode(device.signature) if device.signature else None
    arguments = {
        "endpoint": device.endpoint,
        "client_id": device.client_id,
        "auth_authorizer_name": device.name,
        "auth_username": device.plain_username,
        "auth_password": password,
        "auth_token_key_name": device.token_key_name if device.token else None,
        "auth_token_value": device.token,
        "auth_authorizer_signature": signature,
    }
    lines = [f"    {name}={value!r}," for name, value in arguments.items() if value not in (None, "")]
    text = "\n".join(
        (
            "from awsiot import mqtt5_client_builder",
            "",
            "client = mqtt5_client_builder.direct_with_custom_authorizer(",
            *lines,
            ")",
        )
    )
    note = "The SDK sets port 443, ALPN and SNI itself and appends '?SDK=…&Version=…' to the username."
    return DeviceLine("aws-sdk", "AWS IoT Device SDK v2 (Python)", text, note)


def _browser(device: Device) -> DeviceLine:
    parameters = [_as_query(device)] if device.query_string else []
    carried = device.query_string.lower()
    for name, value in (
        (AUTHORIZER_NAME, device.name),
        (SIGNATURE_NAME, device.signature),
        (device.token_key_name, device.token),
    ):
        if value and f"{name.lower()}=" not in carried:
            parameters.append(f"{name}={url_encode(value)}")
    text = f"wss://{device.endpoint}/mqtt?{'&'.join(parameters)}"
    note = "A browser cannot set headers on a WebSocket: the parameters go into the URL. Port 443, no ALPN."
    return DeviceLine("websocket-url", "URL for MQTT over WebSocket", text, note)


def _password_option(device: Device) -> list[str]:
    if device.password is None or isinstance(device.password, bytes):
        return []
    return [f"-P {quote(device.password)}"]


def _binary_note(device: Device) -> str:
    return "The password is binary and cannot be given on a command line." if isinstance(device.password, bytes) else ""


def _joined(parts: list[str]) -> str:
    return " \\\n  ".join(parts)
