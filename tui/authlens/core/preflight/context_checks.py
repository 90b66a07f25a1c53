"""Preflight of the contexts: what AWS accepts, but a real connection or the function would not expect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from authlens.core.contract.broker import LONGEST_CLIENT_ID
from authlens.core.preflight.finding import Check, Finding, Fix, PreflightSubject
from authlens.core.request.authorizer import AUTHORIZER_NAME
from authlens.core.request.members import header_path
from authlens.core.request.references import refers
from authlens.core.request.request import MqttContext, text_at, with_text
from authlens.core.request.token_place import find, put
from authlens.core.text.encodings import strict_base64

_SDK = re.compile(r"[?&](?:SDK|Platform|Metadata|Version)=", re.IGNORECASE)
_HOST = re.compile(r"(?P<before>[a-z0-9+.-]+://)?(?P<host>[^/:?\s]+)(?P<after>[:/?].*)?", re.IGNORECASE | re.DOTALL)
_SDK_PARAMETERS = (
    "SDK=IoTDeviceSDK/Python&Platform=Unix&Metadata="
    "(CRTVersion=0.36.1;IoTSDKVersion=1.31.0;IoTSDKFeature=F/5,G/A;IoTSDKMetricsVersion=1)"
)
"""Appended to the username by the AWS IoT Device SDK v2 for Python 1.31, captured on loopback."""


def base64_password(subject: PreflightSubject) -> Iterator[Finding]:
    """A password that seems to have been encoded for the AWS CLI, and would be encoded again on sending."""
    mqtt = subject.request.mqtt_context
    if mqtt is None or not isinstance(mqtt.password, str):
        return
    decoded = _decoded_text(mqtt.password)
    if decoded is not None:
        message = (
            "The password already looks like base64: it is encoded again when sent, and the function would "
            "decode it to this text."
        )
        fix = Fix("Decode the password", with_text(subject.request, "mqttContext.password", decoded))
        yield Finding("password-base64", "warning", "mqttContext.password", message, 0, len(mqtt.password), fix)


def no_authorizer_name(subject: PreflightSubject) -> Iterator[Finding]:
    """A username with which a real device would not reach this authorizer."""
    request, path = subject.request, "mqttContext.username"
    username = text_at(subject.sent, path)
    name = request.authorizer_name
    if username is None or not name or refers(username) or find(subject.sent, AUTHORIZER_NAME) is not None:
        return
    message = (
        f"The username has no {AUTHORIZER_NAME}: a device that sends this reaches the authorizer only if "
        f"it is the default."
    )
    fix = Fix(f"Add {AUTHORIZER_NAME} to the username", put(request, "username", AUTHORIZER_NAME, name))
    yield Finding("no-authorizer-parameters", "info", path, message, 0, len(text_at(request, path) or ""), fix)


def other_authorizer_name(subject: PreflightSubject) -> Iterator[Finding]:
    """A context that names a different authorizer from the one being tested."""
    request = subject.request
    placed = find(request, AUTHORIZER_NAME)
    name = request.authorizer_name
    if placed is None or not name or placed.value == name or refers(placed.raw) or refers(name):
        return
    message = f"The context names the authorizer {placed.value!r}, but this call tests {name!r}."
    fix = Fix(f"Change it to {name}", put(request, placed.place, placed.name, name))
    yield Finding("other-authorizer-name", "warning", placed.path, message, placed.start, placed.end, fix)


def sdk_parameters(subject: PreflightSubject) -> Iterator[Finding]:
    """The parameters that AWS's device SDKs append to the username, which the function then sees."""
    path = "mqttContext.username"
    username = text_at(subject.request, path)
    if username is None or refers(username):
        return
    found = _SDK.search(username)
    second = username.find("?", username.find("?") + 1) if "?" in username else -1
    if found is not None and found[0].startswith("?") and found.start() == second:
        message = "An SDK's parameters follow a second '?': they become part of the preceding value."
        fixed = f"{username[:second]}&{username[second + 1 :]}"
        fix = Fix("Join them with '&'", with_text(subject.request, path, fixed))
        yield Finding("sdk-parameters-swallowed", "warning", path, message, second, len(username), fix)
    elif found is None:
        joint = "&" if "?" in username else "?"
        message = (
            "AWS's device SDKs append 'SDK=…&Platform=…&Metadata=(K=V;K=V)' to the username: the function "
            "must accept a query part with additional '=' and other punctuation."
        )
        fix = Fix("Append an SDK's parameters", with_text(subject.request, path, username + joint + _SDK_PARAMETERS))
        yield Finding("sdk-parameters", "info", path, message, len(username), len(username), fix)


def no_client_id(subject: PreflightSubject) -> Iterator[Finding]:
    """An MQTT context without a client id."""
    mqtt = subject.sent.mqtt_context
    if mqtt is not None and mqtt.client_id is None:
        message = (
            "There is no client id, so ${iot:ClientId} stays unresolved. An MQTT 3.1.1 device always sends one; an "
            "MQTT 5 device may omit it, and AWS IoT then assigns one."
        )
        written = subject.request.mqtt_context or MqttContext()
        fix = Fix("Add a client id", replace(subject.request, mqtt_context=replace(written, client_id="client-1")))
        yield Finding("no-client-id", "info", "mqttContext.clientId", message, 0, 0, fix)


