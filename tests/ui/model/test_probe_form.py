"""What connecting will do is said with endpoint, client id and topic; what cannot be done is said too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.commands.device import added_to_username
from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.plan import Trial
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.ui.model.probe_form import ProbeForm, confirmation_of

FORM = ProbeForm(endpoint="abc.example.com", client_id="sensor-7")


def test_connecting_alone() -> None:
    assert FORM.confirmation == (
        "Connects to abc.example.com port 443 as sensor-7. "
        "A device that is connected as sensor-7 will be disconnected. Nothing is published or subscribed to."
    )
    assert FORM.options.trials == ()
    assert (FORM.options.way, FORM.options.version) == ("mqtt", V5)


def test_a_username_that_differs_from_the_forms_is_said_where_it_is_sent() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("pump1"))
    said = "The function receives the username with x-amz-customauthorizer-name added, as from a device."
    form = replace(FORM, added=" and ".join(added_to_username(request)))
    assert [said in form.by(way).confirmation for way in ("mqtt-5", "wss-3")] == [True, True]
    assert said not in replace(form.by("https"), publish="a").confirmation
    written = MqttContext("pump1?x-amz-customauthorizer-name=A")
    assert [added_to_username(AuthorizerRequest("A", mqtt_context=mqtt)) for mqtt in (written, None)] == [(), ()]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"publish": "a/b"}, "Publishes an empty message to a/b. Every subscriber of that topic receives it."),
        ({"publish": "a/b", "payload": "é"}, "Publishes 2 bytes to a/b."),
        ({"publish": "a", "payload": "x", "endpoint": "localhost:8883"}, "1 byte to a. Nothing leaves this machine."),
        ({"subscribe": "a/#"}, "Subscribes to a/#."),
        ({"client_id": ""}, "as authlens-probe."),
        ({"server_name": "a.example"}, "Connects to abc.example.com port 443 (server name a.example) as sensor-7."),
        ({"protocol": "https", "publish": "a"}, "Publishes an empty message to a at abc.example.com port 443."),
    ],
)
def test_what_it_does_is_said(changes: dict[str, str], words: str) -> None:
    assert words in replace(FORM, **changes).confirmation


def test_what_was_chosen_becomes_the_options_of_a_probe() -> None:
    options = ProbeForm("wss-3", "[::1]:8883", "c", "a/#", "a/b", "on", " ca.pem ", "n.example").options

    assert (options.way, options.version, options.host, options.port) == ("wss", V3, "::1", 8883)
    assert options.trials == (Trial("subscribe", "a/#"), Trial("publish", "a/b", b"on"))
    assert (options.ca_file, options.server_name) == ("ca.pem", "n.example")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"endpoint": " "}, "Name the host"),
        ({"protocol": "https"}, "HTTPS can only publish"),
        ({"protocol": "https", "publish": "a", "subscribe": "b"}, "HTTPS can only publish"),
        ({"publish": "a\0b"}, "cannot use"),
        ({"server_name": "10.0.0.1"}, "not a host name"),
    ],
)
def test_what_cannot_be_done(changes: dict[str, str], words: str) -> None:
    assert words in replace(FORM, **changes).problem


def test_several_that_do_the_same_share_a_paragraph() -> None:
    connects = FORM.confirmation
    assert confirmation_of([FORM, replace(FORM, protocol="wss-5")]) == connects
    https = replace(FORM, protocol="https", publish="a")
    assert confirmation_of([FORM, replace(FORM, protocol="wss-3"), https]) == (
        f"MQTT 5, WebSocket 3.1.1: {connects}\nHTTPS: {https.confirmation}"
    )
