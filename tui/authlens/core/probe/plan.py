"""What a probe should do: where to connect, over which protocol, as whom, and what to try once connected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import parse_qs

from authlens.core.mqtt.packets import V5
from authlens.core.text.url import is_ip_address
from authlens.frozen import dataclass

Way = Literal["mqtt", "wss", "https"]
"""MQTT over TLS, MQTT over a secure WebSocket, or a publish over HTTPS."""
PROBE_CLIENT_ID = "authlens-probe"
"""The client id of a probe whose request has none: one that no device uses, because connecting takes a session over."""
LARGEST_PORT = 65_535
LONGEST_TEXT = 65_535
"""Bytes of any text of MQTT."""
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[\w-]{1,63}(?:\.[\w-]{1,63})*\.?", re.ASCII)
WAYS: tuple[Way, ...] = ("mqtt", "wss", "https")


@dataclass(frozen=True, slots=True)
class Trial:
    """One subscription or one publish, both of QoS 1."""

    kind: Literal["subscribe", "publish"]
    topic: str
    payload: bytes = b""

    @property
    def action(self) -> str:
        return "iot:Subscribe" if self.kind == "subscribe" else "iot:Publish"

    @property
    def packet(self) -> str:
        return self.kind.upper()

    @property
    def resource(self) -> str:
        """What a policy calls it, without the start of an ARN."""
        return f"{'topicfilter' if self.kind == 'subscribe' else 'topic'}/{self.topic}"

    @property
    def problem(self) -> str:
        """Why MQTT cannot transmit it; empty if it can."""
        if not self.topic:
            return f"Name a topic to {self.kind} to."
        encoded = self.topic.encode("utf-8", "replace")
        if "\0" in self.topic or encoded.decode() != self.topic or len(encoded) > LONGEST_TEXT:
            return f"{self.kind}: MQTT cannot use this text as a topic."
        return ""


def trials(subscribe: Iterable[str], publish: Iterable[str]) -> tuple[Trial, ...]:
    """A trial for each topic filter, then one for each `TOPIC` or `TOPIC=PAYLOAD`."""
    published = (text.partition("=") for text in publish)
    return (
        *(Trial("subscribe", topic) for topic in subscribe),
        *(Trial("publish", topic, payload.encode("utf-8", "surrogateescape")) for topic, _, payload in published),
    )


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """What the user chooses for a probe; everything else comes from the request and its target."""

    way: Way = "mqtt"
    version: int = V5
    """MQTT's protocol level: 4 or 5."""
    host: str = ""
    """Where to; empty: the target's data endpoint, or that of the domain configuration."""
    port: int | None = None
    domain_configuration: str = ""
    """Its name."""
    server_name: str | None = None
    """SNI and the name that the certificate must hold; `None` is the host."""
    ca_file: str | None = None
    """PEM certificates to trust in place of the system's."""
    client_id: str | None = None
    """In place of the request's."""
    certificate_file: str | None = None
    key_file: str | None = None
    token_key_name: str | None = None
    trials: tuple[Trial, ...] = ()
    seconds: float = 10.0
    own_listener: bool = False
    """As in the plan, where the host is given."""

    @property
    def problem(self) -> str:
        """Why it is impossible, as a sentence; empty if it is possible."""
        if self.server_name and (not _HOST_NAME.fullmatch(self.server_name) or is_ip_address(self.server_name)):
            return f"{self.server_name!r} is not a host name that TLS can send as the server name."
        if self.port is not None and not 1 <= self.port <= LARGEST_PORT:
            return f"{self.port} is not a port: give one from 1 to {LARGEST_PORT}."
        published = [trial for trial in self.trials if trial.kind == "publish"]
        if self.way == "https" and (len(published) != 1 or len(self.trials) != 1):
            return "HTTPS can only publish: name one topic to publish to, and no topic filter to subscribe to."
        return next((words for trial in self.trials if (words := trial.problem)), "")


@dataclass(frozen=True, slots=True)
class ProbePlan:
    host: str
    port: int = 443
    way: Way = "mqtt"
    version: int = V5
    """MQTT's protocol level: 4 or 5."""
    client_id: str = ""
    username: str | None = None
    """With its query part, as a device sends it."""
    password: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    """Of the WebSocket's or HTTPS request's URL, without its `?`."""
    alpn: tuple[str, ...] = ("mqtt",)
    """Offered over MQTT alone."""
    server_name: str | None = None
    """SNI and the name that the certificate must hold; `None` is the host."""
    ca_file: str | None = None
    """PEM certificates to trust in place of the system's."""
    certificate_file: str | None = None
    key_file: str | None = None
    omits_login: bool = False
    """Whether the request logs in with an MQTT username or password, which an HTTPS publish does not carry."""
    needs_certificate: bool = False
    """Whether the host's domain configuration requires a client certificate (CUSTOM_AUTH_X509)."""
    trials: tuple[Trial, ...] = ()
    seconds: float = 10.0
    """The time limit of each step."""
    own_listener: bool = False
    """Whether the host is the device listener that the request's local target was given for this process."""

    @property
    def qos(self) -> int:
        """Of what it publishes: 1, unless the query of an HTTPS publish asks for 0."""
        asked = parse_qs(self.query.lower()).get("qos", ["1"]) if self.way == "https" else ["1"]
        return 0 if asked[0] == "0" else 1

    @property
    def name(self) -> str:
        return self.server_name or self.host

    @property
    def sni(self) -> str | None:
        """What the ClientHello names; TLS sends no IP address as a server name."""
        return None if is_ip_address(self.name) else self.name

    @property
    def lacks_certificate(self) -> bool:
        return self.needs_certificate and self.certificate_file is None

    @property
    def certificate_is_judged(self) -> bool:
        """Whether the server has a client certificate, or the lack of one, to judge."""
        return self.needs_certificate or self.certificate_file is not None

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = {"mqtt": "mqtts", "wss": "wss", "https": "https"}[self.way]
        return f"{scheme}://{host}:{self.port}"
