"""What a device would send for a request: host, username, and parameters where each protocol expects them."""

from __future__ import annotations

import re

from authlens.core.deployment.transport import DeviceTransport
from authlens.core.request import query
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import everything, put, signature_of, token_of
from authlens.core.secrets.redaction import MASK
from authlens.core.text.encodings import url_encode
from authlens.core.text.url import is_ip_address
from authlens.frozen import dataclass

ENDPOINT = "ENDPOINT-ats.iot.REGION.amazonaws.com"
"""A placeholder if no data endpoint is known; `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints it."""
TOPIC = "test/topic"
CLIENT_ID = "client-1"
CERTIFICATE, PRIVATE_KEY = "device.pem.crt", "device.pem.key"
"""Placeholders if a certificate is needed and its files are not known."""
_HOST = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?P<host>[^/:?#\s@]+)(?::(?:(?P<port>\d{1,5})|\d+))?(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_BRACKETED = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?\[(?P<host>[0-9a-f:.]+)\](?::(?P<port>\d{1,5}))?/?", re.IGNORECASE)
_IN_HEADER = re.compile(r"[!-~](?:[ -~]*[!-~])?")
"""Text that arrives unchanged as the value of a header; anything else goes into the query string."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a device would send for a request."""

    endpoint: str
    topic: str
    client_id: str
    username: str
    """The MQTT username with its query part."""
    plain_username: str
    """The username without what an SDK adds itself."""
    password: str | bytes | None
    name: str
    token_key_name: str
    token: str | None
    signature: str | None
    headers: tuple[tuple[str, str], ...]
    query_string: str
    """Without its `?`."""
    transport: DeviceTransport

    @property
    def certificate_files(self) -> tuple[str, str] | None:
        """Certificate and private key, if TLS requires them."""
        certificate = self.transport.certificate
        return None if certificate is None else (certificate.path or CERTIFICATE, certificate.key or PRIVATE_KEY)


def host_of(endpoint: str) -> str | None:
    """The host name of an endpoint given with or without scheme, port and path; `None` if there is none."""
    found = _HOST.fullmatch(endpoint.strip())
    return found["host"] if found else None


def host_and_port(endpoint: str) -> tuple[str, int | None]:
    """The host of an endpoint and its port, where one is given; an empty host where there is none."""
    written = endpoint.strip()
    if ":" in written and is_ip_address(written):
        return written, None
    found = _BRACKETED.fullmatch(written) or _HOST.fullmatch(written)
    if found is None:
        return "", None
    return found["host"], int(found["port"]) if found["port"] else None


def device_of(
    request: AuthorizerRequest, key_name: str, endpoint: str, topic: str, transport: DeviceTransport
) -> Device:
    mqtt, http = request.mqtt_context, request.http_context
    known = Authorizer("", token_key_name=key_name)
    token, signature = token_of(request, known), signature_of(request)
    name = (request.authorizer_name or "") if transport.needs_name else ""
    parameters = {AUTHORIZER_NAME: name, SIGNATURE_NAME: signature, key_name: token}
    carried = request
    for parameter, value in parameters.items():
        carried = carried if not value else put(carried, "username", parameter, value)
    headers, query_string = _http_parameters(request, parameters, (http.query_string or "") if http else "")
    return Device(
        endpoint=host_of(endpoint) or ENDPOINT,
        topic=topic,
        client_id=request.client_id or CLIENT_ID,
        username=(carried.mqtt_context.username if carried.mqtt_context else None) or "",
        plain_username=_without((mqtt.username if mqtt else None) or "", tuple(parameters)),
        password=mqtt.password if mqtt else None,
        name=name,
        token_key_name=key_name,
        token=token,
        signature=signature,
        headers=headers,
        query_string=query_string,
        transport=transport,
    )


def added_to_username(request: AuthorizerRequest) -> tuple[str, ...]:
    """The names of the parameters that a device adds to the MQTT username of a request that has one."""
    username = (request.mqtt_context.username or "") if request.mqtt_context else ""
    if not username:
        return ()
    written = {parameter.name.lower() for parameter in query.of_username(username)}
    added = {AUTHORIZER_NAME: request.authorizer_name, SIGNATURE_NAME: signature_of(request)}
    return tuple(name for name, value in added.items() if value and name not in written)


def _without(username: str, names: tuple[str, ...]) -> str:
    before, _, written = username.partition("?")
    known = {name.lower() for name in names}
    kept = [part for part in written.split("&") if part and part.partition("=")[0].lower() not in known]
    return f"{before}?{'&'.join(kept)}" if kept else before


def _http_parameters(
    request: AuthorizerRequest, parameters: dict[str, str | None], query_string: str
) -> tuple[tuple[tuple[str, str], ...], str]:
    """The headers and the query string, with the parameters missing in both added.

    A value that a header would change goes into the query string, where it is URL-encoded.
    """
    http = request.http_context
    headers = list((http.headers or ()) if http else ())
    carried = {placed.name.lower() for placed in everything(request) if placed.place != "username"}
    query = [query_string.removeprefix("?")] if query_string.removeprefix("?") else []
    for name, value in parameters.items():
        if not value or name.lower() in carried:
            continue
        if value == MASK or _IN_HEADER.fullmatch(value):
            headers.append((name, value))
        else:
            query.append(f"{url_encode(name)}={url_encode(value)}")
    return tuple(headers), "&".join(query)