def refused_client_id(subject: PreflightSubject) -> Iterator[Finding]:
    """A client id that a test call accepts and a real connection does not."""
    path = "mqttContext.clientId"
    text = text_at(subject.request, path) or ""
    if refers(text):
        return
    size = len(text.encode("utf-8", "replace"))
    if size > LONGEST_CLIENT_ID:
        message = (
            f"The client id has {size} bytes; AWS IoT refuses a device whose client id is longer than "
            f"{LONGEST_CLIENT_ID}. The test call accepts it."
        )
        yield Finding("client-id-too-long", "warning", path, message, min(LONGEST_CLIENT_ID, len(text)), len(text))
    if text.startswith("$"):
        message = "The client id starts with '$', which is reserved for AWS IoT: a device that sends it is refused."
        yield Finding("client-id-reserved", "warning", path, message, 0, 1)


def wildcard_client_id(subject: PreflightSubject) -> Iterator[Finding]:
    """A client id that turns a policy with `${iot:ClientId}` into a wildcard."""
    text = text_at(subject.request, "mqttContext.clientId") or ""
    bad = next((index for index, character in enumerate(text) if character in "+#*/"), None)
    if bad is not None and not refers(text):
        message = (
            f"The client id contains {text[bad]!r}: substituted for ${{iot:ClientId}} it can widen what a "
            f"policy allows."
        )
        yield Finding("wildcard-client-id", "warning", "mqttContext.clientId", message, bad, bad + 1)


def password_without_username(subject: PreflightSubject) -> Iterator[Finding]:
    """MQTT 3.1.1 forbids a password without a username (MQTT-3.1.2-22)."""
    mqtt = subject.sent.mqtt_context
    if mqtt is not None and mqtt.password is not None and mqtt.username is None:
        message = "There is a password but no username: an MQTT 3.1.1 client cannot send that."
        yield Finding("password-without-username", "info", "mqttContext.password", message)


def server_name_is_url(subject: PreflightSubject) -> Iterator[Finding]:
    """A server name with a scheme, port or path; SNI is only the host name."""
    path = "tlsContext.serverName"
    text = text_at(subject.request, path) or ""
    parts = _HOST.fullmatch(text)
    if parts is not None and not refers(text) and (parts["before"] or parts["after"]):
        start, end = (0, parts.start("host")) if parts["before"] else (parts.end("host"), len(text))
        message = "The server name is sent as SNI: it must be only the host name, without scheme, port or path."
        fix = Fix("Keep the host name", with_text(subject.request, path, parts["host"]))
        yield Finding("server-name-not-a-host", "warning", path, message, start, end, fix)


def header_case(subject: PreflightSubject) -> Iterator[Finding]:
    """Header names with capitals, which a test call keeps and a real connection delivers in lower case."""
    http = subject.request.http_context
    capitals = [name for name, _ in (http.headers or () if http else ()) if name != name.lower()]
    if http is not None and capitals:
        lowered = tuple((name.lower(), value) for name, value in http.headers or ())
        message = "Header names reach the function in lower case over a real connection; a test call keeps their case."
        fix = Fix(
            "Write header names in lower case", replace(subject.request, http_context=replace(http, headers=lowered))
        )
        yield Finding("header-case", "info", header_path(capitals[0]), message, 0, 0, fix)


def repeated_header(subject: PreflightSubject) -> Iterator[Finding]:
    """A repeated header: only the last one is sent. Names that differ in case are different names in a test call."""
    http = subject.request.http_context
    given = [name for name, _ in (http.headers or () if http else ())]
    for name, count in Counter(given).items():
        if count > 1:
            message = f"The header {name!r} is given {count} times; only the last one is sent."
            yield Finding("repeated-header", "warning", header_path(name), message)
    for name, count in Counter(name.lower() for name in dict.fromkeys(given)).items():
        if count > 1:
            alike = [each for each in dict.fromkeys(given) if each.lower() == name]
            message = (
                f"The headers {', '.join(map(repr, alike))} differ only in case: a test call sends them "
                f"all, but over a real connection they become one name in lower case."
            )
            yield Finding("repeated-header", "warning", header_path(alike[-1]), message)


def inactive_authorizer(subject: PreflightSubject) -> Iterator[Finding]:
    """An authorizer that answers the test call but refuses every device."""
    if subject.authorizer is not None and subject.authorizer.status == "INACTIVE":
        message = "The authorizer is INACTIVE: it answers this test call, but refuses every device."
        yield Finding("authorizer-inactive", "warning", "authorizerName", message, 0, len(subject.authorizer.name))


def bytes_of_query_string(subject: PreflightSubject) -> Iterator[Finding]:
    """An unencoded space in the query string, which a real request cannot contain."""
    text = text_at(subject.request, "httpContext.queryString") or ""
    query = text.strip()
    if " " in query:
        blank = text.index(query) + query.index(" ")
        fixed = with_text(subject.request, "httpContext.queryString", query.replace(" ", "%20"))
        message = "The query string contains a space; in a real request it is encoded as %20."
        fix = Fix("Encode spaces", fixed)
        yield Finding("blank-in-query-string", "warning", "httpContext.queryString", message, blank, blank + 1, fix)


CHECKS: tuple[Check, ...] = (
    base64_password,
    other_authorizer_name,
    password_without_username,
    server_name_is_url,
    repeated_header,
    bytes_of_query_string,
    refused_client_id,
    wildcard_client_id,
    inactive_authorizer,
    no_authorizer_name,
    no_client_id,
    sdk_parameters,
    header_case,
)


def _decoded_text(password: str) -> str | None:
    """The printable text encoded by the password; `None` if it is unlikely to be base64."""
    octets = strict_base64(password)
    if octets is None or len(password) < 8:
        return None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None
