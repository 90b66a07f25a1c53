"""The AWS IoT Device SDK v2: `python device_sdk.py CA PORT SCENARIOS`. Its MQTT 5 client, direct and over WebSocket."""

from __future__ import annotations

import json
import queue
import sys
from typing import Any

from awscrt import mqtt5
from awsiot import mqtt5_client_builder

PATIENCE = 10.0


def run(scenario: dict[str, Any], ca: str, port: int) -> dict[str, Any]:
    events: queue.Queue[tuple[str, Any]] = queue.Queue()
    username, _, name = scenario["username"].partition("?x-amz-customauthorizer-name=")
    build = (
        mqtt5_client_builder.websockets_with_custom_authorizer
        if scenario["transport"] == "wss"
        else mqtt5_client_builder.direct_with_custom_authorizer
    )
    client = build(
        endpoint="localhost",
        port=port,
        ca_filepath=ca,
        client_id=scenario["clientId"],
        auth_authorizer_name=name or None,
        auth_username=username,
        auth_password=scenario["password"].encode(),
        on_lifecycle_connection_success=lambda data: events.put(("connected", 0)),
        on_lifecycle_connection_failure=lambda data: events.put(
            ("refused", data.connack_packet.reason_code if data.connack_packet else None)
        ),
        on_lifecycle_disconnection=lambda data: events.put(("closed", True)),
        on_publish_received=lambda data: events.put(("message", data.publish_packet.payload.decode())),
    )
    client.start()
    try:
        return talk(client, scenario, events)
    finally:
        client.stop()


def talk(client: mqtt5.Client, scenario: dict[str, Any], events: queue.Queue[tuple[str, Any]]) -> dict[str, Any]:
    name, value = events.get(timeout=PATIENCE)
    seen: dict[str, Any] = {name: value}
    if name != "connected":
        return {"connected": value}
    if "subscribe" in scenario:
        wanted = mqtt5.SubscribePacket([mqtt5.Subscription(scenario["subscribe"], mqtt5.QoS.AT_LEAST_ONCE)])
        seen["subscribed"] = int(client.subscribe(wanted).result(PATIENCE).reason_codes[0])
        if seen["subscribed"] >= 0x80:
            return seen
    if "publish" in scenario:
        seen["published"] = publish(client, scenario["publish"], "hello")
        if seen["published"] >= 0x80:
            return seen
    if "subscribe" in scenario:
        publish(client, scenario["last"], "last")
        while seen.get("message") != "last":
            seen["message"] = events.get(timeout=PATIENCE)[1]
            seen.setdefault("messages", []).append(seen["message"])
    return seen


def publish(client: mqtt5.Client, topic: str, payload: str) -> int:
    packet = mqtt5.PublishPacket(topic=topic, payload=payload.encode(), qos=mqtt5.QoS.AT_LEAST_ONCE)
    return int(client.publish(packet).result(PATIENCE).puback.reason_code)


if __name__ == "__main__":
    ca_file, port_text, scenarios = sys.argv[1:]
    print(json.dumps([run(each, ca_file, int(port_text)) for each in json.loads(scenarios)]))  # noqa: T201  # the result
