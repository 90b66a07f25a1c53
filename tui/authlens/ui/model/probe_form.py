"""What the user chooses for a probe: the texts of its dialog, what they mean, and what connecting will do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from authlens.core.commands.device import host_and_port
from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.plan import PROBE_CLIENT_ID, ProbeOptions, Trial, Way
from authlens.core.text.url import is_loopback_host
from authlens.frozen import dataclass

PROTOCOLS: dict[str, tuple[str, Way, int]] = {
    "mqtt-5": ("MQTT 5", "mqtt", V5),
    "mqtt-3": ("MQTT 3.1.1", "mqtt", V3),
    "wss-5": ("WebSocket 5", "wss", V5),
    "wss-3": ("WebSocket 3.1.1", "wss", V3),
    "https": ("HTTPS", "https", V5),
}
"""By the id of a choice: its label, the way, MQTT's protocol level."""


@dataclass(frozen=True, slots=True)
class ProbeForm:
    protocol: str = "mqtt-5"
    endpoint: str = ""
    """A host, with a port if it is not 443."""
    client_id: str = ""
    subscribe: str = ""
    publish: str = ""
    payload: str = ""
    ca_file: str = ""
    server_name: str = ""
    """SNI, if it is not the host."""
    own_listener: str = ""
    """The endpoint that is the listener of the request's local target."""
    added: str = ""
    """The names of what a device adds to the request's MQTT username."""

    def by(self, protocol: str) -> ProbeForm:
        """The same by another of several ways: only HTTPS publishes, because it can do nothing else."""
        return replace(self, protocol=protocol, publish=self.publish if protocol == "https" else "")

    @property
    def options(self) -> ProbeOptions:
        _, way, version = PROTOCOLS[self.protocol]
        host, port = host_and_port(self.endpoint)
        subscribed = (Trial("subscribe", self.subscribe),) if self.subscribe else ()
        published = (Trial("publish", self.publish, self.payload.encode("utf-8", "surrogateescape")),)
        return ProbeOptions(
            way=way,
            version=version,
            host=host,
            port=port,
            server_name=self.server_name.strip() or None,
            ca_file=self.ca_file.strip() or None,
            client_id=self.client_id or None,
            own_listener=bool(self.own_listener) and self.endpoint == self.own_listener,
            trials=(*subscribed, *(published if self.publish else ())),
        )

    @property
    def problem(self) -> str:
        """Why it is impossible; empty if it is possible."""
        options = self.options
        if not options.host:
            return "Name the host to connect to."
        return options.problem

    @property
    def confirmation(self) -> str:
        """What connecting will do, in sentences that name the endpoint, the client id and the topics."""
        options = self.options
        named = f" (server name {options.server_name})" if options.server_name else ""
        where = f"{options.host} port {options.port or 443}{named}"
        if options.way == "https":
            return f"Publishes {self._payload_words} to {self.publish} at {where}. {_reach(options.host)}"
        said = [f"Connects to {where} as {self.client_id or PROBE_CLIENT_ID}."]
        if self.client_id:
            said.append(f"A device that is connected as {self.client_id} will be disconnected.")
        tries = [f"Subscribes to {self.subscribe}."] if self.subscribe else []
        tries += [f"Publishes {self._payload_words} to {self.publish}. {_reach(options.host)}"] if self.publish else []
        if self.added:
            said.append(f"The function receives the username with {self.added} added, as from a device.")
        return " ".join([*said, *(tries or ["Nothing is published or subscribed to."])])

    @property
    def _payload_words(self) -> str:
        size = len(self.payload.encode("utf-8", "surrogateescape"))
        return "an empty message" if size == 0 else f"{size} byte{'' if size == 1 else 's'}"


def confirmation_of(forms: Sequence[ProbeForm]) -> str:
    """What several connections will do: those that do the same share a paragraph, which names their protocols."""
    labels: dict[str, list[str]] = {}
    for form in forms:
        labels.setdefault(form.confirmation, []).append(PROTOCOLS[form.protocol][0])
    if len(labels) == 1:
        return next(iter(labels))
    return "\n".join(f"{', '.join(names)}: {said}" for said, names in labels.items())


def _reach(host: str) -> str:
    return "Nothing leaves this machine." if is_loopback_host(host) else "Every subscriber of that topic receives it."
