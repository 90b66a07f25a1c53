"""paho-mqtt: `python paho_client.py CA PORT SCENARIOS`."""

from __future__ import annotations

import json
import queue
import sys
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

PATIENCE = 10.0


def run(scenario: dict[str, Any], ca: str, port: int) -> dict[str, Any]:
    events: queue.Queue[tuple[str, Any]] = queue.Queue()
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=scenario["clientId"],
        protocol=mqtt.MQTTv5 if scenario["version"] == 5 else mqtt.MQTTv311,
        transport="websockets" if scenario["transport"] == "wss" else "tcp",
        reconnect_on_failure=False,
    )
    client.tls_set(ca)
    client.ws_set_options("/mqtt")
    client.username_pw_set(scenario["username"], scenario["password"])
    client.on_connect = lambda c, u, flags, code, p: events.put(("connected", code.value))
    client.on_disconnect = lambda c, u, flags, code, p: events.put(("closed", code.value))
    client.on_publish = lambda c, u, mid, code, p: events.put(("published", code.value))
    client.on_subscribe = lambda c, u, mid, codes, p: events.put(("subscribed", codes[0].value))
    client.on_message = lambda c, u, message: events.put(("message", message.payload.decode()))
    client.connect("localhost", port, 60)
    client.loop_start()
    try:
        return talk(client, scenario, events)
    finally:
        client.disconnect()
        client.loop_stop()


def talk(client: mqtt.Client, scenario: dict[str, Any], events: queue.Queue[tuple[str, Any]]) -> dict[str, Any]:
    """What the client noticed, up to and including the first thing that did not succeed."""
    seen: dict[str, Any] = {}

    def until(name: str) -> bool:
        """Whether it happened, and succeeded if it has a code."""
        happened = ""
        while happened not in (name, "closed"):
            happened, value = events.get(timeout=PATIENCE)
            seen[happened] = value
        return happened == name and (not isinstance(seen[name], int) or seen[name] < 0x80)

    if not until("connected") or seen["connected"]:
        return seen
    if "subscribe" in scenario:
        client.subscribe(scenario["subscribe"], 1)
        if not until("subscribed"):
            return seen
    if "publish" in scenario:
        client.publish(scenario["publish"], b"hello", 1)
        if not until("published"):
            return seen
    if "subscribe" in scenario:
        seen["messages"] = until_last(client, scenario["last"], seen, until)
    return seen


def until_last(client: mqtt.Client, topic: str, seen: dict[str, Any], until: Callable[[str], bool]) -> list[str]:
    """A last message that is always delivered shows that an earlier one was not."""
    client.publish(topic, b"last", 1)
    messages = [seen["message"]] if "message" in seen else []
    while "last" not in messages and until("message"):
        messages.append(seen["message"])
    return messages


if __name__ == "__main__":
    ca_file, port_text, scenarios = sys.argv[1:]
    print(json.dumps([run(each, ca_file, int(port_text)) for each in json.loads(scenarios)]))  # noqa: T201  # the result
